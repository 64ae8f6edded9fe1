package machine

import "unsafe"

//go:wasmimport wasm-embedded:hal/adc@0.5.0 [static]input.open
func adcOpen(label string, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/adc@0.5.0 [method]input.resolution-bits
func adcBits(handle uint32) uint32

//go:wasmimport wasm-embedded:hal/adc@0.5.0 [method]input.read-raw
func adcRaw(handle uint32, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/adc@0.5.0 [method]input.read-microvolts
func adcMicrovolts(handle uint32, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/pwm@0.5.0 [static]output.open
func pwmOpen(label string, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/pwm@0.5.0 [method]output.max-duty
func pwmMax(handle uint32) uint32

//go:wasmimport wasm-embedded:hal/pwm@0.5.0 [method]output.set-duty
func pwmSet(handle, duty uint32, ret unsafe.Pointer)

// ADC is an analogue input behind a pin's label.
type ADC struct {
	Pin    Pin
	handle uint32
	open   bool
}

// ADCConfig is what TinyGo's programs set; the policy sets the reference.
type ADCConfig struct{ Reference, Resolution, Samples uint32 }

func (a *ADC) what() string { return named("adc", string(a.Pin)) }

// Configure opens the input.
func (a *ADC) Configure(ADCConfig) error {
	if a.open {
		return nil
	}
	adcOpen(string(a.Pin), result())
	handle, err := opened(a.what)
	a.handle, a.open = handle, err == nil
	return err
}

// TryGet returns the reading scaled to 0 to 65535; one below zero is 0.
func (a *ADC) TryGet() (uint16, error) {
	if err := a.Configure(ADCConfig{}); err != nil {
		return 0, err
	}
	bits := adcBits(a.handle)
	adcRaw(a.handle, result())
	if err := outcome(4, adcErrors, a.what); err != nil || bits == 0 {
		return 0, err
	}
	raw := max(int64(int32(word())), 0)
	return uint16(min(raw*0xffff/(int64(1)<<bits-1), 0xffff)), nil
}

// Get is TryGet for TinyGo's programs: a fault ends the guest.
func (a *ADC) Get() uint16 {
	reading, err := a.TryGet()
	must(err)
	return reading
}

// Microvolts returns the reading in microvolts.
func (a *ADC) Microvolts() (int32, error) {
	if err := a.Configure(ADCConfig{}); err != nil {
		return 0, err
	}
	adcMicrovolts(a.handle, result())
	err := outcome(4, adcErrors, a.what)
	if err != nil {
		return 0, err
	}
	return int32(word()), nil
}

// PWM is an output with a duty. The policy sets its frequency.
type PWM struct {
	label  string
	handle uint32
	open   bool
}

// NewPWM returns the output behind a label.
func NewPWM(label string) *PWM { return &PWM{label: label} }

func (p *PWM) what() string { return named("pwm", p.label) }

// Configure opens the output.
func (p *PWM) Configure() error {
	if p.open {
		return nil
	}
	pwmOpen(p.label, result())
	handle, err := opened(p.what)
	p.handle, p.open = handle, err == nil
	return err
}

// Top returns the duty at which the output is always high.
func (p *PWM) Top() (uint32, error) {
	if err := p.Configure(); err != nil {
		return 0, err
	}
	return pwmMax(p.handle), nil
}

// Set sets the duty, from 0 to Top.
func (p *PWM) Set(duty uint32) error {
	top, err := p.Top()
	if err != nil {
		return err
	}
	if duty > top {
		return &Fault{p.what(), ErrOutOfRange}
	}
	pwmSet(p.handle, duty, result())
	return outcome(1, pwmErrors, p.what)
}

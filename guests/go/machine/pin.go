package machine

import "unsafe"

//go:wasmimport wasm-embedded:hal/digital@0.5.0 [static]output-pin.open
func outputOpen(label string, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/digital@0.5.0 [resource-drop]output-pin
func outputDrop(handle uint32)

//go:wasmimport wasm-embedded:hal/digital@0.5.0 [method]output-pin.set
func outputSet(handle, level uint32, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/digital@0.5.0 [method]output-pin.toggle
func outputToggle(handle uint32, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/digital@0.5.0 [method]output-pin.commanded
func outputCommanded(handle uint32, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/digital@0.5.0 [static]input-pin.open
func inputOpen(label string, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/digital@0.5.0 [resource-drop]input-pin
func inputDrop(handle uint32)

//go:wasmimport wasm-embedded:hal/digital@0.5.0 [method]input-pin.level
func inputLevel(handle uint32, ret unsafe.Pointer)

// Pin is the label of a pin. Levels are logical: the host inverts a pin that the policy marks active-low.
type Pin string

// PinMode is the direction of a pin.
type PinMode uint8

// The directions. The policy sets pulls: the inputs are alike.
const (
	PinOutput PinMode = iota
	PinInput
	PinInputPullup
	PinInputPulldown
)

// PinConfig is what Configure takes.
type PinConfig struct{ Mode PinMode }

type openPin struct {
	handle uint32
	output bool
}

var pins = map[Pin]openPin{}

func (p Pin) what() string { return named("pin", string(p)) }

// Configure opens the pin. One that is open in the other direction is given back before.
func (p Pin) Configure(config PinConfig) error {
	output := config.Mode == PinOutput
	if pin, open := pins[p]; open {
		if pin.output == output {
			return nil
		}
		p.Close()
	}
	if output {
		outputOpen(string(p), result())
	} else {
		inputOpen(string(p), result())
	}
	handle, err := opened(p.what)
	if err == nil {
		pins[p] = openPin{handle, output}
	}
	return err
}

// Close gives the label back.
func (p Pin) Close() {
	if pin, open := pins[p]; open {
		if pin.output {
			outputDrop(pin.handle)
		} else {
			inputDrop(pin.handle)
		}
		delete(pins, p)
	}
}

func (p Pin) output() (uint32, error) {
	pin, open := pins[p]
	if !open || !pin.output {
		return 0, &Fault{p.what() + " is not configured as an output", ErrUnsupported}
	}
	return pin.handle, nil
}

// TrySet drives an output, and returns why it could not.
func (p Pin) TrySet(high bool) error {
	handle, err := p.output()
	if err != nil {
		return err
	}
	level := uint32(0)
	if high {
		level = 1
	}
	outputSet(handle, level, result())
	return outcome(1, digitalErrors, p.what)
}

// TryGet returns the level of an input, or the one last commanded of an output, or why it could not be read.
func (p Pin) TryGet() (bool, error) {
	pin, open := pins[p]
	switch {
	case !open:
		return false, &Fault{p.what() + " is not configured", ErrUnsupported}
	case pin.output:
		outputCommanded(pin.handle, result())
	default:
		inputLevel(pin.handle, result())
	}
	err := outcome(1, digitalErrors, p.what)
	return err == nil && returned[1] != 0, err
}

// TryToggle drives an output to the other level than the one last commanded, and returns why it could not.
func (p Pin) TryToggle() error {
	handle, err := p.output()
	if err != nil {
		return err
	}
	outputToggle(handle, result())
	return outcome(1, digitalErrors, p.what)
}

// Set drives an output. A fault ends the guest, since TinyGo's Set returns none: see TrySet.
func (p Pin) Set(high bool) { must(p.TrySet(high)) }

// High drives an output high; Low drives it low; Toggle drives it to the other level. A fault ends the guest.
func (p Pin) High()   { p.Set(true) }
func (p Pin) Low()    { p.Set(false) }
func (p Pin) Toggle() { must(p.TryToggle()) }

// Get returns the level of an input, or the one last commanded of an output. A fault ends the guest: see TryGet.
func (p Pin) Get() bool {
	high, err := p.TryGet()
	must(err)
	return high
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

package machine

import "unsafe"

//go:wasmimport wasm-embedded:hal/i2c@0.5.0 [static]bus.open
func i2cOpen(label string, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/i2c@0.5.0 [resource-drop]bus
func i2cDrop(handle uint32)

//go:wasmimport wasm-embedded:hal/i2c@0.5.0 [method]bus.read
func i2cRead(handle, kind, address, n uint32, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/i2c@0.5.0 [method]bus.write
func i2cWrite(handle, kind, address uint32, w unsafe.Pointer, n uint32, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/i2c@0.5.0 [method]bus.write-read
func i2cWriteRead(handle, kind, address uint32, w unsafe.Pointer, wn, rn uint32, ret unsafe.Pointer)

// I2C is a bus behind a label. It is opened by Configure, or at its first use.
type I2C struct {
	label  string
	handle uint32
	open   bool
}

// I2CConfig is what TinyGo's drivers set. The policy sets the frequency.
type I2CConfig struct{ Frequency uint32 }

// Buses of the labels "i2c0" and "i2c1".
var (
	I2C0 = NewI2C("i2c0")
	I2C1 = NewI2C("i2c1")
)

// NewI2C returns the bus behind a label.
func NewI2C(label string) *I2C { return &I2C{label: label} }

// Configure opens the bus.
func (b *I2C) Configure(I2CConfig) error {
	if b.open {
		return nil
	}
	i2cOpen(b.label, result())
	handle, err := opened(func() string { return named("i2c", b.label) })
	b.handle, b.open = handle, err == nil
	return err
}

// Close gives the label back.
func (b *I2C) Close() {
	if b.open {
		i2cDrop(b.handle)
		b.open = false
	}
}

// Tx writes w and then reads len(r) bytes after a repeated start, in one transaction. Either may be empty; nothing at all only addresses
// the device. An address above 0x7f has ten bits.
func (b *I2C) Tx(address uint16, w, r []byte) error {
	if err := b.Configure(I2CConfig{}); err != nil {
		return err
	}
	kind := uint32(0)
	if address > 0x7f {
		kind = 1
	}
	what := func() string { return named("i2c", b.label) + " " + hex(address) }
	if address > 0x3ff {
		return &Fault{what(), ErrAddress}
	}
	switch {
	case len(r) == 0:
		i2cWrite(b.handle, kind, uint32(address), start(w), uint32(len(w)), result())
		keep(w)
		return outcome(1, i2cErrors, what)
	case len(w) == 0:
		i2cRead(b.handle, kind, uint32(address), into(r), result())
	default:
		i2cWriteRead(b.handle, kind, uint32(address), start(w), uint32(len(w)), into(r), result())
	}
	keep(w, r)
	return outcome(4, i2cErrors, what)
}

// ReadRegister fills r from a register of a device.
func (b *I2C) ReadRegister(address, register uint8, r []byte) error {
	return b.Tx(uint16(address), []byte{register}, r)
}

// WriteRegister writes w to a register of a device.
func (b *I2C) WriteRegister(address, register uint8, w []byte) error {
	return b.Tx(uint16(address), append([]byte{register}, w...), nil)
}

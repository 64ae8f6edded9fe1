// Calls every function of the package machine with values at and past each bound. What is refused is an error, and the guest goes on. It
// prints how many calls it checked. The board is the one of the examples.
package main

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/wasm-embedded/wasm-embedded-hal/guests/go/machine"
)

func init() { machine.Main(run) }
func main() {}

// The host's limit on what one transaction writes, or reads.
const limit = 65_536

var (
	checked int
	wrong   []error
)

// Notes a call whose error is not the wanted one; nil wants none.
func expect(what string, got, want error) {
	checked++
	if !errors.Is(got, want) {
		wrong = append(wrong, fmt.Errorf("%s: %v, and not %v", what, got, want))
	}
}

func that(what string, holds bool) {
	checked++
	if !holds {
		wrong = append(wrong, errors.New(what))
	}
}

func run() error {
	i2c()
	spi()
	uart()
	pins()
	analog()
	if wrong != nil {
		return errors.Join(wrong...)
	}
	fmt.Println(checked, "calls checked")
	return nil
}

func i2c() {
	bus := machine.NewI2C("bus")
	one := make([]byte, 1)
	for address, want := range map[uint16]error{
		0x00: machine.ErrDenied, 0x07: machine.ErrDenied, 0x08: machine.ErrNoAckAddress, 0x48: nil, 0x77: machine.ErrNoAckAddress,
		0x78: machine.ErrDenied, 0x7f: machine.ErrDenied, 0x80: machine.ErrDenied, 0x3ff: machine.ErrDenied,
		0x400: machine.ErrAddress, 0x448: machine.ErrAddress, math.MaxUint16: machine.ErrAddress,
	} {
		expect(fmt.Sprintf("a read at %#x", address), bus.Tx(address, nil, one), want)
		expect(fmt.Sprintf("a write at %#x", address), bus.Tx(address, []byte{0}, nil), want)
		expect(fmt.Sprintf("both at %#x", address), bus.Tx(address, []byte{0}, one), want)
	}
	expect("nothing at all", bus.Tx(0x48, nil, nil), nil)
	expect("empty buffers", bus.Tx(0x48, []byte{}, []byte{}), nil)
	expect("a register", bus.ReadRegister(0x48, 0, make([]byte, 2)), nil)
	expect("a register of nobody", bus.WriteRegister(0x10, math.MaxUint8, nil), machine.ErrNoAckAddress)
	for _, n := range []int{limit + 1, 100_000} {
		long := make([]byte, n)
		expect("a long read", bus.Tx(0x48, nil, long), machine.ErrTooLong)
		expect("a long write", bus.Tx(0x48, long, nil), machine.ErrTooLong)
		expect("a long read after a write", bus.Tx(0x48, one, long), machine.ErrTooLong)
	}
	for label, want := range map[string]error{
		"": machine.ErrUnknownLabel, "nobody": machine.ErrUnknownLabel, "b\x00us": machine.ErrUnknownLabel, "LED": machine.ErrWrongKind,
		string(make([]byte, limit)): machine.ErrUnknownLabel,
	} {
		expect(fmt.Sprintf("the label of %d bytes", len(label)), machine.NewI2C(label).Configure(machine.I2CConfig{}), want)
	}
	bus.Close()
	bus.Close()
	expect("a bus that is opened again", bus.Tx(0x48, nil, one), nil)
}

func spi() {
	flash := machine.NewSPI("flash")
	expect("lengths that differ", flash.Tx(make([]byte, 2), make([]byte, 3)), machine.ErrLengths)
	expect("nothing", flash.Tx(nil, nil), nil)
	r := make([]byte, 4)
	expect("the JEDEC id", flash.Tx([]byte{0x9f, 0, 0, 0}, r), nil)
	that("the id is a W25Q32's", r[1] == 0xef && r[2] == 0x40 && r[3] == 0x16)
	expect("a longer read", flash.Exchange([]byte{0x9f}, make([]byte, 4)), nil)
	expect("a longer write", flash.Exchange([]byte{0x9f, 0, 0}, r[:1]), nil)
	long := make([]byte, limit+1)
	expect("a long write", flash.Tx(long, nil), machine.ErrTooLong)
	expect("a long read", flash.Tx(nil, long), machine.ErrTooLong)
	expect("a long transfer", flash.Tx(long, long), machine.ErrTooLong)
	expect("a device that is held", machine.NewSPI("flash").Configure(machine.SPIConfig{}), machine.ErrHeld)
	expect("a bus for a device", machine.NewSPI("bus").Configure(machine.SPIConfig{}), machine.ErrWrongKind)
	flash.Close()
	flash.Close()
	_, err := flash.Transfer(0xff)
	expect("a device that is opened again", err, nil)
}

func uart() {
	port := machine.NewUART("SERIAL")
	n, err := port.Read(nil)
	expect("a read of nothing", err, nil)
	that("nothing is read", n == 0)
	n, err = port.Write(nil)
	expect("a write of nothing", err, nil)
	that("nothing is written", n == 0)
	// The other end sends every byte back.
	n, err = port.Write([]byte{0, math.MaxUint8})
	expect("a write", err, nil)
	that("both are written", n == 2)
	expect("a flush", port.Flush(), nil)
	back := make([]byte, 2)
	_, err = io.ReadFull(port, back)
	expect("a read", err, nil)
	that("both come back", back[0] == 0 && back[1] == math.MaxUint8)
	ready, err := port.Ready()
	expect("a question", err, nil)
	that("no more comes", !ready)
	_, err = machine.NewUART("nobody").Write([]byte{0})
	expect("a port that is not there", err, machine.ErrUnknownLabel)
}

func pins() {
	led := machine.Pin("LED")
	expect("an output that is not configured", led.TrySet(true), machine.ErrUnsupported)
	expect("the same, toggled", led.TryToggle(), machine.ErrUnsupported)
	_, err := led.TryGet()
	expect("the same, read", err, machine.ErrUnsupported)
	expect("an output as an input", led.Configure(machine.PinConfig{Mode: machine.PinInput}), machine.ErrWrongKind)
	expect("an output", led.Configure(machine.PinConfig{Mode: machine.PinOutput}), nil)
	expect("an output again", led.Configure(machine.PinConfig{Mode: machine.PinOutput}), nil)
	led.High()
	led.Toggle()
	that("an output remembers", !led.Get())
	button := machine.Pin("BUTTON")
	expect("an input", button.Configure(machine.PinConfig{Mode: machine.PinMode(math.MaxUint8)}), nil)
	expect("an input that is set", button.TrySet(true), machine.ErrUnsupported)
	expect("an input as an output", button.Configure(machine.PinConfig{Mode: machine.PinOutput}), machine.ErrWrongKind)
	expect("a pin that is not there", machine.Pin("nobody").Configure(machine.PinConfig{}), machine.ErrUnknownLabel)
	led.Close()
	led.Close()
}

func analog() {
	lamp := machine.NewPWM("LAMP")
	top, err := lamp.Top()
	expect("a duty's top", err, nil)
	for _, duty := range []uint32{0, 1, top - 1, top} {
		expect(fmt.Sprintf("duty %d", duty), lamp.Set(duty), nil)
	}
	// The interface has 16 bits: past them it must not become a small one.
	for _, duty := range []uint32{top + 1, 1 << 16, 1<<16 + 1, math.MaxUint32} {
		expect(fmt.Sprintf("duty %d", duty), lamp.Set(duty), machine.ErrOutOfRange)
	}
	expect("an output that is held", machine.NewPWM("LAMP").Set(0), machine.ErrHeld)
	pot := machine.ADC{Pin: "POT"}
	_, err = pot.TryGet()
	expect("a reading", err, nil)
	microvolts, err := pot.Microvolts()
	expect("a reading in microvolts", err, nil)
	that("it is within the reference", microvolts >= 0 && microvolts <= 3_300_000)
	other := machine.ADC{Pin: "LED"}
	_, err = other.TryGet()
	expect("a pin that is none", err, machine.ErrWrongKind)
}

// Reads an LM75 thermometer: the temperature, and the two limits of its thermostat. Label "thermometer", an LM75 at 0x48.
package main

import (
	"encoding/binary"
	"fmt"

	"github.com/wasm-embedded/wasm-embedded-hal/guests/go/machine"
)

const address = 0x48

func init() { machine.Main(run) }
func main() {}

func run() error {
	bus := machine.NewI2C("thermometer")
	// National Semiconductor LM75 (DS012658), section 1.11.
	for _, register := range []struct {
		name   string
		number uint8
	}{{"temperature", 0}, {"hysteresis", 2}, {"limit", 3}} {
		var bytes [2]byte
		if err := bus.ReadRegister(address, register.number, bytes[:]); err != nil {
			return err
		}
		// 256 is a degree, whatever the resolution: to the nearest tenth. The shift rounds down, as a division of floors does.
		tenths := (int(int16(binary.BigEndian.Uint16(bytes[:])))*10 + 128) >> 8
		sign := ""
		if tenths < 0 {
			sign, tenths = "-", -tenths
		}
		fmt.Printf("%s: %s%d.%d degC\n", register.name, sign, tenths/10, tenths%10)
	}
	return nil
}

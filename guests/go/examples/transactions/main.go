// Does 10,000 transactions of one byte written and eight read, for the time that each takes. Label "eeprom".
package main

import "github.com/wasm-embedded/wasm-embedded-hal/guests/go/machine"

func init() { machine.Main(run) }
func main() {}

func run() error {
	bus := machine.NewI2C("eeprom")
	var bytes [8]byte
	for range 10_000 {
		if err := bus.ReadRegister(0x50, 0, bytes[:]); err != nil {
			return err
		}
	}
	return nil
}

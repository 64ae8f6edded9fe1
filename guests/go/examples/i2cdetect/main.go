// Lists the I2C targets on a bus, in the grid of i2c-tools: one byte is read from every address. "!!" is an address that the policy does
// not grant. Label "bus".
package main

import (
	"errors"
	"fmt"

	"github.com/wasm-embedded/wasm-embedded-hal/guests/go/machine"
)

func init() { machine.Main(run) }
func main() {}

func run() error {
	bus := machine.NewI2C("bus")
	fmt.Println("     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f")
	for row := uint16(0); row < 0x80; row += 16 {
		fmt.Printf("%02x: ", row)
		for address := row; address < row+16; address++ {
			if address < 0x08 || address > 0x77 {
				fmt.Print("   ")
				continue
			}
			shown := fmt.Sprintf("%02x", address)
			switch err := bus.Tx(address, nil, make([]byte, 1)); {
			case errors.Is(err, machine.ErrDenied):
				shown = "!!"
			case errors.Is(err, machine.ErrNoAckAddress), errors.Is(err, machine.ErrNoAck):
				shown = "--"
			case err != nil:
				return err
			}
			fmt.Print(shown, " ")
		}
		fmt.Println()
	}
	return nil
}

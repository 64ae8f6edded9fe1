// Blinks an LED five times. Label "LED", an output.
package main

import (
	"fmt"
	"time"

	"github.com/wasm-embedded/wasm-embedded-hal/guests/go/machine"
)

func init() { machine.Main(run) }
func main() {}

func run() error {
	led := machine.Pin("LED")
	if err := led.Configure(machine.PinConfig{Mode: machine.PinOutput}); err != nil {
		return err
	}
	for blink := 1; blink <= 5; blink++ {
		fmt.Printf("%d: on\n", blink)
		led.High()
		machine.Sleep(500 * time.Millisecond)
		led.Low()
		machine.Sleep(500 * time.Millisecond)
		fmt.Printf("%d: off\n", blink)
	}
	return nil
}

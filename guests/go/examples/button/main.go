// Toggles an LED whenever a button is pressed, three times, and is not fooled by a contact that bounces. Labels "BUTTON" and "LED".
package main

import (
	"fmt"
	"time"

	"github.com/wasm-embedded/wasm-embedded-hal/guests/go/machine"
)

// For how many polls in a row, a millisecond apart, a level must last to count.
const steadyPolls = 5

func init() { machine.Main(run) }
func main() {}

func run() error {
	button, led := machine.Pin("BUTTON"), machine.Pin("LED")
	if err := button.Configure(machine.PinConfig{Mode: machine.PinInput}); err != nil {
		return err
	}
	if err := led.Configure(machine.PinConfig{Mode: machine.PinOutput}); err != nil {
		return err
	}
	for press := 1; press <= 3; press++ {
		waitFor(button, true)
		led.Toggle()
		state := "off"
		if led.Get() {
			state = "on"
		}
		fmt.Printf("press %d: the LED is %s\n", press, state)
		waitFor(button, false)
	}
	return nil
}

// Waits until a button has been pressed, or released, for long enough.
func waitFor(button machine.Pin, pressed bool) {
	for steady := 0; steady < steadyPolls; machine.Sleep(time.Millisecond) {
		if button.Get() == pressed {
			steady++
		} else {
			steady = 0
		}
	}
}

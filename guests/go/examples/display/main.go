// Draws one frame on an SSD1306 display of 128 x 64 dots: a border and its two diagonals. Label "display".
package main

import (
	"fmt"
	"math/bits"

	"github.com/wasm-embedded/wasm-embedded-hal/guests/go/machine"
)

const address, width, height = 0x3c, 128, 64

// What follows the first byte: commands, or dots. Solomon Systech SSD1306 Rev 1.1, section 8.1.5.2.
const commands, data = 0x00, 0x40

// SSD1306 Rev 1.1, table 9-1.
var setup = []byte{commands, 0xae, 0xd5, 0x80, 0xa8, 0x3f, 0xd3, 0x00, 0x40, 0x8d, 0x14, 0x20, 0x00, 0xa1, 0xc8, 0xda, 0x12,
	0x21, 0x00, 0x7f, 0x22, 0x00, 0x07, 0xa4, 0xa6, 0xaf}

func init() { machine.Main(run) }
func main() {}

func run() error {
	bus := machine.NewI2C("display")
	if err := bus.Tx(address, setup, nil); err != nil {
		return err
	}
	lit := 0
	for page := 0; page < height; page += 8 {
		row := make([]byte, 1+width)
		row[0] = data
		for x := range width {
			for bit := range 8 {
				if isLit(x, page+bit) {
					row[1+x] |= 1 << bit
				}
			}
			lit += bits.OnesCount8(row[1+x])
		}
		if err := bus.Tx(address, row, nil); err != nil {
			return err
		}
	}
	fmt.Printf("%d x %d dots: %d are lit\n", width, height, lit)
	return nil
}

// Returns whether a dot belongs to the border or to a diagonal.
func isLit(x, y int) bool {
	return x == 0 || x == width-1 || y == 0 || y == height-1 || x == 2*y || x == width-1-2*y
}

// Package machine gives guests in Go the hardware behind the labels of a policy. It is shaped like TinyGo's package of the same name: drivers
// for TinyGo that take an interface with Tx run on I2C and SPI.
//
// A program is built with GOOS=wasip1 GOARCH=wasm -buildmode=c-shared, and starts at the function that it passes to Main:
//
//	func init() { machine.Main(run) }
//	func main() {}
//
// Numbered buses and pins are labels by convention: I2C0 is "i2c0", and Pin("LED") is "LED". What a policy decides is ignored in a
// configuration: frequencies, modes, pulls and baud rates.
package machine

import (
	"runtime"
	"unsafe"
)

var program func() error

// Main sets the program's entry. Its run ends with status 0 if run returns nil; otherwise the error goes to the standard error, and the
// status is 1.
func Main(run func() error) { program = run }

//go:wasmexport wasi:cli/run@0.2.6#run
func entry() int32 {
	if program == nil {
		println("machine.Main was not called from init")
		return 1
	}
	if err := program(); err != nil {
		println("Error: " + err.Error())
		return 1
	}
	return 0
}

// Where the host puts the list that the next call returns: in the buffer of the caller, who asked for no more than it holds.
var (
	place unsafe.Pointer
	room  uint32
)

//go:wasmexport cabi_import_realloc
func realloc(old unsafe.Pointer, oldSize, align, size uint32) unsafe.Pointer {
	if size > room {
		panic("the host returned more bytes than were asked for")
	}
	return place
}

// What a call returns: 0 or 1 for success or an error, and the value.
var returned [16]byte

func result() unsafe.Pointer { return unsafe.Pointer(&returned) }

// Sets where the next list goes, and returns its length. The caller keeps the buffer alive.
func into(buf []byte) uint32 {
	place, room = unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf))
	return room
}

func start(buf []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(buf)) }

// Returns a value that stands four bytes into what a call returned.
func word() uint32 { return *(*uint32)(unsafe.Pointer(&returned[4])) }

// Keeps buffers alive until a call has returned.
func keep(bufs ...[]byte) { runtime.KeepAlive(bufs) }

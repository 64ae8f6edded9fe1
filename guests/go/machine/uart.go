package machine

import (
	"io"
	"unsafe"
)

//go:wasmimport wasm-embedded:hal/uart@0.5.0 [static]port.open
func uartOpen(label string, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/uart@0.5.0 [method]port.read
func uartRead(handle, n uint32, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/uart@0.5.0 [method]port.write
func uartWrite(handle uint32, w unsafe.Pointer, n uint32, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/uart@0.5.0 [method]port.flush
func uartFlush(handle uint32, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/uart@0.5.0 [method]port.read-ready
func uartReadReady(handle uint32, ret unsafe.Pointer)

// UART is a serial port behind a label: an io.Reader and io.Writer. It is opened by Configure, or at its first use.
type UART struct {
	label  string
	handle uint32
	open   bool
}

// UARTConfig is what TinyGo's programs set; the policy sets the baud rate.
type UARTConfig struct{ BaudRate uint32 }

// Ports of the labels "uart0" and "uart1".
var (
	UART0 = NewUART("uart0")
	UART1 = NewUART("uart1")
)

// NewUART returns the port behind a label.
func NewUART(label string) *UART { return &UART{label: label} }

func (u *UART) what() string { return named("uart", u.label) }

// Configure opens the port.
func (u *UART) Configure(UARTConfig) error {
	if u.open {
		return nil
	}
	uartOpen(u.label, result())
	handle, err := opened(u.what)
	u.handle, u.open = handle, err == nil
	return err
}

// Read waits for at least one byte and returns what is there. It returns io.EOF when the other end is gone.
func (u *UART) Read(buf []byte) (int, error) {
	if err := u.Configure(UARTConfig{}); err != nil {
		return 0, err
	}
	if len(buf) == 0 {
		return 0, nil
	}
	uartRead(u.handle, into(buf), result())
	keep(buf)
	if err := outcome(4, uartErrors, u.what); err != nil {
		return 0, err
	}
	n := int(*(*uint32)(unsafe.Pointer(&returned[8])))
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Write writes all bytes, and waits until the port has taken them.
func (u *UART) Write(buf []byte) (int, error) {
	if err := u.Configure(UARTConfig{}); err != nil {
		return 0, err
	}
	written := 0
	for written < len(buf) {
		left := buf[written:]
		uartWrite(u.handle, start(left), uint32(len(left)), result())
		keep(left)
		if err := outcome(4, uartErrors, u.what); err != nil {
			return written, err
		}
		written += int(word())
	}
	return written, nil
}

// Flush waits until all bytes are on the wire.
func (u *UART) Flush() error {
	if err := u.Configure(UARTConfig{}); err != nil {
		return err
	}
	uartFlush(u.handle, result())
	return outcome(1, uartErrors, u.what)
}

// Ready returns whether a read returns at once.
func (u *UART) Ready() (bool, error) {
	if err := u.Configure(UARTConfig{}); err != nil {
		return false, err
	}
	uartReadReady(u.handle, result())
	err := outcome(1, uartErrors, u.what)
	return err == nil && returned[1] != 0, err
}

package machine

// Error is why the hardware did not do what it should.
type Error string

// Errors of all kinds of hardware. Compare with errors.Is.
const (
	ErrUnknownLabel    Error = "the policy has no such label"
	ErrWrongKind       Error = "the label stands for another kind of hardware"
	ErrHeld            Error = "the label is held already"
	ErrRefused         Error = "the host cannot hand it out now"
	ErrOther           Error = "another fault of the hardware"
	ErrDenied          Error = "the policy does not grant it"
	ErrTooLong         Error = "longer than the policy's limit"
	ErrUnsupported     Error = "the hardware cannot do it"
	ErrBusy            Error = "busy"
	ErrBus             Error = "a fault on the wires"
	ErrArbitrationLoss Error = "another controller won the bus"
	ErrNoAckAddress    Error = "nobody acknowledged the address"
	ErrNoAckData       Error = "the device did not acknowledge a byte"
	ErrNoAck           Error = "address or data was not acknowledged"
	ErrOverrun         Error = "bytes were lost"
	ErrModeFault       Error = "another controller drives the bus"
	ErrFrameFormat     Error = "a fault in the framing"
	ErrChipSelect      Error = "the select line could not be driven"
	ErrOutOfRange      Error = "out of range"
	ErrTimedOut        Error = "timed out"
	ErrClosed          Error = "the other end is gone"
	ErrParity          Error = "a byte arrived with the wrong parity"
	ErrLineBreak       Error = "the line was held low"
	// ErrAddress is an address of more than ten bits.
	ErrAddress Error = "an address has at most ten bits"
	// ErrLengths are buffers of different lengths where one transfer fills both.
	ErrLengths Error = "the buffers have different lengths"
)

func (e Error) Error() string { return string(e) }

// Fault is an Error with the hardware that it comes from.
type Fault struct {
	What string
	Err  Error
}

func (f *Fault) Error() string { return f.What + ": " + string(f.Err) }

// Unwrap returns the Error.
func (f *Fault) Unwrap() error { return f.Err }

// The errors of each interface, in the order of its WIT.
var (
	openErrors = []Error{ErrUnknownLabel, ErrWrongKind, ErrHeld, ErrRefused}
	i2cErrors  = []Error{ErrBus, ErrArbitrationLoss, ErrNoAckAddress, ErrNoAckData, ErrNoAck, ErrOverrun, ErrOther, ErrDenied,
		ErrTooLong, ErrUnsupported, ErrBusy}
	spiErrors = []Error{ErrOverrun, ErrModeFault, ErrFrameFormat, ErrChipSelect, ErrOther, ErrDenied, ErrTooLong, ErrUnsupported,
		ErrBusy}
	digitalErrors = []Error{ErrOther, ErrDenied, ErrUnsupported, ErrBusy}
	pwmErrors     = []Error{ErrOther, ErrDenied, ErrOutOfRange, ErrUnsupported, ErrBusy}
	adcErrors     = []Error{ErrOther, ErrDenied, ErrUnsupported, ErrBusy, ErrTimedOut}
	uartErrors    = []Error{ErrOther, ErrClosed, ErrDenied, ErrClosed, ErrClosed, ErrClosed, ErrClosed, ErrBusy, ErrClosed, ErrClosed,
		ErrOther, ErrOther, ErrOther, ErrTimedOut, ErrOther, ErrUnsupported, ErrTooLong, ErrOther, ErrOverrun, ErrFrameFormat, ErrParity,
		ErrLineBreak, ErrDenied, ErrTooLong, ErrBusy}
)

// Returns nil, or the error that stands at bytes into what a call returned. The text that names the hardware is made only then.
func outcome(at int, errors []Error, what func() string) error {
	if returned[0] == 0 {
		return nil
	}
	err := ErrOther
	if number := int(returned[at]); number < len(errors) {
		err = errors[number]
	}
	return &Fault{what(), err}
}

// Returns the handle that a call opened.
func opened(what func() string) (uint32, error) {
	if err := outcome(4, openErrors, what); err != nil {
		return 0, err
	}
	return word(), nil
}

// The package has no fmt, which would add 0.6 MB to every program.

func named(kind, label string) string { return kind + " \"" + label + "\"" }

func hex(address uint16) string {
	const digits = "0123456789abcdef"
	text := "0x"
	if address > 0xff {
		text += string(digits[address>>12]) + string(digits[address>>8&15])
	}
	return text + string(digits[address>>4&15]) + string(digits[address&15])
}

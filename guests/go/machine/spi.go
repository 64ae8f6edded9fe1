package machine

import "unsafe"

//go:wasmimport wasm-embedded:hal/spi@0.5.0 [static]device.open
func spiOpen(label string, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/spi@0.5.0 [resource-drop]device
func spiDrop(handle uint32)

//go:wasmimport wasm-embedded:hal/spi@0.5.0 [method]device.transfer
func spiTransfer(handle uint32, w unsafe.Pointer, wn, rn uint32, ret unsafe.Pointer)

//go:wasmimport wasm-embedded:hal/spi@0.5.0 [method]device.write
func spiWrite(handle uint32, w unsafe.Pointer, n uint32, ret unsafe.Pointer)

// SPI is a device behind a label. The host drives its select line around every transfer. It is opened by Configure, or at its first use.
type SPI struct {
	label  string
	handle uint32
	open   bool
}

// SPIConfig is what TinyGo's drivers set. The policy sets frequency and mode.
type SPIConfig struct {
	Frequency uint32
	Mode      uint8
}

// Devices of the labels "spi0" and "spi1".
var (
	SPI0 = NewSPI("spi0")
	SPI1 = NewSPI("spi1")
)

// NewSPI returns the device behind a label.
func NewSPI(label string) *SPI { return &SPI{label: label} }

func (s *SPI) what() string { return named("spi", s.label) }

// Configure opens the device.
func (s *SPI) Configure(SPIConfig) error {
	if s.open {
		return nil
	}
	spiOpen(s.label, result())
	handle, err := opened(s.what)
	s.handle, s.open = handle, err == nil
	return err
}

// Close gives the label back.
func (s *SPI) Close() {
	if s.open {
		spiDrop(s.handle)
		s.open = false
	}
}

// Tx writes w and fills r at the same time, under one select. If one is nil, only the other direction counts; otherwise both must have
// one length.
func (s *SPI) Tx(w, r []byte) error {
	if len(w) != len(r) && len(w) != 0 && len(r) != 0 {
		return &Fault{s.what(), ErrLengths}
	}
	return s.Exchange(w, r)
}

// Exchange is Tx for buffers of any lengths: the transfer is as long as the longer one.
func (s *SPI) Exchange(w, r []byte) error {
	if err := s.Configure(SPIConfig{}); err != nil {
		return err
	}
	if len(r) == 0 {
		spiWrite(s.handle, start(w), uint32(len(w)), result())
		keep(w)
		return outcome(1, spiErrors, s.what)
	}
	spiTransfer(s.handle, start(w), uint32(len(w)), into(r), result())
	keep(w, r)
	return outcome(4, spiErrors, s.what)
}

// Transfer writes a byte and returns the one that comes back, under a select of its own.
func (s *SPI) Transfer(w byte) (byte, error) {
	var r [1]byte
	err := s.Tx([]byte{w}, r[:])
	return r[0], err
}

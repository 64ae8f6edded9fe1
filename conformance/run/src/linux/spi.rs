//! spidev: `SPI_IOC_MESSAGE` as the kernel carries it out. <https://docs.kernel.org/spi/spidev.html>

use std::collections::VecDeque;

use wasm_embedded_conformance::bench::SpiPart;
use wasm_embedded_conformance::{Event, SpiFault, What};
use wasm_embedded_linux::{Errno, SpiFile, SpiTransfer};

use super::kernel::Played;

// include/uapi/linux/spi/spi.h
const SPI_CPOL: u8 = 0x02;
const SPI_NO_CS: u8 = 0x40;

/// spidev's buffer, each way. `drivers/spi/spidev.c`.
const BUFFER_BYTES: usize = 4096;

/// What spidev rounds transfers up to on the machine that plays it.
const ALIGNMENT: usize = 8;

/// What is on the wires of the buses.
#[derive(Default)]
pub(super) struct SpiWires {
    part: SpiPart,
    strip: SpiPart,
    /// The level of the idle clock of the bus with selects.
    clock_high: bool,
    pub(super) faults: VecDeque<SpiFault>,
}

/// An open device.
#[derive(Debug)]
pub(super) struct Spidev {
    kernel: Played,
    name: &'static str,
    mode: u8,
    hz: u32,
}

impl Spidev {
    pub(super) fn new(kernel: Played, name: &'static str) -> Spidev {
        Spidev { kernel, name, mode: 0, hz: 0 }
    }

    fn wire(&self) -> &'static str {
        if self.name == "strip" { "strip" } else { "spi" }
    }

    /// Clocks a word, from a quarter of a bit on to a quarter before the end.
    fn word(&self, mosi: u8) -> u8 {
        let mut state = self.kernel.state();
        let part = if self.name == "strip" { &mut state.spi.strip } else { &mut state.spi.part };
        let miso = part.exchange(mosi);
        let word_ns = 8_000_000_000_u64.div_ceil(u64::from(self.hz.max(1)));
        let at_ns = state.clock.now_ns();
        state.clock.skip_ns(word_ns);
        let what = What::Word { mosi, miso };
        let quarter_ns = word_ns / 32;
        let (first_ns, last_ns) = (at_ns + quarter_ns, at_ns + word_ns - quarter_ns);
        state.events.push(Event { at_ns: first_ns, until_ns: last_ns, wire: self.wire().to_owned(), what });
        miso
    }

    fn transfers(&self, transfers: &mut [SpiTransfer<'_>], fault: Option<SpiFault>) -> Result<(), Errno> {
        let mut clocked = 0;
        for transfer in transfers.iter_mut() {
            let len = transfer.tx.map(<[u8]>::len).or(transfer.rx.as_ref().map(|rx| rx.len())).unwrap_or_default();
            for word in 0..len {
                if fault == Some(SpiFault::Bus { word: clocked }) {
                    return Err(Errno::IO);
                }
                clocked += 1;
                // Without anything to send, the kernel sends zeros.
                let miso = self.word(transfer.tx.and_then(|tx| tx.get(word)).copied().unwrap_or_default());
                if let Some(place) = transfer.rx.as_mut().and_then(|rx| rx.get_mut(word)) {
                    *place = miso;
                }
            }
            self.kernel.state().clock.skip_ns(u64::from(transfer.delay_us) * 1000);
        }
        Ok(())
    }

    /// Carries out a message with the select active, if the device has one.
    fn under_select(&self, transfers: &mut [SpiTransfer<'_>]) -> Result<(), Errno> {
        if self.mode & SPI_NO_CS != 0 {
            return self.transfers(transfers, None);
        }
        let device = || self.name.to_owned();
        let mut state = self.kernel.state();
        let fault = if self.name == "device" { state.spi.faults.pop_front() } else { None };
        if fault == Some(SpiFault::Held) {
            return Err(Errno::BUSY);
        }
        let high = self.mode & SPI_CPOL != 0;
        if state.spi.clock_high != high {
            state.spi.clock_high = high;
            state.event("spi", What::Clock { high });
        }
        state.event("spi", What::Select { device: device() });
        state.spi.part.select();
        drop(state);
        let result = self.transfers(transfers, fault);
        // The core makes the select inactive whatever happened: `spi_transfer_one_message` of `drivers/spi/spi.c`.
        self.kernel.state().event("spi", What::Deselect { device: device() });
        result
    }
}

impl SpiFile for Spidev {
    fn mode(&mut self) -> Result<u8, Errno> {
        Ok(self.mode)
    }

    fn set_mode(&mut self, mode: u8) -> Result<(), Errno> {
        self.mode = mode;
        Ok(())
    }

    fn set_bits_per_word(&mut self, bits: u8) -> Result<(), Errno> {
        if bits == 8 { Ok(()) } else { Err(Errno::INVAL) }
    }

    fn set_frequency(&mut self, hz: u32) -> Result<(), Errno> {
        self.hz = hz;
        Ok(())
    }

    fn message(&mut self, transfers: &mut [SpiTransfer<'_>]) -> Result<(), Errno> {
        let sum = |lengths: &mut dyn Iterator<Item = usize>| -> usize {
            lengths.map(|len| len.next_multiple_of(ALIGNMENT)).sum()
        };
        let sent = sum(&mut transfers.iter().filter_map(|transfer| transfer.tx.map(<[u8]>::len)));
        let received = sum(&mut transfers.iter().filter_map(|transfer| transfer.rx.as_ref().map(|rx| rx.len())));
        if sent.max(received) > BUFFER_BYTES {
            return Err(Errno::MSGSIZE);
        }
        self.kernel.state().clock.hold(true);
        let result = self.under_select(transfers);
        self.kernel.state().clock.hold(false);
        result
    }
}

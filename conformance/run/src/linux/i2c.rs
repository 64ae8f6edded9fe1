//! I2C adapters: `I2C_RDWR` as the kernel carries it out. <https://docs.kernel.org/i2c/i2c-protocol.html>

use std::collections::VecDeque;
use std::ffi::c_ulong;

use embedded_hal::i2c::Operation;
use wasm_embedded_conformance::bench::I2cPart;
use wasm_embedded_conformance::{Event, I2cFault, What};
use wasm_embedded_linux::{Address, Errno, I2cFile};

use super::kernel::{Played, State};

// include/uapi/linux/i2c.h
const I2C_FUNC_I2C: c_ulong = 0x1;
const I2C_FUNC_10BIT_ADDR: c_ulong = 0x2;
const I2C_FUNC_SMBUS_QUICK: c_ulong = 0x1_0000;

/// `I2C_RDWR_IOCTL_MAX_MSGS`, and the bytes of a message that `i2cdev_ioctl_rdwr` takes.
const MAX_MESSAGES: usize = 42;
const MAX_MESSAGE_BYTES: usize = 8192;

/// A bit at 100 kHz.
const BIT_NS: u64 = 10_000;

/// The first five bits of a ten-bit address. I2C-bus specification (NXP UM10204, revision 7.0), section 3.1.11.
const TEN_BIT_HEADER: u8 = 0xf0;

/// What is on the wires of the bus.
pub(super) struct I2cWires {
    parts: [I2cPart; 3],
    pub(super) faults: VecDeque<I2cFault>,
}

impl Default for I2cWires {
    fn default() -> I2cWires {
        I2cWires { parts: I2cPart::all(), faults: VecDeque::new() }
    }
}

/// An adapter of the bus.
#[derive(Debug)]
pub(super) struct Adapter {
    pub(super) kernel: Played,
    pub(super) ten_bits: bool,
}

impl I2cFile for Adapter {
    fn functions(&mut self) -> Result<c_ulong, Errno> {
        let ten_bits = if self.ten_bits { I2C_FUNC_10BIT_ADDR } else { 0 };
        Ok(I2C_FUNC_I2C | I2C_FUNC_SMBUS_QUICK | ten_bits)
    }

    fn claim(&mut self, _address: Address) -> Result<(), Errno> {
        Ok(())
    }

    fn transfer(&mut self, address: Address, messages: &mut [Operation<'_>]) -> Result<usize, Errno> {
        let len = |message: &Operation<'_>| match message {
            Operation::Read(buffer) => buffer.len(),
            Operation::Write(bytes) => bytes.len(),
        };
        if messages.len() > MAX_MESSAGES || messages.iter().any(|message| len(message) > MAX_MESSAGE_BYTES) {
            return Err(Errno::INVAL);
        }
        let mut state = self.kernel.state();
        state.clock.hold(true);
        let fault = state.i2c.faults.pop_front().map(errno);
        let mut transfer = Transfer { state: &mut state, address, addressed: false, fault };
        let result = messages.iter_mut().try_for_each(|message| transfer.message(message));
        if !messages.is_empty() {
            state.event("i2c", What::Stop);
            state.clock.skip_ns(BIT_NS);
        }
        state.clock.hold(false);
        result.map(|()| messages.len())
    }
}

/// What a driver answers to a fault. <https://docs.kernel.org/i2c/fault-codes.html>
fn errno(fault: I2cFault) -> Errno {
    match fault {
        I2cFault::ArbitrationLoss => Errno::AGAIN,
        I2cFault::MisplacedStart | I2cFault::MisplacedStop | I2cFault::Overrun => Errno::IO,
        _ => Errno::NOMEM,
    }
}

/// One transaction.
struct Transfer<'a> {
    state: &'a mut State,
    address: Address,
    /// Whether there was a START, and a ten-bit address is complete.
    addressed: bool,
    /// What goes wrong after the next byte of data.
    fault: Option<Errno>,
}

impl Transfer<'_> {
    /// Carries out one message: a START of its own, the address, and the bytes. The last byte of a read is not acknowledged.
    fn message(&mut self, message: &mut Operation<'_>) -> Result<(), Errno> {
        self.start(matches!(message, Operation::Read(_)))?;
        match message {
            Operation::Write(bytes) => {
                for byte in bytes.iter() {
                    let mut acknowledged = false;
                    for part in self.listening() {
                        acknowledged |= part.write(*byte);
                    }
                    self.byte(*byte, acknowledged)?;
                    if !acknowledged {
                        return Err(Errno::REMOTEIO);
                    }
                }
            }
            Operation::Read(buffer) => {
                let last = buffer.len().saturating_sub(1);
                for (index, place) in buffer.iter_mut().enumerate() {
                    *place = self.listening().fold(0xff, |bus, part| bus & part.read());
                    self.byte(*place, index != last)?;
                }
            }
        }
        Ok(())
    }

    /// Sends START and address, which are the beginning of a write first if a ten-bit address is not complete yet.
    fn start(&mut self, reads: bool) -> Result<(), Errno> {
        let what = if self.addressed { What::RepeatedStart } else { What::Start };
        self.state.event("i2c", what);
        self.state.clock.skip_ns(BIT_NS);
        let read = u8::from(reads);
        let bytes = match self.address {
            Address::SevenBit(address) => vec![(address << 1) | read],
            Address::TenBit(address) => {
                let [high, low] = address.to_be_bytes();
                let header = TEN_BIT_HEADER | (high << 1);
                if reads && self.addressed { vec![header | 1] } else { vec![header, low] }
            }
        };
        let (address, ten_bits) = match self.address {
            Address::SevenBit(address) => (u16::from(address), false),
            Address::TenBit(address) => (address, true),
        };
        let acknowledged = self.state.i2c.parts.iter_mut().fold(false, |any, part| any | part.start(address, ten_bits));
        for byte in &bytes {
            self.push(*byte, acknowledged);
            if !acknowledged {
                return Err(Errno::NXIO);
            }
        }
        let complete = self.addressed || !ten_bits || !reads;
        self.addressed = true;
        if complete { Ok(()) } else { self.start(reads) }
    }

    fn listening(&mut self) -> impl Iterator<Item = &mut I2cPart> {
        let meant = match self.address {
            Address::SevenBit(address) => (u16::from(address), false),
            Address::TenBit(address) => (address, true),
        };
        self.state.i2c.parts.iter_mut().filter(move |part| (part.address, part.ten_bits) == meant)
    }

    /// Sends a byte of data, and fails if something goes wrong.
    fn byte(&mut self, value: u8, acknowledged: bool) -> Result<(), Errno> {
        self.push(value, acknowledged);
        self.fault.take().map_or(Ok(()), Err)
    }

    fn push(&mut self, value: u8, acknowledged: bool) {
        let at_ns = self.state.clock.now_ns();
        self.state.clock.skip_ns(9 * BIT_NS);
        let what = What::Byte { value, acknowledged };
        self.state.events.push(Event { at_ns, until_ns: at_ns + 9 * BIT_NS, wire: "i2c".to_owned(), what });
    }
}

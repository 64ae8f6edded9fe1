//! The I2C controllers.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ops::Deref;

use critical_section::Mutex;
use embedded_hal::i2c::{Error as _, ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};
use rp235x_hal::fugit::RateExtU32;
use rp235x_hal::gpio::{DynPinId, DynPullType, FunctionI2c, Pin};
use rp235x_hal::i2c::{I2C, I2cDevice, ValidatedPinScl, ValidatedPinSda};
use rp235x_hal::pac::RESETS;
use rp235x_hal::pac::i2c0::RegisterBlock;

use crate::chip::{self, CLOCK};
use crate::pins;

/// The fastest clock of the controller that the hal sets up: fast mode plus.
const GREATEST_FREQUENCY_HZ: u32 = 1_000_000;

/// A STOP takes ten microseconds at 100 kHz: so many looks are far past it, at any clock.
const PATIENCE: u32 = 1_000_000;

/// A bus of any controller.
trait AnyBus: Send {
    fn run(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), ErrorKind>;
}

impl<B: I2c + Send> AnyBus for B {
    fn run(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
        self.transaction(address, operations).map_err(|error| error.kind())
    }
}

/// A bus that several labels of one guest share.
#[derive(Clone)]
pub(crate) struct Bus {
    block: u8,
    controller: Arc<Mutex<RefCell<Box<dyn AnyBus>>>>,
}

impl Bus {
    /// Opens a controller on two pins, with the pull-ups of the chip: for short wires they do, as any board's own add to them.
    pub(crate) fn open(block: u8, sda: u8, scl: u8, frequency_hz: u32) -> Result<Bus, String> {
        let mut chip = chip::peripherals();
        let bus = match block {
            0 => on(chip.I2C0, sda, scl, frequency_hz, &mut chip.RESETS)?,
            1 => on(chip.I2C1, sda, scl, frequency_hz, &mut chip.RESETS)?,
            _ => return Err(format!("unknown block I2C{block}")),
        };
        Ok(Bus { block, controller: Arc::new(Mutex::new(RefCell::new(bus))) })
    }

    fn run(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
        critical_section::with(|cs| {
            let result = self.controller.borrow_ref_mut(cs).run(address, operations);
            let chip = chip::peripherals();
            let registers: &RegisterBlock = if self.block == 0 { &chip.I2C0 } else { &chip.I2C1 };
            end(registers, result)
        })
    }
}

/// Waits until the controller has ended a transaction, and returns how it did.
///
/// rp235x-hal 0.4.0 does not look for a NACK in a write that fits into the FIFO, and leaves it to the next transaction, which the
/// controller then ignores. After a NACK in a read it leaves the STOP to the next one, which takes it for its own.
/// RP2350 datasheet, section 12.2.17, registers `IC_RAW_INTR_STAT`, `IC_TX_ABRT_SOURCE` and `IC_CLR_INTR`.
fn end(registers: &RegisterBlock, result: Result<(), ErrorKind>) -> Result<(), ErrorKind> {
    let ended = (0..PATIENCE).any(|_| registers.ic_status().read().mst_activity().is_idle());
    let aborted = registers.ic_tx_abrt_source().read();
    // Reading it clears all of them.
    registers.ic_clr_intr().read();
    let nobody = aborted.abrt_7b_addr_noack().is_active();
    match result {
        Ok(()) if nobody => Err(ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address)),
        Ok(()) if aborted.abrt_txdata_noack().is_abrt_txdata_noack_generated() => {
            Err(ErrorKind::NoAcknowledge(NoAcknowledgeSource::Data))
        }
        Ok(()) if aborted.arb_lost().bit_is_set() => Err(ErrorKind::ArbitrationLoss),
        Ok(()) if !ended || aborted.bits() != 0 => Err(ErrorKind::Bus),
        result => result,
    }
}

fn on<D>(device: D, sda: u8, scl: u8, frequency_hz: u32, resets: &mut RESETS) -> Result<Box<dyn AnyBus>, String>
where
    D: I2cDevice + Deref<Target = RegisterBlock> + Send + 'static,
{
    let wire = |number: u8| -> Result<Pin<DynPinId, FunctionI2c, DynPullType>, String> {
        let mut pin = pins::pin(number);
        pin.set_pull_type(DynPullType::Up);
        pin.try_into_function().map_err(|_| pins::unfit(number))
    };
    let sda = ValidatedPinSda::validate(wire(sda)?, &device).map_err(|_| pins::unfit(sda))?;
    let scl = ValidatedPinScl::validate(wire(scl)?, &device).map_err(|_| pins::unfit(scl))?;
    let frequency = frequency_hz.clamp(1, GREATEST_FREQUENCY_HZ).Hz();
    Ok(Box::new(I2C::new_controller(device, sda, scl, frequency, resets, CLOCK)))
}

impl ErrorType for Bus {
    type Error = ErrorKind;
}

impl I2c for Bus {
    /// An empty write among others adds nothing to them. One alone is an error: the controller sends no address without a byte.
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
        let is_empty = |operation: &Operation<'_>| match operation {
            Operation::Read(buffer) => buffer.is_empty(),
            Operation::Write(bytes) => bytes.is_empty(),
        };
        if !operations.iter().any(is_empty) {
            return self.run(address, operations);
        }
        let filled = operations.iter_mut().filter(|operation| !is_empty(operation));
        let mut filled: Vec<Operation<'_>> = filled
            .map(|operation| match operation {
                Operation::Read(buffer) => Operation::Read(buffer),
                Operation::Write(bytes) => Operation::Write(bytes),
            })
            .collect();
        if filled.is_empty() { Err(ErrorKind::Other) } else { self.run(address, &mut filled) }
    }
}

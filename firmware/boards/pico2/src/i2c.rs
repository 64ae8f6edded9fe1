//! The I2C controllers.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use core::cell::RefCell;
use core::ops::Deref;

use critical_section::Mutex;
use embedded_hal::i2c::{Error as _, ErrorKind, ErrorType, I2c, Operation};
use rp235x_hal::fugit::RateExtU32;
use rp235x_hal::gpio::{DynPinId, DynPullType, FunctionI2c, Pin};
use rp235x_hal::i2c::{I2C, I2cDevice, ValidatedPinScl, ValidatedPinSda};
use rp235x_hal::pac::RESETS;
use rp235x_hal::pac::i2c0::RegisterBlock;

use crate::chip::{self, CLOCK};
use crate::pins;

/// The fastest clock of the controller that the hal sets up: fast mode plus.
const GREATEST_FREQUENCY_HZ: u32 = 1_000_000;

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
pub(crate) struct Bus(Arc<Mutex<RefCell<Box<dyn AnyBus>>>>);

impl Bus {
    /// Opens a controller on two pins, with the pull-ups of the chip: for short wires they do, as any board's own add to them.
    pub(crate) fn open(block: u8, sda: u8, scl: u8, frequency_hz: u32) -> Result<Bus, String> {
        let mut chip = chip::peripherals();
        let bus = match block {
            0 => on(chip.I2C0, sda, scl, frequency_hz, &mut chip.RESETS)?,
            1 => on(chip.I2C1, sda, scl, frequency_hz, &mut chip.RESETS)?,
            _ => return Err(format!("unknown block I2C{block}")),
        };
        Ok(Bus(Arc::new(Mutex::new(RefCell::new(bus)))))
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
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
        critical_section::with(|cs| self.0.borrow_ref_mut(cs).run(address, operations))
    }
}

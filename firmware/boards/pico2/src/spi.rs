//! The SPI controllers, with select lines that the processor drives.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use core::cell::RefCell;

use critical_section::Mutex;
use embedded_hal::digital::OutputPin as _;
use embedded_hal::spi::{MODE_0, Mode, Operation, SpiBus};
use rp235x_hal::fugit::RateExtU32;
use rp235x_hal::gpio::{DynPinId, DynPullType, FunctionSpi, Pin};
use rp235x_hal::pac::RESETS;
use rp235x_hal::spi::{
    Enabled, FrameFormat, Spi, SpiDevice as Controller, ValidSpiPinout, ValidatedPinRx, ValidatedPinSck, ValidatedPinTx,
};
use wasm_embedded_host::spi::Error;
use wasm_embedded_policy::Label;
use wasm_embedded_policy::chip::{ChipBus, SpiPins};

use crate::chip::{self, CLOCK};
use crate::pins::{self, Output};

/// A label for a device on one of the controllers, or for a whole bus.
type SpiLabel = Label<wasm_embedded_policy::Spi, ChipBus<SpiPins>>;

/// A bus of any controller.
trait AnyBus: Send {
    fn configure(&mut self, frequency_hz: u32, mode: Mode);
    fn run(&mut self, operation: &mut Operation<'_, u8>);
    fn flush(&mut self);
}

impl<D: Controller + Send, P: ValidSpiPinout<D> + Send> AnyBus for Spi<Enabled, D, P, 8> {
    fn configure(&mut self, frequency_hz: u32, mode: Mode) {
        self.set_baudrate(CLOCK, frequency_hz.Hz());
        self.set_format(FrameFormat::MotorolaSpi(mode));
    }

    fn run(&mut self, operation: &mut Operation<'_, u8>) {
        // The controller of the chip has no way to fail: its type says so.
        let Ok(()) = match operation {
            Operation::Read(buffer) => SpiBus::read(self, buffer),
            Operation::Write(bytes) => SpiBus::write(self, bytes),
            Operation::Transfer(buffer, bytes) => SpiBus::transfer(self, buffer, bytes),
            Operation::TransferInPlace(buffer) => SpiBus::transfer_in_place(self, buffer),
            Operation::DelayNs(ns) => {
                let flushed = SpiBus::flush(self);
                chip::pause_ns(*ns);
                flushed
            }
        };
    }

    fn flush(&mut self) {
        let Ok(()) = SpiBus::flush(self);
    }
}

/// A bus that several labels of one guest share.
#[derive(Clone)]
pub(crate) struct Bus(Arc<Mutex<RefCell<Box<dyn AnyBus>>>>);

impl Bus {
    /// Opens a controller on its pins.
    pub(crate) fn open(block: u8, sck: u8, mosi: u8, miso: Option<u8>) -> Result<Bus, String> {
        let mut chip = chip::peripherals();
        let bus = match block {
            0 => on(chip.SPI0, sck, mosi, miso, &mut chip.RESETS)?,
            1 => on(chip.SPI1, sck, mosi, miso, &mut chip.RESETS)?,
            _ => return Err(format!("unknown block SPI{block}")),
        };
        Ok(Bus(Arc::new(Mutex::new(RefCell::new(bus)))))
    }

    /// Clocks ones with no device selected.
    pub(crate) fn send_init_clocks(&self, label: &SpiLabel) {
        critical_section::with(|cs| {
            let mut bus = self.0.borrow_ref_mut(cs);
            bus.configure(label.frequency_hz, label.mode);
            for _ in 0..label.init_clocks.div_ceil(8) {
                bus.run(&mut Operation::Write(&[0xff]));
            }
            bus.flush();
        });
    }

    /// Returns the device of a label on this bus.
    pub(crate) fn device(&self, label: &SpiLabel, select: Option<Output>) -> Device {
        Device {
            bus: self.clone(),
            select,
            frequency_hz: label.frequency_hz,
            mode: label.mode,
            setup_ns: label.select_setup_ns,
            hold_ns: label.select_hold_ns,
        }
    }
}

fn on<D>(device: D, sck: u8, mosi: u8, miso: Option<u8>, resets: &mut RESETS) -> Result<Box<dyn AnyBus>, String>
where
    D: Controller + Send + 'static,
{
    let wire = |number: u8| -> Result<Pin<DynPinId, FunctionSpi, DynPullType>, String> {
        pins::pin(number).try_into_function().map_err(|_| pins::unfit(number))
    };
    let tx = ValidatedPinTx::validate(wire(mosi)?, &device).map_err(|_| pins::unfit(mosi))?;
    let clock = ValidatedPinSck::validate(wire(sck)?, &device).map_err(|_| pins::unfit(sck))?;
    let format = FrameFormat::MotorolaSpi(MODE_0);
    Ok(match miso {
        Some(miso) => {
            let rx = ValidatedPinRx::validate(wire(miso)?, &device).map_err(|_| pins::unfit(miso))?;
            Box::new(Spi::<_, _, _, 8>::new(device, (tx, rx, clock)).init(resets, CLOCK, 1.MHz(), format))
        }
        None => Box::new(Spi::<_, _, _, 8>::new(device, (tx, clock)).init(resets, CLOCK, 1.MHz(), format)),
    })
}

/// A device, or a bus without a select line: the controller, with how this label wants it.
pub(crate) struct Device {
    bus: Bus,
    select: Option<Output>,
    frequency_hz: u32,
    mode: Mode,
    setup_ns: u32,
    hold_ns: u32,
}

impl wasm_embedded_host::spi::Bus for Device {
    fn run(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        critical_section::with(|cs| {
            let mut bus = self.bus.0.borrow_ref_mut(cs);
            bus.configure(self.frequency_hz, self.mode);
            if let Some(select) = &mut self.select {
                select.set_low().map_err(|_| Error::ChipSelectFault)?;
            }
            if self.setup_ns > 0 {
                chip::pause_ns(self.setup_ns);
            }
            operations.iter_mut().for_each(|operation| bus.run(operation));
            bus.flush();
            if self.hold_ns > 0 {
                chip::pause_ns(self.hold_ns);
            }
            match &mut self.select {
                Some(select) => select.set_high().map_err(|_| Error::ChipSelectFault),
                None => Ok(()),
            }
        })
    }
}

//! The I2C controllers, driven by their registers: a transaction is commands in their FIFO, and how it ended is asked once, after it.
//!
//! rp235x-hal 0.4.0 sets a controller up here, and no more: a write that nobody acknowledges is a success with it
//! (`findings/rp235x-hal-write-to-nobody-is-ok.sh`).

use alloc::format;
use alloc::string::String;
use core::ops::Deref;

use embedded_hal::i2c::{NoAcknowledgeSource, Operation};
use rp235x_hal::fugit::RateExtU32;
use rp235x_hal::gpio::{DynPinId, DynPullType, FunctionI2c, Pin};
use rp235x_hal::i2c::{I2C, I2cDevice, ValidatedPinScl, ValidatedPinSda};
use rp235x_hal::pac::RESETS;
use rp235x_hal::pac::i2c0::RegisterBlock;
use rp235x_hal::pac::i2c0::ic_con::IC_10BITADDR_MASTER_A as Width;
use wasm_embedded_host::i2c::{self, Address, Error};

use crate::chip::{self, CLOCK};
use crate::pins;

/// The clocks of the controller that the hal sets up: what its counters of 16 bits can make, to fast mode plus.
const LEAST_FREQUENCY_HZ: u32 = 1_400;
const GREATEST_FREQUENCY_HZ: u32 = 1_000_000;

/// How many bytes may have been asked for and not taken. RP2350 datasheet, section 12.2.2, "IP configuration".
const FIFO: usize = 16;

/// How long nothing may move. Parts that hold the clock do so for a tenth of a second at most.
const PATIENCE_US: u64 = 250_000;

/// A bus that several labels of one guest share.
#[derive(Clone, Copy)]
pub(crate) struct Bus {
    block: u8,
}

/// Nothing more moves: the controller has given up, or a line is held.
struct Stuck;

impl Bus {
    /// Opens a controller on two pins, with the pull-ups of the chip: for short wires they do, as any board's own add to them.
    pub(crate) fn open(block: u8, sda: u8, scl: u8, frequency_hz: u32) -> Result<Bus, String> {
        if frequency_hz < LEAST_FREQUENCY_HZ {
            return Err(format!(
                "I2C{block} cannot run at {frequency_hz} Hz: its slowest clock has {LEAST_FREQUENCY_HZ} Hz"
            ));
        }
        let mut chip = chip::peripherals();
        match block {
            0 => set_up(chip.I2C0, sda, scl, frequency_hz, &mut chip.RESETS)?,
            1 => set_up(chip.I2C1, sda, scl, frequency_hz, &mut chip.RESETS)?,
            _ => return Err(format!("unknown block I2C{block}")),
        }
        Ok(Bus { block })
    }
}

impl i2c::Bus for Bus {
    /// An empty write among others adds nothing to them. One alone is an error: the controller sends no address without a byte.
    fn transaction(&mut self, address: Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        let Some(last) = operations.iter().rposition(|operation| !is_empty(operation)) else {
            return Err(Error::Unsupported);
        };
        let chip = chip::peripherals();
        let registers: &RegisterBlock = if self.block == 0 { &chip.I2C0 } else { &chip.I2C1 };
        set_target(registers, address);
        let mut moved = Ok(());
        for (index, operation) in operations.iter_mut().enumerate() {
            moved = moved.and_then(|()| match operation {
                Operation::Read(buffer) => read(registers, buffer, index == last),
                Operation::Write(bytes) => write(registers, bytes, index == last),
            });
        }
        end(registers, moved)
    }
}

fn is_empty(operation: &Operation<'_>) -> bool {
    match operation {
        Operation::Read(buffer) => buffer.is_empty(),
        Operation::Write(bytes) => bytes.is_empty(),
    }
}

/// Has the controller call a target from now on: it takes another address only while it is disabled.
fn set_target(registers: &RegisterBlock, address: Address) {
    let (width, number) = match address {
        Address::SevenBit(address) => (Width::ADDR_7BITS, u16::from(address)),
        Address::TenBit(address) => (Width::ADDR_10BITS, address),
    };
    registers.ic_enable().write(|w| w.enable().disabled());
    registers.ic_con().modify(|_, w| w.ic_10bitaddr_master().variant(width));
    #[expect(unsafe_code, reason = "a field of a register without a type")]
    // SAFETY: the host's addresses have seven or ten bits, as the field.
    registers.ic_tar().write(|w| unsafe { w.ic_tar().bits(number) });
    // Reading it clears what the last transaction left.
    registers.ic_clr_intr().read();
    registers.ic_enable().write(|w| w.enable().enabled());
}

fn write(registers: &RegisterBlock, bytes: &[u8], stops: bool) -> Result<(), Stuck> {
    for (index, byte) in bytes.iter().enumerate() {
        wait(registers, || registers.ic_status().read().tfnf().is_not_full())?;
        #[expect(unsafe_code, reason = "a field of a register without a type")]
        // SAFETY: any byte can be sent.
        registers.ic_data_cmd().write(|w| unsafe { w.stop().bit(stops && index + 1 == bytes.len()).dat().bits(*byte) });
    }
    Ok(())
}

/// Asks for bytes ahead, as far as there is room for them, so that the bus need not wait for the processor.
fn read(registers: &RegisterBlock, buffer: &mut [u8], stops: bool) -> Result<(), Stuck> {
    let (len, mut asked) = (buffer.len(), 0);
    for (taken, byte) in buffer.iter_mut().enumerate() {
        wait(registers, || {
            // What was written before may still fill the FIFO: asked again and again, not once.
            while asked < len && asked - taken < FIFO && registers.ic_status().read().tfnf().is_not_full() {
                asked += 1;
                registers.ic_data_cmd().write(|w| w.cmd().read().stop().bit(stops && asked == len));
            }
            registers.ic_status().read().rfne().is_not_empty()
        })?;
        *byte = registers.ic_data_cmd().read().dat().bits();
    }
    Ok(())
}

/// Waits until the controller is ready. After an abort its FIFOs stay empty until the reason is cleared.
fn wait(registers: &RegisterBlock, mut ready: impl FnMut() -> bool) -> Result<(), Stuck> {
    let began_us = chip::now_us();
    while !ready() {
        if registers.ic_raw_intr_stat().read().tx_abrt().is_active() || chip::now_us() - began_us > PATIENCE_US {
            return Err(Stuck);
        }
    }
    Ok(())
}

/// Waits for the STOP, and returns how the transaction ended.
/// RP2350 datasheet, section 12.2.17, registers `IC_RAW_INTR_STAT`, `IC_TX_ABRT_SOURCE` and `IC_CLR_INTR`.
fn end(registers: &RegisterBlock, moved: Result<(), Stuck>) -> Result<(), Error> {
    let is_over = || {
        let raw = registers.ic_raw_intr_stat().read();
        // An abort sends its STOP by itself; one that lost the bus has none to send.
        (raw.stop_det().is_active() || raw.tx_abrt().is_active())
            && registers.ic_status().read().mst_activity().is_idle()
    };
    let began_us = chip::now_us();
    // Nothing moved for as long already: it will not now.
    let hangs = moved.is_err() && registers.ic_raw_intr_stat().read().tx_abrt().is_inactive();
    while !hangs && !is_over() && chip::now_us() - began_us <= PATIENCE_US {}
    let (ended, aborted) = (!hangs && is_over(), registers.ic_tx_abrt_source().read());
    if !ended {
        // The commands that are left would go out with the next address.
        registers.ic_enable().write(|w| w.enable().disabled());
    }
    registers.ic_clr_intr().read();
    let nobody = aborted.abrt_7b_addr_noack().is_active()
        || aborted.abrt_10addr1_noack().is_active()
        || aborted.abrt_10addr2_noack().is_active();
    if nobody {
        Err(Error::NoAcknowledge(NoAcknowledgeSource::Address))
    } else if aborted.abrt_txdata_noack().is_abrt_txdata_noack_generated() {
        Err(Error::NoAcknowledge(NoAcknowledgeSource::Data))
    } else if aborted.arb_lost().bit_is_set() {
        Err(Error::ArbitrationLoss)
    } else if !ended || moved.is_err() || aborted.bits() != 0 {
        Err(Error::Bus)
    } else {
        Ok(())
    }
}

/// Has a controller drive two pins.
fn set_up<D>(device: D, sda: u8, scl: u8, frequency_hz: u32, resets: &mut RESETS) -> Result<(), String>
where
    D: I2cDevice + Deref<Target = RegisterBlock>,
{
    let wire = |number: u8| -> Result<Pin<DynPinId, FunctionI2c, DynPullType>, String> {
        let mut pin = pins::pin(number);
        pin.set_pull_type(DynPullType::Up);
        pin.try_into_function().map_err(|_| pins::unfit(number))
    };
    let sda = ValidatedPinSda::validate(wire(sda)?, &device).map_err(|_| pins::unfit(sda))?;
    let scl = ValidatedPinScl::validate(wire(scl)?, &device).map_err(|_| pins::unfit(scl))?;
    let frequency = frequency_hz.min(GREATEST_FREQUENCY_HZ).Hz();
    I2C::new_controller(device, sda, scl, frequency, resets, CLOCK);
    Ok(())
}

//! H10 to H19 and H22 to H24: what is not granted, and handles that are none.

use alloc::{format, vec};

use embedded_hal::delay::DelayNs as _;
use embedded_hal::i2c::I2c as _;
use embedded_hal::spi::{Operation, SpiDevice as _};
use wasm_embedded_hal::{Delay, I2c, InputPin, OutputPin, SpiDevice};

use crate::raw::{self, SEVEN_BIT, TEN_BIT, code};
use crate::{Failure, granted, refused, say, typed};

pub(crate) fn run(what: &str) -> Result<bool, Failure> {
    match what {
        "near-labels" => {
            labels(&["Bus", "BUS", "bus ", " bus", "bus\0", "bus\u{301}", "bu\u{455}", "ｂus", "", "bu", "buss"])?
        }
        "path-labels" => labels(&["../../dev/mem", "/dev/i2c-0", "spi/../gpio", "./bus", "gpio.LED", "i2c.bus", "*"])?,
        "guess-labels" => guess_labels()?,
        "addresses" => addresses(&[0x2b, 0x50, 0x80, 0xaa, 0xff])?,
        "reserved-addresses" => addresses(&[0, 1, 2, 3, 4, 5, 6, 7, 0x78, 0x79, 0x7a, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f])?,
        "ten-bit-prefix" => ten_bit_prefix()?,
        "ten-bit-addresses" => ten_bit()?,
        "read-only" => read_only()?,
        "directions" => directions()?,
        "open-twice" => open_twice()?,
        "long-delays" => long_delays()?,
        "slow-clock" => slow_clock()?,
        "nothing-granted" => nothing_granted()?,
        "use-after-drop" => drop(raw::read(dropped()?, SEVEN_BIT, 0x2a, 1)),
        "double-drop" => raw::drop_bus(dropped()?),
        "forged-handle" => drop(raw::read(granted(raw::open("bus"))?.wrapping_add(1000), SEVEN_BIT, 0x2a, 1)),
        "handle-of-another-type" => drop(raw::device_read(granted(raw::open("bus"))?, 1)),
        "crossed" => crossed()?,
        "hoard" => hoard()?,
        "churn" => churn()?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn labels(labels: &[&str]) -> Result<(), Failure> {
    for label in labels {
        refused(label, raw::open(label), code::UNKNOWN_LABEL)?;
        refused(label, raw::open_device(label), code::UNKNOWN_LABEL)?;
    }
    typed();
    Ok(())
}

/// H11: a million guesses.
fn guess_labels() -> Result<(), Failure> {
    for number in 0..1_000_000_u32 {
        let label = format!("label{number}");
        if raw::open(&label) != Err(code::UNKNOWN_LABEL) {
            return Err(format!("{label} is answered otherwise").into());
        }
    }
    typed();
    Ok(())
}

fn addresses(addresses: &[u32]) -> Result<(), Failure> {
    let bus = granted(raw::open("bus"))?;
    for &address in addresses {
        refused("read", raw::read(bus, SEVEN_BIT, address, 1), code::I2C_DENIED)?;
        refused("write", raw::write(bus, address, [6_u8].as_ptr().addr(), 1), code::I2C_DENIED)?;
        refused("probe", raw::write(bus, address, 0, 0), code::I2C_DENIED)?;
    }
    typed();
    Ok(())
}

/// H15: the first byte of an address of ten bits, sent as an address of seven.
fn ten_bit_prefix() -> Result<(), Failure> {
    let bus = granted(raw::open("bus"))?;
    for prefix in 0x78..=0x7b {
        refused("prefix", raw::write(bus, prefix, [0x50_u8, 0].as_ptr().addr(), 2), code::I2C_DENIED)?;
    }
    typed();
    Ok(())
}

/// H13, H16: what would be another device if bits were cut off.
fn ten_bit() -> Result<(), Failure> {
    let bus = granted(raw::open("bus"))?;
    for address in [0x2a, 0x12a, 0x3ff, 0x400, 0x42a, 0xffff] {
        refused("ten bits", raw::read(bus, TEN_BIT, address, 1), code::I2C_DENIED)?;
    }
    typed();
    Ok(())
}

/// H17: a write where only reading is granted, and one hidden behind a read.
fn read_only() -> Result<(), Failure> {
    let bus = granted(raw::open("guarded"))?;
    refused("write", raw::write(bus, 0x2c, [0_u8].as_ptr().addr(), 1), code::I2C_DENIED)?;
    let operations = [0_u32, 1, 1, 1];
    let bytes = [0_u8];
    let result = raw::transaction(bus, 0x2c, (operations.as_ptr().addr(), 2), (bytes.as_ptr().addr(), 1));
    refused("read, then write", result, code::I2C_DENIED)?;
    raw::read(bus, SEVEN_BIT, 0x2c, 1).map_err(|error| format!("a read, which is granted: error {error}"))?;
    typed();
    Ok(())
}

/// H17, H18: a pin in another direction, and what is no pin.
fn directions() -> Result<(), Failure> {
    let wrong =
        |opened: bool, what: &str| if opened { Err(Failure::from(format!("{what} was opened"))) } else { Ok(()) };
    wrong(OutputPin::open("BUTTON").is_ok(), "an input as an output")?;
    wrong(InputPin::open("MOTOR").is_ok(), "an output as an input")?;
    wrong(OutputPin::open("device").is_ok(), "an SPI device as a pin")?;
    refused("pin", raw::open("MOTOR"), code::WRONG_KIND)?;
    let _held = OutputPin::open("MOTOR")?;
    wrong(InputPin::open("MOTOR").is_ok(), "an output that is held as an input")?;
    typed();
    Ok(())
}

/// H19: what one handle holds.
fn open_twice() -> Result<(), Failure> {
    granted(raw::open_device("device"))?;
    refused("again", raw::open_device("device"), code::HELD)?;
    let _held = OutputPin::open("MOTOR")?;
    if OutputPin::open("MOTOR").is_ok() {
        return Err("a pin was opened twice".into());
    }
    typed();
    Ok(())
}

/// H41: holds one of two devices, uses a bus of both, and wants the device that another such guest holds.
fn crossed() -> Result<(), Failure> {
    let wanted = match raw::open_device("device") {
        Ok(_) => "slow",
        Err(_) => {
            granted(raw::open_device("slow"))?;
            "device"
        }
    };
    let mut bus = I2c::open("bus")?;
    // The other one has its device by then.
    Delay.delay_ms(10);
    for _ in 0..100 {
        refused(wanted, raw::open_device(wanted), code::HELD)?;
        bus.read(0x2a_u8, &mut [0; 8])?;
        Delay.delay_us(100);
    }
    // The other one has ended its tries by then.
    Delay.delay_ms(100);
    typed();
    Ok(())
}

/// H35: delays that hold the select line.
fn long_delays() -> Result<(), Failure> {
    let mut device = SpiDevice::open("device")?;
    for operations in
        [&mut [Operation::DelayNs(u32::MAX)][..], &mut [Operation::Write(&[1]), Operation::DelayNs(50_000_001)]]
    {
        match device.transaction(operations) {
            Err(wasm_embedded_hal::spi::Error::TooLong) => {}
            other => return Err(format!("a long delay: {other:?}").into()),
        }
    }
    let mut many = [const { Operation::DelayNs(1_000_000) }; 60];
    match device.transaction(&mut many) {
        Err(wasm_embedded_hal::spi::Error::TooLong) => typed(),
        other => return Err(format!("many delays: {other:?}").into()),
    }
    Ok(())
}

/// H36: all that a transaction may hold, on the slowest clock.
fn slow_clock() -> Result<(), Failure> {
    let mut slow = SpiDevice::open("slow")?;
    for len in [65_536, 10_000, 300] {
        match slow.write(&vec![0; len]) {
            Err(wasm_embedded_hal::spi::Error::TooLong) => {}
            other => return Err(format!("{len} bytes at 10 kHz: {other:?}").into()),
        }
    }
    slow.write(&[0; 10])?;
    typed();
    Ok(())
}

/// H63: a policy that grants nothing.
fn nothing_granted() -> Result<(), Failure> {
    for label in ["bus", "device", "MOTOR", "guarded"] {
        refused(label, raw::open(label), code::UNKNOWN_LABEL)?;
    }
    typed();
    Ok(())
}

fn dropped() -> Result<u32, Failure> {
    let bus = granted(raw::open("bus"))?;
    raw::drop_bus(bus);
    Ok(bus)
}

/// H23: handles that are never dropped.
fn hoard() -> Result<(), Failure> {
    let mut handles = 0;
    let error = loop {
        match raw::open("bus") {
            Ok(_) if handles > 100_000 => return Err("there is no end of handles".into()),
            Ok(_) => handles += 1,
            Err(error) => break error,
        }
    };
    refused("one more", Err(error), code::REFUSED)?;
    for _ in 0..1000 {
        refused("again", raw::open("bus"), code::REFUSED)?;
    }
    say(&format!("{handles} handles"));
    typed();
    Ok(())
}

/// H23: handles that come and go.
fn churn() -> Result<(), Failure> {
    for _ in 0..10_000_000 {
        raw::drop_bus(granted(raw::open("bus"))?);
    }
    I2c::open("bus")?.write(0x2a_u8, &[])?;
    Ok(())
}

//! The scripted part as a policy has it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use embedded_hal::spi::{MODE_0, MODE_1, MODE_2, MODE_3};

use super::{I2cStep, Scripted, SpiStep, UartEnding, UartStep};
use crate::model::{Addresses, BuildError, Bus, Buses, Fields, Model, Preset, Setting, Settings, Setup, ValueKind};
use crate::part::Part;
use crate::parts::LAST_MS;

/// The scripted part as a policy has it.
pub const MODEL: Model = Model {
    settings: &[
        Setting::new("steps", I2C_STEPS, Preset::OneOf("registers"), "the exchanges that it expects").on(Bus::I2c),
        Setting::new("registers", REGISTERS, Preset::None, "what is in its registers").on(Bus::I2c),
        Setting::new("steps", SPI_STEPS, Preset::Required, "the exchanges that it expects").on(Bus::Spi),
        Setting::new("mode", ValueKind::Integer(0, 3, ""), Preset::Integer(0), "the SPI mode that it is in")
            .on(Bus::Spi),
        Setting::new("steps", UART_STEPS, Preset::Required, "what it waits for and sends").on(Bus::Uart),
        Setting::new("then", ENDINGS, Preset::Text("silent"), "what follows the last step").on(Bus::Uart),
        Setting::new(
            "lenient",
            ValueKind::Switch,
            Preset::Switch(false),
            "whether a run in which the script is not kept to, or not used up, may succeed",
        ),
    ],
    ..Model::new(
        "scripted",
        "a part that answers from a list of exchanges",
        // Nobody is granted a reserved address, so that a part there could never answer.
        Buses { i2c: Some(Addresses { first: 0x08, last: 0x77, usual: None, blocks: |_| 0 }), spi: true, uart: true },
        build,
    )
};

const ENDINGS: ValueKind = ValueKind::Choice(&["silent", "repeat", "hang-up"]);

const fn bytes(key: &'static str, about: &'static str) -> Setting {
    Setting::new(key, ValueKind::Bytes, Preset::None, about)
}

const I2C_STEPS: ValueKind = ValueKind::Records(Fields {
    fields: &[
        bytes("write", "the bytes that the controller writes"),
        bytes("read", "the bytes that the controller reads"),
        Setting::new("nack", ValueKind::Switch, Preset::None, "whether the part does not acknowledge its address"),
    ],
    check: |step| match i2c_step(step) {
        Some(_) => Ok(()),
        None => Err("must be { write = [...] }, { read = [...] } or { nack = true }"),
    },
    example: "[{ write = [0xe3] }, { read = [1, 2] }, { nack = true }]",
});

const REGISTERS: ValueKind = ValueKind::Records(Fields {
    fields: &[
        Setting::new("register", ValueKind::Integer(0, 255, ""), Preset::Required, "the number of the first register"),
        Setting::new("bytes", ValueKind::Bytes, Preset::Required, "the content of the registers from there on"),
    ],
    check: |_| Ok(()),
    example: "[{ register = 0, bytes = [0x12, 0x34] }]",
});

const SPI_STEPS: ValueKind = ValueKind::Records(Fields {
    fields: &[bytes("mosi", "the bytes that the controller sends"), bytes("miso", "the bytes that the part sends")],
    check: |_| Ok(()),
    example: "[{ mosi = [0x9f], miso = [0, 0xef] }]",
});

const UART_STEPS: ValueKind = ValueKind::Records(Fields {
    fields: &[
        bytes("expect", "what the controller must send first"),
        Setting::new("after-ms", ValueKind::Integer(0, LAST_MS, "ms"), Preset::None, "how long the part then waits"),
        bytes("send", "what the part then sends"),
    ],
    check: |step| {
        if uart_step(step) == UartStep::default() {
            return Err("does nothing: add `expect`, `after-ms` or `send`");
        }
        Ok(())
    },
    example: "[{ expect = \"AT\\r\", after-ms = 5, send = \"OK\\r\\n\" }]",
});

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let settings = setup.settings();
    let steps = settings.records("steps").unwrap_or_default();
    let part = match (setup.bus(), settings.records("registers")) {
        (Some(Bus::I2c), Some(registers)) => {
            let registers = registers.iter().map(|record| {
                (record.integer("register").unwrap_or(0), record.bytes("bytes").unwrap_or_default().to_vec())
            });
            Scripted::registers(setup.i2c_address()?, registers)?
        }
        (Some(Bus::I2c), None) => Scripted::i2c(setup.i2c_address()?, steps.iter().filter_map(i2c_step).collect())?,
        (Some(Bus::Spi), _) => {
            let mode = match setup.integer("mode")? {
                0_u8 => MODE_0,
                1 => MODE_1,
                2 => MODE_2,
                _ => MODE_3,
            };
            let bytes = |step: &Settings, key| step.bytes(key).unwrap_or_default().to_vec();
            let step = |step| SpiStep { mosi: bytes(step, "mosi"), miso: bytes(step, "miso") };
            Scripted::spi(mode, steps.iter().map(step).collect())
        }
        (Some(Bus::Uart), _) => {
            let ending = match setup.text("then")? {
                "repeat" => UartEnding::Repeat,
                "hang-up" => UartEnding::HangUp,
                _ => UartEnding::Silent,
            };
            Scripted::uart(steps.iter().map(uart_step).collect(), ending)
        }
        (None, _) => return Err("a scripted part must be on a bus".into()),
    };
    Ok(Box::new(part))
}

fn i2c_step(step: &Settings) -> Option<I2cStep> {
    match (step.bytes("write"), step.bytes("read"), step.get("nack")) {
        (Some(bytes), None, None) => Some(I2cStep::Write(bytes.to_vec())),
        (None, Some(bytes), None) => Some(I2cStep::Read(bytes.to_vec())),
        (None, None, Some(_)) if step.is_on("nack") => Some(I2cStep::Nack),
        _ => None,
    }
}

fn uart_step(step: &Settings) -> UartStep {
    let bytes = |key| -> Vec<u8> { step.bytes(key).unwrap_or_default().to_vec() };
    let after_ms: u64 = step.integer("after-ms").unwrap_or(0);
    UartStep { expect: bytes("expect"), after_ns: after_ms.saturating_mul(1_000_000), send: bytes("send") }
}

//! The settings of a scripted part: the exchanges it expects, or the registers it has.

use embedded_hal::spi::Mode;
use wasm_embedded_sim::parts::scripted::{I2cStep, SpiStep, UartEnding, UartStep};

use super::Buses;
use crate::problem::Finding;
use crate::reader::{Table, Value};
use crate::spi::read_mode;

/// What a scripted part does.
#[derive(Clone, Debug)]
pub enum Script {
    /// Expects exchanges on I2C.
    I2c(Vec<I2cStep>),
    /// Expects exchanges on SPI, in this mode.
    Spi(Mode, Vec<SpiStep>),
    /// Has registers, on I2C.
    Registers(Vec<(u8, Vec<u8>)>),
    /// Expects and sends bytes on a serial port.
    Uart(Vec<UartStep>, UartEnding),
}

impl Script {
    pub(super) fn read(table: &Table<'_>, on: Buses) -> Option<Script> {
        if on.uart {
            return super::uart::read(table);
        }
        table.exclude("steps", "registers", "a scripted part has either `steps` or `registers`");
        let steps = table.get("steps");
        if on.spi {
            let mode = table.get("mode").map_or(Some(embedded_hal::spi::MODE_0), |value| read_mode(&value));
            let Some(steps) = steps else { return missing(table, "`steps = [{ mosi = [0x9f], miso = [0, 0xef] }]`") };
            return Some(Script::Spi(mode?, read_all(&steps, read_spi_step)?));
        }
        if let Some(registers) = table.get("registers") {
            return Some(Script::Registers(read_all(&registers, read_registers)?));
        }
        let Some(steps) = steps else {
            return missing(
                table,
                "`steps = [{ write = [0xe3] }, { read = [1, 2] }, { nack = true }]`, or `registers`",
            );
        };
        Some(Script::I2c(read_all(&steps, read_i2c_step)?))
    }
}

pub(super) fn missing(table: &Table<'_>, help: &str) -> Option<Script> {
    let finding = Finding::new("a scripted part needs a script", table.span.clone(), "this part");
    table.findings.add(finding.help(format!("add {help}")));
    None
}

/// Reads all elements of a list, and reports each that is wrong.
pub(super) fn read_all<T>(value: &Value<'_>, read: impl Fn(&Value<'_>, &Table<'_>) -> Option<T>) -> Option<Vec<T>> {
    let elements = value.list()?.into_iter().map(|element| {
        let table = element.table(element.name.clone())?;
        let item = read(&element, &table);
        table.finish();
        item
    });
    let elements: Vec<Option<T>> = elements.collect();
    elements.into_iter().collect()
}

fn read_i2c_step(element: &Value<'_>, table: &Table<'_>) -> Option<I2cStep> {
    let (write, read, nack) = (table.get("write"), table.get("read"), table.get("nack"));
    match (write, read, nack) {
        (Some(bytes), None, None) => read_bytes(&bytes).map(I2cStep::Write),
        (None, Some(bytes), None) => read_bytes(&bytes).map(I2cStep::Read),
        (None, None, Some(nack)) if nack.as_bool() == Some(true) => Some(I2cStep::Nack),
        _ => {
            element.refuse("must be { write = [...] }, { read = [...] } or { nack = true }", None);
            None
        }
    }
}

fn read_spi_step(_element: &Value<'_>, table: &Table<'_>) -> Option<SpiStep> {
    let bytes = |key| table.get(key).map_or(Some(Vec::new()), |value| read_bytes(&value));
    let (mosi, miso) = (bytes("mosi"), bytes("miso"));
    Some(SpiStep { mosi: mosi?, miso: miso? })
}

fn read_registers(_element: &Value<'_>, table: &Table<'_>) -> Option<(u8, Vec<u8>)> {
    let register =
        table.require("register", "the number of the first register").and_then(|value| value.integer(0..=u8::MAX));
    let bytes =
        table.require("bytes", "the content of the registers from there on").and_then(|value| read_bytes(&value));
    Some((register?, bytes?))
}

pub(super) fn read_bytes(value: &Value<'_>) -> Option<Vec<u8>> {
    let bytes: Vec<Option<u8>> = value.list()?.iter().map(|element| element.integer(0..=u8::MAX)).collect();
    bytes.into_iter().collect()
}

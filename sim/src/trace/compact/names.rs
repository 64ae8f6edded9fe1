//! What is on the board, at the beginning of a block.

use alloc::vec::Vec;

use super::code::{Bytes, put, put_index, put_text};
use super::read::Damaged;
use crate::fault;
use crate::net::{Level, Net};
use crate::pwm::PwmSignal;
use crate::spi::SpiBusId;
use crate::trace::{I2cBusInfo, NetInfo, SelectInfo, SpiBusInfo, Topology, UartInfo};

pub(super) fn write(out: &mut Vec<u8>, topology: &Topology) {
    put_index(out, topology.i2c.len());
    topology.i2c.iter().for_each(|bus| put_text(out, &bus.name));
    put_index(out, topology.spi.len());
    for bus in &topology.spi {
        put_text(out, &bus.name);
        out.extend_from_slice(&[bus.idle, bus.mosi, bus.miso].map(level));
    }
    put_index(out, topology.selects.len());
    for select in &topology.selects {
        put_text(out, &select.name);
        put_index(out, select.bus.0);
        put_index(out, select.net.map_or(0, |net| net.0.saturating_add(1)));
    }
    put_index(out, topology.nets.len());
    for net in &topology.nets {
        put_text(out, &net.name);
        out.push(level(net.level));
        match net.pwm {
            None => out.push(0),
            Some(signal) => {
                out.push(1);
                pwm(out, signal);
            }
        }
    }
    put_index(out, topology.uart.len());
    topology.uart.iter().for_each(|port| put_text(out, &port.name));
}

pub(super) fn read(bytes: &mut Bytes<'_>) -> Result<Topology, Damaged> {
    Ok(Topology {
        i2c: bytes.list(|bytes| Ok(I2cBusInfo { name: bytes.text()? }))?,
        spi: bytes.list(|bytes| {
            let name = bytes.text()?;
            Ok(SpiBusInfo { name, idle: read_level(bytes)?, mosi: read_level(bytes)?, miso: read_level(bytes)? })
        })?,
        selects: bytes.list(|bytes| {
            let (name, bus) = (bytes.text()?, SpiBusId(bytes.index()?));
            Ok(SelectInfo { name, bus, net: bytes.index()?.checked_sub(1).map(Net) })
        })?,
        nets: bytes.list(|bytes| {
            let (name, level) = (bytes.text()?, read_level(bytes)?);
            let pwm = if bytes.byte()? == 0 { None } else { Some(read_pwm(bytes)?) };
            Ok(NetInfo { name, level, pwm })
        })?,
        uart: bytes.list(|bytes| Ok(UartInfo { name: bytes.text()? }))?,
    })
}

pub(super) fn level(level: Level) -> u8 {
    u8::from(level == Level::High)
}

fn read_level(bytes: &mut Bytes<'_>) -> Result<Level, Damaged> {
    Ok(Level::from(bytes.byte()? != 0))
}

pub(super) fn pwm(out: &mut Vec<u8>, signal: PwmSignal) {
    let PwmSignal { from_ns, period_ns, high_ns } = signal;
    [from_ns, period_ns, high_ns].into_iter().for_each(|ns| put(out, ns));
}

pub(super) fn read_pwm(bytes: &mut Bytes<'_>) -> Result<PwmSignal, Damaged> {
    Ok(PwmSignal { from_ns: bytes.number()?, period_ns: bytes.number()?, high_ns: bytes.number()? })
}

/// Returns the name of a fault as this program has it.
pub(super) fn fault_name(name: &str) -> &'static str {
    fault::NAMES.into_iter().find(|known| *known == name).unwrap_or("unknown")
}

//! A policy in words: one line for each label and part.

use wasm_embedded_host::Access;
use wasm_embedded_sim::model::Wiring;

use wasm_embedded_policy::{
    AdcLabel, AddressGrant, BusBackend, ChannelBackend, Chip, DEFAULT_I2C_FREQUENCY_HZ, Device, Fault, FaultPlace,
    I2cLabel, PinBackend, PinDirection, PinLabel, Policy, PwmLabel, Select, SpiLabel, UartLabel,
};

/// Describes every label and every part.
pub(crate) fn policy(policy: &Policy) -> Vec<String> {
    let i2c = policy.i2c.iter().map(i2c);
    let spi = policy.spi.iter().map(spi);
    let pins = policy.pins.iter().map(pin);
    let pwm = policy.pwm.iter().map(pwm);
    let uart = policy.uart.iter().map(uart);
    let adc = policy.adc.iter().map(adc);
    let labels = i2c.chain(spi).chain(pins).chain(pwm).chain(uart).chain(adc);
    labels.chain(policy.devices.iter().map(device)).chain(policy.faults.iter().map(fault)).collect()
}

fn i2c(label: &I2cLabel) -> String {
    let frequency = label.frequency_hz.unwrap_or(DEFAULT_I2C_FREQUENCY_HZ);
    let allow = match label.allow.as_slice() {
        [] => "no address".to_owned(),
        grants => grants.iter().map(AddressGrant::to_string).collect::<Vec<_>>().join(", "),
    };
    format!("i2c {}: {} at {frequency} Hz, grants {allow}", label.label, backend(&label.backend))
}

fn spi(label: &SpiLabel) -> String {
    let kind = match label.select {
        Select::Own => "device",
        Select::None => "bus without select line",
    };
    format!("spi {}: {kind} on {} at {} Hz", label.label, backend(&label.backend), label.frequency_hz)
}

fn pin(label: &PinLabel) -> String {
    let direction = match label.direction {
        PinDirection::Output => "output",
        PinDirection::Input => "input",
        PinDirection::OpenDrain => "open-drain pin",
    };
    let place = match &label.backend {
        PinBackend::Sim(net) => format!("net {net}"),
        PinBackend::Pin { chip: None, pin } => format!("pin {pin}"),
        PinBackend::Pin { chip: Some(Chip::Path(path)), pin } => format!("pin {pin} of {}", path.display()),
        PinBackend::Pin { chip: Some(Chip::Label(label)), pin } => format!("pin {pin} of {label}"),
        PinBackend::Line(line) => format!("line {line}"),
    };
    let inverted = if label.active_low { ", active low" } else { "" };
    format!("gpio {}: {direction} on {place}{inverted}", label.label)
}

fn pwm(label: &PwmLabel) -> String {
    let inverted = if label.active_low { ", active low" } else { "" };
    format!("pwm {}: {} at {} Hz{inverted}", label.label, channel(&label.backend), label.frequency_hz)
}

fn uart(label: &UartLabel) -> String {
    let access = match label.access {
        Access::ReadWrite => "",
        Access::ReadOnly => ", read-only",
    };
    let place = match &label.backend {
        BusBackend::Sim(port) => format!("simulated port {port}"),
        other => backend(other),
    };
    format!("uart {}: {place} at {} baud{access}", label.label, label.baud)
}

fn adc(label: &AdcLabel) -> String {
    format!("adc {}: {}", label.label, channel(&label.backend))
}

fn channel(backend: &ChannelBackend) -> String {
    match backend {
        ChannelBackend::Sim(net) => format!("net {net}"),
        ChannelBackend::Pin(pin) => format!("pin {pin}"),
        ChannelBackend::Linux { path, channel } => format!("channel {channel} of {}", path.display()),
    }
}

fn device(device: &Device) -> String {
    let place = match &device.spec.wiring {
        Wiring::I2c { bus, address } => format!("at {address:#04x} on bus {bus}"),
        Wiring::Spi { label, select: None } => format!("on SPI of {label}"),
        Wiring::Spi { label, select: Some(net) } => format!("on SPI of {label}, selected by net {net}"),
        Wiring::Uart { label } => format!("at the other end of {label}"),
        Wiring::Nets => {
            let nets: Vec<&str> = device.nets().map(|(_, net)| net.get_ref().as_str()).collect();
            format!("on net {}", nets.join(", "))
        }
    };
    format!("part {}: {place}", device.name())
}

fn fault(fault: &Fault) -> String {
    let place = match &fault.place {
        FaultPlace::Label(label) => format!("at label {label}"),
        FaultPlace::Device(name) => format!("at part {name}"),
        FaultPlace::Net(net) => format!("on net {net}"),
        FaultPlace::Controller => "in the controller".to_owned(),
    };
    format!("fault {}: {place}", fault.name)
}

fn backend(backend: &BusBackend) -> String {
    match backend {
        BusBackend::Sim(bus) => format!("simulated bus {bus}"),
        BusBackend::Linux(path) => path.display().to_string(),
        BusBackend::Block(block) => format!("block {}", block.name),
    }
}

//! What the labels of a policy stand for: controllers of simulated buses, ports and pins.

use embedded_hal::spi::SpiBus as _;
use wasm_embedded_policy::{AdcLabel, BusBackend, I2cLabel, Policy, PwmLabel, Select, SpiLabel, UartLabel, suggest};
use wasm_embedded_sim::model::{SpiPlace, Wires};
use wasm_embedded_sim::{
    AdcSettings, I2cBusId, PwmSettings, Sim, SimAdc, SimI2c, SimInput, SimIoPin, SimOutput, SimPwm, SimSpiBus,
    SimSpiDevice, SimUart, SpiSettings, UartId, UartSettings, pwm::MAX_DUTY,
};

use crate::pins;

/// A label with what it stands for.
#[derive(Debug)]
struct Named<T>(String, Option<T>);

/// The labels of a board, each with what it stands for. What is taken is gone, but for I2C buses, which have any number of controllers.
#[derive(Debug)]
pub struct Labels {
    sim: Sim,
    i2c: Vec<Bus>,
    spi: Vec<Spi>,
    pins: Vec<Named<Pin>>,
    /// The pins whose levels are inverted: `active-low`.
    inverted: Vec<String>,
    pwm: Vec<Named<SimPwm>>,
    adc: Vec<Named<SimAdc>>,
    uart: Vec<Port>,
}

/// The bus of a label for I2C.
#[derive(Clone, Debug)]
pub struct Bus {
    /// The label.
    pub label: String,
    /// The name of the bus.
    pub name: String,
    /// The bus.
    pub id: I2cBusId,
    /// Its clock in hertz.
    pub frequency_hz: u32,
}

/// The bus or device of a label for SPI.
#[derive(Clone, Debug)]
pub struct Spi {
    /// The label.
    pub label: String,
    /// Where parts go.
    pub place: SpiPlace,
    /// Its clock, mode and delays.
    pub settings: SpiSettings,
    /// How many bytes of clocks it gets before its first use.
    init_bytes: usize,
    taken: bool,
}

/// The port of a label for serial data.
#[derive(Clone, Debug)]
pub struct Port {
    /// The label.
    pub label: String,
    /// The port.
    pub id: UartId,
    taken: bool,
}

/// A pin of the controller.
#[derive(Debug)]
pub enum Pin {
    /// Driven to both levels.
    Output(SimOutput),
    /// Read.
    Input(SimInput),
    /// Driven low or released, and read.
    OpenDrain(SimIoPin),
}

/// What a label for SPI stands for.
#[derive(Debug)]
pub enum SpiWires {
    /// A device behind a select line.
    Device(SimSpiDevice),
    /// A whole bus.
    Bus(SimSpiBus),
}

/// Why a label cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelError {
    /// The board has no such label.
    #[error("the board has no {kind} with the label `{label}`: {advice}")]
    Unknown {
        /// What was asked for.
        kind: &'static str,
        /// The label.
        label: String,
        /// The nearest label, and the labels that there are.
        advice: String,
    },
    /// It stands for something else.
    #[error("the label `{label}` is not {kind}: {advice}")]
    Other {
        /// The label.
        label: String,
        /// What was asked for.
        kind: &'static str,
        /// What would make it so.
        advice: String,
    },
    /// It was opened before, and only one can have it.
    #[error("the label `{label}` was opened before: only one can have this {kind}")]
    Taken {
        /// What was asked for.
        kind: &'static str,
        /// The label.
        label: String,
    },
}

impl Labels {
    pub(crate) fn new(policy: &Policy, sim: &Sim) -> Labels {
        let pins = pins::add(sim, &policy.pins).into_iter().map(|(label, pin)| Named(label, Some(pin))).collect();
        let i2c = policy.i2c.iter().filter_map(|label| i2c(sim, label)).collect();
        let spi = policy.spi.iter().filter_map(|label| spi(sim, label)).collect();
        let pwm = policy.pwm.iter().filter_map(|label| pwm(sim, label)).collect();
        let adc = policy.adc.iter().filter_map(|label| adc(sim, label)).collect();
        let uart = policy.uart.iter().filter_map(|label| uart(sim, label)).collect();
        let inverted = policy.pins.iter().filter(|label| label.active_low).map(|label| label.label.clone()).collect();
        Labels { sim: sim.clone(), i2c, spi, pins, inverted, pwm, adc, uart }
    }

    /// Returns where parts go that hang on labels.
    pub(crate) fn wires(&self) -> Wires<'_> {
        let spi = self.spi.iter().map(|spi| (spi.label.as_str(), spi.place)).collect();
        Wires { spi, uart: self.uart.iter().map(|port| (port.label.as_str(), port.id)).collect() }
    }

    /// Returns whether the levels of a pin are inverted: `active-low`.
    #[must_use]
    pub fn is_inverted(&self, label: &str) -> bool {
        self.inverted.iter().any(|inverted| inverted == label)
    }

    /// Returns the I2C buses, in the order of the policy.
    #[must_use]
    pub fn buses(&self) -> &[Bus] {
        &self.i2c
    }

    /// Returns the SPI devices and buses, in the order of the policy.
    #[must_use]
    pub fn spi_places(&self) -> &[Spi] {
        &self.spi
    }

    /// Returns the serial ports, in the order of the policy.
    #[must_use]
    pub fn ports(&self) -> &[Port] {
        &self.uart
    }

    /// Returns a controller of the bus of a label.
    ///
    /// # Errors
    ///
    /// There is no such label.
    pub fn i2c(&self, label: &str) -> Result<SimI2c, LabelError> {
        let bus = self.i2c.iter().find(|bus| bus.label == label);
        let bus = bus.ok_or_else(|| unknown("I2C bus", label, self.i2c.iter().map(|bus| bus.label.as_str())))?;
        Ok(self.sim.i2c(bus.id))
    }

    /// Takes the device or bus of a label for SPI.
    ///
    /// # Errors
    ///
    /// There is no such label, or it was taken before.
    pub fn spi(&mut self, label: &str) -> Result<SpiWires, LabelError> {
        const KIND: &str = "SPI device or bus";
        let known: Vec<String> = self.spi.iter().map(|spi| spi.label.clone()).collect();
        let spi = self.spi.iter_mut().find(|spi| spi.label == label);
        let spi = spi.ok_or_else(|| unknown(KIND, label, known.iter().map(String::as_str)))?;
        if std::mem::replace(&mut spi.taken, true) {
            return Err(LabelError::Taken { kind: KIND, label: label.to_owned() });
        }
        Ok(match spi.place {
            SpiPlace::Select(_, select) => SpiWires::Device(self.sim.spi_device(select)),
            SpiPlace::Bus(bus) => SpiWires::Bus(self.sim.spi(bus, spi.settings)),
        })
    }

    /// Takes the pin of a label.
    ///
    /// # Errors
    ///
    /// There is no such label, or it was taken before.
    pub fn pin(&mut self, label: &str) -> Result<Pin, LabelError> {
        take(&mut self.pins, "pin", label)
    }

    /// Takes the PWM output of a label.
    ///
    /// # Errors
    ///
    /// There is no such label, or it was taken before.
    pub fn pwm(&mut self, label: &str) -> Result<SimPwm, LabelError> {
        take(&mut self.pwm, "PWM output", label)
    }

    /// Takes the analogue input of a label.
    ///
    /// # Errors
    ///
    /// There is no such label, or it was taken before.
    pub fn adc(&mut self, label: &str) -> Result<SimAdc, LabelError> {
        take(&mut self.adc, "analogue input", label)
    }

    /// Takes the serial port of a label.
    ///
    /// # Errors
    ///
    /// There is no such label, or it was taken before.
    pub fn uart(&mut self, label: &str) -> Result<SimUart, LabelError> {
        const KIND: &str = "serial port";
        let known: Vec<String> = self.uart.iter().map(|port| port.label.clone()).collect();
        let port = self.uart.iter_mut().find(|port| port.label == label);
        let port = port.ok_or_else(|| unknown(KIND, label, known.iter().map(String::as_str)))?;
        if std::mem::replace(&mut port.taken, true) {
            return Err(LabelError::Taken { kind: KIND, label: label.to_owned() });
        }
        Ok(self.sim.uart(port.id))
    }

    /// Sends the clocks that some labels for SPI ask for before their first use: once.
    pub fn send_init_clocks(&mut self) {
        for spi in &mut self.spi {
            let bytes = std::mem::take(&mut spi.init_bytes);
            if bytes > 0 {
                let (SpiPlace::Select(bus, _) | SpiPlace::Bus(bus)) = spi.place;
                // A simulated bus without a device has nothing to fail.
                let _ = self.sim.spi(bus, spi.settings).write(&vec![0xff; bytes]);
            }
        }
    }
}

fn take<T>(all: &mut [Named<T>], kind: &'static str, label: &str) -> Result<T, LabelError> {
    match all.iter_mut().find(|named| named.0 == label) {
        Some(named) => named.1.take().ok_or_else(|| LabelError::Taken { kind, label: label.to_owned() }),
        None => Err(unknown(kind, label, all.iter().map(|named| named.0.as_str()))),
    }
}

fn unknown<'l>(kind: &'static str, label: &str, known: impl Iterator<Item = &'l str>) -> LabelError {
    let advice = suggest::advice(label, "labels", &known.collect::<Vec<_>>());
    LabelError::Unknown { kind, label: label.to_owned(), advice }
}

fn i2c(sim: &Sim, label: &I2cLabel) -> Option<Bus> {
    let BusBackend::Sim(name) = &label.backend else { return None };
    let frequency_hz = label.frequency_hz();
    let id = sim.i2c_bus(name, frequency_hz);
    Some(Bus { label: label.label.clone(), name: name.clone(), id, frequency_hz })
}

fn spi(sim: &Sim, label: &SpiLabel) -> Option<Spi> {
    let BusBackend::Sim(name) = &label.backend else { return None };
    let bus = sim.spi_bus(name);
    let settings = SpiSettings {
        frequency_hz: label.frequency_hz,
        mode: label.mode,
        select_setup_ns: u64::from(label.select_setup_ns),
        select_hold_ns: u64::from(label.select_hold_ns),
    };
    let place = match label.select {
        Select::Own => SpiPlace::Select(bus, sim.spi_select(bus, &label.label, settings)),
        Select::None => SpiPlace::Bus(bus),
    };
    let init_bytes = usize::try_from(label.init_clocks.div_ceil(8)).unwrap_or(usize::MAX);
    Some(Spi { label: label.label.clone(), place, settings, init_bytes, taken: false })
}

fn pwm(sim: &Sim, label: &PwmLabel) -> Option<Named<SimPwm>> {
    let settings = PwmSettings { frequency_hz: label.frequency_hz, inverted: label.active_low };
    let output = sim.pwm(sim.net(label.backend.net()?), settings, label.initial.of(MAX_DUTY));
    Some(Named(label.label.clone(), Some(output)))
}

fn adc(sim: &Sim, label: &AdcLabel) -> Option<Named<SimAdc>> {
    let settings = AdcSettings {
        resolution_bits: label.resolution_bits.unwrap_or(AdcSettings::default().resolution_bits),
        reference_uv: label.reference_mv.saturating_mul(1_000),
    };
    Some(Named(label.label.clone(), Some(sim.adc(sim.net(label.backend.net()?), settings))))
}

fn uart(sim: &Sim, label: &UartLabel) -> Option<Port> {
    let BusBackend::Sim(name) = &label.backend else { return None };
    let settings = UartSettings {
        baud: label.baud,
        parity: label.parity,
        stop_bits: label.stop_bits,
        receive_bytes: usize::try_from(label.receive_bytes).unwrap_or(usize::MAX),
    };
    Some(Port { label: label.label.clone(), id: sim.uart_port(name, settings), taken: false })
}

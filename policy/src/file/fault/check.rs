//! Every fault is in a place that is simulated and can have it.

use std::collections::{BTreeMap, BTreeSet};

use wasm_embedded_sim::fault::{PartFault, UartFault};
use wasm_embedded_sim::model::Wiring;

use super::{Cause, FailureKind, Fault, FaultPlace};
use crate::Policy;
use crate::file::backend::BusBackend;
use crate::file::channel::ChannelBackend;
use crate::file::device::Device;
use crate::file::gpio::PinBackend;
use crate::file::problem::{Finding, Findings};
use crate::{Parity, suggest};

/// What is at the place of a fault.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Site {
    I2c,
    Spi,
    Net,
    Uart,
    /// An analogue input or a PWM output, and its net.
    Adc,
    Pwm,
    /// A part on I2C, SPI, a serial port, or none.
    PartOnI2c,
    PartOnSpi,
    PartOnUart,
    PartOnNets,
    Controller,
}

/// Where a fault can be on the board of a policy, each place looked up once for all faults.
struct Places<'p> {
    /// The labels, with the key of their hardware for those that are not simulated.
    labels: BTreeMap<&'p str, Result<Site, &'static str>>,
    devices: BTreeMap<&'p str, Site>,
    nets: BTreeSet<&'p str>,
    /// The labels and parts of serial ports that have a parity.
    parities: BTreeSet<(bool, &'p str)>,
}

/// Refuses faults whose place is not there, not simulated, or of another kind.
pub(crate) fn check(policy: &Policy, faults: &[Fault], findings: &Findings) {
    let places = Places::new(policy);
    for fault in faults {
        if findings.is_full() {
            return;
        }
        match places.site(fault) {
            Err(finding) => findings.add(*finding),
            Ok(site) => places.check_cause(fault, site, findings),
        }
    }
}

impl<'p> Places<'p> {
    fn new(policy: &'p Policy) -> Places<'p> {
        let devices = policy.devices.iter().map(|device| {
            let site = match &device.spec.wiring {
                Wiring::I2c { .. } => Site::PartOnI2c,
                Wiring::Spi { .. } => Site::PartOnSpi,
                Wiring::Uart { .. } => Site::PartOnUart,
                Wiring::Nets => Site::PartOnNets,
            };
            (device.name(), site)
        });
        let pins = policy.pins.iter().filter_map(|label| match &label.backend {
            PinBackend::Sim(net) => Some(net.as_str()),
            PinBackend::Pin { .. } | PinBackend::Line(_) => None,
        });
        let parts = policy.devices.iter().flat_map(Device::nets).map(|(_, net)| net.get_ref().as_str());
        let channels = policy.channels().filter_map(|(_, backend, _)| backend.net());
        let ports = policy.uart.iter().filter(|port| port.parity != Parity::None).map(|port| port.label.as_str());
        let mut parities: BTreeSet<(bool, &str)> = ports.map(|label| (true, label)).collect();
        for device in &policy.devices {
            if let Wiring::Uart { label } = &device.spec.wiring
                && parities.contains(&(true, label.as_str()))
            {
                parities.insert((false, device.name()));
            }
        }
        Places {
            labels: label_sites(policy),
            devices: devices.collect(),
            nets: pins.chain(channels).chain(parts).collect(),
            parities,
        }
    }

    fn site(&self, fault: &Fault) -> Result<Site, Box<Finding>> {
        let (message, help) = match &fault.place {
            FaultPlace::Label(label) => match self.labels.get(label.as_str()) {
                Some(Ok(site)) => return Ok(*site),
                Some(Err(key)) => (
                    format!("label `{label}` is hardware (`{key}`), and only simulated labels can have faults"),
                    "simulate the label with `sim = true`, or remove the fault".to_owned(),
                ),
                None => {
                    let simulated = self.labels.iter().filter(|(_, site)| site.is_ok()).map(|(label, _)| *label);
                    let advice = suggest::advice(label, "simulated labels", &simulated.collect::<Vec<_>>());
                    (format!("unknown label `{label}`"), advice)
                }
            },
            FaultPlace::Device(name) => match self.devices.get(name.as_str()) {
                Some(site) => return Ok(*site),
                None => {
                    let names: Vec<&str> = self.devices.keys().copied().collect();
                    (format!("unknown part `{name}`"), suggest::advice(name, "parts", &names))
                }
            },
            FaultPlace::Net(net) if self.nets.contains(net.as_str()) => return Ok(Site::Net),
            FaultPlace::Net(net) => {
                let nets: Vec<&str> = self.nets.iter().copied().collect();
                (format!("unknown simulated net `{net}`"), suggest::advice(net, "nets", &nets))
            }
            FaultPlace::Controller => return Ok(Site::Controller),
        };
        Err(Box::new(Finding::new(message, fault.place_span.clone(), "at this place").help(help)))
    }

    fn check_cause(&self, fault: &Fault, site: Site, findings: &Findings) {
        let on_i2c = matches!(site, Site::I2c | Site::PartOnI2c);
        let on_spi = matches!(site, Site::Spi | Site::PartOnSpi);
        let (fits, needs) = match &fault.cause {
            Cause::I2c(_) => (on_i2c, "an I2C bus: a label for one, or a part on one"),
            Cause::Spi(_) => (on_spi, "SPI: a label for it, or a part on it"),
            Cause::FlipRead(_) | Cause::FlipWrite(_) => (on_i2c || on_spi, "an I2C or SPI bus"),
            Cause::Fail { error: FailureKind::Bus, .. } => (on_i2c, "an I2C bus, with this `error`"),
            Cause::Fail { error: FailureKind::ModeFault | FailureKind::FrameFormat, .. } => {
                (on_spi, "SPI, with this `error`")
            }
            Cause::Fail { .. } => (on_i2c || on_spi, "an I2C or SPI bus"),
            Cause::Net(_) => {
                (matches!(site, Site::Net | Site::Adc | Site::Pwm), "a net: `net = \"NET\"`, or a label of [gpio]")
            }
            Cause::Part(part) => {
                let on_bus = on_i2c || on_spi;
                let is_part = matches!(site, Site::PartOnI2c | Site::PartOnSpi | Site::PartOnUart | Site::PartOnNets);
                match part {
                    PartFault::Panic => (is_part && on_bus, "a part on an I2C or SPI bus: `device = \"NAME\"`"),
                    _ => (is_part, "a part: `device = \"NAME\"`"),
                }
            }
            Cause::Uart(UartFault::Parity) => {
                (self.has_parity(fault), "a serial port with a `parity`: a label of [uart], or a part at one")
            }
            Cause::Uart(_) => {
                (matches!(site, Site::Uart | Site::PartOnUart), "a serial port: a label of [uart], or a part at one")
            }
            Cause::Adc(_) => (site == Site::Adc, "an analogue input: a label of [adc]"),
            Cause::Pwm(_) => (site == Site::Pwm, "a PWM output: a label of [pwm]"),
            Cause::Oversleep { .. } | Cause::DateJump { .. } => (site == Site::Controller, "the controller"),
        };
        if !fits {
            let message = "this fault cannot happen here";
            let finding = Finding::new(message, fault.place_span.clone(), "at this place");
            findings.add(finding.help(format!("it needs {needs}")));
        } else if fault.targets.is_some() && site != Site::I2c {
            let finding = Finding::new("`address` needs a label of an I2C bus", fault.span.clone(), "this fault");
            findings.add(finding.help("remove `address`"));
        }
    }

    /// Returns whether the serial port of a fault has a parity.
    fn has_parity(&self, fault: &Fault) -> bool {
        match &fault.place {
            FaultPlace::Label(label) => self.parities.contains(&(true, label.as_str())),
            FaultPlace::Device(name) => self.parities.contains(&(false, name.as_str())),
            FaultPlace::Net(_) | FaultPlace::Controller => false,
        }
    }
}

/// Returns what each label stands for; of hardware, the key that says so.
fn label_sites(policy: &Policy) -> BTreeMap<&str, Result<Site, &'static str>> {
    let bus = |backend: &BusBackend, site| match backend {
        BusBackend::Sim(_) => Ok(site),
        BusBackend::Linux(_) => Err("path"),
        BusBackend::Block(_) => Err("block"),
    };
    let i2c = policy.i2c.iter().map(|label| (&*label.label, bus(&label.backend, Site::I2c)));
    let spi = policy.spi.iter().map(|label| (&*label.label, bus(&label.backend, Site::Spi)));
    let pins = policy.pins.iter().map(|label| {
        let site = match &label.backend {
            PinBackend::Sim(_) => Ok(Site::Net),
            PinBackend::Pin { .. } => Err("pin"),
            PinBackend::Line(_) => Err("line"),
        };
        (&*label.label, site)
    });
    let uart = policy.uart.iter().map(|label| (&*label.label, bus(&label.backend, Site::Uart)));
    let channel = |backend: &ChannelBackend, site| match backend {
        ChannelBackend::Sim(_) => Ok(site),
        ChannelBackend::Linux { .. } => Err("path"),
        ChannelBackend::Pin(_) => Err("pin"),
    };
    let pwm = policy.pwm.iter().map(|label| (&*label.label, channel(&label.backend, Site::Pwm)));
    let adc = policy.adc.iter().map(|label| (&*label.label, channel(&label.backend, Site::Adc)));
    i2c.chain(spi).chain(pins).chain(uart).chain(pwm).chain(adc).collect()
}

//! Arms the policy's faults.

use wasm_embedded_policy::{
    self as policy, BusBackend, Cause, DEFAULT_I2C_FREQUENCY_HZ, FailureKind, FaultPlace, PinBackend, Policy,
};
use wasm_embedded_sim::fault::{Fault, I2cFailure, I2cFault, PartFault, SpiFailure, SpiFault, Targets};
use wasm_embedded_sim::model::{SpiPlace, Wires, Wiring};
use wasm_embedded_sim::{I2cBusId, Net, PartId, Sim, SpiBusId, SpiSelectId, UartId};

use crate::board::Placed;

/// What a fault of the policy is at.
#[derive(Default)]
struct Site {
    i2c: Option<(I2cBusId, Targets)>,
    spi: Option<(SpiBusId, Option<SpiSelectId>)>,
    net: Option<Net>,
    uart: Option<UartId>,
    part: Option<PartId>,
}

/// Where things are on the board.
pub(crate) struct Sites<'a> {
    pub(crate) sim: &'a Sim,
    pub(crate) policy: &'a Policy,
    pub(crate) wires: &'a Wires<'a>,
    pub(crate) parts: &'a [Placed],
}

impl Sites<'_> {
    /// Arms all faults. The policy was checked: the places are there.
    pub(crate) fn arm(&self) {
        for fault in &self.policy.faults {
            if let Some(simulated) = self.fault(fault) {
                self.sim.inject(simulated, fault.when);
            }
        }
    }

    pub(crate) fn fault(&self, fault: &policy::Fault) -> Option<Fault> {
        let site = self.site(fault);
        let i2c = |cause| site.i2c.map(|(bus, targets)| Fault::I2c { bus, targets, fault: cause });
        let spi = |cause| site.spi.map(|(bus, select)| Fault::Spi { bus, select, fault: cause });
        match fault.cause.clone() {
            Cause::I2c(cause) => i2c(cause),
            Cause::Spi(cause) => spi(cause),
            Cause::FlipRead(flip) => i2c(I2cFault::FlipRead(flip)).or_else(|| spi(SpiFault::FlipRead(flip))),
            Cause::FlipWrite(flip) => i2c(I2cFault::FlipWrite(flip)).or_else(|| spi(SpiFault::FlipWrite(flip))),
            Cause::Fail { byte, error } => i2c(I2cFault::Fail { byte, error: i2c_failure(error) })
                .or_else(|| spi(SpiFault::Fail { byte, error: spi_failure(error) })),
            Cause::Net(cause) => Some(Fault::Net { net: site.net?, fault: cause }),
            Cause::Part(cause) => {
                let targets = site.i2c.map_or(Targets::All, |(_, targets)| targets);
                Some(Fault::Part { part: site.part?, targets, fault: cause })
            }
            Cause::Uart(cause) => Some(Fault::Uart { port: site.uart?, fault: cause }),
            Cause::Adc(cause) => Some(Fault::Adc { net: site.net?, fault: cause }),
            Cause::Pwm(cause) => Some(Fault::Pwm { net: site.net?, fault: cause }),
            Cause::Oversleep { factor } => Some(Fault::Oversleep { factor }),
            Cause::DateJump { seconds } => Some(Fault::DateJump { seconds }),
        }
    }

    pub(crate) fn part_fault(&self, name: &str, fault: PartFault) -> Option<Fault> {
        let site = self.device(name);
        let targets = site.i2c.map_or(Targets::All, |(_, targets)| targets);
        Some(Fault::Part { part: site.part?, targets, fault })
    }

    fn site(&self, fault: &policy::Fault) -> Site {
        match &fault.place {
            FaultPlace::Label(label) => self.label(label, fault.targets.unwrap_or(Targets::All)),
            FaultPlace::Device(name) => self.device(name),
            FaultPlace::Net(net) => Site { net: Some(self.sim.net(net)), ..Site::default() },
            FaultPlace::Controller => Site::default(),
        }
    }

    fn label(&self, name: &str, targets: Targets) -> Site {
        let i2c = self.policy.i2c.iter().find(|label| label.label == name);
        if let Some(BusBackend::Sim(bus)) = i2c.map(|label| &label.backend) {
            return Site { i2c: Some((self.i2c_bus(bus), targets)), ..Site::default() };
        }
        let pin = self.policy.pins.iter().find(|label| label.label == name);
        if let Some(PinBackend::Sim(net)) = pin.map(|label| &label.backend) {
            return Site { net: Some(self.sim.net(net)), ..Site::default() };
        }
        let mut channels = self.policy.channels();
        if let Some(net) = channels.find(|(label, ..)| *label == name).and_then(|(_, backend, _)| backend.net()) {
            return Site { net: Some(self.sim.net(net)), ..Site::default() };
        }
        Site { spi: self.spi(name), uart: self.wires.uart.get(name).copied(), ..Site::default() }
    }

    fn device(&self, name: &str) -> Site {
        let part = self.parts.iter().find(|part| part.name == name).map(|part| part.id);
        let device = self.policy.devices.iter().find(|device| device.name() == name);
        let (i2c, spi, uart) = match device.map(|device| (&device.spec.wiring, device)) {
            Some((Wiring::I2c { bus, address }, device)) => {
                (Some((self.i2c_bus(bus), Targets::from(device.occupied(*address)))), None, None)
            }
            Some((Wiring::Spi { label, .. }, _)) => (None, self.spi(label), None),
            Some((Wiring::Uart { label }, _)) => (None, None, self.wires.uart.get(label.as_str()).copied()),
            Some((Wiring::Nets, _)) | None => (None, None, None),
        };
        Site { i2c, spi, net: None, uart, part }
    }

    fn i2c_bus(&self, name: &str) -> I2cBusId {
        self.sim.i2c_bus(name, DEFAULT_I2C_FREQUENCY_HZ)
    }

    /// Returns the bus of an SPI label, and its select line. What a guest clocks on a whole bus is with all parts on it.
    fn spi(&self, label: &str) -> Option<(SpiBusId, Option<SpiSelectId>)> {
        match self.wires.spi.get(label)? {
            SpiPlace::Select(bus, select) => Some((*bus, Some(*select))),
            SpiPlace::Bus(bus) => Some((*bus, None)),
        }
    }
}

fn i2c_failure(error: FailureKind) -> I2cFailure {
    match error {
        FailureKind::Bus => I2cFailure::Bus,
        FailureKind::Overrun => I2cFailure::Overrun,
        FailureKind::ModeFault | FailureKind::FrameFormat | FailureKind::Other => I2cFailure::Other,
    }
}

fn spi_failure(error: FailureKind) -> SpiFailure {
    match error {
        FailureKind::Overrun => SpiFailure::Overrun,
        FailureKind::ModeFault => SpiFailure::ModeFault,
        FailureKind::FrameFormat => SpiFailure::FrameFormat,
        FailureKind::Bus | FailureKind::Other => SpiFailure::Other,
    }
}

//! What one guest may reach.

use alloc::boxed::Box;
use core::fmt;

use crate::admit::Admission;
use crate::claims::Claims;
use crate::clock::{Clock, Forward};
use crate::delay::{self, Delay};
use crate::digital::{self, Input, Io, Output, Pin};
use crate::grant::{Access, I2cGrant, InputGrant, PinGrant, PwmGrant, SpiGrant};
use crate::interrupt::Interrupt;
use crate::kind::Devices;
use crate::limits::Limits;
use crate::log::{Log, Silent};
use crate::lowered::guest::Guest;
use crate::rate_limit::RateLimited;
use crate::reply::ReplyBuffer;
use crate::{adc, i2c, pwm, spi, uart};

/// Configuration and devices of one guest: everything it may reach, under labels.
///
/// Dropping the context drives the outputs to their `on_exit` levels.
pub struct HalCtx {
    pub(crate) devices: Devices,
    pub(crate) admission: Admission,
    pub(crate) reply: ReplyBuffer,
    pub(crate) delay: Box<dyn Delay>,
    pub(crate) clock: Forward,
    /// What asks the other guests of the board, if there are any.
    pub(crate) claims: Option<Box<dyn Claims>>,
    /// How many handles the guest holds.
    pub(crate) handles: u32,
    /// The guest itself, if its calls come in lowered.
    pub(crate) guest: Guest,
}

/// Builds a [`HalCtx`]. What is not added does not exist for the guest; a label added twice stands for the second device.
#[derive(Debug)]
pub struct HalCtxBuilder(HalCtx);

impl HalCtx {
    /// Returns a builder of a context that grants nothing.
    #[must_use]
    pub fn builder() -> HalCtxBuilder {
        HalCtxBuilder(HalCtx {
            devices: Devices::default(),
            admission: Admission {
                interrupt: Interrupt::default(),
                limits: Limits::default(),
                log: Box::new(Silent),
                #[cfg(feature = "async")]
                calls: crate::calls::Calls::default(),
            },
            reply: ReplyBuffer::default(),
            delay: delay::never(),
            clock: Forward::none(),
            claims: None,
            handles: 0,
            guest: Guest::default(),
        })
    }

    /// Returns what stops this guest.
    #[must_use]
    pub fn interrupt(&self) -> Interrupt {
        self.admission.interrupt.clone()
    }

    /// Drives every output to its `on_exit` level. To be called when the guest has ended, however it ended; dropping the context
    /// does it too. A pin that fails is passed over: the others matter as much. With [`Claims`], these are the outputs that the
    /// guest was the last to hold, and then it holds none.
    pub fn make_safe(&mut self) {
        let claims = &mut self.claims;
        let mut is_its_own = |label: &str| claims.as_mut().is_none_or(|claims| claims.reclaim(label));
        digital::make_safe(&mut self.devices.outputs, &mut is_its_own);
        digital::make_safe(&mut self.devices.ios, &mut is_its_own);
        pwm::make_safe(&mut self.devices.pwm, &mut is_its_own);
        if let Some(claims) = claims {
            claims.leave();
        }
    }

    /// Takes the log out: for what looks at the guest's memory at the same time, or puts another one in its place.
    pub(crate) fn log_out(&mut self) -> Box<dyn Log> {
        core::mem::replace(&mut self.admission.log, Box::new(Silent))
    }
}

impl Drop for HalCtx {
    fn drop(&mut self) {
        self.make_safe();
    }
}

impl fmt::Debug for HalCtx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HalCtx")
            .field("devices", &self.devices)
            .field("limits", &self.admission.limits)
            .finish_non_exhaustive()
    }
}

impl HalCtxBuilder {
    /// Adds an I2C bus: one of the host's own trait, or [`EmbeddedHal`](crate::EmbeddedHal) or [`i2c::BothWidths`] around one of
    /// embedded-hal.
    pub fn i2c(&mut self, label: &str, bus: impl i2c::Bus + 'static, grant: I2cGrant) -> &mut HalCtxBuilder {
        self.0.devices.i2c.add(label, Box::new(bus), grant);
        self
    }

    /// Adds an SPI device: one of the host's own trait, or [`EmbeddedHal`](crate::EmbeddedHal) around one of embedded-hal.
    pub fn spi_device(&mut self, label: &str, device: impl spi::Bus + 'static, grant: SpiGrant) -> &mut HalCtxBuilder {
        self.0.devices.spi_devices.add(label, Box::new(device), grant);
        self
    }

    /// Adds an SPI bus without chip select, [`spi::EmbeddedHalBus`] around one of embedded-hal. Do not add a device of the same bus.
    pub fn spi_bus(&mut self, label: &str, bus: impl spi::Bus + 'static, grant: SpiGrant) -> &mut HalCtxBuilder {
        self.0.devices.spi_buses.add(label, Box::new(bus), grant);
        self
    }

    /// Adds an output, which its maker has driven to the grant's initial level.
    pub fn output(&mut self, label: &str, pin: impl Output + 'static, grant: PinGrant) -> &mut HalCtxBuilder {
        self.0.devices.outputs.add(label, Box::new(pin), Pin::new(grant));
        self
    }

    /// Adds an input.
    pub fn input(&mut self, label: &str, pin: impl Input + 'static, grant: InputGrant) -> &mut HalCtxBuilder {
        self.0.devices.inputs.add(label, Box::new(pin), Pin::new(grant.into()));
        self
    }

    /// Adds an open-drain pin, which its maker has driven to the grant's initial level.
    pub fn io(&mut self, label: &str, pin: impl Io + 'static, grant: PinGrant) -> &mut HalCtxBuilder {
        self.0.devices.ios.add(label, Box::new(pin), Pin::new(grant));
        self
    }

    /// Adds a PWM output, which its maker has set to its first duty.
    pub fn pwm(&mut self, label: &str, mut output: impl pwm::Output + 'static, grant: PwmGrant) -> &mut HalCtxBuilder {
        let pwm = pwm::Pwm::new(grant, output.max_duty());
        self.0.devices.pwm.add(label, Box::new(output), pwm);
        self
    }

    /// Adds a serial port: one of the host's own trait, or [`uart::EmbeddedIo`] around one of embedded-io.
    pub fn uart(&mut self, label: &str, port: impl uart::Port + 'static, access: Access) -> &mut HalCtxBuilder {
        self.0.devices.uart.add(label, Box::new(port), access);
        self
    }

    /// Adds an analogue input.
    pub fn adc(&mut self, label: &str, input: impl adc::Input + 'static) -> &mut HalCtxBuilder {
        self.0.devices.adc.add(label, Box::new(input), ());
        self
    }

    /// Sets the clock that the guest looks at. Without a clock, a guest that looks is stopped.
    pub fn clock<C: Clock + 'static>(&mut self, clock: C) -> &mut HalCtxBuilder {
        self.0.clock = Forward::new(Box::new(clock));
        self
    }

    /// Sets what waits for the guest: [`EmbeddedHal`](crate::EmbeddedHal) around any delay of embedded-hal does. Without a delay, a
    /// guest that waits is stopped.
    pub fn delay(&mut self, delay: impl Delay + 'static) -> &mut HalCtxBuilder {
        self.0.delay = Box::new(delay);
        self
    }

    /// Sets where the guest's messages and the host's refusals go. Without a log they are dropped.
    pub fn log<L: Log + 'static>(&mut self, log: L) -> &mut HalCtxBuilder {
        self.0.admission.log = Box::new(log);
        self
    }

    /// Sets the bounds on what the guest asks for.
    pub fn limits(&mut self, limits: Limits) -> &mut HalCtxBuilder {
        self.0.admission.limits = limits;
        self
    }

    /// Sets what stops the guest, if the embedder has one already.
    pub fn interrupt(&mut self, interrupt: Interrupt) -> &mut HalCtxBuilder {
        self.0.admission.interrupt = interrupt;
        self
    }

    /// Sets what asks the other guests of the board before a label is opened that only one of them may hold at a time. Their
    /// contexts are built with devices that stand for the same hardware, under the same labels.
    pub fn claims<C: Claims + 'static>(&mut self, claims: C) -> &mut HalCtxBuilder {
        self.0.claims = Some(Box::new(claims));
        self
    }

    /// Returns the context, and leaves a builder that grants nothing.
    #[must_use]
    pub fn build(&mut self) -> HalCtx {
        let mut hal = core::mem::replace(self, HalCtx::builder()).0;
        hal.admission.log = Box::new(RateLimited::new(hal.log_out(), hal.admission.limits.log_messages_per_s));
        hal
    }
}

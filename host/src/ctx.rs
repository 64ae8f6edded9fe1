//! What one guest may reach.

use alloc::boxed::Box;
use core::fmt;

use crate::bindings::wasm_embedded::hal::types::OpenError;
use crate::claims::Claims;
use crate::clock::{Clock, Forward};
use crate::delay::{self, Delay};
use crate::digital::{Input, Io, Output, Pin, Pins};
use crate::gate::Gate;
use crate::grant::{Access, I2cGrant, InputGrant, PinGrant, PwmGrant, SpiGrant};
use crate::interrupt::Interrupt;
use crate::limits::Limits;
use crate::log::{Log, Silent};
use crate::refusal::Refusal;
use crate::reply::ReplyBuffer;
use crate::slot::{BrokenHandle, Slots};
use crate::{adc, i2c, pwm, spi, uart};

/// Configuration and devices of one guest: everything it may reach, under labels.
///
/// Dropping the context drives the outputs to their `on_exit` levels.
pub struct HalCtx {
    pub(crate) i2c: Slots<dyn i2c::Bus, I2cGrant>,
    pub(crate) spi_devices: spi::ClockedSlots,
    pub(crate) spi_buses: spi::ClockedSlots,
    pub(crate) pins: Pins,
    pub(crate) pwm: pwm::Outputs,
    pub(crate) uart: uart::Ports,
    pub(crate) adc: adc::Inputs,
    pub(crate) delay: Box<dyn Delay>,
    pub(crate) clock: Forward,
    pub(crate) log: Box<dyn Log>,
    pub(crate) limits: Limits,
    pub(crate) interrupt: Interrupt,
    pub(crate) reply: ReplyBuffer,
    #[cfg(feature = "async")]
    pub(crate) calls: crate::calls::Calls,
    /// What asks the other guests of the board, if there are any.
    claims: Option<Box<dyn Claims>>,
    /// How many handles the guest holds.
    handles: u32,
}

/// Finds the devices of one kind in a context.
pub(crate) type Kind<D, G> = fn(&mut HalCtx) -> &mut Slots<D, G>;

/// Builds a [`HalCtx`]. What is not added does not exist for the guest; a label added twice stands for the second device.
#[derive(Debug)]
pub struct HalCtxBuilder(HalCtx);

impl HalCtx {
    /// Returns a builder of a context that grants nothing.
    #[must_use]
    pub fn builder() -> HalCtxBuilder {
        HalCtxBuilder(HalCtx {
            i2c: Slots::default(),
            spi_devices: Slots::default(),
            spi_buses: Slots::default(),
            pins: Pins::default(),
            pwm: Slots::default(),
            uart: Slots::default(),
            adc: Slots::default(),
            delay: delay::never(),
            clock: Forward::none(),
            log: Box::new(Silent),
            limits: Limits::default(),
            interrupt: Interrupt::default(),
            reply: ReplyBuffer::default(),
            #[cfg(feature = "async")]
            calls: crate::calls::Calls::default(),
            claims: None,
            handles: 0,
        })
    }

    /// Returns what stops this guest.
    #[must_use]
    pub fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Drives every output to its `on_exit` level. To be called when the guest has ended, however it ended; dropping the context
    /// does it too. A pin that fails is passed over: the others matter as much. With [`Claims`], these are the outputs that the
    /// guest was the last to hold, and then it holds none.
    pub fn make_safe(&mut self) {
        let claims = &mut self.claims;
        let mut is_its_own = |label: &str| claims.as_mut().is_none_or(|claims| claims.reclaim(label));
        self.pins.make_safe(&mut is_its_own);
        pwm::make_safe(&mut self.pwm, &mut is_its_own);
        if let Some(claims) = claims {
            claims.leave();
        }
    }

    /// Counts a handle that is being opened.
    pub(crate) fn open_handle(&mut self) -> Result<(), OpenError> {
        if self.handles >= self.limits.handles {
            self.log.refused(&Refusal::Handles { limit: self.limits.handles });
            return Err(OpenError::Refused);
        }
        self.handles += 1;
        Ok(())
    }

    /// Opens a label that one handle at a time may hold, among the devices of its kind.
    pub(crate) fn open_once<D: ?Sized, G>(
        &mut self,
        label: &str,
        wanted: &'static str,
        kind: Kind<D, G>,
    ) -> Result<u32, OpenError> {
        let Some((handle, slot)) = kind(self).find(label) else {
            return Err(self.no_such(label, wanted));
        };
        if slot.open > 0 {
            self.log.refused(&Refusal::Held { label });
            return Err(OpenError::Busy);
        }
        self.open_handle()?;
        if let Some(Err(holder)) = self.claims.as_mut().map(|claims| claims.claim(label)) {
            self.close_handle();
            self.log.refused(&Refusal::HeldBy { label, holder: &holder });
            return Err(OpenError::Busy);
        }
        if let Ok(slot) = kind(self).get(handle) {
            slot.open = 1;
        }
        Ok(handle)
    }

    /// Takes the log out, for a call that looks at the guest's memory at the same time.
    pub(crate) fn log_out(&mut self) -> Box<dyn Log> {
        core::mem::replace(&mut self.log, Box::new(Silent))
    }

    /// Closes what [`open_once`](HalCtx::open_once) opened.
    pub(crate) fn close_once<D: ?Sized, G>(&mut self, handle: u32, kind: Kind<D, G>) -> Result<(), BrokenHandle> {
        let mut claims = self.claims.take();
        let closed = kind(self).get(handle).map(|slot| {
            slot.open = 0;
            if let Some(claims) = &mut claims {
                claims.release(&slot.label);
            }
        });
        self.claims = claims;
        self.close_handle();
        closed
    }

    /// Counts a handle that is dropped.
    pub(crate) fn close_handle(&mut self) {
        self.handles = self.handles.saturating_sub(1);
    }

    /// Returns why a label cannot be opened as what was wanted, and tells the log.
    pub(crate) fn no_such(&mut self, label: &str, wanted: &'static str) -> OpenError {
        let kinds = [
            ("an I2C bus", self.i2c.find(label).is_some()),
            ("an SPI device", self.spi_devices.find(label).is_some()),
            ("an SPI bus", self.spi_buses.find(label).is_some()),
            ("an output pin", self.pins.outputs.find(label).is_some()),
            ("an input pin", self.pins.inputs.find(label).is_some()),
            ("an open-drain pin", self.pins.ios.find(label).is_some()),
            ("a PWM output", self.pwm.find(label).is_some()),
            ("a serial port", self.uart.find(label).is_some()),
            ("an analogue input", self.adc.find(label).is_some()),
        ];
        match kinds.into_iter().find(|(_, there)| *there) {
            Some((is, _)) => {
                self.log.refused(&Refusal::WrongKind { label, is, wanted });
                OpenError::WrongKind
            }
            None => {
                self.log.refused(&Refusal::UnknownLabel { label });
                OpenError::UnknownLabel
            }
        }
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
            .field("i2c", &self.i2c)
            .field("spi_devices", &self.spi_devices)
            .field("spi_buses", &self.spi_buses)
            .field("pins", &self.pins)
            .field("pwm", &self.pwm)
            .field("uart", &self.uart)
            .field("adc", &self.adc)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl HalCtxBuilder {
    /// Adds an I2C bus: one of the host's own trait, or [`EmbeddedHal`](crate::EmbeddedHal) or [`i2c::BothWidths`] around one of
    /// embedded-hal.
    pub fn i2c(&mut self, label: &str, bus: impl i2c::Bus + 'static, grant: I2cGrant) -> &mut HalCtxBuilder {
        self.0.i2c.add(label, Box::new(bus), grant);
        self
    }

    /// Adds an SPI device: one of the host's own trait, or [`EmbeddedHal`](crate::EmbeddedHal) around one of embedded-hal.
    pub fn spi_device(
        &mut self,
        label: &str,
        device: impl spi::Clocked + 'static,
        grant: SpiGrant,
    ) -> &mut HalCtxBuilder {
        self.0.spi_devices.add(label, Box::new(device), grant);
        self
    }

    /// Adds an SPI bus without chip select, [`spi::EmbeddedHalBus`] around one of embedded-hal. Do not add a device of the same bus.
    pub fn spi_bus(&mut self, label: &str, bus: impl spi::Clocked + 'static, grant: SpiGrant) -> &mut HalCtxBuilder {
        self.0.spi_buses.add(label, Box::new(bus), grant);
        self
    }

    /// Adds an output, which its maker has driven to the grant's initial level.
    pub fn output(&mut self, label: &str, pin: impl Output + 'static, grant: PinGrant) -> &mut HalCtxBuilder {
        self.0.pins.outputs.add(label, Box::new(pin), Pin::new(grant));
        self
    }

    /// Adds an input.
    pub fn input(&mut self, label: &str, pin: impl Input + 'static, grant: InputGrant) -> &mut HalCtxBuilder {
        self.0.pins.inputs.add(label, Box::new(pin), Pin::new(grant.into()));
        self
    }

    /// Adds an open-drain pin, which its maker has driven to the grant's initial level.
    pub fn io(&mut self, label: &str, pin: impl Io + 'static, grant: PinGrant) -> &mut HalCtxBuilder {
        self.0.pins.ios.add(label, Box::new(pin), Pin::new(grant));
        self
    }

    /// Adds a PWM output, which its maker has set to its first duty.
    pub fn pwm(&mut self, label: &str, output: impl pwm::Output + 'static, grant: PwmGrant) -> &mut HalCtxBuilder {
        pwm::add(&mut self.0.pwm, label, Box::new(output), grant);
        self
    }

    /// Adds a serial port: one of the host's own trait, or [`uart::EmbeddedIo`] around one of embedded-io.
    pub fn uart(&mut self, label: &str, port: impl uart::Port + 'static, access: Access) -> &mut HalCtxBuilder {
        self.0.uart.add(label, Box::new(port), access);
        self
    }

    /// Adds an analogue input.
    pub fn adc(&mut self, label: &str, input: impl adc::Input + 'static) -> &mut HalCtxBuilder {
        self.0.adc.add(label, Box::new(input), ());
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
        self.0.log = Box::new(log);
        self
    }

    /// Sets the bounds on what the guest asks for.
    pub fn limits(&mut self, limits: Limits) -> &mut HalCtxBuilder {
        self.0.limits = limits;
        self
    }

    /// Sets what stops the guest, if the embedder has one already.
    pub fn interrupt(&mut self, interrupt: Interrupt) -> &mut HalCtxBuilder {
        self.0.interrupt = interrupt;
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
        hal.log = Box::new(Gate::new(hal.log_out(), hal.limits.log_messages_per_s));
        hal
    }
}

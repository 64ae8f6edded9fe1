//! Devices of the caller's, in the place of those that a policy describes. What the label grants stays the policy's.

use wasm_embedded_host::{I2cGrant, PinGrant, PwmGrant, SpiGrant, adc, digital, i2c, pwm, spi, uart};

use super::Board;
use crate::policy::{PinDirection, PinLabel, Policy, Select};

/// A label that is not there, or is of another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the policy has no label `{label}` {kind}", label = .0, kind = .1)]
pub struct NoSuchLabel<'l>(&'l str, &'static str);

impl Board {
    /// Puts an I2C bus behind a label of `policy`, which is the board's, for its first guest. The same goes for the other kinds.
    ///
    /// # Errors
    ///
    /// The policy has no such label.
    pub fn replace_i2c<'l>(
        &mut self,
        policy: &Policy,
        label: &'l str,
        bus: impl i2c::Bus + 'static,
    ) -> Result<(), NoSuchLabel<'l>> {
        let found = policy.i2c.iter().find(|found| found.label == label).ok_or(NoSuchLabel(label, "in [i2c]"))?;
        self.hal().i2c(label, bus, I2cGrant::from(&found.settings));
        Ok(())
    }

    /// Puts an SPI device behind a label, or a bus behind one with `select = "none"`.
    ///
    /// # Errors
    ///
    /// The policy has no such label.
    pub fn replace_spi<'l>(
        &mut self,
        policy: &Policy,
        label: &'l str,
        device: impl spi::Bus + 'static,
    ) -> Result<(), NoSuchLabel<'l>> {
        let found = policy.spi.iter().find(|found| found.label == label).ok_or(NoSuchLabel(label, "in [spi]"))?;
        let grant = SpiGrant::from(&found.settings);
        match found.select {
            Select::Own => self.hal().spi_device(label, device, grant),
            Select::None => self.hal().spi_bus(label, device, grant),
        };
        Ok(())
    }

    /// Puts an output behind a label, and drives it to the level that the policy wants at first.
    ///
    /// # Errors
    ///
    /// The policy has no such label, or it is of another direction.
    pub fn replace_output<'l>(
        &mut self,
        policy: &Policy,
        label: &'l str,
        mut pin: impl digital::Output + 'static,
    ) -> Result<(), NoSuchLabel<'l>> {
        let grant = PinGrant::from(&find_pin(policy, label, PinDirection::Output)?.settings);
        // One that cannot be driven now will say so to the guest.
        let _ = pin.set(grant.electrical(grant.initial));
        self.hal().output(label, pin, grant);
        Ok(())
    }

    /// Puts an input behind a label.
    ///
    /// # Errors
    ///
    /// The policy has no such label, or it is of another direction.
    pub fn replace_input<'l>(
        &mut self,
        policy: &Policy,
        label: &'l str,
        pin: impl digital::Input + 'static,
    ) -> Result<(), NoSuchLabel<'l>> {
        let found = find_pin(policy, label, PinDirection::Input)?;
        self.hal().input(label, pin, (&found.settings).into());
        Ok(())
    }

    /// Puts an open-drain pin behind a label, and drives it as [`Board::replace_output`] does.
    ///
    /// # Errors
    ///
    /// The policy has no such label, or it is of another direction.
    pub fn replace_io<'l>(
        &mut self,
        policy: &Policy,
        label: &'l str,
        mut pin: impl digital::Io + 'static,
    ) -> Result<(), NoSuchLabel<'l>> {
        let grant = PinGrant::from(&find_pin(policy, label, PinDirection::OpenDrain)?.settings);
        let _ = pin.set(grant.electrical(grant.initial));
        self.hal().io(label, pin, grant);
        Ok(())
    }

    /// Puts a PWM output behind a label, with the duty that the policy wants at first.
    ///
    /// # Errors
    ///
    /// The policy has no such label.
    pub fn replace_pwm<'l>(
        &mut self,
        policy: &Policy,
        label: &'l str,
        mut output: impl pwm::Output + 'static,
    ) -> Result<(), NoSuchLabel<'l>> {
        let found = policy.pwm.iter().find(|found| found.label == label).ok_or(NoSuchLabel(label, "in [pwm]"))?;
        let max_duty = output.max_duty();
        let _ = output.set_duty(found.initial.of(max_duty));
        self.hal().pwm(label, output, PwmGrant::from(&found.settings));
        Ok(())
    }

    /// Puts a serial port behind a label.
    ///
    /// # Errors
    ///
    /// The policy has no such label.
    pub fn replace_uart<'l>(
        &mut self,
        policy: &Policy,
        label: &'l str,
        port: impl uart::Port + 'static,
    ) -> Result<(), NoSuchLabel<'l>> {
        let found = policy.uart.iter().find(|found| found.label == label).ok_or(NoSuchLabel(label, "in [uart]"))?;
        self.hal().uart(label, port, found.access);
        Ok(())
    }

    /// Puts an analogue input behind a label.
    ///
    /// # Errors
    ///
    /// The policy has no such label.
    pub fn replace_adc<'l>(
        &mut self,
        policy: &Policy,
        label: &'l str,
        input: impl adc::Input + 'static,
    ) -> Result<(), NoSuchLabel<'l>> {
        policy.adc.iter().find(|found| found.label == label).ok_or(NoSuchLabel(label, "in [adc]"))?;
        self.hal().adc(label, input);
        Ok(())
    }
}

/// Returns the label of a pin that is used in a way.
fn find_pin<'p, 'l>(
    policy: &'p Policy,
    label: &'l str,
    direction: PinDirection,
) -> Result<&'p PinLabel, NoSuchLabel<'l>> {
    let kind = match direction {
        PinDirection::Output => "in [gpio] with `direction = \"output\"`",
        PinDirection::Input => "in [gpio] with `direction = \"input\"`",
        PinDirection::OpenDrain => "in [gpio] with `direction = \"open-drain\"`",
    };
    let found = policy.pins.iter().find(|found| found.label == label && found.direction == direction);
    found.ok_or(NoSuchLabel(label, kind))
}

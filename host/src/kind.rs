//! The kinds of devices that a label can stand for.

use crate::digital::{self, Input, Io, Output, Pin};
use crate::grant::{Access, I2cGrant, SpiGrant};
use crate::slot::Slots;
use crate::{adc, i2c, pwm, spi, uart};

/// A kind of device, by the type of its handles.
pub(crate) trait DeviceKind: 'static {
    /// What the host has behind a label.
    type Device: ?Sized + 'static;
    /// What a label grants, and what is kept of its device.
    type Grant: Kept + 'static;
    /// What the log calls it.
    const NAME: &'static str;
    /// Whether several handles of one label may be open at once.
    const IS_SHARED: bool;
    /// What tells its handles from those of other kinds.
    const NUMBER: u8;

    /// Finds the devices of this kind.
    fn slots(devices: &mut Devices) -> &mut Slots<Self::Device, Self::Grant>;
}

/// What a label grants, and what is kept of its device.
pub(crate) trait Kept {
    /// Forgets what was kept for whoever had the handle that was closed.
    #[inline]
    fn closed(&mut self) {}
}

impl Kept for () {}
impl Kept for Access {}
impl Kept for I2cGrant {}
impl Kept for SpiGrant {}
impl Kept for pwm::Pwm {}

/// Makes [`Devices`] of the table of all kinds.
macro_rules! kinds {
    ($($number:literal $field:ident: $handle:ty, $name:literal, $device:ty, $grant:ty, shared: $is_shared:literal;)*) => {
        /// The devices of a guest, under their labels.
        #[derive(Debug, Default)]
        pub(crate) struct Devices {
            $(pub(crate) $field: Slots<$device, $grant>,)*
        }

        impl Devices {
            /// Returns what a label stands for, as the log calls it.
            pub(crate) fn kind_of(&self, label: &str) -> Option<&'static str> {
                $(if self.$field.find(label).is_some() {
                    return Some($name);
                })*
                None
            }
        }

        $(impl DeviceKind for $handle {
            type Device = $device;
            type Grant = $grant;
            const NAME: &'static str = $name;
            const IS_SHARED: bool = $is_shared;
            const NUMBER: u8 = $number;

            #[inline]
            fn slots(devices: &mut Devices) -> &mut Slots<$device, $grant> {
                &mut devices.$field
            }
        })*
    };
}

kinds! {
    0 i2c: i2c::Handle, "an I2C bus", dyn i2c::Bus, I2cGrant, shared: true;
    1 spi_devices: spi::DeviceHandle, "an SPI device", dyn spi::Bus, SpiGrant, shared: false;
    2 spi_buses: spi::BusHandle, "an SPI bus", dyn spi::Bus, SpiGrant, shared: false;
    3 outputs: digital::OutputHandle, "an output pin", dyn Output, Pin, shared: false;
    4 inputs: digital::InputHandle, "an input pin", dyn Input, Pin, shared: false;
    5 ios: digital::IoHandle, "an open-drain pin", dyn Io, Pin, shared: false;
    6 pwm: pwm::Handle, "a PWM output", dyn pwm::Output, pwm::Pwm, shared: false;
    7 uart: uart::Handle, "a serial port", dyn uart::Port, Access, shared: false;
    8 adc: adc::Handle, "an analogue input", dyn adc::Input, (), shared: false;
}

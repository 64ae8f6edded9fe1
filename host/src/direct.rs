//! A context's devices without a guest: for an operator's tools, with the same grants and limits as a guest's calls.

use core::fmt;

use embedded_hal::{i2c as hal_i2c, spi as hal_spi};

use crate::admit::{Denied, Operations, Refused};
use crate::ctx::HalCtx;
use crate::digital::{self, Level};
use crate::grant::SpiGrant;
use crate::i2c::{self, Address};
use crate::kind::DeviceKind;
use crate::spi;

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectError<E> {
    /// The context does not grant it, or it is past a limit; its log was told. Nothing went out on the wires.
    Refused,
    /// The hardware failed, or cannot do it.
    Failed(E),
}

impl HalCtx {
    /// Carries out one transaction on the I2C bus of a label, as a guest's would be.
    ///
    /// # Errors
    ///
    /// The label, address or direction is not granted, the transaction is past a limit, or the hardware fails.
    pub fn i2c_transaction(
        &mut self,
        label: &str,
        address: Address,
        operations: &mut [hal_i2c::Operation<'_>],
    ) -> Result<(), DirectError<i2c::Error>> {
        self.admit::<i2c::Handle>(label, &Operations(operations.len()))?;
        let admitted = self.admit::<i2c::Handle>(label, &i2c::plan::Plan::of(address, operations))?;
        admitted.device()?.transaction(address, operations).map_err(DirectError::Failed)
    }

    /// Carries out one transaction with the SPI device of a label, or the operations on its bus, as a guest's would be.
    ///
    /// # Errors
    ///
    /// The label is not granted, the transaction is past a limit, or the hardware fails.
    pub fn spi_transaction(
        &mut self,
        label: &str,
        operations: &mut [hal_spi::Operation<'_, u8>],
    ) -> Result<(), DirectError<spi::Error>> {
        if self.devices.spi_buses.find(label).is_some() {
            self.spi_on::<spi::BusHandle>(label, operations)
        } else {
            self.spi_on::<spi::DeviceHandle>(label, operations)
        }
    }

    fn spi_on<K: DeviceKind<Device = dyn spi::Bus, Grant = SpiGrant>>(
        &mut self,
        label: &str,
        operations: &mut [hal_spi::Operation<'_, u8>],
    ) -> Result<(), DirectError<spi::Error>> {
        self.admit::<K>(label, &Operations(operations.len()))?;
        let admitted = self.admit::<K>(label, &spi::plan::Plan::of(operations))?;
        admitted.device()?.run(operations).map_err(DirectError::Failed)
    }

    /// Returns the logical level on the input or open-drain pin of a label.
    ///
    /// # Errors
    ///
    /// The label is not granted as one of these, or the hardware fails.
    pub fn pin_level(&mut self, label: &str) -> Result<Level, DirectError<digital::Error>> {
        let level = if self.devices.ios.find(label).is_some() {
            digital::level::<digital::IoHandle>(self, label)
        } else {
            digital::level::<digital::InputHandle>(self, label)
        };
        level?.map_err(DirectError::Failed)
    }
}

/// The log was told. What no hardware of the kind can do is a failure, as of the hardware itself.
macro_rules! refusals {
    ($($error:ty),*) => {
        $(impl From<Refused> for DirectError<$error> {
            fn from(refused: Refused) -> DirectError<$error> {
                match refused {
                    Refused::Denied(Denied::Unsupported) => DirectError::Failed(<$error>::Unsupported),
                    Refused::Denied(_) | Refused::Interrupted(_) | Refused::Broken(_) => DirectError::Refused,
                }
            }
        })*
    };
}
refusals!(i2c::Error, spi::Error, digital::Error);

impl<E> fmt::Display for DirectError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DirectError::Refused => "the policy does not grant it, or it exceeds a limit",
            DirectError::Failed(_) => "the hardware failed",
        })
    }
}

impl<E: core::error::Error + 'static> core::error::Error for DirectError<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            DirectError::Refused => None,
            DirectError::Failed(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::digital::Input;
    use crate::{I2cGrant, InputGrant, Limits, SpiGrant};

    /// A bus, device and pin that works, and that must not be reached when something is refused.
    struct Works;

    impl i2c::Bus for Works {
        fn transaction(&mut self, _: Address, operations: &mut [hal_i2c::Operation<'_>]) -> Result<(), i2c::Error> {
            for operation in operations {
                if let hal_i2c::Operation::Read(buffer) = operation {
                    buffer.fill(7);
                }
            }
            Ok(())
        }
    }

    impl spi::Bus for Works {
        fn run(&mut self, _: &mut [hal_spi::Operation<'_, u8>]) -> Result<(), spi::Error> {
            Ok(())
        }
    }

    impl Input for Works {
        fn level(&mut self) -> Result<Level, digital::Error> {
            Ok(Level::Low)
        }
    }

    fn context() -> HalCtx {
        let limits = Limits::default().transaction_bytes(4).operations(2);
        let mut hal = HalCtx::builder();
        hal.i2c("sensor", Works, I2cGrant::none().allow(0x76)).limits(limits);
        hal.spi_device("flash", Works, SpiGrant::at_hz(1_000_000)).spi_device("slow", Works, SpiGrant::at_hz(20));
        hal.input("button", Works, InputGrant { active_low: true });
        hal.build()
    }

    #[test]
    fn what_is_granted_is_done() {
        let (mut hal, mut buffer) = (context(), [0; 2]);
        let operations = &mut [hal_i2c::Operation::Write(&[1]), hal_i2c::Operation::Read(&mut buffer)];
        assert_eq!(hal.i2c_transaction("sensor", Address::SevenBit(0x76), operations), Ok(()));
        assert_eq!(buffer, [7, 7]);
        assert_eq!(hal.spi_transaction("flash", &mut [hal_spi::Operation::Write(&[1])]), Ok(()));
        assert_eq!(hal.pin_level("button"), Ok(Level::High), "low is active");
    }

    #[test]
    fn what_a_guest_may_not_an_operator_may_not_either() {
        let mut hal = context();
        let target = Address::SevenBit(0x76);
        let mut i2c =
            |label, address, operations: &mut [hal_i2c::Operation<'_>]| hal.i2c_transaction(label, address, operations);
        let refused = Err(DirectError::Refused);
        assert_eq!(i2c("other", target, &mut [hal_i2c::Operation::Write(&[1])]), refused);
        assert_eq!(i2c("sensor", Address::SevenBit(0x77), &mut [hal_i2c::Operation::Write(&[1])]), refused);
        assert_eq!(i2c("sensor", Address::TenBit(0x76), &mut [hal_i2c::Operation::Write(&[1])]), refused);
        assert_eq!(i2c("sensor", target, &mut [hal_i2c::Operation::Write(&[0; 5])]), refused, "too long");
        assert_eq!(i2c("sensor", target, &mut [const { hal_i2c::Operation::Write(&[1]) }; 3]), refused, "too many");
        let nothing = &mut [hal_i2c::Operation::Read(&mut [])];
        assert_eq!(i2c("sensor", target, nothing), Err(DirectError::Failed(i2c::Error::Unsupported)));
        let mut spi = |label, operations: &mut [hal_spi::Operation<'_, u8>]| hal.spi_transaction(label, operations);
        assert_eq!(spi("sensor", &mut [hal_spi::Operation::Write(&[1])]), Err(DirectError::Refused));
        assert_eq!(spi("flash", &mut [hal_spi::Operation::Write(&[0; 5])]), Err(DirectError::Refused));
        assert_eq!(spi("flash", &mut [hal_spi::Operation::DelayNs(u32::MAX)]), Err(DirectError::Refused));
        assert_eq!(
            spi("slow", &mut [hal_spi::Operation::Write(&[0])]),
            Err(DirectError::Refused),
            "400 ms on the wires"
        );
        assert_eq!(hal.pin_level("flash"), Err(DirectError::Refused));
    }

    #[test]
    fn a_failure_has_the_device_s_own_error_as_its_source() {
        use core::error::Error as _;

        let failed = DirectError::Failed(i2c::Error::ArbitrationLoss);
        assert_eq!(failed.source().map(ToString::to_string).as_deref(), Some("another controller won the bus"));
        assert!(DirectError::<i2c::Error>::Refused.source().is_none());
        assert_eq!(failed.to_string(), "the hardware failed");
        let refused = DirectError::<i2c::Error>::Refused.to_string();
        assert_eq!(refused, "the policy does not grant it, or it exceeds a limit");
    }
}

//! Every function that a guest can import, with the arguments that it has below every language.

/// What an argument of a function means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ArgumentKind {
    /// A handle.
    Handle,
    /// An address on an I2C bus: its width, and its number.
    Address,
    /// A list of bytes: where it is, and how long.
    Bytes,
    /// A text, in the same way.
    Text,
    /// A list of I2C operations: where it is, and how many.
    I2cOperations,
    /// A list of SPI operations.
    SpiOperations,
    /// Up to 16 bytes, in two numbers.
    Short,
    /// How many bytes.
    Length,
    /// A level, or another enum.
    Level,
    /// Nanoseconds.
    Time,
    /// Where the result goes.
    Result,
}

macro_rules! functions {
    ($($call:ident $instance:literal $name:literal [$($kind:ident)*] $($result:literal)?;)*) => {
        /// A function.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Call {
            $($call),*
        }

        impl Call {
            /// All functions, in the order of their numbers.
            pub(crate) const ALL: &[Call] = &[$(Call::$call),*];

            /// Returns the last part of the name of the interface that it is in.
            pub(crate) fn instance(self) -> &'static str {
                match self {
                    $(Call::$call => $instance),*
                }
            }

            /// Returns its name in the interface, or `drop ` and the resource that it drops a handle of.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Call::$call => $name),*
                }
            }

            /// Returns the type of its result as a core function, if it has one there.
            pub(crate) fn core_result(self) -> Option<&'static str> {
                match self {
                    $(Call::$call => <[&str]>::first(&[$($result)?]).copied()),*
                }
            }

            /// Returns what its arguments mean.
            pub(crate) fn params(self) -> &'static [ArgumentKind] {
                match self {
                    $(Call::$call => &[$(ArgumentKind::$kind),*]),*
                }
            }
        }
    };
}

functions! {
    I2cOpen "i2c" "[static]bus.open" [Text Result];
    I2cRead "i2c" "[method]bus.read" [Handle Address Length Result];
    I2cWrite "i2c" "[method]bus.write" [Handle Address Bytes Result];
    I2cWriteRead "i2c" "[method]bus.write-read" [Handle Address Bytes Length Result];
    I2cShort "i2c" "[method]bus.write-read-short" [Handle Address Short Length Length Result];
    I2cTransaction "i2c" "[method]bus.transaction" [Handle Address I2cOperations Bytes Result];
    I2cDrop "i2c" "drop bus" [Handle];
    DeviceOpen "spi" "[static]device.open" [Text Result];
    DeviceRead "spi" "[method]device.read" [Handle Length Result];
    DeviceWrite "spi" "[method]device.write" [Handle Bytes Result];
    DeviceTransfer "spi" "[method]device.transfer" [Handle Bytes Length Result];
    DeviceShort "spi" "[method]device.transfer-short" [Handle Short Length Length Result];
    DeviceTransaction "spi" "[method]device.transaction" [Handle SpiOperations Bytes Result];
    DeviceDrop "spi" "drop device" [Handle];
    BusOpen "spi" "[static]bus.open" [Text Result];
    BusRead "spi" "[method]bus.read" [Handle Length Result];
    BusWrite "spi" "[method]bus.write" [Handle Bytes Result];
    BusTransfer "spi" "[method]bus.transfer" [Handle Bytes Length Result];
    BusShort "spi" "[method]bus.transfer-short" [Handle Short Length Length Result];
    BusFlush "spi" "[method]bus.flush" [Handle Result];
    BusDrop "spi" "drop bus" [Handle];
    OutputOpen "digital" "[static]output-pin.open" [Text Result];
    OutputSet "digital" "[method]output-pin.set" [Handle Level Result];
    OutputCommanded "digital" "[method]output-pin.commanded" [Handle Result];
    OutputToggle "digital" "[method]output-pin.toggle" [Handle Result];
    OutputDrop "digital" "drop output-pin" [Handle];
    InputOpen "digital" "[static]input-pin.open" [Text Result];
    InputLevel "digital" "[method]input-pin.level" [Handle Result];
    InputDrop "digital" "drop input-pin" [Handle];
    IoOpen "digital" "[static]io-pin.open" [Text Result];
    IoSet "digital" "[method]io-pin.set" [Handle Level Result];
    IoCommanded "digital" "[method]io-pin.commanded" [Handle Result];
    IoToggle "digital" "[method]io-pin.toggle" [Handle Result];
    IoLevel "digital" "[method]io-pin.level" [Handle Result];
    IoDrop "digital" "drop io-pin" [Handle];
    PwmOpen "pwm" "[static]output.open" [Text Result];
    PwmMaxDuty "pwm" "[method]output.max-duty" [Handle] "i32";
    PwmSetDuty "pwm" "[method]output.set-duty" [Handle Length Result];
    PwmDrop "pwm" "drop output" [Handle];
    UartOpen "uart" "[static]port.open" [Text Result];
    UartRead "uart" "[method]port.read" [Handle Length Result];
    UartWrite "uart" "[method]port.write" [Handle Bytes Result];
    UartFlush "uart" "[method]port.flush" [Handle Result];
    UartReadReady "uart" "[method]port.read-ready" [Handle Result];
    UartWriteReady "uart" "[method]port.write-ready" [Handle Result];
    UartDrop "uart" "drop port" [Handle];
    AdcOpen "adc" "[static]input.open" [Text Result];
    AdcResolution "adc" "[method]input.resolution-bits" [Handle] "i32";
    AdcReadRaw "adc" "[method]input.read-raw" [Handle Result];
    AdcReadMicrovolts "adc" "[method]input.read-microvolts" [Handle Result];
    AdcDrop "adc" "drop input" [Handle];
    ClockNowNs "clock" "now-ns" [] "i64";
    DelayNs "delay" "delay-ns" [Time];
    LogMaxLevel "log" "max-level" [Result];
    Log "log" "log" [Level Text Text];
    LogPanicked "log" "panicked" [Text];
    LogPrint "log" "print" [Text];
}

impl Call {
    /// Returns its number in the guest.
    pub(crate) fn index(self) -> u32 {
        Call::ALL.iter().position(|call| *call == self).and_then(|index| u32::try_from(index).ok()).unwrap_or(u32::MAX)
    }

    /// Returns the resource that it drops a handle of, if it does.
    pub(crate) fn dropped(self) -> Option<&'static str> {
        self.name().strip_prefix("drop ")
    }

    /// Returns whether its last argument is where its result goes.
    pub(crate) fn has_result(self) -> bool {
        self.params().last() == Some(&ArgumentKind::Result)
    }

    /// Returns the types of its arguments as core functions have them.
    /// Component Model, `design/mvp/CanonicalABI.md`, "Flattening".
    pub(crate) fn core_params(self) -> Vec<&'static str> {
        let kinds = self.params().iter();
        let flat = kinds.flat_map(|kind| match kind {
            ArgumentKind::Handle | ArgumentKind::Length | ArgumentKind::Level | ArgumentKind::Result => &["i32"][..],
            ArgumentKind::Address
            | ArgumentKind::Bytes
            | ArgumentKind::Text
            | ArgumentKind::I2cOperations
            | ArgumentKind::SpiOperations => &["i32", "i32"],
            ArgumentKind::Short => &["i64", "i64"],
            ArgumentKind::Time => &["i64"],
        });
        flat.copied().collect()
    }
}

//! Adapters for the import modules of the 0.4 family. Each was made of the text of its name in `older/`.

/// How the labels are made that a module of the 0.4 family opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Labels {
    /// Of the port, and of a pin its number: `i2c0`, `gpio0-7`. Baud rates and pins of a bus are left to the policy.
    #[default]
    Ports,
    /// Of all arguments of `init`, so that a policy of [`expectations`](crate::expectations) grants no others:
    /// `i2c0-100000-2-3` for a baud rate of 100,000, SDA at 2 and SCL at 3.
    Arguments,
}

/// Returns the adapter for an import module. A pin is opened with its label's whole arguments either way.
pub(crate) fn adapter(name: &str, labels: Labels) -> &'static [u8] {
    match (name, labels) {
        ("gpio", _) => include_bytes!("../older/gpio.wasm"),
        ("i2c", Labels::Ports) => include_bytes!("../older/i2c.wasm"),
        ("i2c", Labels::Arguments) => include_bytes!("../older/i2c-compared.wasm"),
        ("spi", Labels::Ports) => include_bytes!("../older/spi.wasm"),
        ("spi", Labels::Arguments) => include_bytes!("../older/spi-compared.wasm"),
        (_, Labels::Ports) => include_bytes!("../older/uart.wasm"),
        (_, Labels::Arguments) => include_bytes!("../older/uart-compared.wasm"),
    }
}

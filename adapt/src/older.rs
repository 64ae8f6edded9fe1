//! Adapters for the import modules of the 0.4 family. Each was made of the text of its name in `older/`.

/// Returns the adapter for an import module.
pub(crate) fn adapter(name: &str) -> &'static [u8] {
    match name {
        "gpio" => include_bytes!("../older/gpio.wasm"),
        "i2c" => include_bytes!("../older/i2c.wasm"),
        "spi" => include_bytes!("../older/spi.wasm"),
        _ => include_bytes!("../older/uart.wasm"),
    }
}

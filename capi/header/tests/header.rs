//! The stored header is the one that the crate makes.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The files that the header is made of, in its order.
const SOURCES: [&str; 13] = [
    "result.rs",
    "device.rs",
    "device/i2c.rs",
    "device/spi.rs",
    "device/digital.rs",
    "device/pwm.rs",
    "device/adc.rs",
    "device/uart.rs",
    "host.rs",
    "stop.rs",
    "hearing.rs",
    "run.rs",
    "end.rs",
];

fn capi(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

#[test]
fn the_header_is_the_one_of_the_crate() {
    let config = cbindgen::Config::from_file(capi("cbindgen.toml")).expect("the settings");
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(capi("src").join(source));
    }
    let mut header = Vec::new();
    builder.generate().expect("a header").write(&mut header);
    let file = capi("include/wasm_embedded.h");
    if env::var_os("BLESS").is_some() {
        fs::write(&file, &header).expect("the header is written");
    }
    let stored = fs::read(&file).unwrap_or_default();
    assert!(stored == header, "include/wasm_embedded.h is not the crate's: BLESS=1 writes it");
}


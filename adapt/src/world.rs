//! The world of a module that does not carry one: what it imports, and its entry.

use wit_parser::{Resolve, SourceMap, WorldId};

use crate::module::{EXIT, Module};
use crate::{Error, HAL_VERSION};

/// The package `wasm-embedded:hal`: a file for each interface.
const HAL: [(&str, &str); 17] = [
    ("adc.wit", include_str!("../wit/adc.wit")),
    ("clock.wit", include_str!("../wit/clock.wit")),
    ("delay-async.wit", include_str!("../wit/delay-async.wit")),
    ("delay.wit", include_str!("../wit/delay.wit")),
    ("digital-async.wit", include_str!("../wit/digital-async.wit")),
    ("digital.wit", include_str!("../wit/digital.wit")),
    ("entry.wit", include_str!("../wit/entry.wit")),
    ("i2c-async.wit", include_str!("../wit/i2c-async.wit")),
    ("i2c.wit", include_str!("../wit/i2c.wit")),
    ("log.wit", include_str!("../wit/log.wit")),
    ("pwm.wit", include_str!("../wit/pwm.wit")),
    ("reply.wit", include_str!("../wit/reply.wit")),
    ("spi-async.wit", include_str!("../wit/spi-async.wit")),
    ("spi.wit", include_str!("../wit/spi.wit")),
    ("types.wit", include_str!("../wit/types.wit")),
    ("uart-async.wit", include_str!("../wit/uart-async.wit")),
    ("uart.wit", include_str!("../wit/uart.wit")),
];

/// How the package begins, which `world.wit` has in front of its worlds.
const PACKAGE: &str = include_str!("../wit/world.wit");

/// The entry and the end of a program, as WASI 0.2 has them.
const CLI: &str = "package wasi:cli@0.2.6;\ninterface run { run: func() -> result; }\ninterface exit { exit: func(status: result); }\n";

/// Returns whether the package has an interface of this name.
pub(crate) fn has(interface: &str) -> bool {
    HAL.iter().any(|(file, _)| file.strip_suffix(".wit") == Some(interface))
}

/// Returns the world of a module.
pub(crate) fn of(module: &Module) -> Result<(Resolve, WorldId), Error> {
    let mut resolve = Resolve::default();
    let mut hal = SourceMap::new();
    for (name, text) in HAL {
        hal.push_str(name, text);
    }
    hal.push_str("world.wit", PACKAGE);
    let hal = hal.parse().map_err(|(_, error)| encode(error))?;
    resolve.push_group(hal).map_err(encode)?;
    resolve.push_str("cli.wit", CLI).map_err(encode)?;
    let mut text = String::from("package wasm-embedded:adapted;\nworld guest {\n");
    for interface in &module.interfaces {
        text += &format!("  import wasm-embedded:hal/{interface}@{HAL_VERSION};\n");
    }
    if module.exit {
        text += &format!("  import {EXIT};\n");
    }
    if !module.is_command() {
        text += "  export wasi:cli/run@0.2.6;\n";
    }
    text += "}\n";
    let package = resolve.push_str("guest.wit", &text).map_err(encode)?;
    let world = resolve.select_world(&[package], Some("guest")).map_err(encode)?;
    Ok((resolve, world))
}

fn encode(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Encode(error.into())
}

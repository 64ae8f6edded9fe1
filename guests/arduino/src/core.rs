//! The core: Arduino's API over `wasm-embedded:hal`, carried in this crate.

use std::fs;
use std::path::Path;

use crate::Error;

macro_rules! files {
    ($($name:literal),+ $(,)?) => { [$(($name, include_str!(concat!("../core/", $name)))),+] };
}

/// The files of the core, the one first that is linked first.
pub(crate) const FILES: [(&str, &str); 37] = files![
    "main.cpp",
    "Arduino.h",
    "EEPROM.cpp",
    "EEPROM.h",
    "HardwareSerial.h",
    "Print.cpp",
    "Print.h",
    "Printable.h",
    "SPI.cpp",
    "SPI.h",
    "Stream.cpp",
    "Stream.h",
    "WCharacter.h",
    "WProgram.h",
    "WString.cpp",
    "WString.h",
    "Wire.cpp",
    "Wire.h",
    "analog.cpp",
    "avr/pgmspace.h",
    "binary.h",
    "console.cpp",
    "core.cpp",
    "core.h",
    "digital.cpp",
    "interrupts.cpp",
    "labels.h",
    "new.cpp",
    "numbers.cpp",
    "pgmspace.h",
    "pins.h",
    "pins_arduino.h",
    "ports.cpp",
    "time.cpp",
    "tone.cpp",
    "wasm_embedded_hal.c",
    "wasm_embedded_hal.h",
];

/// Returns the names of what is compiled, in the order in which it is linked.
pub(crate) fn sources() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name).filter(|name| !name.ends_with(".h"))
}

/// Writes the core into a folder. A file that is there already stays as it is, so that a compiler finds what it made of it.
pub(crate) fn write(folder: &Path) -> Result<(), Error> {
    for (name, text) in FILES {
        write_changed(&folder.join(name), text)?;
    }
    Ok(())
}

/// Writes a file unless it holds the same already.
pub(crate) fn write_changed(path: &Path, text: &str) -> Result<(), Error> {
    if fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file("make", folder))?;
    }
    fs::write(path, text).map_err(Error::file("write", path))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    #[test]
    fn every_file_of_the_core_is_carried() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("core");
        let mut there = BTreeSet::new();
        for part in ["", "avr/"] {
            for entry in fs::read_dir(folder.join(part)).expect("the core") {
                let entry = entry.expect("a file of the core");
                if entry.path().is_file() {
                    there.insert(format!("{part}{}", entry.file_name().display()));
                }
            }
        }
        let carried: BTreeSet<_> = super::FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(there, carried);
    }
}

//! Libraries, by the [library specification](https://arduino.github.io/arduino-cli/latest/library-specification/).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::sketch::{files_in, has_extension};

/// The name of our architecture, as libraries would list it.
pub const ARCHITECTURE: &str = "wasm";

/// What is compiled of a library or sketch.
pub(crate) const SOURCES: [&str; 4] = ["c", "cc", "cpp", "cxx"];

/// What is included.
const HEADERS: [&str; 3] = ["h", "hh", "hpp"];

/// What the core brings itself.
const OURS: [&str; 3] = ["EEPROM", "SPI", "Wire"];

/// A library that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Library {
    /// Its name: of its properties, or of its folder.
    pub name: String,
    /// Folders in which its headers are looked for.
    pub includes: Vec<PathBuf>,
    /// Files to be compiled, sorted.
    pub sources: Vec<PathBuf>,
    /// The architectures that it says it runs on, if they are others.
    pub made_for: Option<String>,
    /// Libraries that it says it needs.
    pub depends: Vec<String>,
}

impl Library {
    /// Reads a library's folder.
    ///
    /// # Errors
    ///
    /// An [`Error`] for a folder that holds none, that cannot be read, or whose code is compiled already.
    pub fn read(folder: &Path) -> Result<Library, Error> {
        let file = folder.join("library.properties");
        let properties = match fs::read(&file) {
            Ok(bytes) => properties(&String::from_utf8_lossy(&bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(Error::file("read", file)(error)),
        };
        let value = |key: &str| properties.get(key).filter(|value| !value.is_empty());
        let folder_name = || folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = value("name").cloned().unwrap_or_else(folder_name);
        for key in ["precompiled", "ldflags"] {
            if value(key).is_some_and(|value| value != "false") {
                return Err(Error::Precompiled { name, key, properties: file });
            }
        }
        // With `library.properties` and `src`, everything below `src` is the library's. Without, its folder and `utility` are.
        let src = folder.join("src");
        let (includes, sources) = if src.is_dir() && (!properties.is_empty() || !is_flat(folder)?) {
            (vec![src.clone()], files_in(&src, true, &SOURCES)?)
        } else if is_flat(folder)? {
            let utility = folder.join("utility");
            let mut includes = vec![folder.to_owned()];
            let mut sources = files_in(folder, false, &SOURCES)?;
            if utility.is_dir() {
                sources.extend(files_in(&utility, false, &SOURCES)?);
                includes.push(utility);
            }
            (includes, sources)
        } else {
            return Err(Error::NoLibrary(folder.to_owned()));
        };
        let list = |key: &str| -> Vec<String> {
            let items = value(key).map(String::as_str).unwrap_or_default().split(',');
            // `depends` may name a version: `NAME (>=1.2)`.
            let items = items.map(|item| item.split('(').next().unwrap_or_default().trim().to_owned());
            items.filter(|item| !item.is_empty()).collect()
        };
        let architectures = list("architectures");
        let runs = architectures.is_empty() || architectures.iter().any(|name| name == "*" || name == ARCHITECTURE);
        let made_for = (!runs).then(|| architectures.join(", "));
        Ok(Library { name, includes, sources, made_for, depends: list("depends") })
    }

    /// Returns what it needs that is in none of a list of libraries.
    pub(crate) fn missing<'a>(&'a self, given: &'a [Library]) -> impl Iterator<Item = &'a str> {
        let there = |name: &str| OURS.contains(&name) || given.iter().any(|library| library.name == name);
        self.depends.iter().map(String::as_str).filter(move |name| !there(name))
    }
}

/// Returns whether a folder has headers or sources of its own.
fn is_flat(folder: &Path) -> Result<bool, Error> {
    let kinds = [&SOURCES[..], &HEADERS[..]].concat();
    Ok(files_in(folder, false, &kinds)?.iter().any(|file| has_extension(file, &kinds)))
}

/// Reads lines of `key=value`.
fn properties(text: &str) -> BTreeMap<String, String> {
    let lines =
        text.lines().map(|line| line.trim_start_matches('\u{feff}').trim()).filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::Library;

    /// Makes a folder with files of some names.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a file");
        }
        folder
    }

    fn names(library: &Library, folder: &Path) -> Vec<String> {
        let name = |path: &std::path::PathBuf| path.strip_prefix(folder).expect("inside").display().to_string();
        library.sources.iter().map(name).collect()
    }

    #[test]
    fn everything_below_src_is_a_librarys_and_nothing_beside_it() {
        let folder = folder(&[
            ("library.properties", "name=Some Sensor\narchitectures=avr,samd\ndepends=Bus IO (>=1.0.0), Wire,\n"),
            ("src/Sensor.h", ""),
            ("src/Sensor.cpp", ""),
            ("src/deep/in.c", ""),
            ("examples/one/one.cpp", ""),
            ("test.cpp", ""),
        ]);
        let library = Library::read(folder.path()).expect("a library");
        assert_eq!(library.name, "Some Sensor");
        assert_eq!(names(&library, folder.path()), ["src/Sensor.cpp", "src/deep/in.c"]);
        assert_eq!(library.made_for.as_deref(), Some("avr, samd"));
        assert_eq!(library.missing(&[]).collect::<Vec<_>>(), ["Bus IO"]);
    }

    #[test]
    fn an_older_library_has_its_files_beside_each_other_and_in_utility() {
        let folder = folder(&[("Old.h", ""), ("Old.cpp", ""), ("utility/twi.c", ""), ("extras/no.cpp", "")]);
        let library = Library::read(folder.path()).expect("a library");
        assert_eq!(names(&library, folder.path()), ["Old.cpp", "utility/twi.c"]);
        assert_eq!((library.includes.len(), library.made_for), (2, None));
    }

    #[test]
    fn a_library_without_a_property_file_may_have_src() {
        let folder = folder(&[("src/A.h", ""), ("src/A.cpp", "")]);
        assert_eq!(names(&Library::read(folder.path()).expect("a library"), folder.path()), ["src/A.cpp"]);
    }

    #[test]
    fn what_is_no_library_is_refused_in_words() {
        let empty = folder(&[("README.md", "")]);
        let error = Library::read(empty.path()).expect_err("no library");
        assert!(error.to_string().contains("holds no library"), "{error}");
        let compiled = folder(&[("library.properties", "name=Blob\nprecompiled=full\n"), ("src/blob.h", "")]);
        let error = Library::read(compiled.path()).expect_err("machine code");
        assert!(error.to_string().contains("Blob brings code that is compiled for a board"), "{error}");
    }
}

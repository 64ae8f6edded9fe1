//! Sketches, by the [sketch specification](https://arduino.github.io/arduino-cli/latest/sketch-specification/): a folder with a main file of its name, its
//! further tabs, and C and C++ files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::library::SOURCES;
use crate::prototypes;

/// The extensions of a sketch's own files; the second is from before 2011.
const TABS: [&str; 2] = ["ino", "pde"];

/// A sketch that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sketch {
    /// The name of its folder.
    pub name: String,
    /// Where it is.
    pub folder: PathBuf,
    /// Its tabs as one file of C++: see [`Sketch::read`].
    pub text: String,
    /// C and C++ files to be compiled beside it, sorted.
    pub sources: Vec<PathBuf>,
}

impl Sketch {
    /// Reads a sketch: its folder, or its main file.
    ///
    /// The tabs are put together, the main file first and the others by the alphabet. `Arduino.h` is included in front, and every
    /// function is declared before the first one, so that the order of functions does not matter. The compiler's messages name
    /// the files and lines as they were written.
    ///
    /// # Errors
    ///
    /// An [`Error`] if there is no main file, or a file cannot be read.
    pub fn read(path: &Path) -> Result<Sketch, Error> {
        let path = path.canonicalize().map_err(Error::file("find", path))?;
        let (folder, main) = if path.is_dir() {
            let name = path.file_name().unwrap_or_default().to_owned();
            let candidates = TABS.map(|extension| path.join(&name).with_added_extension(extension));
            let main = candidates.into_iter().find(|file| file.is_file());
            let missing = || Error::NoSketch { folder: path.clone(), wanted: format!("{}.ino", name.display()) };
            (path.clone(), main.ok_or_else(missing)?)
        } else {
            (path.parent().unwrap_or(Path::new("/")).to_owned(), path.clone())
        };
        let name = main.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut tabs = vec![main.clone()];
        tabs.extend(files_in(&folder, false, &TABS)?.into_iter().filter(|file| *file != main));
        let mut texts = Vec::new();
        for tab in tabs {
            let bytes = fs::read(&tab).map_err(Error::file("read", &tab))?;
            texts.push((tab, String::from_utf8_lossy(&bytes).into_owned()));
        }
        let mut sources = files_in(&folder, false, &SOURCES)?;
        let src = folder.join("src");
        if src.is_dir() {
            sources.extend(files_in(&src, true, &SOURCES)?);
        }
        Ok(Sketch { name, text: joined(&texts), folder, sources })
    }
}

/// Puts tabs together, with a declaration of each function in front of the first.
fn joined(tabs: &[(PathBuf, String)]) -> String {
    let mut text = String::from("#include <Arduino.h>\n");
    let found: Vec<_> = tabs.iter().map(|(_, tab)| prototypes::of(tab)).collect();
    let declarations: String = found.iter().flatten().map(|function| function.declaration.as_str()).collect();
    let mut declared = false;
    for ((path, tab), functions) in tabs.iter().zip(&found) {
        let name = quoted(path);
        let first = functions.first().filter(|_| !declared);
        match first {
            Some(function) => {
                declared = true;
                let (before, after) = tab.split_at_checked(function.at).unwrap_or((tab, ""));
                text += &format!("#line 1 {name}\n{before}\n{declarations}#line {} {name}\n{after}\n", function.line);
            }
            None => text += &format!("#line 1 {name}\n{tab}\n"),
        }
    }
    text
}

/// Returns a path as a string of C.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('\\', "\\\\").replace('"', "\\\""))
}

/// Returns the files of a folder that have one of some extensions, sorted; `deep` for those below it too. Hidden ones are left out.
pub(crate) fn files_in(folder: &Path, deep: bool, extensions: &[&str]) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let entry = entry.map_err(Error::file("read", folder))?;
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        // A folder that links to one above it would have no end: links to folders are not followed.
        let kind = entry.file_type().map_err(Error::file("read", &path))?;
        if kind.is_dir() && deep {
            files.extend(files_in(&path, true, extensions)?);
        } else if has_extension(&path, extensions) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Returns whether a file's name ends with one of some extensions.
pub(crate) fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    file.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| extensions.contains(&extension))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Sketch;

    #[test]
    fn tabs_follow_the_main_file_and_messages_name_their_lines() {
        let folder = tempfile::tempdir().expect("a folder");
        let sketch = folder.path().join("blink");
        fs::create_dir_all(sketch.join("src/deep")).expect("a folder");
        let write = |name: &str, text: &str| fs::write(sketch.join(name), text).expect("a file");
        write("blink.ino", "#include <Wire.h>\nint led = 13;\n\nvoid setup() { later(); }\nvoid loop() {}\n");
        write("z.ino", "void last() {}\n");
        write("a.ino", "int later() { return led; }\n");
        write("helper.cpp", "");
        write("src/deep/more.c", "");
        write("notes.txt", "");
        let read = Sketch::read(&sketch).expect("a sketch");
        let folder = sketch.canonicalize().expect("a path");
        let line = |number: usize, name: &str| format!("#line {number} \"{}\"\n", folder.join(name).display());
        assert_eq!(
            read.text,
            format!(
                "#include <Arduino.h>\n{}#include <Wire.h>\nint led = 13;\n\n\nvoid setup();\nvoid loop();\nint later();\nvoid last();\n\
                 {}void setup() {{ later(); }}\nvoid loop() {{}}\n\n{}int later() {{ return led; }}\n\n{}void last() {{}}\n\n",
                line(1, "blink.ino"),
                line(4, "blink.ino"),
                line(1, "a.ino"),
                line(1, "z.ino")
            )
        );
        let sources: Vec<_> = ["helper.cpp", "src/deep/more.c"].map(|name| folder.join(name)).into();
        assert_eq!((read.name.as_str(), read.sources), ("blink", sources));
        assert_eq!(Sketch::read(&sketch.join("blink.ino")).expect("the same").text, read.text);
    }

    #[test]
    fn a_folder_without_its_main_file_is_refused_by_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let sketch = folder.path().join("fade");
        fs::create_dir(&sketch).expect("a folder");
        fs::write(sketch.join("other.ino"), "").expect("a file");
        let error = Sketch::read(&sketch).expect_err("no sketch").to_string();
        assert!(error.contains("its main file is fade.ino"), "{error}");
        assert!(Sketch::read(&folder.path().join("nowhere")).is_err());
    }
}

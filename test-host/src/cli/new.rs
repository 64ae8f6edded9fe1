//! `new`: a guest project, from the template that `cargo generate` takes too.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::failure::Failure;
use super::{json, status};

/// Makes a guest project: a program, its policy, a test and an example
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {
    /// The folder to make; its last part is the name of the package
    name: PathBuf,
    /// Uses the crate wasm-embedded-hal of this folder, and not the published one
    #[arg(long, value_name = "FOLDER")]
    hal: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
The project has a `.cargo/config.toml`, so that `cargo build` makes a component, and `cargo run` and `cargo test` run it on the \
simulated board of `board.toml`. `cargo generate wasm-embedded/wasm-embedded-hal test-host/template` makes the same project.

Examples:
  wasm-embedded-rt new thermometer && cd thermometer && cargo test
  wasm-embedded-rt new guests/fan --hal ../wasm-embedded-hal/hal

Exit status:
    0  success
   64  the name is refused, or the folder exists
  119  a file or the output cannot be written";

/// Makes a table of the template's files: their names, and what is in them.
macro_rules! files {
    ($($name:literal from $file:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../template/", $file)))),+]
    };
}

/// The files of the template. `cargo generate` takes `.liquid` off a name too; with it, cargo sees no manifest there.
const FILES: [(&str, &str); 8] = files![
    "Cargo.toml" from "Cargo.toml.liquid",
    "README.md" from "README.md.liquid",
    "board.toml" from "board.toml",
    ".gitignore" from ".gitignore",
    ".cargo/config.toml" from ".cargo/config.toml",
    "src/lib.rs" from "src/lib.rs",
    "src/main.rs" from "src/main.rs.liquid",
    "examples/alarm.rs" from "examples/alarm.rs",
];

/// What stands for the published crate in the template.
const PUBLISHED: &str = "wasm-embedded-hal = \"0.5\"";

/// Names that cargo refuses, or that mean another crate in the project (the keywords of Rust 2024, and cargo's reserved names).
const TAKEN: &[&str] = &[
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "build",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "embedded-hal",
    "embedded_hal",
    "enum",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "wasm-embedded-hal",
    "wasm_embedded_hal",
    "where",
    "while",
    "yield",
];

/// The longest name: crates.io takes no more.
const LONGEST: usize = 64;

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let name = opts.name.file_name().unwrap_or_default().to_string_lossy();
    check(&name).map_err(|why| Failure::new(status::USAGE, format!("\"{}\" {why}", name.escape_debug())))?;
    let hal = opts.hal.as_deref().map(dependency).transpose()?;
    let folder = &opts.name;
    match fs::create_dir(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let what = format!("{} exists: choose another name, or move it away", folder.display());
            return Err(Failure::new(status::USAGE, what));
        }
        Err(error) => return Err(Failure::file(format!("cannot make the folder {}", folder.display()), error)),
    }
    if let Err(failure) = fill(folder, &name, hal.as_deref()) {
        // It is this program's own: the folder was not there. What went wrong first is what is told.
        let _ = fs::remove_dir_all(folder);
        return Err(failure);
    }
    let folder = folder.display().to_string();
    let text = format!("made {folder}: `cargo test` and `cargo run` in it use the board of `board.toml`\n");
    json::answer("new", json!({ "folder": folder }), &text)?;
    Ok(0)
}

/// Returns why a package cannot have a name.
fn check(name: &str) -> Result<(), String> {
    let is_letter = |first: char| first.is_ascii_alphabetic();
    if !name.starts_with(is_letter) {
        return Err("cannot be the name of a package: it starts with a letter, a to z".into());
    }
    if let Some(other) = name.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')) {
        let other = other.escape_debug();
        return Err(format!(
            "cannot be the name of a package: it has '{other}', and only letters, digits, `-` and `_` may be in it"
        ));
    }
    if name.len() > LONGEST {
        return Err(format!(
            "cannot be the name of a package: it has {} letters, and {LONGEST} are the most",
            name.len()
        ));
    }
    if TAKEN.contains(&name.to_ascii_lowercase().as_str()) {
        return Err("cannot be the name of a package: it means something else to Rust or cargo".into());
    }
    Ok(())
}

/// Returns the line of the manifest for the crate of a folder.
fn dependency(folder: &Path) -> Result<String, Failure> {
    let refused = |why: String| Failure::new(status::USAGE, format!("--hal {}: {why}", folder.display()));
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).map_err(|error| {
        refused(format!("its Cargo.toml cannot be read ({error}); the folder is `hal` of the repository"))
    })?;
    if !manifest.contains("name = \"wasm-embedded-hal\"") {
        return Err(refused("it is the folder of another crate; the one wanted is `hal` of the repository".into()));
    }
    let folder = fs::canonicalize(folder).map_err(|error| refused(error.to_string()))?;
    let path = folder.to_str().ok_or_else(|| refused("its path is not UTF-8, and a Cargo.toml has to be".into()))?;
    // What JSON escapes, TOML does in the same way.
    Ok(format!("wasm-embedded-hal = {{ path = {} }}", serde_json::Value::from(path)))
}

fn fill(folder: &Path, name: &str, hal: Option<&str>) -> Result<(), Failure> {
    for (file, text) in FILES {
        let mut text = text.replace("{{project-name}}", name).replace("{{crate_name}}", &name.replace('-', "_"));
        if let Some(hal) = hal {
            text = text.replace(PUBLISHED, hal);
        }
        let path = folder.join(file);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
        written.map_err(|error| Failure::file(format!("cannot write {}", path.display()), error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_has_every_file_of_the_template_and_no_place_left_open() {
        let project = tempfile::tempdir().expect("a folder");
        fill(project.path(), "my-fan", Some("wasm-embedded-hal = { path = \"hal\" }")).expect("it is written");
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("template");
        let mut folders = vec![template.clone()];
        let mut count = 0;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let file = path.strip_prefix(&template).expect("within").to_str().expect("UTF-8").to_owned();
                let written = project.path().join(file.trim_end_matches(".liquid"));
                let text = fs::read_to_string(&written).unwrap_or_else(|error| panic!("{file}: {error}"));
                assert!(!text.contains("{{"), "{file} has {text}");
                count += 1;
            }
        }
        assert_eq!(count, FILES.len());
        let manifest = fs::read_to_string(project.path().join("Cargo.toml")).expect("it is there");
        assert!(manifest.contains("name = \"my-fan\"") && manifest.contains("{ path = \"hal\" }"), "{manifest}");
        assert!(fs::read_to_string(project.path().join("src/main.rs")).expect("it is there").contains("my_fan::watch"));
    }

    #[test]
    fn the_template_asks_for_this_version_of_the_hal() {
        let version = env!("CARGO_PKG_VERSION").rsplit_once('.').expect("it has three numbers").0;
        assert_eq!(PUBLISHED, format!("wasm-embedded-hal = \"{version}\""));
        assert!(FILES[0].1.contains(PUBLISHED), "{}", FILES[0].1);
    }
}

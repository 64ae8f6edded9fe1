//! H52 to H59: files that are no component, or not the one they look like.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use anyhow::{Context as _, bail, ensure};

use super::Lab;
use crate::hostile::Outcome::{self, Harmless, Refused, Stopped};
use crate::hostile::job::Job;
use crate::process::{command, run as execute};

/// Numbers that look random and are the same every time: xorshift, "Xorshift RNGs" by Marsaglia, page 4.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Returns a number less than `end`.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or_default()
    }
}

/// How often a file is loaded that changes meanwhile.
const SWAPS: usize = 40;

/// What components and core modules begin with.
/// Component Model, `design/mvp/Binary.md`, and WebAssembly Core Specification 2.0, section 5.5.16.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
const MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// Loads bytes, which should be refused.
fn refused(lab: &Lab, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    lab.expect(Job::check(lab.file(name, bytes)?), Refused).map(drop)
}

pub(super) fn damaged(lab: &Lab) -> anyhow::Result<Outcome> {
    let mut random = Random(0x5eed);
    let whole = fs::read(lab.guest())?;
    for _ in 0..20 {
        let end = random.below(whole.len());
        refused(lab, "truncated.wasm", whole.get(..end).unwrap_or_default())?;
    }
    for _ in 0..20 {
        let mut flipped = whole.clone();
        let place = random.below(flipped.len());
        if let Some(byte) = flipped.get_mut(place) {
            *byte ^= 1 << random.below(8);
        }
        // Some bits are data, which may be anything.
        let outcome = lab.run(Job::check(lab.file("flipped.wasm", &flipped)?))?.outcome()?;
        ensure!(matches!(outcome, Refused | Harmless), "byte {place}: {outcome:?}");
    }
    for header in [&b""[..], b"\0asm", COMPONENT, MODULE] {
        for length in [1, 100, 10_000] {
            let bytes: Vec<u8> =
                header.iter().copied().chain((0..length).map(|_| random.next().to_le_bytes()[3])).collect();
            refused(lab, "random.wasm", &bytes)?;
        }
    }
    Ok(Refused)
}

pub(super) fn no_components(lab: &Lab) -> anyhow::Result<Outcome> {
    refused(lab, "empty.wasm", b"")?;
    refused(lab, "text.wasm", b"(component)")?;
    refused(lab, "core.wasm", MODULE)?;
    let pipe = lab.path("pipe.wasm");
    execute(command("mkfifo", [&pipe]).current_dir(lab.path("")))?;
    let large = lab.path("large.wasm");
    File::create(&large)?.set_len(4 << 30)?;
    for path in [pipe, large, lab.path(""), PathBuf::from("/dev/zero"), lab.path("missing.wasm")] {
        lab.expect(Job::check(path), Refused)?;
    }
    Ok(Refused)
}

/// Returns a blocking guest, or one that only looks asynchronous, which imports an asynchronous function.
fn waits(export: &str) -> String {
    format!(
        "(component
        (import \"wasm-embedded:hal/delay-async@0.5.0\" (instance $delay (export \"wait-ns\" (func async (param \"ns\" u64)))))
        (core func $wait (canon lower (func $delay \"wait-ns\")))
        (core module $m (import \"delay\" \"wait\" (func $wait (param i64)))
            (func (export \"run\") (result i32) (call $wait (i64.const 1000)) (i32.const 0)))
        (core instance $main (instantiate $m (with \"delay\" (instance (export \"wait\" (func $wait))))))
        (func $run (result (result)) (canon lift (core func $main \"run\")))
        (instance $exports (export \"run\" (func $run))) (export \"{export}\" (instance $exports)))"
    )
}

pub(super) fn misfits(lab: &Lab) -> anyhow::Result<Outcome> {
    let main =
        "(core module $m (func (export \"run\") (result i32) (i32.const 0))) (core instance $main (instantiate $m))
        (func $run (result (result)) (canon lift (core func $main \"run\")))
        (instance $exports (export \"run\" (func $run))) (export \"wasi:cli/run@0.2.0\" (instance $exports))";
    for (name, text, said) in [
        ("unknown", format!("(component (import \"evil:corp/door@1.0.0\" (instance)) {main})"), "evil:corp/door"),
        (
            "mistyped",
            format!(
                "(component (import \"wasm-embedded:hal/delay@0.5.0\" (instance (export \"delay-ns\" (func (param \"ns\" \
                 string))))) {main})"
            ),
            "delay",
        ),
        ("nothing", "(component)".to_owned(), "wasi:cli/run"),
        ("waits", waits("wasi:cli/run@0.2.0"), "delay-async"),
        (
            "other",
            "(component (core module $m (func (export \"run\"))) (core instance $main (instantiate $m))
             (func $run (canon lift (core func $main \"run\"))) (export \"wasi:cli/run@0.2.0\" (func $run)))"
                .to_owned(),
            "run",
        ),
    ] {
        let ran = lab.expect(Job::component(lab.wat(&format!("{name}.wasm"), &text)?), Refused)?;
        Lab::says(&ran, said)?;
    }
    // Its `run` is none that may wait.
    let entry = lab.wat("entry.wasm", &waits("wasm-embedded:hal/entry@0.5.0"))?;
    lab.expect(Job::component(entry), Stopped)?;
    Ok(Refused)
}

/// The interfaces' version is 0.5.0: others of 0.5 fit as far as they have the same functions.
pub(super) fn versions(lab: &Lab) -> anyhow::Result<Outcome> {
    let whole = fs::read(lab.guest())?;
    for (version, wanted) in [
        (&b"@0.6.0"[..], Some(Refused)),
        (b"@0.4.0", Some(Refused)),
        (b"@1.0.0", Some(Refused)),
        (b"@1.5.0", Some(Refused)),
        (b"@0.5.9", None),
    ] {
        let mut other = whole.clone();
        let places: Vec<usize> =
            other.windows(6).enumerate().filter(|(_, bytes)| *bytes == b"@0.5.0").map(|(at, _)| at).collect();
        ensure!(!places.is_empty(), "the guest imports no interface of this version");
        for place in places {
            other.get_mut(place..place + version.len()).context("it is in there")?.copy_from_slice(version);
        }
        let job = Job { args: vec!["idle".to_owned()], ..Job::component(lab.file("version.wasm", &other)?) };
        let outcome = lab.run(job)?.outcome()?;
        let version = String::from_utf8_lossy(version);
        match wanted {
            Some(wanted) => ensure!(outcome == wanted, "{version}: {outcome:?}"),
            None => ensure!(matches!(outcome, Refused | Harmless), "{version}: {outcome:?}"),
        }
    }
    Ok(Refused)
}

/// Puts bytes into a section, or into anything that has its length before it.
fn sized(out: &mut Vec<u8>, bytes: &[u8]) -> anyhow::Result<()> {
    number(out, bytes.len())?;
    out.extend_from_slice(bytes);
    Ok(())
}

/// Writes a number as LEB128: WebAssembly Core Specification 2.0, section 5.2.2.
fn number(out: &mut Vec<u8>, mut number: usize) -> anyhow::Result<()> {
    while number >= 0x80 {
        out.push(u8::try_from(number & 0x7f)? | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number)?);
    Ok(())
}

/// Returns a component with one section.
fn with_section(id: u8, bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut component = COMPONENT.to_vec();
    component.push(id);
    sized(&mut component, bytes)?;
    Ok(component)
}

/// Returns a component with a core module of so many functions with this code.
fn with_functions(count: usize, code: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut module = MODULE.to_vec();
    // One type, of a function from nothing to nothing.
    module.extend([1, 4, 1, 0x60, 0, 0]);
    let (mut types, mut bodies) = (Vec::new(), Vec::new());
    number(&mut types, count)?;
    number(&mut bodies, count)?;
    for _ in 0..count {
        types.push(0);
        sized(&mut bodies, code)?;
    }
    for (id, bytes) in [(3, types), (10, bodies)] {
        module.push(id);
        sized(&mut module, &bytes)?;
    }
    with_section(1, &module)
}

/// Bytes by hand, since a compiler of text would take more memory than is to be measured.
pub(super) fn bombs(lab: &Lab) -> anyhow::Result<Outcome> {
    // No locals, no code, and the end.
    let functions = with_functions(100_000, &[0, 0x0b])?;
    let body: Vec<u8> = [0].into_iter().chain(std::iter::repeat_n(1, 9_000_000)).chain([0x0b]).collect();
    let mut types = Vec::new();
    number(&mut types, 100_000)?;
    // The type `u8`: Component Model, `design/mvp/Binary.md`, "Type Definitions".
    types.extend(std::iter::repeat_n(0x7d, 100_000));
    for (name, bytes) in [
        ("functions.wasm", functions),
        ("body.wasm", with_functions(1, &body)?),
        ("types.wasm", with_section(7, &types)?),
    ] {
        let ran = lab.expect(Job { most_s: 5, ..Job::check(lab.file(name, &bytes)?) }, Refused)?;
        Lab::says(&ran, "`code-bytes` in [limits]")?;
    }
    // Each component within the one before it.
    let mut nested = COMPONENT.to_vec();
    for _ in 0..2000 {
        nested = with_section(4, &nested)?;
    }
    lab.expect(Job { most_s: 5, ..Job::check(lab.file("nested.wasm", &nested)?) }, Refused)?;
    Ok(Refused)
}

/// Compiles the guests with options of `compile`; what that notes of its own accord is forgotten again.
fn compiled(lab: &Lab, name: &str, options: &[&str]) -> anyhow::Result<PathBuf> {
    let output = lab.path(name);
    let path = output.display().to_string();
    let job = Job { policy: None, ..Job::compile(lab.guest()) }.options(&["--output", &path]).options(options);
    lab.expect(job, Harmless)?;
    fs::remove_dir_all(lab.path("state")).context("the SHA-256 is noted")?;
    Ok(output)
}

fn idle(component: PathBuf, options: &[&str]) -> Job {
    Job { args: vec!["idle".to_owned()], ..Job::component(component) }.options(options)
}

pub(super) fn machine_code(lab: &Lab) -> anyhow::Result<Outcome> {
    let code = compiled(lab, "plain.cwasm", &[])?;
    let ran = lab.expect(idle(code.clone(), &[]), Refused)?;
    let told = ran.stderr();
    let Some(digest) = told.split_once("--trust ").and_then(|(_, rest)| rest.get(..64)) else {
        bail!("the SHA-256 is not told: {told}");
    };
    lab.expect(idle(code.clone(), &["--trust", digest]), Harmless)?;

    let key = lab.file("operator.key", &[7; 32])?;
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600))?;
    let other = lab.file("other.key", &[8; 32])?;
    fs::set_permissions(&other, fs::Permissions::from_mode(0o600))?;
    let (key, other) = (key.display().to_string(), other.display().to_string());
    let sealed = compiled(lab, "sealed.cwasm", &["--key", &key])?;
    lab.expect(idle(sealed.clone(), &["--key", &key]), Harmless)?;
    lab.expect(idle(sealed.clone(), &[]), Refused)?;
    lab.expect(idle(sealed.clone(), &["--key", &other]), Refused)?;

    // Bits that were flipped, code that was swapped under the same name, and what is cut off or added.
    let (code, sealed) = (fs::read(code)?, fs::read(sealed)?);
    let mut random = Random(0xc0de);
    for _ in 0..10 {
        for (bytes, options) in [(&code, ["--trust", digest]), (&sealed, ["--key", &key])] {
            let mut flipped = bytes.clone();
            // Past the header, so that it is still machine code by its looks.
            let place = 64 + random.below(flipped.len() - 64);
            if let Some(byte) = flipped.get_mut(place) {
                *byte ^= 1 << random.below(8);
            }
            lab.expect(idle(lab.file("flipped.cwasm", &flipped)?, &options), Refused)?;
        }
    }
    let cut = sealed.get(..sealed.len() - 1).unwrap_or_default();
    let added = [&sealed[..], &[0]].concat();
    for bytes in [cut, &added] {
        lab.expect(idle(lab.file("other.cwasm", bytes)?, &["--key", &key]), Refused)?;
    }
    // Vouched for, and with other settings: those of the code hold.
    let fuelled = compiled(lab, "fuel.cwasm", &["--fuel", "--key", &key])?;
    lab.expect(idle(fuelled, &["--key", &key]), Harmless)?;
    foreign(lab, &key, &code)?;
    swapped(lab, digest)?;
    cache(lab)?;
    Ok(Refused)
}

/// Vouched for, and for another processor, or by another version of Wasmtime: Wasmtime refuses what we have not.
fn foreign(lab: &Lab, key: &str, code: &[u8]) -> anyhow::Result<()> {
    for target in ["aarch64-unknown-linux-gnu", "pulley32"] {
        let path = lab.path("foreign.cwasm").display().to_string();
        let job = Job { policy: None, ..Job::compile(lab.guest()) };
        let ran = lab.run(job.options(&["--output", &path, "--key", key, "--target", target]))?;
        // A host without this target's compiler says so, and makes no file.
        if ran.status.success() {
            lab.expect(idle(PathBuf::from(path), &["--key", key]), Refused).with_context(|| target)?;
        }
    }
    // The version with its length, the length of the target, and the target: wasmtime 48, `engine/serialization.rs`.
    let is_version = |at: &usize| {
        let is_target = code.get(at + 4..).is_some_and(|rest| rest.starts_with(std::env::consts::ARCH.as_bytes()));
        is_target && code.get(*at..at + 3).is_some_and(|bytes| bytes == b"\x0248")
    };
    let place = (0..code.len()).find(is_version).context("machine code says which Wasmtime made it")?;
    let mut older = code.to_vec();
    older.get_mut(place + 1..place + 3).context("it is in there")?.copy_from_slice(b"47");
    let older = lab.file("older.cwasm", &older)?;
    let ran = lab.expect(idle(older.clone(), &[]), Refused)?;
    let told = ran.stderr();
    let digest = told.split_once("--trust ").and_then(|(_, rest)| rest.get(..64)).context("the SHA-256 is told")?;
    lab.expect(idle(older, &["--trust", digest]), Refused)?;
    Ok(())
}

/// A file that becomes another one all the time: what runs is what was checked, or nothing.
fn swapped(lab: &Lab, digest: &str) -> anyhow::Result<()> {
    let (trusted, path) = (lab.path("plain.cwasm"), lab.path("swapped.cwasm"));
    let mut other = fs::read(&trusted)?;
    let last = other.len() - 1;
    if let Some(byte) = other.get_mut(last) {
        *byte ^= 1;
    }
    let (one, two) = (lab.path("swapped-one"), lab.file("other.cwasm", &other)?);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            // In place, and under the same name: where a link cannot be made the file stays what it was.
            while !is_over.load(Relaxed) {
                for source in [&trusted, &two] {
                    let _ = fs::hard_link(source, &one).and_then(|()| fs::rename(&one, &path));
                }
            }
        });
        let ran = (0..SWAPS).try_for_each(|_| {
            let outcome = lab.run(idle(path.clone(), &["--trust", digest]))?.outcome()?;
            ensure!(matches!(outcome, Harmless | Refused), "{outcome:?}");
            Ok(())
        });
        is_over.store(true, Relaxed);
        ran
    })
}

/// The host's own code in the cache, damaged: it is compiled again.
fn cache(lab: &Lab) -> anyhow::Result<()> {
    for entry in fs::read_dir(lab.path("cache/wasm-embedded-rt"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "code") {
            let mut bytes = fs::read(&path)?;
            let middle = bytes.len() / 2;
            if let Some(byte) = bytes.get_mut(middle) {
                *byte ^= 0x10;
            }
            OpenOptions::new().write(true).truncate(true).open(&path)?;
            fs::write(&path, bytes)?;
        }
    }
    lab.expect(Job::guest("idle"), Harmless)?;
    Ok(())
}

/// The first bytes say what a file is, whatever it is called.
pub(super) fn endings(lab: &Lab) -> anyhow::Result<Outcome> {
    let code = compiled(lab, "code.cwasm", &[])?;
    let bytes = fs::read(code)?;
    lab.expect(idle(lab.file("code.wasm", &bytes)?, &[]), Refused)?;
    lab.expect(idle(lab.file("component.cwasm", &fs::read(lab.guest())?)?, &[]), Harmless)?;
    Ok(Refused)
}

pub(super) fn start_functions(lab: &Lab) -> anyhow::Result<Outcome> {
    let component = lab.wat("starts.wasm", include_str!("../wat/starts.wat"))?;
    lab.expect(Job::component(component).limits("computing-ms = 200"), Stopped)?;
    Ok(Stopped)
}

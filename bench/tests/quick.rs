//! The bench runs, and what its jobs read in a guest is what they read natively: the bench itself compares that.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the components with the jobs.
fn components() -> [PathBuf; 2] {
    // Cargo marks the folder it builds in, and not the one for a target in it.
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").exists();
    let tests = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let target = tests.ancestors().filter(marked).last().expect("cargo marks the folder it builds in");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "bench-guest", "--examples", "--profile", "guest"])
        .args(["--target", "wasm32-wasip2", "--target-dir"])
        .arg(target)
        .status()
        .expect("cargo starts");
    assert!(status.success(), "the jobs do not build: {status}");
    ["blocking", "waiting"].map(|jobs| target.join(format!("wasm32-wasip2/guest/examples/bench_{jobs}.wasm")))
}

/// Has the bench measure a table in its shortest form, and returns the rows.
fn quick(table: &str, components: &[PathBuf]) -> Vec<serde_json::Value> {
    let json = Path::new(env!("CARGO_TARGET_TMPDIR")).join(table).with_extension("json");
    let output = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args([table, "--quick", "--json"])
        .arg(&json)
        .args(components)
        .output()
        .expect("the bench starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&std::fs::read(json).expect("figures are written")).expect("a list")
}

#[test]
fn guests_read_what_native_code_reads_in_every_job() {
    let rows = quick("table", &components());
    assert_eq!(rows.len(), bench_guest::JOBS.len());
    for row in rows {
        let is_taken = |column: &str| row[column]["median"].as_f64().is_some_and(|ns| ns > 0.0);
        assert!(is_taken("cranelift_ns") && is_taken("pulley_ns"), "{row}");
        // Asynchronous calls have one way in only.
        let is_lowered = is_taken("lowered_cranelift_ns") && is_taken("lowered_pulley_ns");
        let waits = ["ready:", "pending:", "simulated, waited for:"];
        let waits = waits.iter().any(|begin| row["job"].as_str().is_some_and(|job| job.starts_with(begin)));
        assert_eq!(is_lowered, !waits, "{row}");
    }
}

#[test]
fn growth_is_measured_at_every_size() {
    let rows = quick("growth", &components()[..1]);
    let of = |key: &str| rows.iter().filter(|row| !row[key].is_null()).collect::<Vec<_>>();
    assert_eq!((of("guests").len(), of("growth").len()), (4, 6));
    let traced: Vec<_> = of("traced").iter().map(|row| row["traced"].as_str().unwrap_or_default()).collect();
    assert_eq!(traced, ["none", "compact", "text", "VCD"]);
    let written = of("traced").iter().skip(1).all(|row| row["bytes"].as_u64().is_some_and(|bytes| bytes > 0));
    assert!(written, "every form writes something: {rows:?}");
    let grown = of("guests").iter().all(|row| row["each_kib"].as_u64().is_some_and(|kib| kib > 0));
    assert!(grown, "every guest takes memory: {rows:?}");
}

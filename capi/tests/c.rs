//! The library from outside: C, C++ and Python programs use it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

fn crate_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Returns the folder of the library that cargo built for this test.
fn built() -> PathBuf {
    let program = env::current_exe().expect("a path");
    let folder = program.parent().expect("a folder").to_owned();
    assert!(folder.join("libwasm_embedded.so").is_file(), "no library in {}", folder.display());
    folder
}

/// Returns a folder with the test's guests.
fn guests() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["reads", "waits"] {
        let module = wat::parse_file(crate_file(&format!("tests/{name}.wat"))).expect("a module");
        fs::write(folder.path().join(name).with_extension("wasm"), module).expect("a file");
    }
    folder
}

/// Compiles a C program against the library.
fn compile(source: &str, program: &Path, options: &[&str]) {
    let built = built();
    let mut compiler = Command::new("cc");
    compiler.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-g", "-I"]).arg(crate_file("include"));
    compiler.args(options).arg(crate_file(source)).arg("-o").arg(program).arg("-L").arg(&built);
    compiler.args(["-lwasm_embedded", "-lpthread"]).arg(format!("-Wl,-rpath,{}", built.display()));
    run(&mut compiler);
}

/// Runs a command and returns what it printed.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} ended with {}:\n{said}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_c_program_finds_every_promise_kept() {
    let folder = guests();
    let program = folder.path().join("check");
    compile("tests/check.c", &program, &[]);
    let arguments = ["reads.wasm", "waits.wasm"].map(|name| folder.path().join(name));
    assert_eq!(run(Command::new(&program).args(&arguments)).trim(), env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_address_sanitizer_finds_nothing() {
    let folder = guests();
    let program = folder.path().join("check");
    compile("tests/check.c", &program, &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]);
    let arguments = ["reads.wasm", "waits.wasm"].map(|name| folder.path().join(name));
    // The engine has a handler for faults of guests, which the sanitizer must leave alone.
    let mut check = Command::new(&program);
    check.args(&arguments).env("ASAN_OPTIONS", "handle_segv=0:handle_sigill=0:handle_sigfpe=0:detect_leaks=1");
    run(&mut check);
}

#[test]
fn valgrind_finds_nothing() {
    let folder = guests();
    let program = folder.path().join("check");
    compile("tests/check.c", &program, &[]);
    let mut valgrind = Command::new("valgrind");
    // What the engine keeps for all runs, such as its thread that counts time, is still reachable at the end.
    valgrind.args(["--quiet", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect"]);
    valgrind.arg(&program).args(["reads.wasm", "waits.wasm"].map(|name| folder.path().join(name)));
    run(&mut valgrind);
}

#[test]
fn the_header_serves_cpp_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("empty.cpp");
    fs::write(&source, "#include <wasm_embedded.h>\nint main() { return we_version() == nullptr; }\n").expect("a file");
    let mut compiler = Command::new("c++");
    compiler.args(["-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I"]).arg(crate_file("include"));
    run(compiler.arg(&source));
}

#[test]
fn pkg_config_and_the_static_library_serve_the_example() {
    let folder = guests();
    let prefix = folder.path().join("prefix");
    run(Command::new("sh").arg(crate_file("install.sh")).arg(built()).arg(&prefix));
    let file = fs::read_to_string(prefix.join("lib/pkgconfig/wasm-embedded.pc")).expect("the file of pkg-config");
    let of = |key: &str| file.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().to_owned();
    assert_eq!(of("Version: "), env!("CARGO_PKG_VERSION"));
    let program = folder.path().join("thermometer");
    let mut compiler = Command::new("cc");
    compiler.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-I"]).arg(prefix.join("include"));
    compiler.arg(crate_file("examples/thermometer.c")).arg(prefix.join("lib/libwasm_embedded.a"));
    compiler.args(of("Libs.private: ").split_whitespace()).arg("-o").arg(&program);
    run(&mut compiler);
    // Another label than the policy's: the example says so, and ends with the guest's status.
    let output = Command::new(&program).arg(folder.path().join("reads.wasm")).output().expect("the example runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("status 1") && said.contains("sensor"), "{said}");
}

#[test]
fn python_uses_it_by_ctypes() {
    let folder = guests();
    let mut python = Command::new("python3");
    python.arg(crate_file("tests/check.py")).arg(built().join("libwasm_embedded.so"));
    run(python.arg(folder.path().join("reads.wasm")));
}

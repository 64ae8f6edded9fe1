//! The command, from outside: what it prints and how it ends, against `cli/NAME.txt`. `BLESS=1` stores it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::folder::folder;
use crate::program::{command, compare, run};

#[path = "cli/folder.rs"]
mod folder;
mod program;

#[test]
fn every_ending_has_its_status_and_message() {
    let folder = folder();
    let cases: &[(&str, &[&str])] = &[
        ("success", &["run", "ok.wasm", "--policy", "board.toml"]),
        ("failure", &["run", "fails.wasm", "--policy", "nothing.toml"]),
        ("trap", &["run", "drives_and_traps.wasm", "--policy", "board.toml", "--trace-text"]),
        ("label_not_granted", &["run", "drives_and_traps.wasm", "--policy", "nothing.toml"]),
        ("panic", &["run", "speaks.wasm", "--policy", "nothing.toml"]),
        ("log_off", &["run", "speaks.wasm", "--policy", "nothing.toml", "--log", "off"]),
        ("log_debug", &["run", "speaks.wasm", "--policy", "nothing.toml", "--log", "debug"]),
        ("json", &["run", "speaks.wasm", "--policy", "nothing.toml", "--json"]),
        ("json_refused", &["run", "ok.wasm", "--policy", "slip.toml", "--json"]),
        ("json_warning", &["run", "ok.wasm", "--policy", "unreached.toml", "--json"]),
        ("json_trace", &["run", "drives_and_traps.wasm", "--policy", "board.toml", "--json", "--trace-text"]),
        ("stack_overflow", &["run", "overflows.wasm", "--policy", "nothing.toml"]),
        ("timeout", &["run", "waits.wasm", "--policy", "board.toml", "--timeout", "90min", "--trace-text"]),
        ("timeout_json", &["run", "waits.wasm", "--policy", "board.toml", "--timeout", "1.5s", "--json"]),
        ("sleeps", &["run", "sleeps.wasm", "--policy", "nothing.toml", "--timeout", "2s"]),
        ("script_unfinished", &["run", "ok.wasm", "--policy", "script.toml"]),
        ("script_json", &["run", "ok.wasm", "--policy", "script.toml", "--json"]),
        ("script_several", &["run", "ok.wasm", "ok.wasm", "--policy", "script.toml"]),
        ("script_after_failure", &["run", "fails.wasm", "--policy", "script.toml"]),
        ("script_lenient", &["run", "ok.wasm", "--policy", "lenient.toml"]),
        ("script_lenient_json", &["run", "ok.wasm", "--policy", "lenient.toml", "--json"]),
        ("script_still_to_answer", &["run", "ok.wasm", "--policy", "answer.toml"]),
        ("display", &["run", "ok.wasm", "--policy", "board.toml", "--display"]),
        (
            "several",
            &["run", "ok.wasm", "drives_and_traps.wasm", "fails.wasm", "--policy", "board.toml", "--trace-text"],
        ),
        ("several_names", &["run", "speaks.wasm", "speaks.wasm", "--policy", "nothing.toml"]),
        ("several_json", &["run", "speaks.wasm", "fails.wasm", "--policy", "nothing.toml", "--json"]),
        ("display_of_none", &["run", "ok.wasm", "--policy", "nothing.toml", "--display"]),
        ("part_unreached", &["run", "ok.wasm", "--policy", "unreached.toml"]),
        ("label_slip", &["run", "drives_and_traps.wasm", "--policy", "led.toml"]),
        ("large_stack", &["run", "large_stack.wasm", "--policy", "nothing.toml"]),
        ("several_missing", &["run", "ok.wasm", "no_run.wasm", "--policy", "board.toml"]),
    ];
    for (name, args) in cases {
        compare(&folder, name, args);
    }
}

#[test]
fn every_refusal_has_its_status_and_message() {
    let folder = folder();
    let cases: &[(&str, &[&str])] = &[
        ("no_policy", &["run", "ok.wasm"]),
        ("policy_missing", &["run", "ok.wasm", "--policy", "there_is_none.toml"]),
        ("policy_slip", &["run", "there_is_none.wasm", "--policy", "slip.toml"]),
        ("policy_hardware", &["run", "ok.wasm", "--policy", "hardware.toml"]),
        ("page_of_hardware", &["run", "ok.wasm", "--policy", "hardware.toml", "--board"]),
        ("page_and_json", &["run", "ok.wasm", "--policy", "board.toml", "--board", "--json"]),
        ("page_port_alone", &["run", "ok.wasm", "--policy", "board.toml", "--board-port", "4000"]),
        ("page_policy_missing", &["run", "ok.wasm", "--policy", "there_is_none.toml", "--board"]),
        ("component_missing", &["run", "there_is_none.wasm", "--policy", "board.toml"]),
        ("component_folder", &["run", "folder.wasm", "--policy", "board.toml"]),
        ("component_device", &["run", "/dev/zero", "--policy", "board.toml"]),
        ("component_empty", &["run", "empty.wasm", "--policy", "board.toml"]),
        ("component_random", &["run", "random.wasm", "--policy", "board.toml"]),
        ("component_cut", &["run", "cut.wasm", "--policy", "board.toml"]),
        ("component_text", &["run", "text.wasm", "--policy", "board.toml"]),
        ("component_core", &["run", "core.wasm", "--policy", "board.toml"]),
        ("component_waits", &["run", "waits_asynchronously.wasm", "--policy", "board.toml"]),
        ("component_image", &["run", "image.bin", "--policy", "board.toml"]),
        ("component_uf2", &["run", "image.uf2", "--policy", "board.toml"]),
        ("component_program", &["run", "program.wasm", "--policy", "board.toml"]),
        ("unknown_import", &["run", "unknown_import.wasm", "--policy", "board.toml", "--trace", "t.vcd"]),
        ("other_type", &["run", "other_type.wasm", "--policy", "board.toml"]),
        ("no_run", &["run", "no_run.wasm", "--policy", "board.toml"]),
        ("unknown_option", &["run", "ok.wasm", "--polcy", "board.toml"]),
        ("unknown_display", &["run", "ok.wasm", "--policy", "board.toml", "--screenshot", "old=x.png"]),
        ("bad_screenshot", &["run", "ok.wasm", "--policy", "board.toml", "--screenshot", "x.png"]),
        ("bad_timeout", &["run", "ok.wasm", "--policy", "board.toml", "--timeout", "5"]),
        ("timeout_zero", &["run", "ok.wasm", "--policy", "board.toml", "--timeout", "0s"]),
        ("seed_negative", &["run", "ok.wasm", "--policy", "board.toml", "--seed", "-1"]),
        ("seed_text", &["run", "ok.wasm", "--policy", "board.toml", "--seed", "1e3"]),
        ("fault_file", &["run", "ok.wasm", "--policy", "board.toml", "--fault", "faulty.toml"]),
        ("fault_file_no_text", &["run", "ok.wasm", "--policy", "board.toml", "--fault", "faulty_text.toml"]),
        ("fault_file_missing", &["run", "ok.wasm", "--policy", "board.toml", "--fault", "there_is_none.toml"]),
        ("unwritable_trace", &["run", "ok.wasm", "--policy", "board.toml", "--trace", "no/such/folder.vcd"]),
    ];
    for (name, args) in cases {
        compare(&folder, name, args);
    }
    assert!(!folder.path().join("t.vcd").exists(), "a component that is not run leaves no trace");
}

#[test]
fn check_says_what_is_asked_for_and_what_is_offered() {
    let folder = folder();
    compare(&folder, "check", &["check", "drives_and_traps.wasm", "--policy", "board.toml"]);
    compare(&folder, "check_without_labels", &["check", "drives_and_traps.wasm", "--policy", "nothing.toml"]);
    compare(&folder, "check_without_policy", &["check", "sleeps.wasm"]);
    compare(&folder, "check_unreached", &["check", "ok.wasm", "--policy", "unreached.toml"]);
    compare(&folder, "check_unknown_import", &["check", "unknown_import.wasm", "--policy", "board.toml"]);
}

#[test]
fn an_image_for_a_microcontroller_is_checked_against_its_chip_and_says_what_it_holds() {
    let folder = folder();
    let compile = |policy, output| ["compile", "chip.wasm", "--target", "pico2", "--policy", policy, "-o", output];
    compare(&folder, "image_compile", &compile("pico2.toml", "ok.bin"));
    compare(&folder, "image_compile_uf2", &compile("pico2.toml", "ok.uf2"));
    compare(&folder, "image_info", &["image", "info", "ok.bin"]);
    compare(&folder, "image_pin", &compile("pico2_pin.toml", "no.bin"));
    compare(&folder, "image_log_pin", &compile("pico2_log.toml", "no.bin"));
    compare(&folder, "image_two_ways", &compile("pico2_pins.toml", "no.bin"));
    compare(&folder, "image_adc", &compile("pico2_adc.toml", "no.bin"));
    compare(&folder, "image_pwm", &compile("pico2_pwm.toml", "no.bin"));
    compare(&folder, "image_time", &compile("pico2_time.toml", "no.bin"));
    compare(&folder, "image_simulated", &compile("board.toml", "no.bin"));
    compare(&folder, "image_no_policy", &["compile", "chip.wasm", "--target", "pico2"]);
    compare(
        &folder,
        "image_unknown_import",
        &["compile", "unknown_import.wasm", "--target", "an505", "--policy", "nothing.toml"],
    );
    let whole = ["compile", "ok.wasm", "--target", "pico2", "--policy", "pico2.toml", "-o", "no.bin"];
    compare(&folder, "image_whole", &whole);
    assert!(!folder.path().join("no.bin").exists(), "a policy that does not fit the chip leaves no image");

    let image = fs::read(folder.path().join("ok.bin")).expect("an image");
    let uf2 = fs::read(folder.path().join("ok.uf2")).expect("a file for the boot loader");
    // UF2: blocks of 512 bytes, of which 256 are of the image, from byte 32 on.
    let payload: Vec<u8> = uf2.chunks(512).flat_map(|block| block[32..288].to_vec()).collect();
    assert_eq!(payload[..image.len()], image, "the same image");

    let mut damaged = image.clone();
    damaged[5000] ^= 1;
    fs::write(folder.path().join("damaged.bin"), damaged).expect("a file");
    compare(&folder, "image_damaged", &["image", "info", "damaged.bin"]);
    compare(&folder, "image_none", &["image", "info", "ok.wasm"]);
}

#[test]
fn help_ends_with_examples_and_exit_statuses() {
    let folder = folder();
    compare(&folder, "help", &["--help"]);
    compare(&folder, "help_run", &["run", "--help"]);
    compare(&folder, "help_check", &["check", "--help"]);
    compare(&folder, "help_compile", &["compile", "--help"]);
    compare(&folder, "help_adapt", &["adapt", "--help"]);
    compare(&folder, "help_arduino_build", &["arduino", "build", "--help"]);
    compare(&folder, "help_image", &["image", "info", "--help"]);
    compare(&folder, "help_parts", &["parts", "--help"]);
    compare(&folder, "help_policy_schema", &["policy", "schema", "--help"]);
    compare(&folder, "help_trace_convert", &["trace", "convert", "--help"]);
    for command in ["flash", "ps", "logs", "stop", "start", "config"] {
        compare(&folder, &format!("help_{command}"), &[command, "--help"]);
    }
}

#[test]
fn the_models_of_parts_are_listed_and_described() {
    let folder = folder();
    compare(&folder, "parts", &["parts"]);
    compare(&folder, "parts_display", &["parts", "SSD1306"]);
    compare(&folder, "parts_script", &["parts", "scripted"]);
    compare(&folder, "parts_json", &["parts", "button", "--json"]);
    compare(&folder, "parts_slip", &["parts", "bme288"]);
}

/// The stored schema is the one that `policy/schema` checks policies by.
#[test]
fn the_schema_of_policies_is_printed_as_it_is_stored() {
    let folder = folder();
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/policy.schema.json");
    let stored = fs::read_to_string(stored).expect("the schema");
    for args in [&["policy", "schema"][..], &["policy", "schema", "--json"]] {
        let printed = run(&folder, args);
        assert!(printed.status.success(), "{printed:?}");
        assert_eq!(String::from_utf8_lossy(&printed.stdout), stored);
    }
}

#[test]
fn the_policy_may_come_from_the_environment() {
    let folder = folder();
    let mut command = command(&folder, &["run", "ok.wasm"]);
    assert!(command.env("WASM_EMBEDDED_POLICY", "board.toml").status().expect("the command starts").success());
}

#[test]
fn compiled_components_run_where_they_were_compiled_and_nowhere_else() {
    let folder = folder();
    let compiled = run(&folder, &["compile", "speaks.wasm"]);
    assert!(compiled.status.success(), "{compiled:?}");
    let digest = String::from_utf8_lossy(&compiled.stdout).split(' ').next().expect("a digest").to_owned();
    let args = ["run", "speaks.cwasm", "--policy", "nothing.toml", "--timeout", "1s"];
    let ran = run(&folder, &args);
    assert_eq!((ran.status.code(), ran.stdout.as_slice()), (Some(122), b"21.5 degC\n".as_slice()));

    // The name does not matter, nor does a timeout.
    fs::rename(folder.path().join("speaks.cwasm"), folder.path().join("renamed.wasm")).expect("a file");
    assert_eq!(run(&folder, &["run", "renamed.wasm", "--policy", "nothing.toml"]).status.code(), Some(122));

    // Another user, who can vouch for it.
    let other = |args: &[&str]| command(&folder, args).env("XDG_STATE_HOME", "/nowhere").output().expect("it starts");
    let refused = other(&["run", "renamed.wasm", "--policy", "nothing.toml"]);
    assert_eq!(refused.status.code(), Some(121));
    assert!(String::from_utf8_lossy(&refused.stderr).contains(&format!("--trust {digest}")));
    let vouched = other(&["run", "renamed.wasm", "--policy", "nothing.toml", "--trust", &digest]);
    assert_eq!(vouched.status.code(), Some(122));

    // One bit.
    let mut bytes = fs::read(folder.path().join("renamed.wasm")).expect("a file");
    *bytes.last_mut().expect("bytes") ^= 1;
    fs::write(folder.path().join("flipped.cwasm"), bytes).expect("a file");
    assert_eq!(run(&folder, &["run", "flipped.cwasm", "--policy", "nothing.toml"]).status.code(), Some(121));
}

#[test]
fn compiled_without_counting_it_runs_without_a_bound_on_fuel_only() {
    let folder = folder();
    fs::write(folder.path().join("fuel.toml"), "[limits]\nfuel = 100_000\n").expect("a file");
    let run_with = |policy: &str| run(&folder, &["run", "ok.cwasm", "--policy", policy]);
    assert!(run(&folder, &["compile", "ok.wasm"]).status.success());
    assert!(run_with("nothing.toml").status.success());
    let refused = run_with("fuel.toml");
    assert_eq!(refused.status.code(), Some(121));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--fuel"));
    assert!(run(&folder, &["compile", "ok.wasm", "--fuel"]).status.success());
    assert!(run_with("fuel.toml").status.success());
    assert!(run_with("nothing.toml").status.success());
}

#[test]
fn nobody_is_told_when_nobody_reads() {
    let folder = folder();
    for args in [&["run", "speaks.wasm", "--policy", "nothing.toml"][..], &["check", "ok.wasm"], &["--help"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = command(&folder, args).stdout(writer).output().expect("the command starts");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
        assert!(matches!(output.status.code(), Some(0 | 141)), "{args:?} {output:?}");
    }
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let folder = folder();
    let full = fs::File::options().write(true).open("/dev/full").expect("a device that is full");
    let mut command = command(&folder, &["run", "speaks.wasm", "--policy", "nothing.toml"]);
    let output = command.stdout(full).output().expect("the command starts");
    assert_eq!(output.status.code(), Some(119));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("cannot write the guest's output: no storage space"),
        "{output:?}"
    );
}

#[test]
fn ctrl_c_stops_the_guest_and_writes_what_it_leaves() {
    let folder = folder();
    let args = ["run", "waits.wasm", "--policy", "board.toml", "--real-time", "--trace", "t.vcd"];
    let mut command = command(&folder, &[&args[..], &["--screenshot", "oled=o.png"]].concat());
    let child = command.stderr(Stdio::piped()).spawn().expect("the command starts");
    // Signals are listened to before the first file is made.
    while !folder.path().join("t.vcd").exists() {
        std::thread::yield_now();
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill starts");
    assert!(killed.success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "error: the guest was stopped by SIGINT\n");
    let trace = fs::read_to_string(folder.path().join("t.vcd")).expect("a trace");
    assert!(trace.contains("$enddefinitions") && trace.ends_with('\n'), "{trace}");
    assert!(folder.path().join("o.png").exists());
}

#[test]
fn nothing_that_is_read_or_written_is_written_over() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    fs::hard_link(path("speaks.wasm"), path("hard")).expect("a link");
    std::os::unix::fs::symlink("board.toml", path("soft")).expect("a link");
    let component = fs::read(path("speaks.wasm")).expect("a component");
    let policy = fs::read(path("board.toml")).expect("a policy");
    for (options, what) in [
        (&["--trace", "speaks.wasm"][..], "the component speaks.wasm"),
        (&["--trace-text=hard"], "the component speaks.wasm"),
        (&["--trace", "soft"], "the policy board.toml"),
        (&["--screenshot", "oled=board.toml"], "the policy board.toml"),
        (&["--trace", "new.vcd", "--trace-text=./new.vcd"], "what `--trace` writes"),
        (&["--screenshot", "oled=o.png", "--screenshot", "oled=o.png"], "what `--screenshot` writes"),
    ] {
        let output = run(&folder, &[&["run", "speaks.wasm", "--policy", "board.toml"], options].concat());
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(64), 0), "{options:?}: {stderr}");
        assert!(stderr.contains(&format!("would overwrite {what}")), "{options:?}: {stderr}");
    }
    let output = run(&folder, &["compile", "speaks.wasm", "-o", "hard"]);
    assert_eq!(output.status.code(), Some(64), "{output:?}");
    assert_eq!(fs::read(path("speaks.wasm")).expect("a component"), component);
    assert_eq!(fs::read(path("board.toml")).expect("a policy"), policy);
    assert!(!path("new.vcd").exists() && !path("o.png").exists());
}

/// The greatest stack that a policy can grant is there for every guest, whatever the thread has that calls.
#[test]
fn every_guest_has_the_stack_that_the_policy_grants() {
    let folder = folder();
    fs::write(folder.path().join("stack.toml"), "[limits]\nstack-bytes = 4_194_304\n").expect("a file");
    for guests in [&["overflows.wasm"][..], &["overflows.wasm", "overflows.wasm"]] {
        for limit in ["ulimit -s unlimited", "ulimit -s 1024"] {
            let args = [&["run"], guests, &["--policy", "stack.toml"]].concat();
            let plain = command(&folder, &args);
            let mut limited = Command::new("sh");
            limited
                .args(["-c", &format!("{limit} || exit 99; exec \"$@\""), "sh"])
                .arg(plain.get_program())
                .args(&args);
            limited.current_dir(folder.path()).env("XDG_CACHE_HOME", folder.path().join("cache"));
            let output = limited.stdin(Stdio::null()).output().expect("sh starts");
            if output.status.code() == Some(99) {
                eprintln!("skipped: this user may not have `{limit}`");
                continue;
            }
            assert_eq!(output.status.code(), Some(118), "{guests:?} with {limit}: {output:?}");
        }
    }
}

#[test]
fn two_runs_leave_the_same_files() {
    let folder = folder();
    let files = |number: u32| {
        let args = ["run", "drives_and_traps.wasm", "--policy", "board.toml", "--trace", "t.vcd", "--trace-text=t.txt"];
        let output = run(&folder, &[&args[..], &["--screenshot", "oled=o.png"]].concat());
        assert_eq!(output.status.code(), Some(122), "run {number}");
        ["t.vcd", "t.txt", "o.png"].map(|name| fs::read(folder.path().join(name)).expect("a file"))
    };
    let first = files(1);
    assert_eq!(first, files(2));
    assert!(first.iter().all(|file| !file.is_empty()));
}

#[test]
fn a_trace_in_the_compact_form_becomes_what_is_written_at_once() {
    let folder = folder();
    let traced = |options: &[&str]| {
        let args = ["run", "drives_and_traps.wasm", "--policy", "board.toml"];
        assert_eq!(run(&folder, &[&args[..], options].concat()).status.code(), Some(122));
    };
    let file = |name: &str| fs::read(folder.path().join(name)).expect("a file");
    traced(&["--trace", "t.vcd", "--trace-text=t.txt"]);
    traced(&["--trace", "t.wet"]);
    for (name, at_once) in [("late.vcd", "t.vcd"), ("late.txt", "t.txt")] {
        let output = run(&folder, &["trace", "convert", "t.wet", "-o", name]);
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
        assert!(!file(name).is_empty() && file(name) == file(at_once), "{name}");
    }
    let output = run(&folder, &["trace", "convert", "t.wet", "-o", "-"]);
    assert_eq!(output.stdout, file("t.txt"));
    fs::write(folder.path().join("cut.wet"), &file("t.wet")[..file("t.wet").len() - 3]).expect("a file");
    compare(&folder, "trace_convert_cut", &["trace", "convert", "cut.wet", "-o", "cut.vcd"]);
    compare(&folder, "trace_convert_other", &["trace", "convert", "t.vcd", "-o", "other.vcd"]);
    compare(&folder, "trace_convert_after", &["trace", "convert", "t.wet", "--from", "1h", "-o", "after.vcd"]);
    compare(
        &folder,
        "trace_convert_turned",
        &["trace", "convert", "t.wet", "--from", "2s", "--to", "1s", "-o", "x.vcd"],
    );
    let kept = file("t.wet");
    compare(&folder, "trace_convert_over", &["trace", "convert", "t.wet", "-o", "t.wet"]);
    assert!(!folder.path().join("other.vcd").exists() && file("t.wet") == kept);
}

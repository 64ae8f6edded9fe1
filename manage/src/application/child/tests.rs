//! Processes that say and do what they want.

use std::sync::mpsc;

use super::*;

const LONG: Duration = Duration::from_secs(60);

/// Runs a script to its end, and returns what is in the log and how it ended.
fn run(script: &str) -> (Vec<(Source, Level, String)>, Ended) {
    let log = Log::default();
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    let (closed, is_closed) = mpsc::channel();
    let mut running = Running::start(command, &log, move || closed.send(()).expect("the test listens")).expect("sh");
    is_closed.recv_timeout(LONG).expect("its output ends");
    let end = Instant::now() + LONG;
    let ended = loop {
        match running.ended() {
            Some(ended) => break ended,
            None => assert!(Instant::now() < end, "it does not end"),
        }
        thread::sleep(Duration::from_millis(1));
    };
    let lines = log.from(0, Duration::ZERO).into_iter().map(|line| (line.source, line.level, line.text));
    (lines.collect(), ended)
}

#[test]
fn events_become_lines_with_their_source_and_level() {
    let (lines, ended) = run(r#"cat <<'END'
{"at_ns":0,"event":"stdout","text":"21.5 "}
{"at_ns":0,"event":"stdout","text":"degC\n22.0 degC\nhalf"}
{"at_ns":0,"event":"log","level":"error","message":"two\nlines","target":"guest"}
{"at_ns":0,"event":"refused","reason":"the policy grants no LED"}
{"at_ns":0,"event":"dropped","count":7}
{"at_ns":0,"event":"from the future"}
{"event":"error","message":"it is over","status":118}
not JSON
{"event":"exit","message":"the guest reached its limit of fuel","reason":"limit","status":118,"at_ns":1}
END
echo "error: it is over" >&2
exit 118"#);
    let line = |source, level, text: &str| (source, level, text.to_owned());
    for expected in [
        line(Source::Stdout, Level::Info, "21.5 degC"),
        line(Source::Stdout, Level::Info, "22.0 degC"),
        line(Source::Stdout, Level::Info, "half"),
        line(Source::Log, Level::Error, "two\\nlines"),
        line(Source::Host, Level::Warn, "the policy grants no LED"),
        line(Source::Host, Level::Warn, "7 messages of the guest were dropped"),
        line(Source::Host, Level::Info, r#"{"at_ns":0,"event":"from the future"}"#),
        line(Source::Host, Level::Info, "not JSON"),
        line(Source::Host, Level::Error, "error: it is over"),
    ] {
        assert!(lines.contains(&expected), "{expected:?} is not in {lines:?}");
    }
    assert_eq!(lines.len(), 9, "{lines:?}");
    assert!(ended.is_limit && ended.status == 118);
    assert_eq!(ended.text, "the guest reached its limit of fuel (status 118)");
}

#[test]
fn a_line_without_an_end_costs_a_bounded_number_of_bytes() {
    let (lines, ended) = run("head -c 3000000 /dev/zero | tr '\\0' x");
    assert_eq!(ended.status, 0);
    assert!(lines.len() <= 6 && lines.iter().all(|line| line.2.len() < 5000), "{} lines", lines.len());
}

#[test]
fn an_end_by_a_signal_is_told_as_a_shell_does() {
    let (_, ended) = run("kill -9 $$");
    assert_eq!((ended.status, ended.text.as_str()), (137, "signal 9 ended its process"));
    assert_eq!(run("exit 0").1.text, "it succeeded");
}

#[test]
fn a_process_that_does_not_end_is_asked_twice_and_then_killed() {
    let log = Log::default();
    let mut command = Command::new("sh");
    // A shell that gets a signal runs its trap when what it called has ended: it is called often.
    command.args(["-c", "trap 'echo asked' TERM; echo on; while :; do sleep 0.05; done"]);
    let running = Running::start(command, &log, || ()).expect("sh");
    assert!(!log.from(0, LONG).is_empty(), "its trap is set");
    let ended = running.end(&log);
    assert_eq!(ended.status, 137);
    let lines: Vec<_> = log.from(0, Duration::ZERO).into_iter().map(|line| line.text).collect();
    assert_eq!(lines.iter().filter(|line| *line == "asked").count(), 2, "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("was killed")), "{lines:?}");
}

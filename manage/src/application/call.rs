//! A program that is called and answers, within bounds.

use std::io::{self, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The longest answer, in bytes. What is longer is cut.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// What a program answered.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Calls a program and waits for its end; one that takes longer is ended.
///
/// # Errors
///
/// The program cannot be started, or takes too long.
pub(crate) fn call(mut command: Command, patience: Duration) -> io::Result<Called> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("NO_COLOR", "1").env_remove("NOTIFY_SOCKET").env_remove("WATCHDOG_USEC").env_remove("WATCHDOG_PID");
    let mut child = command.spawn()?;
    let (stdout, stderr) = (read(child.stdout.take()), read(child.stderr.take()));
    let end = Instant::now() + patience;
    let mut pause = Duration::from_millis(1);
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Ok(status),
            Ok(None) if Instant::now() < end => thread::sleep(pause),
            Ok(None) => {
                let error = format!("it did not end within {} s", patience.as_secs());
                break Err(io::Error::new(io::ErrorKind::TimedOut, error));
            }
            Err(error) => break Err(error),
        }
        pause = (pause * 2).min(Duration::from_millis(50));
    };
    if status.is_err() {
        // It is gone already, or is now.
        let _ = child.kill();
        let _ = child.wait();
    }
    let text = |reader: JoinHandle<Vec<u8>>| String::from_utf8_lossy(&reader.join().unwrap_or_default()).into_owned();
    let (stdout, stderr) = (text(stdout), text(stderr));
    Ok(Called { status: status?, stdout, stderr })
}

/// Reads to the end, and keeps the beginning.
fn read(from: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut from) = from {
            let _ = from.by_ref().take(MAX_ANSWER_BYTES).read_to_end(&mut kept);
            let _ = io::copy(&mut from, &mut io::sink());
        }
        kept
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn an_answer_is_bounded_in_length_and_time() {
        let called = call(sh("echo out; echo err >&2; exit 3"), Duration::from_secs(60)).expect("an answer");
        assert_eq!((called.status.code(), called.stdout.as_str(), called.stderr.as_str()), (Some(3), "out\n", "err\n"));
        let called = call(sh("head -c 1000000 /dev/zero"), Duration::from_secs(60)).expect("an answer");
        assert_eq!(called.stdout.len(), 65_536);
        let late = call(sh("exec sleep 100"), Duration::from_millis(50)).expect_err("too slow");
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
    }
}

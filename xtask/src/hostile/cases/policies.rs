//! H60 to H65: policies.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::Lab;
use crate::hostile::Outcome::{self, Harmless, Refused, Typed};
use crate::hostile::job::Job;
use crate::hostile::process;

/// Runs a guest with a policy that should be refused, with a message that has these words.
fn refused(lab: &Lab, policy: &str, words: &[&str]) -> anyhow::Result<()> {
    let ran = lab.expect(Job::guest("idle").policy(policy), Refused).with_context(|| policy.to_owned())?;
    words.iter().try_for_each(|word| Lab::says(&ran, word))
}

pub(super) fn slips(lab: &Lab) -> anyhow::Result<Outcome> {
    for (policy, word) in [
        ("[i2c.bus]\nsim = true\nadress = [1]\n", "adress"),
        ("[i2d.bus]\nsim = true\n", "i2d"),
        ("[i2c.bus]\nsim = true\nfrequency = \"fast\"\n", "frequency"),
        ("[i2c.bus]\nsim = true\nfrequency = -1\n", "frequency"),
        ("[i2c.bus]\nsim = true\nallow = [99999999999999999999]\n", "policy.toml"),
        ("[i2c.bus]\nsim = true\nsim = false\n", "duplicate key"),
        ("[limits]\nmemory-bytes = 1e9\n", "memory-bytes"),
        ("[limits]\ntransaction-bytes = 99999999999\n", "transaction-bytes"),
        ("[limits]\nwall-time-ms = 0\n", "wall-time-ms"),
        ("[gpio]\nLED = { sim = true, direction = \"sideways\" }\n", "direction"),
        ("[gpio]\nLED = true\n", "LED"),
        ("not toml at all", "key with no value"),
    ] {
        refused(lab, policy, &["policy.toml:", word])?;
    }
    Ok(Refused)
}

pub(super) fn conflicts(lab: &Lab) -> anyhow::Result<Outcome> {
    let i2c = |label: &str, allow: &str| format!("[i2c.{label}]\nsim = \"one\"\nallow = [{allow}]\n");
    refused(lab, &(i2c("a", "0x50") + &i2c("b", "0x50")), &["0x50 is granted by [i2c.a] and by [i2c.b]"])?;
    refused(lab, &(i2c("a", "\"0x50-0x57\"") + &i2c("b", "\"0x57-0x58\"")), &["0x57"])?;
    refused(lab, "[gpio]\nA = { pin = 4 }\nB = { pin = 4 }\n", &["policy.toml:"])?;
    refused(lab, "[i2c.a]\nblock = \"I2C0\"\nsda = 4\nscl = 5\n[gpio]\nB = { pin = 4 }\n", &["pin 4 is used twice"])?;
    refused(
        lab,
        "[spi.a]\nblock = \"SPI0\"\nsck = 2\nmosi = 3\nmiso = 4\ncs = 5\n[gpio]\nB = { pin = 5 }\n",
        &["policy.toml:"],
    )?;
    Ok(Refused)
}

pub(super) fn hardware(lab: &Lab) -> anyhow::Result<Outcome> {
    let file = lab.file("no-device", b"")?;
    let link = lab.path("link");
    std::os::unix::fs::symlink("/dev/null", &link).context("cannot make a link")?;
    for path in ["/dev/i2c-4711".to_owned(), file.display().to_string(), link.display().to_string(), "/dev/null".into()]
    {
        for policy in [
            format!("[i2c.bus]\npath = \"{path}\"\nallow = [0x2a]\n"),
            format!("[spi.device]\npath = \"{path}\"\n"),
            format!("[uart.port]\npath = \"{path}\"\n"),
            format!("[gpio]\nLED = {{ pin = 1, chip = \"{path}\" }}\n"),
        ] {
            refused(lab, &policy, &[&path])?;
        }
    }
    not_ours(lab)
}

/// A terminal as a device that belongs to somebody else, and one that somebody else has: root may have both, so nobody asks.
fn not_ours(lab: &Lab) -> anyhow::Result<Outcome> {
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"].map(str::to_owned).to_vec();
    let (peer, path) = process::terminal()?;
    let port = path.display().to_string();
    for (mode, held, said) in [(0o600, false, "ermission denied"), (0o666, true, "busy")] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
        let _held = held.then(|| process::hold(&path)).transpose()?;
        for policy in
            [format!("[uart.port]\npath = \"{port}\"\n"), format!("[i2c.bus]\npath = \"{port}\"\nallow = [0x2a]\n")]
        {
            let job = Job { wrapper: nobody.clone(), ..Job::guest("idle").policy(&policy) };
            let ran = lab.expect(job, Refused).with_context(|| policy.clone())?;
            Lab::says(&ran, &port)?;
            Lab::says(&ran, said)?;
        }
    }
    drop(peer);
    Ok(Refused)
}

pub(super) fn empty(lab: &Lab) -> anyhow::Result<Outcome> {
    let ran = lab.run(Job { policy: None, ..Job::guest("idle") })?;
    ensure!(ran.outcome()? == Refused, "without a policy: {}", ran.status);
    lab.expect(Job::guest("nothing-granted").policy(""), Typed)?;
    Ok(Typed)
}

pub(super) fn odd_files(lab: &Lab) -> anyhow::Result<Outcome> {
    refused(lab, &"# a comment\n".repeat(1_000_000), &["policy.toml"])?;
    refused(lab, &format!("x = {}{}", "[".repeat(100_000), "]".repeat(100_000)), &["policy.toml"])?;
    refused(lab, &format!("[{}a]", "a.".repeat(100_000)), &["policy.toml"])?;
    let path = lab.file("no-text.toml", b"[i2c.\xff\xfe]\n")?.display().to_string();
    let ran = lab.expect(Job { policy: None, ..Job::guest("idle") }.options(&["--policy", &path]), Refused)?;
    Lab::says(&ran, "no-text.toml")?;
    // What some editors write is text all the same.
    lab.expect(Job::guest("nothing-granted").policy("\u{feff}[log]\r\nlevel = \"warn\"\r\n"), Typed)?;
    Ok(Refused)
}

/// A policy is read once. SIGHUP, which asks some programs to read theirs again, ends a guest as SIGTERM does.
pub(super) fn edited(lab: &Lab) -> anyhow::Result<Outcome> {
    let running = lab.start_ready(Job::guest("later").options(&["--real-time"]))?;
    fs::write(&running.policy, "[i2c.late]\nsim = true\nallow = [0x2a]\n")?;
    let ran = lab.wait(running)?;
    ensure!(ran.outcome()? == Typed, "after the policy was edited: {}", ran.stderr());
    let job = Job::guest("later").options(&["--real-time"]);
    let (ran, _) = lab.stopped(job, libc::SIGHUP, Duration::from_millis(20))?;
    ensure!(ran.status.code() == Some(129), "after SIGHUP: {}", ran.status);
    Ok(Harmless)
}

//! H10 to H26: what is not granted, and handles that are none.

use std::fs;

use anyhow::{Context as _, ensure};

use super::guests;
use crate::hostile::Outcome::{self, Harmless, Refused, Stopped, Typed};
use crate::hostile::job::Job;
use crate::hostile::lab::Lab;
use crate::process::root;

/// The most that the log may grow by a million refusals: ten thousand at once, and no time passes for more.
const REFUSALS_BYTES: u64 = 2 << 20;

pub(super) fn near_labels(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Typed, &["near-labels"])
}

pub(super) fn guesses(lab: &Lab) -> anyhow::Result<Outcome> {
    let ran = lab.expect(Job::guest("guess-labels"), Typed)?;
    Lab::at_most("the log", ran.stderr_bytes, REFUSALS_BYTES)?;
    Lab::says(&ran, "messages dropped")?;
    Ok(Typed)
}

pub(super) fn path_labels(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Typed, &["path-labels"])
}

/// Fails if anything but the addresses that are granted was on the wires.
fn silent(lab: &Lab, guest: &str) -> anyhow::Result<Outcome> {
    let ran = lab.expect(Job::guest(guest).options(&["--trace-text"]), Typed)?;
    let stderr = ran.stderr();
    let traffic = stderr.lines().find(|line| line.contains(" i2c ") && line.ends_with("start"));
    ensure!(traffic.is_none(), "{guest}: {traffic:?} on the wires");
    Ok(Typed)
}

pub(super) fn addresses(lab: &Lab) -> anyhow::Result<Outcome> {
    silent(lab, "addresses")
}

pub(super) fn reserved_addresses(lab: &Lab) -> anyhow::Result<Outcome> {
    silent(lab, "reserved-addresses")
}

pub(super) fn ten_bit_prefix(lab: &Lab) -> anyhow::Result<Outcome> {
    silent(lab, "ten-bit-prefix")
}

pub(super) fn ten_bit_addresses(lab: &Lab) -> anyhow::Result<Outcome> {
    silent(lab, "ten-bit-addresses")
}

pub(super) fn directions(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Typed, &["read-only", "directions"])
}

pub(super) fn pins_twice(lab: &Lab) -> anyhow::Result<Outcome> {
    let two = "[gpio]\nA = { sim = \"NET\", direction = \"output\" }\n[pwm.B]\nsim = \"NET\"\n";
    lab.expect(Job::guest("idle").policy(two), Refused)?;
    guests(lab, Typed, &["directions"])
}

pub(super) fn open_twice(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Typed, &["open-twice"])
}

pub(super) fn pin_of_a_bus(lab: &Lab) -> anyhow::Result<Outcome> {
    let policy = "[i2c.bus]\nblock = \"I2C0\"\nsda = 4\nscl = 5\nallow = [0x2a]\n[gpio]\nBANG = { pin = 5 }\n";
    let ran = lab.expect(Job::guest("idle").policy(policy), Refused)?;
    Lab::says(&ran, "pin 5 is used twice")?;
    Ok(Refused)
}

/// What a device that is granted does is the operator's to know, as the documents say.
pub(super) fn multiplexer(_: &Lab) -> anyhow::Result<Outcome> {
    let document = root().join("THREAT_MODEL.md");
    let text = fs::read_to_string(&document).with_context(|| format!("cannot read {}", document.display()))?;
    ensure!(text.contains("multiplexer"), "{} says nothing of multiplexers", document.display());
    Ok(Harmless)
}

pub(super) fn bad_handles(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Stopped, &["use-after-drop", "double-drop", "forged-handle", "handle-of-another-type"])
}

pub(super) fn many_handles(lab: &Lab) -> anyhow::Result<Outcome> {
    // What is built for tests takes some ten seconds of nothing but this.
    let churn = Job { most_s: 120, ..Job::guest("churn") };
    lab.expect(churn.limits("computing-ms = 100_000"), Harmless)?;
    guests(lab, Typed, &["hoard"])
}

pub(super) fn ends_with_handles(lab: &Lab) -> anyhow::Result<Outcome> {
    for (guest, wanted) in [("exit-with-handles", Harmless), ("trap-with-handles", Stopped)] {
        let ran = lab.expect(Job::guest(guest).options(&["--trace-text"]), wanted)?;
        ran.left_low("MOTOR")?;
    }
    Ok(Stopped)
}

fn component(lab: &Lab, name: &str, text: &str) -> anyhow::Result<Outcome> {
    lab.expect(Job::component(lab.wat(name, text)?), Stopped)?;
    Ok(Stopped)
}

pub(super) fn nested_resources(lab: &Lab) -> anyhow::Result<Outcome> {
    component(lab, "nested-resources.wasm", include_str!("../wat/nested_resources.wat"))
}

pub(super) fn borrow_kept(lab: &Lab) -> anyhow::Result<Outcome> {
    component(lab, "borrow-kept.wasm", include_str!("../wat/borrow_kept.wat"))
}

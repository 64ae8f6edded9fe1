//! The conformance suite on the Pi: the runs that `wasm_embedded_conformance::pi` has for it, and what was seen of each.

use std::collections::{BTreeMap, VecDeque};

use anyhow::{Context as _, bail};
use wasm_embedded_conformance::{Case, Ending, Event, Guest, Host, Ran, Unable, What, examine_by, pi};

use super::check::Outcome;

/// What every run begins with. `run` runs the guest and tells when, `after N` waits until it has given N answers, and `stop` ends it.
const BEFORE: &str = "
now() { echo \"at $(cut -d ' ' -f 1 /proc/uptime) $1\"; }
run() { now begin; guest $policy $name \"$script\" > out 2> err; echo $? > status; now end; }
after() { until [ $(wc -l < out) -ge $1 ]; do sleep 0.05; done; sleep 0.3; }
stop() { now stop; kill -TERM $(pidof wasm-embedded-rt); }
policy=conformance; : > out; rm -f status
";

/// What it ends with.
const AFTER: &str = "
sed 's/^/said /' out; cat err; exit $(cat status)";

/// The status of a guest that SIGTERM stopped.
const STOPPED: u8 = 143;
/// That of one that trapped.
const TRAPPED: u8 = 122;

/// The GPIOs of the outputs.
const OUTPUTS: [(&str, &str); 3] = [("GPIO17", "OUT"), ("GPIO27", "UP"), ("GPIO22", "NOUT")];

/// The runs, and what came of those that have ended.
#[derive(Debug)]
pub(super) struct Suite {
    rules: Vec<String>,
    left: VecDeque<pi::Run>,
    ran: BTreeMap<(&'static str, &'static str, bool), Result<Ran, String>>,
}

/// The name of the check of a rule.
fn name(rule: &str) -> String {
    format!("conformance: {rule}")
}

impl Suite {
    /// Returns the runs for the rules whose check's name contains a text.
    pub(super) fn select(only: &str) -> Suite {
        let wanted = |rule: &str| name(rule).contains(only);
        let rules = wasm_embedded_conformance::catalogue::rules().map(|rule| rule.id);
        let rules = rules.filter(|rule| wanted(rule)).map(str::to_owned).collect();
        Suite { rules, left: pi::runs().filter(|run| wanted(run.rule)).collect(), ran: BTreeMap::new() }
    }

    /// Returns whether there is nothing to run.
    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty() && self.ran.is_empty()
    }

    /// Returns the commands, one for each run.
    pub(super) fn commands(&self) -> Vec<String> {
        let command = |run: &pi::Run| {
            let guest = match run.case.guest() {
                Guest::Blocking => "conformance-guest",
                Guest::Asynchronous => "conformance-guest-async",
            };
            format!("script='{}'; name={guest}{BEFORE}{}{AFTER}", run.case.script(), run.around)
        };
        self.left.iter().map(command).collect()
    }

    /// Takes note of what the next run did.
    pub(super) fn take(&mut self, outcome: &Outcome) -> anyhow::Result<()> {
        let Some(run) = self.left.pop_front() else { bail!("the Pi ran more than it was given") };
        let key = key(run.rule, &run.case);
        self.ran.insert(key, ran(outcome).map_err(|error| format!("{error:#}")));
        Ok(())
    }

    /// Prints one line a rule, and returns how many rules were seen and how many of them are broken.
    pub(super) fn report(mut self) -> (usize, usize) {
        let rules = std::mem::take(&mut self.rules);
        let mut recorded = Recorded { ran: self.ran, rule: "" };
        let mut counts = (0, 0);
        for rule in wasm_embedded_conformance::catalogue::rules().filter(|rule| rules.iter().any(|id| id == rule.id)) {
            recorded.rule = rule.id;
            let report = examine_by(&mut recorded, |other| other.id == rule.id, pi::cases);
            report.lines.iter().for_each(|line| println!("{line}"));
            counts.0 += report.counts().passed + report.counts().failed;
            counts.1 += report.counts().failed;
        }
        counts
    }
}

fn key(rule: &'static str, case: &Case) -> (&'static str, &'static str, bool) {
    (rule, case.script(), case.guest() == Guest::Asynchronous)
}

/// The Pi, as a host that has run everything already.
struct Recorded {
    ran: BTreeMap<(&'static str, &'static str, bool), Result<Ran, String>>,
    rule: &'static str,
}

impl Host for Recorded {
    fn name(&self) -> &str {
        pi::NAME
    }

    fn is_asynchronous(&self) -> bool {
        true
    }

    fn exception(&self, rule: &str) -> Option<&str> {
        pi::exception(rule)
    }

    fn run(&mut self, case: &Case) -> Result<Ran, Unable> {
        let ran = self.ran.get(&key(self.rule, case)).cloned();
        ran.unwrap_or_else(|| Err("the Pi left it out".to_owned())).map_err(Unable::Failed)
    }
}

/// Returns what was seen of a run: what the guest said, what QEMU heard, and the levels at which the outputs were left.
fn ran(outcome: &Outcome) -> anyhow::Result<Ran> {
    let mut ran = Ran { events: heard(&outcome.traffic), ..Ran::default() };
    let (mut stop_ns, mut end_ns, mut others) = (None, 0, Vec::new());
    for line in &outcome.lines {
        if let Some(said) = line.strip_prefix("said ") {
            ran.output.push_str(said);
            ran.output.push('\n');
        } else if let Some((seconds, what)) = line.strip_prefix("at ").and_then(|rest| rest.split_once(' ')) {
            let at_ns = nanoseconds(seconds).with_context(|| format!("{line:?} has no time"))?;
            match what {
                "stop" => stop_ns = Some(at_ns),
                _ => {
                    end_ns = at_ns;
                    ran.events.push(Event::new(at_ns, "RUN", What::Level { high: what == "begin" }));
                }
            }
        } else if let Some((gpio, level)) = line.strip_prefix("outside: ").and_then(|seen| seen.split_once(" is ")) {
            let output = OUTPUTS.iter().find(|(name, _)| *name == gpio);
            let (_, wire) = output.with_context(|| format!("{line:?} is about no output"))?;
            ran.events.push(Event::new(end_ns, wire, What::Level { high: level == "high" }));
        } else {
            others.push(line.as_str());
        }
    }
    ran.ending = match (outcome.exit, stop_ns) {
        (0, _) => Ending::Returned,
        (STOPPED, Some(stop_ns)) => Ending::Stopped { late_ns: end_ns.saturating_sub(stop_ns) },
        (TRAPPED, _) => Ending::Trapped { reason: others.join("; ") },
        (status, _) => bail!("exit status {status}: {}", others.join("; ")),
    };
    Ok(ran)
}

/// Reads a time with two decimals, as `/proc/uptime` has them.
fn nanoseconds(seconds: &str) -> Option<u64> {
    let (whole, hundredths) = seconds.split_once('.')?;
    format!("{whole}{hundredths:0<2}").parse::<u64>().ok()?.checked_mul(10_000_000)
}

/// Returns what QEMU's record says of the buses. It has no times; a read's acknowledge bits are taken for granted.
fn heard(traffic: &str) -> Vec<Event> {
    let (mut events, mut in_message, mut flashes, mut selected) = (Vec::new(), false, Vec::new(), false);
    for line in traffic.lines() {
        let mut i2c = |what| events.push(Event::new(0, "i2c", what));
        let byte = |value| What::Byte { value, acknowledged: true };
        let words: Vec<&str> = line.split([' ', '(', ')']).collect();
        match words.as_slice() {
            ["i2c_event", "finish", ..] => {
                i2c(What::Stop);
                in_message = false;
            }
            ["i2c_event", start, address, ..] => {
                let Some(address) = hexadecimal(address) else { continue };
                i2c(if in_message { What::RepeatedStart } else { What::Start });
                // QEMU's words for the directions.
                i2c(byte(address << 1 | u8::from(*start != "start")));
                in_message = true;
            }
            ["i2c_send" | "i2c_recv", _, _, "", data, ..] => i2c(byte(hexadecimal(data).unwrap_or_default())),
            ["m25p80_select", flash, "select"] => {
                if !flashes.contains(flash) {
                    flashes.push(*flash);
                }
                let device = if flashes.first() == Some(flash) { "first" } else { "second" };
                events.push(Event::new(0, "spi", What::Select { device: device.to_owned() }));
                selected = true;
            }
            ["m25p80_select", _, "deselect"] if selected => {
                events.push(Event::new(0, "spi", What::Deselect { device: String::new() }));
                selected = false;
            }
            ["m25p80_transfer", .., "tx", word] => {
                let byte = hexadecimal(word).unwrap_or_default();
                events.push(Event::new(0, "spi", What::Frame { byte }));
            }
            _ => {}
        }
    }
    events
}

/// Reads the number after `0x`, as in `addr:0x48`.
fn hexadecimal(text: &str) -> Option<u8> {
    u8::from_str_radix(text.split_once("0x")?.1, 16).ok()
}

#[cfg(test)]
mod tests {
    use wasm_embedded_conformance::on_wire;

    use super::{heard, nanoseconds};

    #[test]
    fn qemu_s_record_reads_as_wires() {
        let events = heard(
            "m25p80_select [0x55] deselect\ni2c_event start(addr:0x48)\ni2c_send send(addr:0x48) data:0x02\n\
             i2c_event finish(addr:0x48)\ni2c_event start_async(addr:0x48)\ni2c_recv recv(addr:0x48) data:0x4b\n\
             i2c_event finish(addr:0x48)\nm25p80_select [0x66] select\n\
             m25p80_transfer [0x66] Transfer state 0x0 len 0x0 needed 0x0 pos 0x0 addr 0x0 tx 0x9f\n\
             m25p80_select [0x66] deselect\nm25p80_select [0x55] select\nm25p80_select [0x55] deselect\n",
        );
        assert_eq!(on_wire(&events, "i2c"), "S 90. 02. P S 91. 4b. P");
        assert_eq!(on_wire(&events, "spi"), "[first 9f ] [second ]");
    }

    #[test]
    fn times_are_in_hundredths_of_a_second() {
        assert_eq!(nanoseconds("12.34"), Some(12_340_000_000));
        assert_eq!(nanoseconds("12"), None);
    }
}

//! The tables of a policy with rows of what they can say: `policy_values/TABLE.txt`.

use std::fs;
use std::path::PathBuf;

use wasm_embedded_policy::Policy;

/// A table of the policy: its name, the policy around it, what stands between its entries, and what is read.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    around: &'static str,
    between: &'static str,
    pub(crate) read: fn(&Policy) -> String,
}

/// What parts and faults can be on.
const BOARD: &str = "[i2c.bus]\nsim = true\n[spi.dev]\nsim = true\n[spi.all]\nsim = true\nselect = \"none\"\n\
    [uart.port]\nsim = true\nparity = \"even\"\n[adc.POT]\nsim = true\n[pwm.FAN]\nsim = true\n[gpio]\n\
    N1 = { sim = true }\nN2 = { sim = true }\nN3 = { sim = true }\nN4 = { sim = true }\n";

const fn table(name: &'static str, around: &'static str, between: &'static str, read: fn(&Policy) -> String) -> Table {
    Table { name, around, between, read }
}

pub(crate) const TABLES: [Table; 20] = [
    table("i2c", "[i2c.x]\n@\n[i2c.other]\nsim=\"named\"\n[[part]]\nmodel=\"lm75\"\ni2c=\"named\"\n", "\n", |policy| {
        policy.i2c.iter().filter(|label| label.label == "x").map(debug).collect()
    }),
    table("i2c.allow", "[i2c.x]\nsim = true\nallow = [{ @ }]\n", ", ", |policy| debug(&policy.i2c[0].allow)),
    table("spi", "[spi.x]\n@\n", "\n", |policy| debug(&policy.spi[0])),
    table("gpio", "[gpio.x]\n@\n", "\n", |policy| debug(&policy.pins[0])),
    table("pwm", "[pwm.x]\n@\n", "\n", |policy| debug(&policy.pwm[0])),
    table("uart", "[uart.x]\n@\n", "\n", |policy| debug(&policy.uart[0])),
    table("adc", "[adc.x]\n@\n", "\n", |policy| debug(&policy.adc[0])),
    table("log", "[log]\n@\n", "\n", |policy| debug(&policy.log_level)),
    table("limits", "[limits]\n@\n", "\n", |policy| debug(&policy.limits)),
    table("restart", "[restart]\n@\n", "\n", |policy| debug(&policy.restart)),
    table("part", "$[[part]]\n@\n", "\n", |policy| debug(&policy.devices[0])),
    table("part.course", "$[[part]]\nmodel = \"sht4x\"\ni2c = \"i2c\"\ntemperature = { @ }\n", ", ", |policy| {
        debug(&policy.devices[0].spec.controls)
    }),
    // The words of old.
    table("device", "$[[device]]\n@\n", "\n", |policy| debug(&policy.devices[0])),
    table("part.presses", "$[[part]]\nmodel = \"button\"\nnet = \"N1\"\npresses = [{ @ }]\n", ", ", |policy| {
        debug(&policy.devices[0].spec.settings)
    }),
    table("part.points", "$[[part]]\nmodel = \"voltage\"\nnet = \"POT\"\npoints = [{ @ }]\n", ", ", |policy| {
        debug(&policy.devices[0].spec.controls)
    }),
    table(
        "part.steps.i2c",
        "$[[part]]\nmodel = \"scripted\"\ni2c = \"i2c\"\naddress = 9\nsteps = [{ @ }]\n",
        ", ",
        |policy| debug(&policy.devices[0].spec.settings),
    ),
    table("part.steps.spi", "$[[part]]\nmodel = \"scripted\"\nspi = \"dev\"\nsteps = [{ @ }]\n", ", ", |policy| {
        debug(&policy.devices[0].spec.settings)
    }),
    table("part.steps.uart", "$[[part]]\nmodel = \"scripted\"\nuart = \"port\"\nsteps = [{ @ }]\n", ", ", |policy| {
        debug(&policy.devices[0].spec.settings)
    }),
    table(
        "part.registers",
        "$[[part]]\nmodel = \"scripted\"\ni2c = \"i2c\"\naddress = 9\nregisters = [{ @ }]\n",
        ", ",
        |policy| debug(&policy.devices[0].spec.settings),
    ),
    table(
        "fault",
        "$[[part]]\nmodel = \"lm75\"\ni2c = \"i2c\"\n[[part]]\nmodel = \"echo\"\nuart = \"port\"\n[[fault]]\n@\n",
        "\n",
        |policy| debug(&policy.faults[0]),
    ),
];

/// Returns a value without the places in the file.
pub(crate) fn debug(value: &impl std::fmt::Debug) -> String {
    let mut text = format!("{value:?}");
    while let Some(start) = text.find("Spanned { span: ") {
        let value = start + text[start..].find("value: ").expect("a value") + "value: ".len();
        let end = value + text[value..].find(" }").expect("its end");
        text = format!("{}{}{}", &text[..start], &text[value..end], &text[end + 2..]);
    }
    for key in [", span: ", ", wiring_span: ", ", place_span: "] {
        while let Some(start) = text.find(key) {
            let place = |char: char| char.is_ascii_digit() || char == '.';
            let rest = text[start + key.len()..].trim_start_matches(place);
            text = format!("{}{rest}", &text[..start]);
        }
    }
    text
}

impl Table {
    pub(crate) fn policy(&self, entries: &[&str]) -> String {
        self.around.replace('$', BOARD).replace('@', &entries.join(self.between))
    }

    pub(crate) fn path(&self) -> PathBuf {
        super::folder().join("tests/policy_values").join(format!("{}.txt", self.name))
    }

    /// Returns the entries of each row, and what comes of it.
    pub(crate) fn rows(&self) -> Vec<(String, String)> {
        let text = fs::read_to_string(self.path()).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let mut rows: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            match (line.strip_prefix("    "), rows.last_mut()) {
                (Some(value), Some((_, expected))) => *expected = value.to_owned(),
                _ => rows.push((line.to_owned(), String::new())),
            }
        }
        rows
    }
}

/// Returns the entries of a row.
pub(crate) fn entries(row: &str) -> Vec<&str> {
    row.split("; ").filter(|entry| !entry.is_empty() && *entry != "-").collect()
}

pub(crate) fn key(entry: &str) -> &str {
    entry.split('=').next().unwrap_or_default().trim()
}

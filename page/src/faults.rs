//! The faults that the page offers: for each part, label and net those that its bus can have, by the reader of policies.

use wasm_embedded_board::Board;
use wasm_embedded_policy::{Backend as _, Policy};
use wasm_embedded_sim::Fault;
use wasm_embedded_sim::model::Wiring;

/// A fault that can be switched on.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// What it is at: a part, a label or a net.
    pub(crate) place: String,
    /// What goes wrong, in words.
    pub(crate) about: &'static str,
    /// What a policy would say, to keep it.
    pub(crate) toml: String,
    pub(crate) fault: Fault,
}

/// What any part can have: the kind with its keys, as a policy has them, and in words.
const ANY_PART: [(&str, &str); 3] = [
    ("fault = \"unplugged\"", "unplugged: off the board, without supply"),
    ("fault = \"stopped\"", "stopped: its time stands still"),
    ("fault = \"slow\"\nfactor = 10", "slow: takes ten times as long"),
];

const I2C_PART: [(&str, &str); 3] = [
    ("fault = \"nack-address\"", "does not acknowledge its address"),
    ("fault = \"nack-data\"\nbyte = 1", "does not acknowledge data"),
    ("fault = \"flip-read\"\nmask = 1", "bits are inverted on the way to the controller"),
];

const I2C_LABEL: [(&str, &str); 3] = [
    ("fault = \"sda-stuck\"", "SDA is stuck low"),
    ("fault = \"scl-stuck\"", "SCL is stuck low"),
    ("fault = \"arbitration-loss\"", "another controller wins the bus"),
];

const SPI_LABEL: [(&str, &str); 3] = [
    ("fault = \"miso-stuck\"\nlevel = \"low\"", "MISO is stuck low"),
    ("fault = \"bit-slip\"", "a clock is lost"),
    ("fault = \"flip-read\"\nmask = 1", "bits are inverted on the way to the controller"),
];

const UART_LABEL: [(&str, &str); 3] = [
    ("fault = \"framing\"", "bytes come without their stop bit"),
    ("fault = \"dropped-byte\"", "received bytes are lost"),
    ("fault = \"dropped-byte\"\ndirection = \"sent\"", "sent bytes are lost"),
];

const PIN: [(&str, &str); 2] =
    [("fault = \"stuck\"\nlevel = \"low\"", "stuck low"), ("fault = \"stuck\"\nlevel = \"high\"", "stuck high")];

const ADC_LABEL: [(&str, &str); 2] =
    [("fault = \"open-input\"", "the input is open"), ("fault = \"noise\"\nnoise-mv = 100", "100 mV of noise")];

const PWM_LABEL: [(&str, &str); 1] = [("fault = \"duty-refused\"", "refuses the duties that are set")];

const CONTROLLER: [(&str, &str); 1] = [("fault = \"oversleep\"\nfactor = 2", "delays take twice as long")];

/// Returns the faults that the board of a policy can have.
pub(crate) fn all(board: &Board, policy: &Policy) -> Vec<Choice> {
    let mut found = Vec::new();
    let mut add = |key: &str, name: &str, kinds: &[(&str, &'static str)]| {
        for (kind, about) in kinds {
            let place = if name.is_empty() { String::new() } else { format!("{key} = {}\n", quoted(name)) };
            let toml = format!("[[fault]]\n{place}{kind}\n");
            let mut with = policy.clone();
            // The policy's reader refuses what this board cannot have.
            let Ok(()) = with.add_faults("a fault of the page", &toml) else { continue };
            let Some(fault) = with.faults.last().and_then(|fault| board.fault(&with, fault)) else { continue };
            let place = if name.is_empty() { "the controller" } else { name };
            found.push(Choice { place: place.to_owned(), about, toml, fault });
        }
    };
    for part in &policy.devices {
        add("part", part.name(), &ANY_PART);
        if let Wiring::I2c { .. } = part.spec.wiring {
            add("part", part.name(), &I2C_PART);
        }
    }
    policy.i2c.iter().for_each(|label| add("label", &label.label, &I2C_LABEL));
    policy.spi.iter().for_each(|label| add("label", &label.label, &SPI_LABEL));
    policy.uart.iter().for_each(|label| add("label", &label.label, &UART_LABEL));
    policy.pins.iter().filter(|pin| pin.backend.sim().is_some()).for_each(|pin| add("label", &pin.label, &PIN));
    policy.adc.iter().for_each(|label| add("label", &label.label, &ADC_LABEL));
    policy.pwm.iter().for_each(|label| add("label", &label.label, &PWM_LABEL));
    add("", "", &CONTROLLER);
    found
}

/// Returns a name as a string of TOML.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
        [i2c.sensor]
        sim = "board"
        allow = [0x48]
        [spi.flash]
        sim = true
        [uart.SERIAL]
        sim = true
        [adc.POT]
        sim = true
        [pwm.LAMP]
        sim = true
        [gpio]
        LED = { sim = true, direction = "output" }
        [[part]]
        model = "lm75"
        name = "cellar"
        i2c = "board"
        [[part]]
        model = "led"
        net = "LED"
    "#;

    #[test]
    fn every_kind_that_the_page_offers_is_one_that_a_policy_can_have() {
        let policy = Policy::parse("board.toml", POLICY).expect("a valid policy");
        let all = all(&Board::new(&policy).expect("a board"), &policy);
        let of = |place: &str| all.iter().filter(|choice| choice.place == place).count();
        assert_eq!(of("cellar"), ANY_PART.len() + I2C_PART.len(), "{all:?}");
        assert_eq!((of("sensor"), of("flash")), (I2C_LABEL.len(), SPI_LABEL.len()), "{all:?}");
        assert_eq!((of("SERIAL"), of("POT"), of("LAMP")), (UART_LABEL.len(), ADC_LABEL.len(), PWM_LABEL.len()));
        assert_eq!((of("LED"), of("the controller")), (PIN.len(), CONTROLLER.len()), "{all:?}");
        for choice in all {
            let kept = Policy::parse("board.toml", &format!("{POLICY}{}", choice.toml));
            assert!(kept.is_ok(), "{}", choice.toml);
        }
    }
}

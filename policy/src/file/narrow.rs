//! A policy with less in it.

use super::Policy;
use super::backend::Backend;

impl Policy {
    /// Returns what is left of the policy for somebody who uses these labels only: no other hardware, so that none of it is
    /// opened or driven; and the simulated board only if one of the labels is on it.
    #[must_use]
    pub fn only(&self, labels: &[&str]) -> Policy {
        let on_board = self.labels().any(|label| labels.contains(&label.label) && label.backend.sim().is_some());
        let keep = |label: &str, backend: &dyn Backend| match backend.sim() {
            Some(_) => on_board,
            None => labels.contains(&label),
        };
        let mut policy = self.clone();
        policy.i2c.retain(|label| keep(&label.label, &label.backend));
        policy.spi.retain(|label| keep(&label.label, &label.backend));
        policy.pins.retain(|label| keep(&label.label, &label.backend));
        policy.pwm.retain(|label| keep(&label.label, &label.backend));
        policy.uart.retain(|label| keep(&label.label, &label.backend));
        policy.adc.retain(|label| keep(&label.label, &label.backend));
        policy.devices.retain(|_| on_board);
        policy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIXED: &str = r#"
        [i2c.sensor]
        sim = "board"
        [i2c.clock]
        path = "/dev/i2c-1"
        [gpio]
        LED = { pin = 17, initial = "low" }
        RESET = { sim = true, initial = "high" }
        [pwm.FAN]
        path = "/sys/class/pwm/pwmchip0"
        channel = 0
        [adc.POT]
        path = "/sys/bus/iio/devices/iio:device0"
        channel = 0
        [uart.GPS]
        path = "/dev/ttyAMA0"
        [[part]]
        model = "lm75"
        i2c = "board"
        address = 0x48
    "#;

    fn left(labels: &[&str]) -> (Vec<String>, usize) {
        let policy = Policy::parse("mixed.toml", MIXED).expect("a valid policy").only(labels);
        (policy.labels().map(|label| label.label.to_owned()).collect(), policy.devices.len())
    }

    #[test]
    fn hardware_that_is_not_used_is_not_in_it() {
        assert_eq!(left(&["clock"]), (vec!["clock".to_owned()], 0));
        assert_eq!(left(&["sensor"]), (vec!["sensor".to_owned(), "RESET".to_owned()], 1));
        assert_eq!(left(&["LED", "RESET"]), (vec!["sensor".to_owned(), "LED".to_owned(), "RESET".to_owned()], 1));
        assert_eq!(left(&["other"]), (vec![], 0));
        for label in ["GPS", "FAN", "POT"] {
            assert_eq!(left(&[label]), (vec![label.to_owned()], 0));
        }
    }
}

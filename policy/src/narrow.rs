//! A policy with less in it.

use super::Policy;
use super::backend::BusBackend;
use super::gpio::PinBackend;

impl Policy {
    /// Returns what is left of the policy for somebody who uses these labels only: no other hardware, so that none of it is
    /// opened or driven; and the simulated board only if one of the labels is on it.
    #[must_use]
    pub fn only(&self, labels: &[&str]) -> Policy {
        let wanted = |label: &String| labels.contains(&label.as_str());
        let simulated = |backend: &BusBackend| matches!(backend, BusBackend::Sim(_));
        let simulated_pin = |backend: &PinBackend| matches!(backend, PinBackend::Sim(_));
        let on_board = self.i2c.iter().any(|label| wanted(&label.label) && simulated(&label.backend))
            || self.spi.iter().any(|label| wanted(&label.label) && simulated(&label.backend))
            || self.uart.iter().any(|label| wanted(&label.label) && simulated(&label.backend))
            || self.pins.iter().any(|label| wanted(&label.label) && simulated_pin(&label.backend))
            || self.pwm.iter().any(|label| wanted(&label.label) && label.backend.net().is_some())
            || self.adc.iter().any(|label| wanted(&label.label) && label.backend.net().is_some());
        let mut policy = self.clone();
        policy.i2c.retain(|label| if simulated(&label.backend) { on_board } else { wanted(&label.label) });
        policy.spi.retain(|label| if simulated(&label.backend) { on_board } else { wanted(&label.label) });
        policy.uart.retain(|label| if simulated(&label.backend) { on_board } else { wanted(&label.label) });
        policy.pwm.retain(|label| if label.backend.net().is_some() { on_board } else { wanted(&label.label) });
        policy.adc.retain(|label| if label.backend.net().is_some() { on_board } else { wanted(&label.label) });
        policy.pins.retain(|label| if simulated_pin(&label.backend) { on_board } else { wanted(&label.label) });
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
        [uart.GPS]
        path = "/dev/ttyS0"
        [pwm.FAN]
        path = "/sys/class/pwm/pwmchip0"
        channel = 0
        frequency = 1_000
        [adc.POT]
        path = "/sys/bus/iio/devices/iio:device0"
        channel = 0
        [[device]]
        part = "lm75"
        i2c = "board"
        address = 0x48
    "#;

    fn left(labels: &[&str]) -> (Vec<String>, usize) {
        let policy = Policy::parse("mixed.toml", MIXED).expect("a valid policy").only(labels);
        let buses = policy.i2c.iter().map(|label| &label.label).chain(policy.uart.iter().map(|label| &label.label));
        let channels = policy.pwm.iter().map(|label| &label.label).chain(policy.adc.iter().map(|label| &label.label));
        let labels = buses.chain(policy.pins.iter().map(|label| &label.label)).chain(channels);
        (labels.cloned().collect(), policy.devices.len())
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

//! The rules. The numbers are those of `embedded-hal`'s contract as this project has sorted it; the words are ours.

mod delay;
mod digital;
mod i2c;
mod io;
mod pwm;
mod spi;
mod wait;

use crate::rule::Rule;

/// Sources, as the rules name them.
mod source {
    pub(super) const I2C: &str = "embedded-hal 1.0, i2c::I2c";
    pub(super) const I2C_ERROR: &str = "embedded-hal 1.0, i2c::ErrorKind";
    pub(super) const SPI: &str = "embedded-hal 1.0, spi::SpiDevice";
    pub(super) const SPI_BUS: &str = "embedded-hal 1.0, spi::SpiBus";
    pub(super) const SPI_ERROR: &str = "embedded-hal 1.0, spi::ErrorKind";
    pub(super) const DIGITAL: &str = "embedded-hal 1.0, digital";
    pub(super) const I2C_ASYNC: &str = "embedded-hal-async 1.0, i2c::I2c";
    pub(super) const SPI_ASYNC: &str = "embedded-hal-async 1.0, spi::SpiDevice";
    pub(super) const DELAY_ASYNC: &str = "embedded-hal-async 1.0, delay::DelayNs";
    pub(super) const WAIT: &str = "embedded-hal-async 1.0, digital::Wait";
    pub(super) const PWM: &str = "embedded-hal 1.0, pwm::SetDutyCycle";
    pub(super) const DELAY: &str = "embedded-hal 1.0, delay::DelayNs";
    pub(super) const IO: &str = "embedded-io 0.7";
    pub(super) const IO_ASYNC: &str = "embedded-io-async 0.7";
    pub(super) const OURS: &str = "ours, where the traits leave room";
}

/// Returns all 110 rules, in their order.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [&i2c::RULES[..], &spi::RULES, &digital::RULES, &wait::RULES, &pwm::RULES, &delay::RULES, &io::RULES]
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_110_rules_and_each_has_its_own_name() {
        let mut ids: Vec<_> = rules().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), 110);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 110);
    }

    #[test]
    fn every_rule_says_what_holds_and_where_that_is_from() {
        for rule in rules() {
            assert!(!rule.text.is_empty() && !rule.source.is_empty(), "{}", rule.id);
            assert!(!rule.cases.is_empty(), "{} has nothing that could fail", rule.id);
        }
    }
}

//! `[pwm.LABEL]`: outputs that are active for a part of every period.

use super::backend::{PATH, SIM};
use super::channel::{ChannelBackend, LAST_CHANNEL};
use super::reader::{Table, Value};
use super::schema::{Form, Key};
use crate::model::{DutyPart, Label, Pwm};

/// A label for a PWM output.
pub type PwmLabel = Label<Pwm, ChannelBackend>;

/// The greatest frequency, past anything that a duty can be told apart at.
const GREATEST_FREQUENCY_HZ: u32 = 10_000_000;

/// The keys of `[pwm.LABEL]`.
pub(crate) const KEYS: [Key; 8] = [
    SIM,
    PATH,
    Key::new("pin", Form::Pin, "the pin of a microcontroller"),
    Key::counted("channel", 0, LAST_CHANNEL, "the number of the channel of the chip at `path`"),
    Key::counted("frequency", 1, GREATEST_FREQUENCY_HZ, "periods a second"),
    Key::switch("active-low", "true if active is the lower voltage"),
    Key::number("initial-percent", 0.0, 100.0, "the duty before the guest starts"),
    Key::number("on-exit-percent", 0.0, 100.0, "the duty when the guest has ended in any way"),
];

impl PwmLabel {
    pub(super) fn read(label: &str, table: Table<'_>) -> Option<PwmLabel> {
        let backend = ChannelBackend::read(label, &table, "/sys/class/pwm/pwmchip0");
        let frequency = table.get("frequency").and_then(|value| value.integer(1..=GREATEST_FREQUENCY_HZ));
        let active_low = table.get("active-low").and_then(|value| value.boolean());
        let duty = |key| table.get(key).and_then(|value| read_duty(&value));
        let (initial, on_exit) = (duty("initial-percent"), duty("on-exit-percent"));
        let span = table.span.clone();
        table.finish();
        let default = Pwm::default();
        let settings = Pwm {
            frequency_hz: frequency.unwrap_or(default.frequency_hz),
            active_low: active_low.unwrap_or(default.active_low),
            initial: initial.unwrap_or(default.initial),
            on_exit,
        };
        Some(Label { label: label.to_owned(), backend: backend?, settings, span })
    }
}

/// Reads a percentage, to the nearest 65 535th.
fn read_duty(value: &Value<'_>) -> Option<DutyPart> {
    let part = (value.number(0.0..=100.0, "%")? / 100.0 * f64::from(u16::MAX)).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 65535, and whole")]
    Some(DutyPart(part as u16))
}

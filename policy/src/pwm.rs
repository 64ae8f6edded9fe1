//! `[pwm.LABEL]`: outputs that are active for a part of every period.

use wasm_embedded_host::DutyPart;

use super::channel::ChannelBackend;
use super::problem::Span;
use super::reader::{Table, Value};

/// The frequency of an output that does not state one, in hertz.
pub const DEFAULT_PWM_FREQUENCY_HZ: u32 = 1_000;

/// The greatest frequency, past anything that a duty can be told apart at.
const GREATEST_FREQUENCY_HZ: u32 = 10_000_000;

/// A label for a PWM output.
#[derive(Clone, Debug)]
pub struct PwmLabel {
    /// What the guest opens.
    pub label: String,
    /// What stands behind it.
    pub backend: ChannelBackend,
    /// Periods a second.
    pub frequency_hz: u32,
    /// Whether active is the lower voltage.
    pub active_low: bool,
    /// The duty before the guest starts: never active by default.
    pub initial: DutyPart,
    /// The duty when the guest has ended in any way; without one the output stays as the guest left it.
    pub on_exit: Option<DutyPart>,
    pub(crate) span: Span,
}

impl PwmLabel {
    pub(super) fn read(label: &str, table: Table<'_>) -> Option<PwmLabel> {
        let backend = ChannelBackend::read(label, &table, "/sys/class/pwm/pwmchip0");
        let frequency = table.get("frequency").and_then(|value| value.integer(1..=GREATEST_FREQUENCY_HZ));
        let active_low = table.get("active-low").and_then(|value| value.boolean());
        let duty = |key| table.get(key).and_then(|value| read_duty(&value));
        let (initial, on_exit) = (duty("initial-percent"), duty("on-exit-percent"));
        let span = table.span.clone();
        table.finish();
        Some(PwmLabel {
            label: label.to_owned(),
            backend: backend?,
            frequency_hz: frequency.unwrap_or(DEFAULT_PWM_FREQUENCY_HZ),
            active_low: active_low.unwrap_or(false),
            initial: initial.unwrap_or(DutyPart(0)),
            on_exit,
            span,
        })
    }
}

/// Reads a percentage, to the nearest 65 535th.
fn read_duty(value: &Value<'_>) -> Option<DutyPart> {
    let part = (value.number(0.0..=100.0, "%")? / 100.0 * f64::from(u16::MAX)).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 65535, and whole")]
    Some(DutyPart(part as u16))
}

//! `[adc.LABEL]`: analogue inputs.

use super::backend::{PATH, SIM};
use super::channel::{ChannelBackend, LAST_CHANNEL};
use super::reader::Table;
use super::schema::{Form, Key};
use crate::model::{Adc, Label};

/// A label for an analogue input.
pub type AdcLabel = Label<Adc, ChannelBackend>;

/// The greatest reference of a simulated input, in millivolts.
const GREATEST_REFERENCE_MV: i32 = 1_000_000;

/// The keys of `[adc.LABEL]`.
pub(crate) const KEYS: [Key; 6] = [
    SIM,
    PATH,
    Key::new("pin", Form::Pin, "the pin of a microcontroller"),
    Key::counted("channel", 0, LAST_CHANNEL, "the number of the channel of the chip at `path`"),
    Key::integer("resolution-bits", 1, 24, "the bits of a reading"),
    Key::counted(
        "reference-mv",
        1,
        GREATEST_REFERENCE_MV.unsigned_abs(),
        "one more than the greatest reading, in millivolts",
    ),
];

impl AdcLabel {
    pub(super) fn read(label: &str, table: Table<'_>) -> Option<AdcLabel> {
        let backend = ChannelBackend::read(label, &table, "/sys/bus/iio/devices/iio:device0");
        let resolution_bits = table.get("resolution-bits").and_then(|value| value.integer(1..=24));
        let reference = table.get("reference-mv");
        if let (Some(value), Some(ChannelBackend::Linux { .. } | ChannelBackend::Pin(_))) = (&reference, &backend) {
            value.refuse("is for a simulated input only: the driver of a hardware input knows its scale", None);
        }
        let reference_mv = reference.and_then(|value| value.integer(1..=GREATEST_REFERENCE_MV));
        let span = table.span.clone();
        table.finish();
        let settings = Adc { resolution_bits, reference_mv: reference_mv.unwrap_or(Adc::default().reference_mv) };
        Some(Label { label: label.to_owned(), backend: backend?, settings, span })
    }
}

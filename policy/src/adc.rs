//! `[adc.LABEL]`: analogue inputs.

use super::channel::ChannelBackend;
use super::problem::Span;
use super::reader::Table;

/// The greatest reference of a simulated input, in millivolts.
const GREATEST_REFERENCE_MV: i32 = 1_000_000;

/// A label for an analogue input.
#[derive(Clone, Debug)]
pub struct AdcLabel {
    /// What the guest opens.
    pub label: String,
    /// What stands behind it.
    pub backend: ChannelBackend,
    /// The bits of a reading, if the policy says them; 12 for a simulated input that does not.
    pub resolution_bits: Option<u8>,
    /// The voltage that is one more than the greatest reading of a simulated input, in millivolts.
    pub reference_mv: i32,
    pub(crate) span: Span,
}

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
        Some(AdcLabel {
            label: label.to_owned(),
            backend: backend?,
            resolution_bits,
            reference_mv: reference_mv.unwrap_or(3_300),
            span,
        })
    }
}

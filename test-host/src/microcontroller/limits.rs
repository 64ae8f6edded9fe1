//! The limits of a policy in an image. What a firmware cannot keep is refused here: a limit that is stated and not kept would be worse
//! than none.

use wasm_embedded_image::policy as packed;

use super::Board;
use super::convert::ConvertError;
use crate::policy::{MachineLimits, Policy};

/// Where computing is bounded on a microcontroller.
const FUEL: &str = "say with `fuel` how much a guest may compute between two waits";

/// Converts the limits. What a policy does not say is another number for some of them than on a large machine.
pub(super) fn convert(policy: &Policy, board: Board) -> Result<packed::Limits, ConvertError> {
    let (small, large) = (packed::Limits::default(), MachineLimits::default());
    let machine = &policy.machine;
    let unkept = [
        ("computing-ms", machine.computing != large.computing, FUEL),
        ("processor-time-ms", machine.processor_time.is_some(), FUEL),
        ("wall-time-ms", machine.wall_time.is_some(), "its guests live until they end"),
        (
            "output-bytes",
            machine.output_bytes != large.output_bytes,
            "its log is a wire; `log-messages-per-s` bounds what goes over it",
        ),
    ];
    if let Some((key, _, instead)) = unkept.into_iter().find(|(_, stated, _)| *stated) {
        return Err(ConvertError::Limit { key, board, instead });
    }
    let or_small = |stated: usize, large: usize, small: u32| {
        if stated == large { small } else { u32::try_from(stated).unwrap_or(u32::MAX) }
    };
    Ok(packed::Limits {
        transaction_bytes: policy.limits.transaction_bytes,
        operations: policy.limits.operations,
        transaction_delay_ns: policy.limits.transaction_delay_ns,
        transaction_time_ns: policy.limits.transaction_time_ns,
        handles: policy.limits.handles,
        text_bytes: policy.limits.text_bytes,
        log_messages_per_s: policy.limits.log_messages_per_s,
        memory_bytes: or_small(machine.memory_bytes, large.memory_bytes, small.memory_bytes),
        table_elements: or_small(machine.table_elements, large.table_elements, small.table_elements),
        instances: or_small(machine.instances, large.instances, small.instances),
        fuel: machine.fuel_between_waits,
    })
}

//! The limits of a policy in an image. What a firmware cannot keep is refused here: a limit that is stated and not kept would be worse
//! than none.

use wasm_embedded_image::policy as packed;

use super::Board;
use super::convert::ConvertError;
use crate::policy::{Fuel, MachineLimits, Policy};

/// Where computing is bounded on a microcontroller.
const FUEL: &str = "use `fuel` to limit how much a guest computes between two waits";

/// Converts the limits. What a policy does not say is another number for some of them than on a large machine.
pub(super) fn convert(policy: &Policy, board: Board) -> Result<packed::Limits, ConvertError> {
    let small = packed::Limits::default();
    // Each by name, so that a new limit is kept, refused, or left out here for a reason.
    let MachineLimits {
        memory_bytes,
        table_elements,
        instances,
        stack_bytes,
        // The compiler's, which is here: `pack` keeps it.
        code_bytes: _,
        computing,
        processor_time,
        wall_time,
        fuel,
        output_bytes,
        // A firmware writes no traces.
        trace_bytes: _,
    } = policy.machine;
    let unkept = [
        ("stack-bytes", stack_bytes.is_some(), "each guest has a stack of 4096 bytes"),
        ("computing-ms", computing.is_some(), FUEL),
        ("processor-time-ms", processor_time.is_some(), FUEL),
        ("wall-time-ms", wall_time.is_some(), "a guest runs until it ends"),
        ("output-bytes", output_bytes.is_some(), "its log is a serial port; use `log-messages-per-s`"),
    ];
    if let Some((key, _, instead)) = unkept.into_iter().find(|(_, stated, _)| *stated) {
        return Err(ConvertError::Limit { key, board, instead });
    }
    let or_small = |key, stated: Option<usize>, small| match stated {
        None => Ok(small),
        Some(stated) => u32::try_from(stated).map_err(|_| ConvertError::Limit {
            key,
            board,
            instead: "the value must be below 4 GiB",
        }),
    };
    Ok(packed::Limits {
        transaction_bytes: policy.limits.transaction_bytes,
        operations: policy.limits.operations,
        transaction_delay_ns: policy.limits.transaction_delay_ns,
        transaction_time_ns: policy.limits.transaction_time_ns,
        handles: policy.limits.handles,
        text_bytes: policy.limits.text_bytes,
        log_messages_per_s: policy.limits.log_messages_per_s,
        memory_bytes: or_small("memory-bytes", memory_bytes, small.memory_bytes)?,
        table_elements: or_small("table-elements", table_elements, small.table_elements)?,
        instances: or_small("instances", instances, small.instances)?,
        fuel: match fuel {
            None => small.fuel,
            Some(Fuel::Off) => None,
            Some(Fuel::Units(units)) => Some(units),
        },
    })
}

#[cfg(test)]
mod tests;

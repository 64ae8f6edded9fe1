//! Analogue inputs.

/// How an analogue input is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adc {
    /// The bits of a reading, if the policy says them; 12 for a simulated input that does not.
    pub resolution_bits: Option<u8>,
    /// The voltage that is one more than the greatest reading of a simulated input, in millivolts.
    pub reference_mv: i32,
}

impl Default for Adc {
    fn default() -> Adc {
        Adc { resolution_bits: None, reference_mv: 3_300 }
    }
}

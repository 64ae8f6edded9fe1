//! A label: what a guest opens, what stands behind it, and how it is used.

use alloc::string::String;
use core::ops::{Deref, DerefMut, Range};

/// The bytes of a policy file that something is about.
pub type Span = Range<usize>;

/// A label with what stands behind it, which differs between a policy file and an image, and its settings, which do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label<S, B> {
    /// What the guest opens.
    pub label: String,
    /// What stands behind it.
    pub backend: B,
    /// How it is used.
    pub settings: S,
    /// Where the policy file says it; empty in an image.
    pub span: Span,
}

impl<S, B> Label<S, B> {
    /// Creates a label that no file says.
    #[must_use]
    pub fn new(label: impl Into<String>, backend: B, settings: S) -> Label<S, B> {
        Label { label: label.into(), backend, settings, span: 0..0 }
    }

    /// Returns the label with something else behind it.
    #[must_use]
    pub fn on<C>(&self, backend: C) -> Label<S, C>
    where
        S: Clone,
    {
        Label { label: self.label.clone(), backend, settings: self.settings.clone(), span: self.span.clone() }
    }
}

impl<S, B> Deref for Label<S, B> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.settings
    }
}

impl<S, B> DerefMut for Label<S, B> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.settings
    }
}

/// What there are labels for.
pub trait Settings {
    /// The section of the policy file, and the key of its table in the JSON schema.
    const SECTION: &'static str;
    /// What a label stands for, in words.
    const WHAT: &'static str;
}

macro_rules! settings {
    ($($settings:ty: $section:literal, $what:literal;)*) => {
        $(impl Settings for $settings {
            const SECTION: &'static str = $section;
            const WHAT: &'static str = $what;
        })*
    };
}

settings! {
    super::I2c: "i2c", "an I2C bus";
    super::Spi: "spi", "SPI";
    super::Pin: "gpio", "a pin";
    super::Pwm: "pwm", "a PWM output";
    super::Uart: "uart", "a serial port";
    super::Adc: "adc", "an analogue input";
}

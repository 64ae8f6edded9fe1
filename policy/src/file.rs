//! A policy file: read and checked as a whole.

mod adc;
mod address;
mod backend;
mod channel;
mod context;
mod device;
mod excerpt;
mod fault;
mod gpio;
mod i2c;
mod labels;
mod limits;
mod log;
mod narrow;
mod overlap;
mod part;
mod pins;
mod problem;
mod pwm;
pub mod read;
mod reader;
mod restart;
mod schema;
mod spi;
mod uart;
mod wiring;

use std::fs;
use std::io::Read;
use std::path::Path;

use toml::de::DeTable;
use wasm_embedded_sim::model::Catalog;

pub use self::adc::AdcLabel;
pub use self::backend::{Backend, Block, BusBackend};
pub use self::channel::ChannelBackend;
use self::context::Context;
pub use self::device::Device;
pub use self::fault::{Cause, FailureKind, Fault, FaultPlace};
pub use self::gpio::{Chip, PinBackend, PinLabel};
pub use self::i2c::I2cLabel;
pub use self::labels::AnyLabel;
pub use self::part::NetName;
use self::problem::{Finding, Findings};
pub use self::problem::{MAX_PROBLEMS, PolicyError, Problem};
pub use self::pwm::PwmLabel;
use self::reader::Table;
pub use self::schema::{schema, schema_text};
pub use self::spi::SpiLabel;
pub use self::uart::UartLabel;
use crate::model::{Label, Machine, Settings, Span};

/// The longest policy that is read: what a mistaken file name may cost.
pub const MAX_POLICY_BYTES: usize = 1 << 20;

/// A policy file.
#[derive(Clone, Copy, Debug)]
pub enum File {}

impl Machine for File {
    type I2c = BusBackend;
    type Spi = BusBackend;
    type Uart = BusBackend;
    type Pin = PinBackend;
    type Channel = ChannelBackend;
    type Part = Device;
    type Fault = Fault;
}

/// What messages call the two kinds of file.
const POLICY: &str = "the policy";
const FAULT_FILE: &str = "the fault file";

/// A policy that has been checked as a whole. The default one grants nothing.
pub type Policy = crate::model::Policy<File>;

impl Policy {
    /// Reads and checks a policy file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is refused as [`Policy::parse`] says.
    pub fn load(path: &Path) -> Result<Policy, PolicyError> {
        Policy::load_with(path, &Catalog::new())
    }

    /// As [`Policy::load`], for boards that have parts of other crates too.
    ///
    /// # Errors
    ///
    /// As of [`Policy::load`].
    pub fn load_with(path: &Path, catalog: &Catalog) -> Result<Policy, PolicyError> {
        let (name, bytes) = (path.display().to_string(), read_file(POLICY, path)?);
        let context = Context { catalog: catalog.clone(), folder: path.parent().map(Path::to_owned) };
        Policy::read_text(&name, text(POLICY, &name, &bytes)?, context)
    }

    /// Checks a text that stands for the policy file at `path`, whose other files count from its folder.
    ///
    /// # Errors
    ///
    /// As of [`Policy::parse`].
    pub fn parse_at(path: &Path, text: &str) -> Result<Policy, PolicyError> {
        let context = Context { catalog: Catalog::new(), folder: path.parent().map(Path::to_owned) };
        Policy::read_text(&path.display().to_string(), text, context)
    }

    /// Adds the faults of a file that has nothing but `[[fault]]` tables.
    ///
    /// # Errors
    ///
    /// As of [`Policy::load`]; then no fault is added.
    pub fn load_faults(&mut self, path: &Path) -> Result<(), PolicyError> {
        let (name, bytes) = (path.display().to_string(), read_file(FAULT_FILE, path)?);
        self.add_faults(&name, text(FAULT_FILE, &name, &bytes)?)
    }

    /// Adds the faults of a text that has nothing but `[[fault]]` tables; errors call it `name`.
    ///
    /// # Errors
    ///
    /// As of [`Policy::parse`]; then no fault is added.
    pub fn add_faults(&mut self, name: &str, text: &str) -> Result<(), PolicyError> {
        let mut faults = Vec::new();
        let findings = Findings::default();
        read_document(FAULT_FILE, name, text, &findings, |document| {
            faults = read_faults(&document);
            document.finish();
        })?;
        if findings.is_empty() {
            fault::check(self, &faults, &findings);
        }
        if !findings.is_empty() {
            return Err(findings.into_error(FAULT_FILE, name, text));
        }
        self.faults.append(&mut faults);
        Ok(())
    }

    /// Checks a policy that is in memory, as UTF-8 text or not; errors call it `name`.
    ///
    /// # Errors
    ///
    /// As [`Policy::parse`], and for what is no text.
    pub fn parse_bytes(name: &str, bytes: &[u8]) -> Result<Policy, PolicyError> {
        Policy::parse(name, text(POLICY, name, bytes)?)
    }

    /// Checks the text of a policy; errors call it `name`.
    ///
    /// # Errors
    ///
    /// The text is longer than [`MAX_POLICY_BYTES`], invalid TOML, or says something that is not valid.
    pub fn parse(name: &str, text: &str) -> Result<Policy, PolicyError> {
        Policy::parse_with(name, text, &Catalog::new())
    }

    /// As [`Policy::parse`], for boards that have parts of other crates too.
    ///
    /// # Errors
    ///
    /// As of [`Policy::parse`].
    pub fn parse_with(name: &str, text: &str, catalog: &Catalog) -> Result<Policy, PolicyError> {
        Policy::read_text(name, text, Context { catalog: catalog.clone(), folder: None })
    }

    fn read_text(name: &str, text: &str, context: Context) -> Result<Policy, PolicyError> {
        let findings = Findings::new(context);
        let mut policy = Policy::default();
        read_document(POLICY, name, text, &findings, |document| policy.read(document))?;
        // What contradicts what is worth knowing only when every entry is understood.
        if findings.is_empty() {
            policy.check(&findings);
        }
        if !findings.is_empty() {
            return Err(findings.into_error(POLICY, name, text));
        }
        labels::share_frequencies(&mut policy);
        Ok(policy)
    }

    /// Returns whether a label stands for hardware.
    #[must_use]
    pub fn has_hardware(&self) -> bool {
        self.labels().any(|label| label.backend.sim().is_none())
    }

    /// Returns the labels of all kinds.
    pub fn labels(&self) -> impl Iterator<Item = AnyLabel<'_>> {
        let i2c = self.i2c.iter().map(AnyLabel::of);
        let spi = self.spi.iter().map(AnyLabel::of);
        let pins = self.pins.iter().map(AnyLabel::of);
        let pwm = self.pwm.iter().map(AnyLabel::of);
        let uart = self.uart.iter().map(AnyLabel::of);
        i2c.chain(spi).chain(pins).chain(pwm).chain(uart).chain(self.adc.iter().map(AnyLabel::of))
    }

    /// Returns the labels for channels of chips, with what stands behind them.
    pub fn channels(&self) -> impl Iterator<Item = (&str, &ChannelBackend, &Span)> {
        let pwm = self.pwm.iter().map(|label| (label.label.as_str(), &label.backend, &label.span));
        pwm.chain(self.adc.iter().map(|label| (label.label.as_str(), &label.backend, &label.span)))
    }

    fn read(&mut self, document: Table<'_>) {
        self.i2c = read_labels(&document, I2cLabel::read);
        self.spi = read_labels(&document, SpiLabel::read);
        self.pins = read_labels(&document, PinLabel::read);
        self.pwm = read_labels(&document, PwmLabel::read);
        self.uart = read_labels(&document, UartLabel::read);
        self.adc = read_labels(&document, AdcLabel::read);
        if let Some(log) = document.get("log").and_then(|value| value.table("[log]".to_owned())) {
            self.log_level = log::read_log(log);
        }
        if let Some(table) = document.get("limits").and_then(|value| value.table("[limits]".to_owned())) {
            self.limits = limits::read_limits(&table);
            table.finish();
        }
        if let Some(table) = document.get("restart").and_then(|value| value.table("[restart]".to_owned())) {
            self.restart = restart::read_restart(table);
        }
        // `[[device]]` is the word of old.
        for (key, section) in [("part", "[[part]]"), ("device", "[[device]]")] {
            let parts = document.get(key).and_then(|value| value.list()).unwrap_or_default();
            self.devices.extend(parts.iter().filter_map(|part| Device::read(part, section)));
        }
        self.faults = read_faults(&document);
        document.finish();
    }

    fn check(&self, findings: &Findings) {
        labels::check_names(self, findings);
        labels::check_frequencies(self, findings);
        labels::check_paths(self, findings);
        overlap::check(self, findings);
        pins::check_machine_pins(self, findings);
        pins::check_nets(self, findings);
        wiring::check_i2c(self, findings);
        wiring::check_empty_buses(self, findings);
        wiring::check_uart(self, findings);
        wiring::check_spi(self, findings);
        wiring::check_shared_spi(self, findings);
        wiring::check_nets(self, findings);
        wiring::check_names(self, findings);
        fault::check(self, &self.faults, findings);
    }
}

/// Reads a file, as far as it may be long.
fn read_file(kind: &'static str, path: &Path) -> Result<Vec<u8>, PolicyError> {
    let unreadable = |source| PolicyError::Unreadable { kind, path: path.to_owned(), source };
    let file = fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_POLICY_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// Returns the text that bytes are.
fn text<'b>(kind: &'static str, name: &str, bytes: &'b [u8]) -> Result<&'b str, PolicyError> {
    std::str::from_utf8(bytes).map_err(|error| {
        if bytes.len() > MAX_POLICY_BYTES {
            return PolicyError::TooLong { kind, name: name.to_owned(), limit: MAX_POLICY_BYTES };
        }
        let offset = error.valid_up_to();
        let line = bytes.iter().take(offset).filter(|&&byte| byte == b'\n').count() + 1;
        PolicyError::NotText { kind, name: name.to_owned(), line, offset }
    })
}

/// Reads a text with `read`, if it is TOML; messages call it `kind`.
fn read_document(
    kind: &'static str,
    name: &str,
    text: &str,
    findings: &Findings,
    read: impl FnOnce(Table<'_>),
) -> Result<(), PolicyError> {
    if text.len() > MAX_POLICY_BYTES {
        return Err(PolicyError::TooLong { kind, name: name.to_owned(), limit: MAX_POLICY_BYTES });
    }
    // What the parser says after the first error may be only a consequence of it.
    match DeTable::parse(text) {
        Ok(document) => read(Table::new(kind.to_owned(), document.span(), document.get_ref(), findings)),
        Err(error) => findings.add(Finding::new(
            format!("invalid TOML: {}", error.message()),
            error.span().unwrap_or_default(),
            "here",
        )),
    }
    Ok(())
}

/// Reads `[[fault]]`.
fn read_faults(document: &Table<'_>) -> Vec<Fault> {
    let faults = document.get("fault").and_then(|value| value.list()).unwrap_or_default();
    faults.iter().filter_map(Fault::read).collect()
}

/// Reads the labels of one section, each with `read(label, table)`.
fn read_labels<S: Settings, B>(
    document: &Table<'_>,
    read: impl Fn(&str, Table<'_>) -> Option<Label<S, B>>,
) -> Vec<Label<S, B>> {
    let section = S::SECTION;
    let Some(table) = document.get(section).and_then(|value| value.table(format!("[{section}]"))) else {
        return Vec::new();
    };
    let labels = table.entries().filter_map(|(label, value)| {
        let label = labels::read_label(label, &value)?;
        read(label, value.table(format!("[{section}.{label}]"))?)
    });
    labels.collect()
}

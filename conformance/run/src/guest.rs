//! Runs the guests on a board.

use std::time::Duration;

use wasm_embedded_conformance::{Case, Ending, Unable, faulty};
use wasm_embedded_host::i2c::BothWidths;
use wasm_embedded_host::uart::EmbeddedIo;
use wasm_embedded_host::{Access, EmbeddedHal, I2cGrant, InputGrant, Interrupt, PinGrant, SpiGrant};
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::engine::{EngineOptions, Way};
use wasm_embedded_runtime::harness::{self, Outcome};
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::program::{LoadError, Program};
use wasm_embedded_runtime::run::{Exit, RunOptions};
use wasm_embedded_runtime::trust::Trust;
use wasm_embedded_sim::Sim;

use crate::script::Script;

/// The end of a guest that waits for what never comes, where a rule is broken: later than any rule takes in a guest's time that is
/// not virtual, and than any peer of a serial port does something.
const LONGEST: Duration = Duration::from_secs(30);

/// The suite's guests, compiled.
#[derive(Clone, Debug)]
pub(crate) struct Guests {
    blocking: Program,
    asynchronous: Program,
    as_component: Program,
    lowered: Program,
}

/// Which guest carries out a case, and how its calls come in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Path {
    /// The guest of the case, which has its script in its arguments.
    Arguments,
    /// The blocking guest without std, as a component.
    Component,
    /// The same guest's core module alone.
    Lowered,
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) outcome: Outcome,
    /// The guest's answers.
    pub(crate) answers: String,
}

impl Guests {
    /// Loads the components.
    pub(crate) fn load(blocking: &[u8], asynchronous: &[u8], without_std: &[u8]) -> Result<Guests, LoadError> {
        let load = |component, way| {
            Program::load(component, EngineOptions { way, ..EngineOptions::default() }, &Trust::default())
        };
        Ok(Guests {
            blocking: load(blocking, Way::default())?,
            asynchronous: load(asynchronous, Way::default())?,
            as_component: load(without_std, Way::Component)?,
            lowered: load(without_std, Way::Lowered)?,
        })
    }

    /// Runs a case on a board, and returns what was said. `timeout` is in the guest's time; `stop` is somebody else's.
    pub(crate) fn run(
        &self,
        case: &Case,
        path: Path,
        mut board: Board,
        policy: &Policy,
        timeout: Option<Duration>,
        stop: Option<Interrupt>,
    ) -> Result<Told, Unable> {
        let pin = PinGrant::default();
        let every =
            I2cGrant::none().allow_range(0..=0x7f, Access::ReadWrite).allow_ten_bit(0..=0x3ff, Access::ReadWrite);
        let serial = EmbeddedIo { port: faulty::Serial::default(), delay: Sim::new().delay() };
        board
            .hal()
            .i2c("faulty-i2c", BothWidths(faulty::I2c::default()), every)
            .spi_device("faulty-spi", EmbeddedHal(faulty::Spi::default()), SpiGrant::of_unknown_clock())
            .uart("faulty-serial", serial, Access::ReadWrite)
            .output("FAULTY-OUT", EmbeddedHal(faulty::Pin::default()), pin)
            .input("FAULTY-IN", EmbeddedHal(faulty::Pin::default()), InputGrant::default());
        let script = Script::new(case.script());
        let answers = script.answers.clone();
        let program = match (path, case.guest()) {
            (Path::Arguments, wasm_embedded_conformance::Guest::Blocking) => &self.blocking,
            (Path::Arguments, wasm_embedded_conformance::Guest::Asynchronous) => &self.asynchronous,
            (Path::Component, _) => &self.as_component,
            (Path::Lowered, _) => &self.lowered,
        };
        if path != Path::Arguments {
            board.hal().uart("script", EmbeddedIo { port: script, delay: Sim::new().delay() }, Access::ReadWrite);
        }
        let waits = ["uart:", "wait:"].iter().any(|command| case.script().contains(command));
        let timeout = timeout.or(waits.then_some(LONGEST));
        let args = vec!["conformance".to_owned(), case.script().to_owned()];
        let options = RunOptions { args, timeout, stop, ..RunOptions::default() };
        let outcome = harness::run_on(program, board, policy, &options).map_err(failed)?;
        let answers = match path {
            Path::Arguments => outcome.said.stdout_text(),
            Path::Component | Path::Lowered => answers.text(),
        };
        Ok(Told { outcome, answers })
    }
}

/// Returns how a guest ended that was to be stopped at a time, if at all.
pub(crate) fn ending(outcome: &Outcome, late_ns: u64) -> Ending {
    match &outcome.exit {
        Exit::Status(0) => Ending::Returned,
        Exit::Timeout | Exit::Stopped => Ending::Stopped { late_ns },
        exit => Ending::Trapped { reason: format!("{exit:?} {}", outcome.said.stderr_text()) },
    }
}

/// Says why a host that should be able to run a case was not.
pub(crate) fn failed(error: impl std::error::Error) -> Unable {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    Unable::Failed(text)
}

//! Using a label without a guest: what `i2c`, `spi` and `gpio` have in common. The same policy, grants, limits and board as a
//! guest's, with nothing else of the policy's hardware opened.

use std::fmt::Display;

use clap::Args;
use wasm_embedded_host::DirectError;

use super::apart::Files;
use super::failure::Failure;
use super::input::PolicyArgs;
use super::run::output_format::OutputFormat;
use super::run::outputs::{Outputs, Traces};
use super::status;
use wasm_embedded_policy::{Policy, suggest};
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::operator::Operator;

/// The policy, and what is left of the wires.
#[derive(Args)]
pub(super) struct DirectArgs {
    #[command(flatten)]
    pub(super) policy: PolicyArgs,

    #[command(flatten)]
    outputs: Outputs,
}

/// What an operator asks for is written to its end: the limits of `[limits]` on what is written are for guests.
const UNLIMITED: u64 = u64::MAX;

/// A board whose labels this program uses itself.
pub(super) struct Direct<'a> {
    pub(super) operator: Operator,
    args: &'a DirectArgs,
    traces: Traces,
}

impl<'a> Direct<'a> {
    /// Builds the board of a policy that was narrowed to what is used.
    pub(super) fn open(args: &'a DirectArgs, policy: &Policy) -> Result<Direct<'a>, Failure> {
        Direct::on(args, policy, Board::new(policy)?)
    }

    /// Takes a board.
    pub(super) fn on(args: &'a DirectArgs, policy: &Policy, board: Board) -> Result<Direct<'a>, Failure> {
        let mut files = Files::new();
        args.policy.add_files(&mut files);
        args.outputs.check_files(&mut files)?;
        args.outputs.check(&board)?;
        let traces = args.outputs.begin(&board, &OutputFormat::new(false), UNLIMITED)?;
        Ok(Direct { operator: Operator::new(policy, board), args, traces })
    }

    /// Returns whether time is the machine's.
    pub(super) fn is_real(&self) -> bool {
        self.operator.is_real()
    }

    /// Returns what leaves the outputs so, and writes that, when this program is stuck.
    pub(super) fn last(&self) -> impl FnOnce() + Send + 'static {
        let board = self.operator.board();
        let (exits, finish) = (board.exits(), self.traces.last(board.exits()));
        move || {
            exits.make_safe();
            finish();
        }
    }

    /// Leaves the outputs at their levels on exit, and writes what is left of the wires.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let (board, at_ns) = self.operator.finish();
        board.sim().end_trace();
        self.traces.finish(at_ns)?;
        self.args.outputs.draw(&board, &OutputFormat::new(false), at_ns)
    }

    /// Says who is on the simulated I2C buses where nobody was at the address that was called.
    pub(super) fn unanswered(&self, policy: &Policy) -> Vec<String> {
        self.operator.board().unanswered(policy)
    }

    /// Returns the failure of something that was done with a device: the refusal, or what failed and why.
    pub(super) fn failure<E: Display>(&self, doing: &str, error: DirectError<E>) -> Failure {
        match error {
            DirectError::Refused => {
                let refusal = self.operator.take_refusal();
                Failure::new(status::POLICY, refusal.unwrap_or_else(|| "the policy does not grant it".to_owned()))
            }
            DirectError::Failed(error) => {
                let fault = self.operator.take_faults().pop().unwrap_or_else(|| error.to_string());
                Failure::new(status::DEVICE, fault).context(doing.to_owned())
            }
        }
    }
}

/// Finds a label among those of its kind.
pub(super) fn find<'p, T>(
    labels: &'p [T],
    name: impl Fn(&'p T) -> &'p String,
    label: &str,
    kind: &str,
) -> Result<&'p T, Failure> {
    labels.iter().find(|candidate| name(candidate) == label).ok_or_else(|| {
        let names: Vec<&str> = labels.iter().map(|candidate| name(candidate).as_str()).collect();
        let advice = suggest::advice(label, &format!("{kind} labels"), &names);
        Failure::new(status::USAGE, format!("unknown {kind} label `{label}`: {advice}"))
    })
}

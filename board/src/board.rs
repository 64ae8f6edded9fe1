//! The board.

use wasm_embedded_policy::{Fault, Policy};
use wasm_embedded_sim::fault::PartFault;
use wasm_embedded_sim::model::Model;
use wasm_embedded_sim::picture::Frame;
use wasm_embedded_sim::{PartId, Sim};

use crate::faults::Sites;
use crate::labels::Labels;

/// How a run differed from what a scripted part expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptMismatch<'b> {
    /// The name of the part.
    pub part: &'b str,
    /// What was expected, and what came.
    pub message: String,
    /// Whether the policy lets such a run succeed: `lenient = true`.
    pub lenient: bool,
}

/// A part cannot be what the policy says.
#[derive(Debug, thiserror::Error)]
#[error("cannot put part `{part}` on the board")]
pub struct BoardError {
    /// The part.
    pub part: String,
    /// Why.
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// A part on the board.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) name: String,
    pub(crate) id: PartId,
    pub(crate) model: &'static Model,
    /// Whether a run that is not as it expects may succeed.
    lenient: bool,
}

/// A simulated board.
#[derive(Debug)]
pub struct Board {
    pub(crate) sim: Sim,
    pub(crate) parts: Vec<Placed>,
    labels: Labels,
}

impl Board {
    /// Builds the board of a policy. Labels for hardware are left out.
    ///
    /// # Errors
    ///
    /// A part cannot be what the policy says.
    pub fn new(policy: &Policy) -> Result<Board, BoardError> {
        Board::on(policy, Sim::new())
    }

    /// Builds the board of a policy in a simulation of the caller's, which may have nets and parts already, or be traced from the
    /// first moment.
    ///
    /// # Errors
    ///
    /// As of [`Board::new`].
    pub fn on(policy: &Policy, sim: Sim) -> Result<Board, BoardError> {
        // The controller's pins come first: parts find their nets driven when they are powered on, as on a board whose controller
        // is held in reset until its outputs are set up.
        let labels = Labels::new(policy, &sim);
        let wires = labels.wires();
        let mut parts = Vec::new();
        for device in &policy.devices {
            let name = device.name().to_owned();
            let id = device.spec.put(&sim, device.model.maker(), &wires);
            let id = id.map_err(|source| BoardError { part: name.clone(), source })?;
            let lenient = device.spec.settings.is_on("lenient");
            parts.push(Placed { name, id, model: device.model, lenient });
        }
        Sites { sim: &sim, policy, wires: &wires, parts: &parts }.arm();
        Ok(Board { sim, parts, labels })
    }

    /// Returns the simulation, to trace it, to work the parts and to look inside.
    #[must_use]
    pub fn sim(&self) -> &Sim {
        &self.sim
    }

    /// Returns what the labels stand for.
    pub fn labels(&mut self) -> &mut Labels {
        &mut self.labels
    }

    /// Returns where the labels are.
    #[must_use]
    pub fn wiring(&self) -> &Labels {
        &self.labels
    }

    /// Returns a fault of the policy as one of the simulation, if its place is on the board: for [`Sim::inject`].
    #[must_use]
    pub fn fault(&self, policy: &Policy, fault: &Fault) -> Option<wasm_embedded_sim::Fault> {
        let wires = self.labels.wires();
        Sites { sim: &self.sim, policy, wires: &wires, parts: &self.parts }.fault(fault)
    }

    /// Returns a fault of a part as one of the simulation, if there is a part of this name: for [`Sim::inject`].
    #[must_use]
    pub fn part_fault(&self, policy: &Policy, part: &str, fault: PartFault) -> Option<wasm_embedded_sim::Fault> {
        let wires = self.labels.wires();
        Sites { sim: &self.sim, policy, wires: &wires, parts: &self.parts }.part_fault(part, fault)
    }

    /// Returns the part that the policy calls `name`.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<PartId> {
        self.placed(name).map(|part| part.id)
    }

    /// Returns what kind of part the policy calls `name`.
    #[must_use]
    pub fn model(&self, name: &str) -> Option<&'static Model> {
        self.placed(name).map(|part| part.model)
    }

    pub(crate) fn placed(&self, name: &str) -> Option<&Placed> {
        self.parts.iter().find(|part| part.name == name)
    }

    /// Returns the names of the displays.
    #[must_use]
    pub fn displays(&self) -> Vec<&str> {
        self.parts.iter().filter(|part| !part.model.pictures.is_empty()).map(|part| part.name.as_str()).collect()
    }

    /// Returns what a display shows, if there is one of this name.
    #[must_use]
    pub fn frame(&self, name: &str) -> Option<Frame> {
        self.sim.picture(self.part(name)?)
    }

    /// Returns what went otherwise than the scripted parts expected.
    #[must_use]
    pub fn mismatches(&self) -> Vec<ScriptMismatch<'_>> {
        let of = |part: &'_ Placed| (self.sim.complaints(part.id), part.lenient);
        let all = self.parts.iter().map(|part| (part.name.as_str(), of(part)));
        all.flat_map(|(part, (complaints, lenient))| {
            complaints.into_iter().map(move |message| ScriptMismatch { part, message, lenient })
        })
        .collect()
    }
}

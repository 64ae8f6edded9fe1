//! Driving the controller's outputs from outside, when whoever has them is stuck.

use core::fmt;

use crate::circuit::Driver;
use crate::digital::open_drain;
use crate::net::{Drive, Level, Net};
use crate::pwm::{MAX_DUTY, PwmSettings, signal};
use crate::sim::Sim;

/// Drives an output of the controller beside whoever has it, for the end of a program that cannot be waited for. Made by
/// [`SimOutput::remote`](crate::SimOutput::remote), [`SimIoPin::remote`](crate::SimIoPin::remote) and
/// [`SimPwm::remote`](crate::SimPwm::remote).
pub struct SimRemote {
    sim: Sim,
    net: Net,
    handle: usize,
    kind: RemoteKind,
}

enum RemoteKind {
    Output,
    OpenDrain,
    Pwm(PwmSettings),
}

impl SimRemote {
    pub(crate) fn output(sim: &Sim, net: Net, handle: usize) -> SimRemote {
        SimRemote { sim: sim.clone(), net, handle, kind: RemoteKind::Output }
    }

    pub(crate) fn open_drain(sim: &Sim, net: Net, handle: usize) -> SimRemote {
        SimRemote { sim: sim.clone(), net, handle, kind: RemoteKind::OpenDrain }
    }

    pub(crate) fn pwm(sim: &Sim, net: Net, handle: usize, settings: PwmSettings) -> SimRemote {
        SimRemote { sim: sim.clone(), net, handle, kind: RemoteKind::Pwm(settings) }
    }

    /// Drives a pin to a level, and a PWM output to never or always active. It takes no time, and does not wait: returns `false`,
    /// with nothing done, while somebody else uses the board. An output that was dropped is left as it is.
    #[must_use]
    pub fn try_set_level(&self, level: Level) -> bool {
        self.try_set(level, if level == Level::High { MAX_DUTY } else { 0 })
    }

    /// Has a PWM output active for a part of every period, of [`MAX_DUTY`]; a pin is driven high for any but 0. As
    /// [`SimRemote::try_set_level`].
    #[must_use]
    pub fn try_set_duty(&self, duty: u16) -> bool {
        self.try_set(Level::from(duty > 0), duty.min(MAX_DUTY))
    }

    fn try_set(&self, level: Level, duty: u16) -> bool {
        let Some(mut board_state) = self.sim.try_lock() else { return false };
        if board_state.circuit.is_driven_by(self.net, Driver::Handle(self.handle)) {
            match self.kind {
                RemoteKind::Output => {
                    board_state.circuit.drive(self.net, Driver::Handle(self.handle), Drive::from(level))
                }
                RemoteKind::OpenDrain => {
                    board_state.circuit.drive(self.net, Driver::Handle(self.handle), open_drain(level))
                }
                RemoteKind::Pwm(settings) => {
                    let signal = signal(settings, board_state.circuit.now_ns, duty);
                    board_state.circuit.modulate(self.net, Driver::Handle(self.handle), signal);
                }
            }
            board_state.settle();
        }
        true
    }
}

impl fmt::Debug for SimRemote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimRemote").field("net", &self.net).finish_non_exhaustive()
    }
}

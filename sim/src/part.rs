//! What a simulated part is: something on the wires.

use alloc::string::String;
use alloc::vec::Vec;
use core::any::Any;

use crate::i2c::I2cTarget;
use crate::model::Value;
use crate::net::{Drive, Level, Net};
use crate::picture::Frame;
use crate::pwm::PwmSignal;
use crate::spi::SpiTarget;
use crate::uart::UartPeer;

/// The number of a part on its board.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PartId(pub(crate) usize);

/// A part on the simulated board.
///
/// A part is reached only through its wires: an I2C bus, an SPI bus with a select line, and nets. It has no other way to learn
/// what the guest does, and the guest no other way to learn what the part does.
pub trait Part: Any + Send {
    /// Returns the part's I2C side, if it has one.
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        None
    }

    /// Returns the part's SPI side, if it has one.
    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        None
    }

    /// Returns the part's serial side, if it has one.
    fn uart(&mut self) -> Option<&mut dyn UartPeer> {
        None
    }

    /// Is called when the part is put on the board, before anything else, and when its supply comes back: the place to watch
    /// nets, drive outputs and ask for the first wake-up.
    fn power_on(&mut self, _board: &mut dyn Board) {}

    /// Is called when the supply is taken away: the part forgets all but what it keeps without one. It drives nothing then and is
    /// called by nobody before the next [`Part::power_on`], but for wake-ups that it asked for earlier.
    fn power_off(&mut self, _board: &mut dyn Board) {}

    /// Is called when a net that the part watches changed its level.
    fn net_changed(&mut self, _net: Net, _level: Level, _board: &mut dyn Board) {}

    /// Is called when a net that the part watches is modulated otherwise than before. Without a duty between the two ends, the
    /// net is at one level, which [`Part::net_changed`] tells before this.
    fn pwm_changed(&mut self, _net: Net, _signal: PwmSignal, _board: &mut dyn Board) {}

    /// Is called when a time asked for with [`Board::wake_at`] has come.
    fn wake(&mut self, _board: &mut dyn Board) {}

    /// Sets a control of the part's model, and returns whether it has this control and the control can take such a value. Called
    /// before [`Part::power_on`] for what a control is at the start.
    fn set_control(&mut self, _control: &str, _value: &Value, _board: &mut dyn Board) -> bool {
        false
    }

    /// Returns the value of a readout of the part's model, or of a control, at a virtual time in nanoseconds.
    fn readout(&mut self, _readout: &str, _now_ns: u64) -> Option<Value> {
        None
    }

    /// Returns what the part shows at a virtual time in nanoseconds, if its model has a picture.
    fn picture(&mut self, _now_ns: u64) -> Option<Frame> {
        None
    }

    /// Returns what went otherwise than the part expects, for people, with what it still expects.
    fn complaints(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What a part sees of the board while it is called.
pub trait Board {
    /// Returns the virtual time in nanoseconds. A part on a bus is called when the address or byte in question begins on the
    /// wires, so that its answer can be on them.
    fn now_ns(&self) -> u64;

    /// Returns the level that a net carries now.
    fn level(&self, net: Net) -> Level;

    /// Drives a net, or releases it. Each part has one driver on each net; it stays until the next call.
    fn drive(&mut self, net: Net, drive: Drive);

    /// Returns how a net is modulated, if it is.
    fn pwm(&self, net: Net) -> Option<PwmSignal>;

    /// Modulates a net from now on: drives it high for the first part of each period. A duty of none or all of it is a level.
    fn modulate(&mut self, net: Net, signal: PwmSignal);

    /// Returns the voltage on a net, in microvolts, if something puts one there.
    fn microvolts(&self, net: Net) -> Option<i32>;

    /// Puts a voltage on a net, in microvolts, for the analogue inputs on it; none takes it away.
    fn set_voltage(&mut self, net: Net, microvolts: Option<i32>);

    /// Has [`Part::net_changed`] and [`Part::pwm_changed`] called for every change of a net from now on.
    fn watch(&mut self, net: Net);

    /// Has [`Part::wake`] called once at `at_ns`, or at once if that is past.
    fn wake_at(&mut self, at_ns: u64);
}

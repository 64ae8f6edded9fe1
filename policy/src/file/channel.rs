//! What stands behind the label of a PWM output or an analogue input: a net of the simulated board, or a channel of a chip.

use std::path::PathBuf;

use super::backend::{Backend, nothing_behind, read_path, read_pin, read_sim};
use super::reader::Table;

/// The greatest number of a channel.
pub(crate) const LAST_CHANNEL: u32 = 255;

/// What stands behind the label of a PWM output or an analogue input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChannelBackend {
    /// A net of the simulated board, by name.
    Sim(String),
    /// A channel of a chip that Linux has a folder for.
    Linux {
        /// The chip's folder: `/sys/class/pwm/pwmchip0`, `/sys/bus/iio/devices/iio:device0`.
        path: PathBuf,
        /// The number of the channel.
        channel: u32,
    },
    /// A pin of a microcontroller.
    Pin(u32),
}

impl ChannelBackend {
    /// Reads `sim`, or `path` and `channel`, or `pin`. The net of `sim = true` is called as the label.
    pub(super) fn read(label: &str, table: &Table<'_>, folder: &str) -> Option<ChannelBackend> {
        let reason = "a label has one channel: simulated, or of this machine";
        table.exclude("sim", "path", reason);
        table.exclude("sim", "pin", reason);
        table.exclude("path", "pin", reason);
        let (sim, path, pin) = (table.get("sim"), table.get("path"), table.get("pin"));
        if let Some(value) = sim {
            if let Some(channel) = table.get("channel") {
                channel.refuse("needs `path`, which is missing", None);
            }
            return Some(ChannelBackend::Sim(read_sim(&value, label)?));
        }
        if let Some(value) = pin {
            return Some(ChannelBackend::Pin(read_pin(&value)?));
        }
        if let Some(value) = path {
            let channel = table.require("channel", "the number of the channel, from 0");
            let (path, channel) = (read_path(&value), channel.and_then(|value| value.integer(0..=LAST_CHANNEL)));
            return Some(ChannelBackend::Linux { path: path?, channel: channel? });
        }
        nothing_behind(table, &format!("`sim = true` for a simulated channel, or `path = \"{folder}\"` and `channel`"));
        None
    }

    /// Returns the net, if it is simulated.
    pub fn net(&self) -> Option<&str> {
        self.sim()
    }
}

impl Backend for ChannelBackend {
    fn sim(&self) -> Option<&str> {
        match self {
            ChannelBackend::Sim(net) => Some(net),
            ChannelBackend::Linux { .. } | ChannelBackend::Pin(_) => None,
        }
    }

    fn key(&self) -> &'static str {
        match self {
            ChannelBackend::Sim(_) => "sim",
            ChannelBackend::Linux { .. } => "path",
            ChannelBackend::Pin(_) => "pin",
        }
    }

    fn is_of_chip(&self) -> bool {
        matches!(self, ChannelBackend::Pin(_))
    }
}

//! PWM channels: the files of `/sys/class/pwm`. <https://docs.kernel.org/driver-api/pwm.html>

use wasm_embedded_conformance::What;
use wasm_embedded_linux::Errno;

use super::kernel::State;

/// The chip's folder.
const CHIP: &str = "/sys/class/pwm/pwmchip0/";

/// The wires, by channel.
const WIRES: [&str; 2] = ["FAN", "NFAN"];

/// A channel as the kernel keeps it.
#[derive(Clone, Copy, Default)]
pub(super) struct Channel {
    exported: bool,
    enabled: bool,
    inversed: bool,
    period_ns: u64,
    duty_ns: u64,
    /// The last pulses on the wire.
    pulses: Option<(u64, u64)>,
}

/// Finds a channel and the name of its file.
fn find(path: &str) -> Result<(usize, &str), Errno> {
    let (folder, file) = path.strip_prefix(CHIP).and_then(|path| path.split_once('/')).ok_or(Errno::NOENT)?;
    let channel = folder.strip_prefix("pwm").and_then(|number| number.parse().ok()).ok_or(Errno::NOENT)?;
    Ok((channel, file))
}

/// Reads a file.
pub(super) fn read(state: &State, path: &str) -> Result<String, Errno> {
    let (channel, file) = find(path)?;
    let channel = state.pwm.get(channel).filter(|channel| channel.exported).ok_or(Errno::NOENT)?;
    Ok(match file {
        "period" => channel.period_ns.to_string(),
        "duty_cycle" => channel.duty_ns.to_string(),
        "polarity" => (if channel.inversed { "inversed" } else { "normal" }).to_owned(),
        "enable" => u8::from(channel.enabled).to_string(),
        _ => return Err(Errno::NOENT),
    })
}

/// Writes a file, as `drivers/pwm/sysfs.c` and `pwm_apply_might_sleep` do.
pub(super) fn write(state: &mut State, path: &str, value: &str) -> Result<(), Errno> {
    if path.strip_prefix(CHIP) == Some("export") {
        let channel = value.parse::<usize>().ok().and_then(|channel| state.pwm.get_mut(channel));
        channel.ok_or(Errno::NODEV)?.exported = true;
        return Ok(());
    }
    let (number, file) = find(path)?;
    let (Some(channel), Some(wire)) = (state.pwm.get_mut(number), WIRES.get(number)) else { return Err(Errno::NOENT) };
    if !channel.exported {
        return Err(Errno::NOENT);
    }
    let mut next = *channel;
    let nanoseconds = || value.parse().map_err(|_| Errno::INVAL);
    match (file, value) {
        ("period", _) => next.period_ns = nanoseconds()?,
        ("duty_cycle", _) => next.duty_ns = nanoseconds()?,
        // The polarity of an output that runs stays as it is.
        ("polarity", _) if channel.enabled => return Err(Errno::BUSY),
        ("polarity", "normal") => next.inversed = false,
        ("polarity", "inversed") => next.inversed = true,
        ("enable", "0") => next.enabled = false,
        ("enable", "1") => next.enabled = true,
        _ => return Err(Errno::INVAL),
    }
    if next.duty_ns > next.period_ns || (next.enabled && next.period_ns == 0) {
        return Err(Errno::INVAL);
    }
    let high_ns = if next.inversed { next.period_ns - next.duty_ns } else { next.duty_ns };
    let changed = next.enabled && next.pulses != Some((high_ns, next.period_ns));
    if changed {
        next.pulses = Some((high_ns, next.period_ns));
    }
    *channel = next;
    if changed {
        state.event(wire, What::Pulses { high_ns, period_ns: next.period_ns });
    }
    Ok(())
}

//! What the machine has, as JSON.

use serde_json::{Value, json};
use wasm_embedded_linux::{
    Converter, GpioChip, I2cAdapter, KernelTarget, LineInfo, Machine, Missing, PwmChip, SerialPort, SpiNode,
};

/// Returns a list for each kind of hardware. What nobody knows is `null`.
pub(super) fn json(machine: &Machine) -> Value {
    json!({
        "model": machine.model,
        "i2c": all(&machine.i2c, i2c),
        "spi": all(&machine.spi, spi),
        "gpio": all(&machine.gpio, gpio),
        "pwm": all(&machine.pwm, pwm),
        "adc": all(&machine.adc, adc),
        "uart": all(&machine.uart, uart),
        "missing": all(&machine.missing, missing),
    })
}

fn all<T>(items: &[T], to_json: fn(&T) -> Value) -> Vec<Value> {
    items.iter().map(to_json).collect()
}

fn i2c(adapter: &I2cAdapter) -> Value {
    json!({
        "path": adapter.path.to_string_lossy(),
        "names": adapter.names,
        "frequency": adapter.frequency_hz,
        "devices": all(&adapter.targets, target),
        "problem": adapter.problem.as_ref().map(ToString::to_string),
    })
}

fn target(target: &KernelTarget) -> Value {
    json!({ "address": target.address, "name": target.name, "driver": target.driver })
}

fn spi(node: &SpiNode) -> Value {
    json!({
        "device": node.name,
        "path": node.path.as_ref().map(|path| path.to_string_lossy()),
        "names": node.names,
        "driver": node.driver,
        "problem": node.problem,
    })
}

fn gpio(chip: &GpioChip) -> Value {
    let path = chip.path.to_string_lossy();
    match &chip.chip {
        Ok(info) => json!({ "path": path, "label": info.label, "lines": all(&info.lines, line), "problem": null }),
        Err(problem) => json!({ "path": path, "label": null, "lines": null, "problem": problem.to_string() }),
    }
}

fn line(line: &LineInfo) -> Value {
    json!({ "name": line.name, "direction": if line.output { "output" } else { "input" }, "holder": line.holder })
}

fn pwm(chip: &PwmChip) -> Value {
    let exported = chip.exported.iter().map(|(channel, runs)| json!({ "channel": channel, "runs": runs }));
    json!({
        "path": chip.path.to_string_lossy(),
        "names": chip.names,
        "channels": chip.channels,
        "exported": exported.collect::<Vec<_>>(),
    })
}

fn adc(converter: &Converter) -> Value {
    json!({
        "path": converter.path.to_string_lossy(),
        "names": converter.names,
        "channels": converter.channels,
        "recording": converter.is_recording,
    })
}

fn uart(port: &SerialPort) -> Value {
    json!({ "path": port.path.to_string_lossy(), "names": port.names, "holders": port.holders })
}

fn missing(missing: &Missing) -> Value {
    json!({ "what": missing.subsystem.to_string(), "fix": missing.fix })
}

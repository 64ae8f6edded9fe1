//! `check`: what a component asks for, what a policy offers, and what is missing.

use clap::Args;

use serde_json::json;

use super::failure::Failure;
use super::input::{ComponentArgs, PolicyArgs};
use super::json;
use wasm_embedded_policy::Policy;
use wasm_embedded_policy::escape;
use wasm_embedded_runtime::engine::EngineOptions;

use crate::{describe, reach};

/// Shows what a component imports, what the policy grants, and what is missing
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {
    #[command(flatten)]
    component: ComponentArgs,

    #[command(flatten)]
    policy: PolicyArgs,
}

const AFTER_HELP: &str = "\
The component is not run. Only a run shows which labels it opens.

Examples:
  wasm-embedded-rt check station.wasm --policy board.toml
  wasm-embedded-rt check station.wasm

Exit status:
    0  the component can be run, even if the policy lacks a label for an interface it imports
   64  the command line is wrong
  119  the output cannot be written
  120  the policy is refused
  121  the component is missing, or imports an interface this host lacks";

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let policy = opts.policy.load()?;
    let options = policy.as_ref().map(|(_, policy)| EngineOptions::of(policy)).unwrap_or_default();
    let program = opts.component.load(options)?;
    let imports = program.imports();
    let mut lines = vec![format!("component {}", opts.component.component.display())];
    lines.extend(imports.iter().map(|import| {
        let verdict = if import.available { "" } else { "  missing: this host lacks this interface" };
        format!("  imports {}{verdict}", escape::line(&import.name))
    }));
    lines.extend(program.exports().iter().map(|export| format!("  exports {}", escape::line(export))));
    let wanting: Vec<&str> = match &policy {
        Some((_, policy)) => {
            let names = imports.iter().map(|import| import.name.as_str());
            names.filter(|name| is_wanting(policy, name)).collect()
        }
        None => Vec::new(),
    };
    match &policy {
        Some((path, policy)) => {
            lines.push(format!("policy {}", path.display()));
            lines.extend(describe::policy(policy).iter().map(|label| format!("  {label}")));
            lines.extend(wanting.iter().map(|name| {
                format!("  missing: the component imports {}, but the policy has no label for it", escape::line(name))
            }));
            lines.extend(reach::warnings(policy).iter().map(|warning| format!("  warning: {}", escape::line(warning))));
        }
        None => lines.push("no policy: the host will refuse every label".to_owned()),
    }
    let linkable = program.check();
    let whole = program.whole().map(|why| why.to_string());
    if linkable.is_ok() {
        lines.push(match &whole {
            None => "path lowered: the host links the component's core module directly".to_owned(),
            Some(why) => format!("path component: {}", escape::line(why)),
        });
        lines.push(match wanting.as_slice() {
            [] => "the component can be run".to_owned(),
            _ => "the component can be run, but the host will refuse whatever it opens of the interfaces marked `missing`"
                .to_owned(),
        });
    }
    let imports: Vec<_> =
        imports.iter().map(|import| json!({ "name": import.name, "available": import.available })).collect();
    let fields = json!({
        "component": opts.component.component.display().to_string(),
        "imports": imports,
        "exports": program.exports(),
        "policy": policy.as_ref().map(|(path, _)| path.display().to_string()),
        "labels": policy.as_ref().map(|(_, policy)| describe::policy(policy)).unwrap_or_default(),
        "missing": wanting,
        "warnings": policy.as_ref().map(|(_, policy)| reach::warnings(policy)).unwrap_or_default(),
        "path": linkable.is_ok().then(|| if whole.is_none() { "lowered" } else { "component" }),
        "path_reason": whole,
        "can_run": linkable.is_ok(),
    });
    json::answer("check", fields, &(lines.join("\n") + "\n"))?;
    linkable?;
    Ok(0)
}

/// Returns whether an import is an interface of hardware that the policy has nothing for.
fn is_wanting(policy: &Policy, import: &str) -> bool {
    let interface = import.strip_prefix("wasm-embedded:hal/").and_then(|rest| rest.split('@').next());
    match interface.map(|interface| interface.strip_suffix("-async").unwrap_or(interface)) {
        Some("i2c") => policy.i2c.is_empty(),
        Some("spi") => policy.spi.is_empty(),
        Some("digital") => policy.pins.is_empty(),
        Some("pwm") => policy.pwm.is_empty(),
        Some("uart") => policy.uart.is_empty(),
        Some("adc") => policy.adc.is_empty(),
        _ => false,
    }
}

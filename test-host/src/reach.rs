//! Parts of the simulated board that no label reaches: nobody would notice that they are there.

use std::collections::BTreeSet;

use wasm_embedded_policy::{AddressGrant, BusBackend, ChannelBackend, Device, PinBackend, Policy};
use wasm_embedded_sim::model::Wiring;

/// Returns a warning for each part that no label reaches.
pub(crate) fn warnings(policy: &Policy) -> Vec<String> {
    let reached = reached(policy);
    policy.devices.iter().filter_map(|device| warning(policy, &reached, device)).collect()
}

/// Returns the nets that a label reaches, also through parts between them.
fn reached(policy: &Policy) -> BTreeSet<&str> {
    let pins = policy.pins.iter().filter_map(|label| match &label.backend {
        PinBackend::Sim(net) => Some(net.as_str()),
        PinBackend::Pin { .. } | PinBackend::Line(_) => None,
    });
    let channels = policy.channels().filter_map(|(_, backend, _)| match backend {
        ChannelBackend::Sim(net) => Some(net.as_str()),
        ChannelBackend::Pin(_) | ChannelBackend::Linux { .. } => None,
    });
    let mut reached: BTreeSet<&str> = pins.chain(channels).collect();
    loop {
        let before = reached.len();
        for device in &policy.devices {
            let nets = nets(device);
            if device.spec.wiring != Wiring::Nets || nets.iter().any(|net| reached.contains(net)) {
                reached.extend(nets);
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

fn nets(device: &Device) -> Vec<&str> {
    device.nets().map(|(_, net)| net.get_ref().as_str()).collect()
}

fn warning(policy: &Policy, reached: &BTreeSet<&str>, device: &Device) -> Option<String> {
    match &device.spec.wiring {
        Wiring::I2c { bus, address } => {
            let occupied = device.occupied(*address);
            let occupied = u16::from(*occupied.start())..=u16::from(*occupied.end());
            let own =
                AddressGrant { addresses: occupied, ten_bit: false, access: wasm_embedded_policy::Access::ReadWrite };
            let on_bus =
                || policy.i2c.iter().filter(|label| matches!(&label.backend, BusBackend::Sim(name) if name == bus));
            if on_bus().any(|label| label.allow.iter().any(|grant| grant.overlaps(&own))) {
                return None;
            }
            let labels: Vec<String> = on_bus().map(|label| format!("[i2c.{}]", label.label)).collect();
            Some(format!(
                "no label reaches part `{}` at {address:#04x}: add the address to `allow` in {}",
                device.name(),
                labels.join(" or ")
            ))
        }
        // The policy is refused if there is no such label.
        Wiring::Spi { .. } | Wiring::Uart { .. } => None,
        Wiring::Nets => {
            let own = nets(device);
            if own.is_empty() || own.iter().any(|net| reached.contains(net)) {
                return None;
            }
            Some(format!(
                "no label reaches part `{}`: net {} connects parts only; to connect a label, give it `sim = \"{}\"`",
                device.name(),
                own.join(", "),
                own.first().copied().unwrap_or_default()
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        warnings(&Policy::parse("board.toml", text).expect("a policy"))
    }

    #[test]
    fn a_part_on_i2c_is_reached_through_a_grant_of_one_of_its_addresses() {
        let board = |allow: &str, address: &str| {
            of(&format!(
                "[i2c.a]\nsim = \"b\"\nallow = [{allow}]\n[i2c.z]\nsim = \"b\"\n[[part]]\nmodel = \"lm75\"\ni2c = \"b\"\naddress = {address}\n"
            ))
        };
        assert_eq!(board("0x48", "0x48"), [""; 0]);
        assert_eq!(
            board("0x48, { address = 0x49, ten-bit = true }", "0x49"),
            ["no label reaches part `lm75` at 0x49: add the address to `allow` in [i2c.a] or [i2c.z]"]
        );
        let blocks =
            "[i2c.a]\nsim = true\nallow = [0x53]\n[[part]]\nmodel = \"eeprom24\"\nsize = \"24c16\"\ni2c = \"i2c\"\n";
        assert_eq!(of(blocks), [""; 0], "a further block of it");
    }

    #[test]
    fn a_part_on_nets_is_reached_through_a_label_or_through_other_parts() {
        let lamp = "[[part]]\nmodel = \"led\"\nnet = \"LAMP\"\n[[part]]\nmodel = \"button\"\nnet = \"LAMP\"\n";
        let warnings = of(lamp);
        assert_eq!(
            warnings.first().map(String::as_str),
            Some(
                "no label reaches part `led`: net LAMP connects parts only; to connect a label, give it `sim = \"LAMP\"`"
            )
        );
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert_eq!(of(&format!("[gpio]\nL = {{ sim = \"LAMP\", direction = \"input\" }}\n{lamp}")), [""; 0]);
        let alarm = "[i2c.a]\nsim = true\nallow = [0x48]\n[[part]]\nmodel = \"lm75\"\ni2c = \"i2c\"\naddress = 0x48\noutput = \"LAMP\"\n";
        assert_eq!(of(&format!("{alarm}{lamp}")), [""; 0], "the thermometer drives it");
    }
}

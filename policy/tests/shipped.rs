//! The policies that `docs/` ships for a Raspberry Pi: they are valid, and grant what the demonstration opens.

use std::fs;
use std::path::Path;

use wasm_embedded_policy::{BusBackend, Policy};

#[test]
fn the_policies_for_a_raspberry_pi_have_the_labels_of_those_for_the_simulation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (shipped, simulated) in [("weather", "weather"), ("weather-spi", "weather_spi")] {
        let load = |file: String| Policy::load(&root.join(file)).unwrap_or_else(|error| panic!("{shipped}: {error}"));
        let (pi, simulation) = (
            load(format!("docs/raspberry-pi/{shipped}.toml")),
            load(format!("drivers-demo/policies/{simulated}.toml")),
        );
        let labels = |policy: &Policy| {
            let i2c = policy.i2c.iter().map(|label| label.label.clone());
            let others = policy.spi.iter().map(|label| label.label.clone());
            let mut labels: Vec<String> =
                i2c.chain(others).chain(policy.pins.iter().map(|pin| pin.label.clone())).collect();
            labels.sort();
            labels
        };
        assert_eq!(labels(&pi), labels(&simulation), "{shipped}");
        assert!(pi.i2c.iter().all(|label| matches!(label.backend, BusBackend::Linux(_))), "{shipped} is hardware");
    }
    let page = fs::read_to_string(root.join("docs/raspberry-pi.md")).expect("the page");
    let policy = fs::read_to_string(root.join("docs/raspberry-pi/weather.toml")).expect("the policy");
    assert!(page.contains(&policy), "the page shows the policy that is shipped");
}

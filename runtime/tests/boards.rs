//! Boards of policies: those that are there, and those that are refused.

use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::policy::Policy;

#[test]
fn the_policies_in_the_documentation_have_boards() {
    let text = include_str!("../../test-host/POLICY.md");
    let policies: Vec<&str> = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(policies.len() > 3, "the examples of the sections are found");
    for policy in policies {
        Board::new(&Policy::parse("POLICY.md", policy).expect(policy)).expect(policy);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn hardware_that_is_not_there_is_refused_with_its_label_and_advice() {
    for (policy, label, device) in [
        ("[i2c.sensor]\npath = \"/dev/no-such-bus\"", "sensor", "/dev/no-such-bus: no such device"),
        ("[spi.screen]\npath = \"/dev/null\"", "screen", "/dev/null: another kind of device"),
        (
            "[gpio]\nDC = { pin = 2, chip = \"/dev/null\", initial = \"Low\" }",
            "DC",
            "/dev/null: another kind of device",
        ),
    ] {
        let policy = Policy::parse("hardware.toml", policy).expect("a valid policy");
        let error = Board::new(&policy).expect_err(label);
        assert_eq!(error.to_string(), format!("cannot open label `{label}`"));
        let source = std::error::Error::source(&error).expect("the reason").to_string();
        assert!(source.starts_with(device), "{source}");
    }
}

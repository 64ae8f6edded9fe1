//! Analogue inputs, as a recording has them.

use std::fmt::Write as _;

use wasm_embedded_runtime::record::Call;

/// What a simulated input has by default.
const BITS: u32 = 12;
const REFERENCE_MV: i64 = 3_300;
/// The most bits that a simulated input has.
const MOST_BITS: u32 = 24;

/// Writes the input of a label, and a voltage that gives its readings at their times.
pub(super) fn input(label: &str, calls: &[&Call], prefix: &str, text: &mut String) -> String {
    let values = |name: &str| {
        let name = name.to_owned();
        calls.iter().filter(move |call| call.call == name).filter_map(|call| {
            let value: i64 = call.answer.as_ref().ok()?.parse().ok()?;
            Some((call.at_ns / 1_000_000, value))
        })
    };
    let greatest = values("raw").map(|(_, raw)| raw).max().unwrap_or(0);
    let needed = (1..=MOST_BITS).find(|bits| greatest < 1 << bits).unwrap_or(MOST_BITS);
    let bits = values("bits").next_back().and_then(|(_, bits)| u32::try_from(bits).ok()).unwrap_or(BITS);
    let bits = bits.max(needed).min(MOST_BITS);
    let steps = 1_i64 << bits;

    // Of a reading that was taken both ways, the greatest tells the reference best.
    let both = values("raw").filter_map(|(at_ms, raw)| {
        let (_, microvolts) = values("microvolts").find(|(at, _)| *at == at_ms)?;
        Some((raw, microvolts))
    });
    let reference_mv = match both.max() {
        Some((raw, microvolts)) if raw > 0 => ((microvolts * steps + raw * 500) / (raw * 1_000)).max(1),
        _ => REFERENCE_MV,
    };
    let _ =
        writeln!(text, "[{prefix}adc.{label}]\nsim = true\nresolution-bits = {bits}\nreference-mv = {reference_mv}\n");

    // In the middle of the step that was read, so that rounding gives the same.
    let half_uv = reference_mv * 1_000 / (2 * steps);
    let mut readings: Vec<(u64, i64)> = values("microvolts").map(|(at_ms, value)| (at_ms, value + half_uv)).collect();
    if readings.is_empty() {
        readings = values("raw").map(|(at_ms, raw)| (at_ms, raw * reference_mv * 1_000 / steps + half_uv)).collect();
    }
    format!(
        "[[{prefix}part]]\nmodel = \"voltage\"\nname = \"{label}-voltage\"\nnet = \"{label}\"\npoints = [{}]\n\n",
        points(&readings).join(", ")
    )
}

/// Returns the points of a course that stays at each reading until the millisecond before the next one that differs.
fn points(readings: &[(u64, i64)]) -> Vec<String> {
    let point = |at_ms: u64, microvolts: i64| {
        let (sign, size) = (if microvolts < 0 { "-" } else { "" }, microvolts.unsigned_abs());
        format!("{{ at-ms = {at_ms}, millivolts = {sign}{}.{:03} }}", size / 1_000, size % 1_000)
    };
    let mut points = vec![point(0, readings.first().map_or(0, |(_, value)| *value))];
    let (mut last_ms, mut before) = (0, readings.first().map_or(0, |(_, value)| *value));
    for &(at_ms, value) in readings.iter().filter(|(at_ms, _)| *at_ms > 0) {
        if value == before || at_ms <= last_ms {
            continue;
        }
        if at_ms - 1 > last_ms {
            points.push(point(at_ms - 1, before));
        }
        points.push(point(at_ms, value));
        (last_ms, before) = (at_ms, value);
    }
    points
}

#[cfg(test)]
mod tests {
    use super::{input, points};
    use wasm_embedded_runtime::record::Recording;

    fn converted(lines: &str) -> (String, String) {
        let recording = Recording::parse(&format!("# wasm-embedded-rt recording 1\n{lines}")).expect("a recording");
        let mut text = String::new();
        let part = input("POT", &recording.0.iter().collect::<Vec<_>>(), "", &mut text);
        (text, part)
    }

    #[test]
    fn a_voltage_stays_until_the_next_reading() {
        assert_eq!(
            points(&[(0, 1_000), (100, 1_000), (200, 2_500), (201, -3_001)]),
            [
                "{ at-ms = 0, millivolts = 1.000 }",
                "{ at-ms = 199, millivolts = 1.000 }",
                "{ at-ms = 200, millivolts = 2.500 }",
                "{ at-ms = 201, millivolts = -3.001 }",
            ]
        );
        assert_eq!(points(&[]), ["{ at-ms = 0, millivolts = 0.000 }"]);
    }

    #[test]
    fn the_reference_and_the_bits_follow_from_the_readings() {
        // 2.5 V of 5 V in ten bits; the middle of a step of 4.883 mV is 2.441 mV above its beginning.
        let (policy, part) = converted("0.1 POT bits -> 10\n0.1 POT raw -> 512\n0.1 POT microvolts -> 2500000\n");
        assert!(policy.contains("resolution-bits = 10\nreference-mv = 5000\n"), "{policy}");
        assert!(part.contains("points = [{ at-ms = 0, millivolts = 2502.441 }]"), "{part}");
        // Without voltages, those of the default reference; and as many bits as the readings need.
        let (policy, part) = converted("0.1 POT raw -> 4096\n");
        assert!(policy.contains("resolution-bits = 13\nreference-mv = 3300\n"), "{policy}");
        assert!(part.contains("millivolts = 1650.201"), "{part}");
    }
}

//! Durations on the command line and in policies: `5s`, `1.5ms`.

use std::time::Duration;

/// The units, longest name first where one ends in another.
const UNITS: [(&str, f64); 6] = [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("min", 60.0), ("h", 3600.0), ("s", 1.0)];

/// Reads a number with a unit. No time at all is not a duration.
///
/// # Errors
///
/// Says what to write instead.
pub fn parse(text: &str) -> Result<Duration, String> {
    let unit = UNITS.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, *seconds)));
    let seconds = unit.and_then(|(number, seconds)| Some(number.trim().parse::<f64>().ok()? * seconds));
    match seconds.map(Duration::try_from_secs_f64) {
        Some(Ok(duration)) if !duration.is_zero() => Ok(duration),
        // Less than a nanosecond is none, too.
        Some(Ok(_)) => Err("write a time of more than 0".to_owned()),
        _ => Err("write a number with a unit, such as 5s, 250ms or 2min".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::parse;

    #[test]
    fn durations_have_units() {
        assert_eq!(parse("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(parse("1.5ms"), Ok(Duration::from_micros(1500)));
        assert_eq!(parse("2min"), Ok(Duration::from_secs(120)));
        for wrong in ["5", "s", "-1s", "0s", "1e300h", "NaNs", "5 parsecs", ""] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        for none in ["0s", "0.0ms", "0.1ns"] {
            assert_eq!(parse(none), Err("write a time of more than 0".to_owned()), "{none}");
        }
    }
}

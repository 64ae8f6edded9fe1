//! A backtrace in which calls that repeat are shown once: a recursion is understood by its first round.

use super::backtrace::{Call, calls};

/// The most calls in a round. A recursion through more functions is shown whole, as far as the engine keeps it.
const LONGEST_ROUND: usize = 8;
/// How often a round is there before it is shown once only.
const ENOUGH: usize = 3;

/// Returns the lines with a line in place of the rounds that repeat the one before.
pub(super) fn folded(lines: &[&str]) -> Vec<String> {
    let calls = calls(lines);
    let names: Vec<String> = calls.iter().map(|call| name(call)).collect();
    let (mut folded, mut at) = (Vec::new(), 0);
    while let Some((call, after)) = calls.get(at..).and_then(<[Call<'_>]>::split_first) {
        let rest = names.get(at..).unwrap_or_default();
        match (1..=LONGEST_ROUND).map(|len| (len, rounds(rest, len))).find(|(_, rounds)| *rounds >= ENOUGH) {
            Some((len, rounds)) => {
                let round = [*call].into_iter().chain(after.iter().copied()).take(len);
                folded.extend(round.flatten().map(ToString::to_string));
                let what = if len == 1 { "this call".to_owned() } else { format!("these {len} calls") };
                folded.push(format!("        ... {what} {} more times", rounds - 1));
                at += len * rounds;
            }
            None => {
                folded.extend(call.iter().map(ToString::to_string));
                at += 1;
            }
        }
    }
    folded
}

/// Returns how often the first `len` names are there, one time after the other.
fn rounds(names: &[String], len: usize) -> usize {
    let Some(first) = names.get(..len) else { return 0 };
    names.chunks(len).take_while(|round| *round == first).count()
}

/// Returns a call without its number.
fn name(call: Call<'_>) -> String {
    let (first, places) = call.split_first().map_or(("", [].as_slice()), |(first, places)| (*first, places));
    let unnumbered = match first.trim_start().split_once(": ") {
        Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => first,
    };
    [unnumbered.trim()].iter().chain(places).copied().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::folded;

    fn text(lines: &[&str]) -> String {
        folded(lines).join("\n")
    }

    #[test]
    fn a_recursion_is_shown_by_its_first_round_however_deep_it_is() {
        let mut lines = vec!["    0: main!leaf".to_owned()];
        lines.extend((1..20).map(|number| format!("  {number:3}:     0x2b - main!run")));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let expected = "    0: main!leaf\n    1:     0x2b - main!run\n        ... this call 18 more times";
        assert_eq!(text(&lines), expected);
    }

    #[test]
    fn functions_that_call_each_other_are_one_round_with_their_places() {
        let round = |number: usize| {
            [
                format!("  {number:3}:   0x91 - app::even"),
                "                at /home/pi/app/src/main.rs:4:5".to_owned(),
                "              - app::odd".to_owned(),
                "                at /home/pi/app/src/main.rs:9:5".to_owned(),
            ]
        };
        let mut lines: Vec<String> = (0..3).flat_map(round).collect();
        lines.push("    3:   0x99 - app::main".to_owned());
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let expected = [&lines[..4], &["        ... these 2 calls 2 more times"], &lines[12..]].concat().join("\n");
        assert_eq!(text(&lines), expected);
    }

    #[test]
    fn what_is_there_twice_or_at_another_place_stays() {
        for lines in [
            &["    0:   0x91 - a", "    1:   0x91 - a", "    2:   0x95 - b"][..],
            &["    0:   0x91 - a", "    1:   0x92 - a", "    2:   0x93 - a"],
            &[
                "    0:   0x91 - a",
                "           at m.rs:1:1",
                "    1:   0x91 - a",
                "           at m.rs:2:1",
                "    2:   0x91 - a",
            ],
            &[],
        ] {
            assert_eq!(text(lines), lines.join("\n"));
        }
    }
}

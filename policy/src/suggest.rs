//! "Did you mean": the known name nearest to one that is not known.

/// The longest name that is compared, in bytes: no known one is longer.
const LONGEST_NAME: usize = 64;
/// The most candidates that are compared, and the most that are listed. A policy may have tens of thousands of labels.
const MOST_COMPARED: usize = 1_000;
const MOST_LISTED: usize = 48;

/// Returns the candidate that `name` is most likely a slip of the pen for.
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace(['_', ' '], "-");
    let name = plain(name);
    let tolerance = 1 + name.chars().count() / 4;
    let distances =
        candidates.into_iter().take(MOST_COMPARED).map(|c| (strsim::damerau_levenshtein(&name, &plain(c)), c));
    distances.filter(|(distance, _)| *distance <= tolerance).min_by_key(|(distance, _)| *distance).map(|(_, c)| c)
}

/// Returns the advice for an unknown `name`: the nearest candidate if there is one, and what there is.
pub fn advice(name: &str, kind: &str, candidates: &[&str]) -> String {
    let listed = match candidates.split_at_checked(MOST_LISTED) {
        _ if candidates.is_empty() => format!("the policy has no {kind}"),
        Some((first, rest @ [_, ..])) => format!("{kind}: {}, and {} more", first.join(", "), rest.len()),
        Some(_) | None => format!("{kind}: {}", candidates.join(", ")),
    };
    match nearest(name, candidates.iter().copied()) {
        Some(candidate) => format!("did you mean `{candidate}`? {listed}"),
        None => listed,
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_LISTED, advice, nearest};

    #[test]
    fn of_many_candidates_some_are_listed_and_the_rest_is_counted() {
        let names: Vec<String> = (0..MOST_LISTED + 2).map(|number| format!("n{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert!(advice("x", "nets", &names).ends_with("n46, n47, and 2 more"), "{}", advice("x", "nets", &names));
        let listed = names.get(..MOST_LISTED).expect("so many");
        assert!(advice("x", "nets", listed).ends_with("n46, n47"));
        assert_eq!(advice("x", "nets", &[]), "the policy has no nets");
        assert_eq!(nearest(&"n".repeat(100_000), names), None);
    }

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let keys = ["address", "part", "i2c", "on-exit"];
        assert_eq!(nearest("adress", keys), Some("address"));
        assert_eq!(nearest("ON_EXIT", keys), Some("on-exit"));
        assert_eq!(nearest("i2d", keys), Some("i2c"));
        assert_eq!(nearest("voltage", keys), None);
    }
}

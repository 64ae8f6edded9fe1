//! "Did you mean": the known name nearest to one that is not known.

/// Returns the candidate that `name` is most likely a slip of the pen for.
pub(crate) fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let plain = |text: &str| text.to_lowercase().replace(['_', ' '], "-");
    let name = plain(name);
    let tolerance = 1 + name.chars().count() / 4;
    let distances = candidates.into_iter().map(|c| (strsim::damerau_levenshtein(&name, &plain(c)), c));
    distances.filter(|(distance, _)| *distance <= tolerance).min_by_key(|(distance, _)| *distance).map(|(_, c)| c)
}

/// Returns the advice for an unknown `name`: the nearest candidate if there is one, and what there is.
pub(crate) fn advice(name: &str, kind: &str, candidates: &[&str]) -> String {
    let listed = match candidates {
        [] => format!("there are no {kind}"),
        _ => format!("{kind}: {}", candidates.join(", ")),
    };
    match nearest(name, candidates.iter().copied()) {
        Some(candidate) => format!("did you mean `{candidate}`? {listed}"),
        None => listed,
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let keys = ["address", "part", "i2c", "on-exit"];
        assert_eq!(nearest("adress", keys), Some("address"));
        assert_eq!(nearest("ON_EXIT", keys), Some("on-exit"));
        assert_eq!(nearest("i2d", keys), Some("i2c"));
        assert_eq!(nearest("voltage", keys), None);
    }
}

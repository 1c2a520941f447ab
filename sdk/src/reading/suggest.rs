//! "Did you mean …?"

/// A hint that names the word that was probably meant, or all that are known.
pub(crate) fn hint(written: &str, known: &[&str]) -> String {
    did_you_mean(written, known)
        .map_or_else(|| format!("known are {}", known.join(", ")), |word| format!("did you mean {word:?}?"))
}

/// The word among `known` that `written` was probably meant to be: at most every third character is another one, whatever the
/// case.
///
/// ```
/// use httproute_sdk::did_you_mean;
/// assert_eq!(did_you_mean("lsiteners", &["routes", "listeners"]), Some("listeners"));
/// assert_eq!(did_you_mean("gateways", &["routes", "listeners"]), None);
/// ```
pub fn did_you_mean<'k>(written: &str, known: &[&'k str]) -> Option<&'k str> {
    // Nothing that long is a slip.
    if written.len() > 100 {
        return None;
    }
    let written = written.to_ascii_lowercase();
    let most = (written.chars().count() / 3).max(1);
    known
        .iter()
        .map(|word| (distance(&written, &word.to_ascii_lowercase()), *word))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, word)| word)
}

/// How many characters must be inserted, left out or replaced to make `b` of `a` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.chars()) {
            let next = if x == y { diagonal } else { diagonal.min(*cell).min(left) + 1 };
            diagonal = *cell;
            *cell = next;
            left = next;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["routes", "listeners", "clusterName", "unmatched"];
        assert_eq!(did_you_mean("route", &known), Some("routes"));
        assert_eq!(did_you_mean("clustername", &known), Some("clusterName"));
        assert_eq!(did_you_mean("lsiteners", &known), Some("listeners"));
        assert_eq!(did_you_mean("gateways", &known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}

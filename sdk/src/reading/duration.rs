//! Durations as Gateway API writes them (GEP-2257).

/// The milliseconds of a duration such as `1m30s`: one to four whole numbers of up to five digits, each with its unit,
/// added up. There are no fractions, no signs, and no bare `0`.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let mut sum = 0;
    let mut rest = text;
    for parts in 0..=4 {
        if rest.is_empty() {
            return (parts > 0).then_some(sum);
        }
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at_checked(digits)?;
        if !(1..=5).contains(&number.len()) {
            return None;
        }
        // `ms` before `m`.
        let units = [("ms", 1), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
        let (after, unit) = units.iter().find_map(|(name, unit)| Some((after.strip_prefix(name)?, unit)))?;
        sum += number.parse::<u64>().ok()? * unit;
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, milliseconds) in [
            ("0s", 0),
            ("1h", 3_600_000),
            ("1m30s", 90_000),
            ("500ms", 500),
            ("1s1s", 2_000),
            ("5ms1h2m3s", 3_723_005),
            ("99999h", 359_996_400_000),
        ] {
            assert_eq!(parse(text), Some(milliseconds), "{text}");
        }
        for bad in ["", "0", "1", "s", "1.5s", "-1s", "1d", "1s ", "100000s", "1s1s1s1s1s", "1S", "1ns"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}

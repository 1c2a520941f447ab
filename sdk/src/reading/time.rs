//! `metadata.creationTimestamp`.

/// Seconds and nanoseconds since 1970 of an RFC 3339 time, as Kubernetes writes it.
///
/// ```
/// assert_eq!(httproute_sdk::parse_time("1970-01-02T00:00:00Z"), Some((86_400, 0)));
/// ```
pub fn parse(text: &str) -> Option<(i64, u32)> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at_checked(rest.find(|c: char| !c.is_ascii_digit())?)?,
        None => ("", rest),
    };
    let nanos = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let offset = match zone {
        "Z" | "z" => 0,
        zone => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let [hours, minutes] = numbers(zone.strip_prefix(['+', '-'])?, ':', [2, 2])?;
            sign * (hours * 3600 + minutes * 60)
        }
    };
    let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Some((seconds, nanos))
}

/// The numbers of `text`, which has exactly these many digits in each, separated by `separator`.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut numbers = [0; N];
    let mut parts = text.split(separator);
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next()?;
        if part.len() != digits || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Days between 1970-01-01 and a date of the Gregorian calendar.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // Counted in years that begin with March, so that a leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, seconds, nanos) in [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("2000-03-01T00:00:00Z", 951_868_800, 0),
            ("2026-07-16T12:34:56Z", 1_784_205_296, 0),
            ("2026-07-16T14:34:56+02:00", 1_784_205_296, 0),
            ("2026-07-16T12:34:56.5Z", 1_784_205_296, 500_000_000),
        ] {
            assert_eq!(parse(text), Some((seconds, nanos)), "{text}");
        }
        for bad in [
            "",
            "yesterday",
            "2026-07-16",
            "2026-13-16T00:00:00Z",
            "2026-07-16T12:34:56",
            "2026-07-16T12:34:56.Z5",
            "2026-07-16T12:34:56+2",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}

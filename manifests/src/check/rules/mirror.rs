//! `requestMirror`

use serde_json::Value;

use super::has;
use crate::check::place::Place;
use crate::check::report::Report;

/// "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter".
pub(crate) fn percent_or_fraction(mirror: &Value, place: &Place<'_>, report: &mut Report) {
    if has(mirror, "percent") && has(mirror, "fraction") {
        let message = "percent and fraction cannot stand together".to_owned();
        report.error(place, "PercentAndFraction", message, "keep one of them");
    }
}

/// "numerator must be less than or equal to denominator".
pub(crate) fn at_most_one(fraction: &Value, place: &Place<'_>, report: &mut Report) {
    let number = |key: &str| fraction.get(key).filter(|value| !value.is_null());
    let numerator = number("numerator").and_then(Value::as_i64);
    let denominator = number("denominator").map_or(Some(100), Value::as_i64);
    if let (Some(numerator), Some(denominator)) = (numerator, denominator)
        && numerator > denominator
    {
        let message = format!("the numerator {numerator} is larger than the denominator {denominator}");
        report.error(place, "OutOfRange", message, "leave fraction out to copy every request");
    }
}

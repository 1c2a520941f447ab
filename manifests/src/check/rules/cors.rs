//! `cors`

use serde_json::Value;

use crate::check::place::Place;
use crate::check::report::Report;

/// "AllowOrigins cannot contain '*' alongside other origins", and the same of methods and headers.
pub(crate) fn star_alone(list: &Value, place: &Place<'_>, report: &mut Report) {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    if list.len() > 1 && list.iter().any(|item| item == "*") {
        let message = format!("\"*\" must stand alone in {}", place.name());
        report.error(place, "WildcardNotAlone", message, "keep either \"*\" or the others");
    }
}

//! References to backends.

use serde_json::Value;

use super::{has, text_or};
use crate::check::place::Place;
use crate::check::report::Report;

/// "Must have port for Service reference".
pub(crate) fn service_has_port(reference: &Value, place: &Place<'_>, report: &mut Report) {
    let is_service =
        text_or(reference, "group", "").is_empty() && text_or(reference, "kind", "Service") == "Service";
    if is_service && !has(reference, "port") {
        let message = "port is missing, which a reference to a Service must have".to_owned();
        report.error(place, "Missing", message, "add the port of the Service, as in `port: 80`");
    }
}

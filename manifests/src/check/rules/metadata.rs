//! `metadata`, and how other objects are picked by it.

use serde_json::Value;

use super::{has, items, text};
use crate::check::place::Place;
use crate::check::report::{Report, quoted};

/// "name or generateName is required".
pub(crate) fn has_name(metadata: &Value, place: &Place<'_>, report: &mut Report) {
    if !has(metadata, "name") && !has(metadata, "generateName") {
        let message = "name is missing in metadata".to_owned();
        report.error(place, "Missing", message, "add name");
    }
}

/// "Valid operators are In, NotIn, Exists and DoesNotExist." The API server takes others, and the Gateway is not accepted.
pub(crate) fn operator_is_known(expression: &Value, place: &Place<'_>, report: &mut Report) {
    let none = items(expression, "values").is_empty();
    let fault = match text(expression, "operator") {
        Some("In" | "NotIn") if none => "the operator needs values",
        Some("Exists" | "DoesNotExist") if !none => "the operator takes no values",
        None | Some("In" | "NotIn" | "Exists" | "DoesNotExist") => return,
        Some(other) => {
            let message = format!("there is no operator {}", quoted(other));
            let hint = "use In, NotIn, Exists or DoesNotExist";
            return report.warn(&Place::Key(place, "operator"), "UnsupportedValue", message, hint);
        }
    };
    report.warn(place, "InvalidValue", fault.to_owned(), "use In and NotIn with values, the others without");
}

//! Secrets

use serde_json::Value;

use super::{has, text};
use crate::check::place::Place;
use crate::check::report::Report;

/// The values of `data` are base64, with padding and without line breaks.
pub(crate) fn data_is_base64(secret: &Value, place: &Place<'_>, report: &mut Report) {
    let Some(Value::Object(data)) = secret.get("data") else { return };
    let place = Place::Key(place, "data");
    for (key, value) in data {
        if value.as_str().is_some_and(|value| !is_base64(value)) {
            // The value is secret: it is not shown.
            let message = format!("data[{key:?}] is not base64");
            let hint = "encode it, or write it as it is under stringData";
            report.error(&Place::Key(&place, key), "InvalidBase64", message, hint);
        }
    }
}

/// A Secret of type kubernetes.io/tls has "tls.crt" and "tls.key".
pub(crate) fn tls_has_both(secret: &Value, place: &Place<'_>, report: &mut Report) {
    if text(secret, "type") != Some("kubernetes.io/tls") {
        return;
    }
    for key in ["tls.crt", "tls.key"] {
        let there =
            ["data", "stringData"].iter().any(|part| secret.get(part).is_some_and(|data| has(data, key)));
        if !there {
            let message = format!("{key} is missing, which a Secret of type kubernetes.io/tls must have");
            report.error(place, "Missing", message, format!("add {key} to data"));
        }
    }
}

/// The decoder of Go passes over line breaks.
fn is_base64(value: &str) -> bool {
    let value: Vec<u8> = value.bytes().filter(|b| !b"\r\n".contains(b)).collect();
    let padding = value.iter().rev().take_while(|b| **b == b'=').count();
    let (content, _) = value.split_at_checked(value.len() - padding).unwrap_or_default();
    value.len().is_multiple_of(4)
        && padding <= 2
        && content.iter().all(|b| b.is_ascii_alphanumeric() || b"+/".contains(b))
}

//! `sessionPersistence`

use serde_json::Value;

use super::{has, text, text_or};
use crate::check::place::Place;
use crate::check::report::Report;

/// "AbsoluteTimeout must be specified when cookie lifetimeType is Permanent".
pub(crate) fn permanent_has_timeout(session: &Value, place: &Place<'_>, report: &mut Report) {
    let lifetime = session.get("cookieConfig").and_then(|cookie| text(cookie, "lifetimeType"));
    if lifetime == Some("Permanent") && !has(session, "absoluteTimeout") {
        let message = "absoluteTimeout is missing, which a Permanent cookie needs".to_owned();
        report.error(place, "Missing", message, "add `absoluteTimeout: 24h`, or use a Session cookie");
    }
}

/// "cookieConfig can only be set with type Cookie".
pub(crate) fn cookie_config_of_cookie(session: &Value, place: &Place<'_>, report: &mut Report) {
    if has(session, "cookieConfig") && text_or(session, "type", "Cookie") != "Cookie" {
        let message = "cookieConfig does not belong to the type Header".to_owned();
        report.error(&Place::Key(place, "cookieConfig"), "WrongMember", message, "remove it");
    }
}

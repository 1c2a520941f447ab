//! `externalAuth`

use serde_json::Value;

use super::{has, text};
use crate::check::place::Place;
use crate::check::report::Report;

/// "grpc must be specified when protocol is set to 'GRPC'", "protocol must be 'GRPC' when grpc is set", and the same of HTTP.
pub(crate) fn member_of_protocol(auth: &Value, place: &Place<'_>, report: &mut Report) {
    let Some(protocol) = text(auth, "protocol") else { return };
    for (name, member) in [("GRPC", "grpc"), ("HTTP", "http")] {
        match (protocol == name, has(auth, member)) {
            (true, false) => {
                let message = format!("{member} is missing, which protocol {name} needs");
                report.error(place, "Missing", message, format!("add `{member}: {{}}`"));
            }
            (false, true) => {
                let message = format!("{member} does not belong to protocol {protocol}");
                let hint = format!("remove it, or write `protocol: {name}`");
                report.error(&Place::Key(place, member), "WrongMember", message, hint);
            }
            _ => {}
        }
    }
}

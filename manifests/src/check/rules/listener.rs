//! `spec.listeners` of a Gateway

use serde_json::Value;

use super::{has, items, text, text_or};
use crate::check::place::Place;
use crate::check::report::{Report, quoted};

/// "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']", "tls mode must be Terminate for protocol HTTPS", "tls mode
/// must be set for protocol TLS".
pub(crate) fn tls_of_protocol(listener: &Value, place: &Place<'_>, report: &mut Report) {
    let tls = listener.get("tls").filter(|tls| !tls.is_null());
    match (text(listener, "protocol"), tls) {
        (Some(protocol @ ("HTTP" | "TCP" | "UDP")), Some(_)) => {
            let message = format!("tls cannot stand in a listener of protocol {protocol}");
            let hint = "remove it, or write `protocol: HTTPS`";
            report.error(&Place::Key(place, "tls"), "WrongMember", message, hint);
        }
        (Some("HTTPS"), Some(tls)) if text(tls, "mode") == Some("Passthrough") => {
            let message = "a listener of protocol HTTPS must have the tls mode Terminate".to_owned();
            let place = Place::Key(place, "tls");
            let hint = "leave mode out, or write `protocol: TLS` for TLSRoutes";
            report.error(&Place::Key(&place, "mode"), "UnsupportedValue", message, hint);
        }
        (Some("TLS"), None) => {
            let message = "tls is missing, which a listener of protocol TLS must have".to_owned();
            report.error(
                place,
                "Missing",
                message,
                "add `tls: {mode: Passthrough}`, or Terminate with certificateRefs",
            );
        }
        // "This field is required if the Protocol field is "HTTPS" or "TLS"", but no rule of the schema says so: that an HTTPS
        // listener without it has no certificate is for who resolves.
        _ => {}
    }
}

/// "hostname must not be specified for protocols ['TCP', 'UDP']".
pub(crate) fn hostname_of_protocol(listener: &Value, place: &Place<'_>, report: &mut Report) {
    let hostname = text(listener, "hostname").filter(|hostname| !hostname.is_empty());
    if let (Some(protocol @ ("TCP" | "UDP")), Some(_)) = (text(listener, "protocol"), hostname) {
        let message =
            format!("hostname cannot stand in a listener of protocol {protocol}, which has no hosts");
        report.error(&Place::Key(place, "hostname"), "WrongMember", message, "remove it");
    }
}

/// "certificateRefs or options must be specified when mode is Terminate".
pub(crate) fn terminate_has_certificates(tls: &Value, place: &Place<'_>, report: &mut Report) {
    let options = tls.get("options").and_then(Value::as_object).is_some_and(|options| !options.is_empty());
    if text_or(tls, "mode", "Terminate") == "Terminate"
        && items(tls, "certificateRefs").is_empty()
        && !options
    {
        let message = "certificateRefs is missing, which the mode Terminate needs".to_owned();
        report.error(place, "Missing", message, "add `certificateRefs: [{name: …}]`, the name of a Secret");
    }
}

/// "Combination of port, protocol and hostname must be unique for each listener". (That names are unique, the list itself
/// asks for.)
pub(crate) fn told_apart(listeners: &Value, place: &Place<'_>, report: &mut Report) {
    let listeners = listeners.as_array().map_or(&[][..], Vec::as_slice);
    let key = |listener: &'_ Value| -> Option<(i64, String, Option<String>)> {
        let port = listener.get("port")?.as_i64()?;
        let protocol = text(listener, "protocol")?.to_owned();
        Some((port, protocol, text(listener, "hostname").map(str::to_owned)))
    };
    for (index, listener) in listeners.iter().enumerate().take(1000) {
        let Some(found) = key(listener) else { continue };
        let earlier = listeners.iter().take(index).find(|earlier| key(earlier).as_ref() == Some(&found));
        if let Some(earlier) = earlier {
            let message = format!(
                "the listener has the same port, protocol and hostname as the listener {}",
                quoted(text_or(earlier, "name", ""))
            );
            let hint = "give each a hostname of its own, or join them: one listener serves many routes";
            report.error(&Place::Index(place, index), "DuplicateListener", message, hint);
        }
    }
}

/// "Selector must be specified when From is set to "Selector". In that case, only Routes in Namespaces matching this Selector
/// will be selected".
pub(crate) fn selector_is_given(namespaces: &Value, place: &Place<'_>, report: &mut Report) {
    let selects = text(namespaces, "from") == Some("Selector");
    match (selects, has(namespaces, "selector")) {
        (true, false) => {
            let message = "selector is missing, so that no namespace is selected".to_owned();
            report.warn(place, "Missing", message, "add `selector: {matchLabels: {…}}`");
        }
        (false, true) => {
            let message = "selector is ignored, unless from is Selector".to_owned();
            report.warn(&Place::Key(place, "selector"), "WrongMember", message, "add `from: Selector`");
        }
        _ => {}
    }
}

//! Matches that no request fulfils, because of what the proxy does before the rules see it.
//!
//! Each condition of a match is tried: the request that fulfils it goes through the model, and no longer does.

use std::net::IpAddr;

use serde_json::Value;

use super::path::{escaped, is_unreserved};
use super::{Front, FrontEnd, FrontSettings, Received, has_control, is_token_byte, shown};
use crate::Document;
use crate::explain::Request;
use crate::front::HttpVersion;
use crate::resolve::{FilterChain, RouteStatus, Warning};

/// A condition that cannot hold: the pointer to it, what it asks for, and why it does not get it.
struct Unmatchable {
    pointer: String,
    condition: String,
    why: String,
    hint: String,
}

/// A warning for each condition of a match that cannot hold in any filter chain that serves its route.
pub(crate) fn warnings(
    chains: &[FilterChain],
    routes: &[RouteStatus],
    documents: &[Document],
    settings: &FrontSettings,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for route in routes {
        let mut fronts: Vec<Front> = Vec::new();
        for chain in chains.iter().filter(|chain| chain.routes.contains(&route.name)) {
            let front = Front::new(settings, chain);
            if !fronts.contains(&front) {
                fronts.push(front);
            }
        }
        let Some(document) = documents.get(route.document).filter(|_| !fronts.is_empty()) else { continue };
        let warning = |found: Unmatchable| Warning {
            document: Some(route.document),
            pointer: found.pointer,
            code: "NeverMatches",
            message: format!(
                "no request matches {}: {} {}",
                found.condition,
                settings.proxy.title(),
                found.why
            ),
            hint: found.hint,
        };
        warnings.extend(of_route(&document.value, &fronts).into_iter().map(warning));
    }
    warnings
}

fn of_route(route: &Value, fronts: &[Front]) -> Vec<Unmatchable> {
    let list =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut found = Vec::new();
    let rules = route.get("spec").map(|spec| list(spec, "rules")).unwrap_or_default();
    for (rule, value) in rules.iter().enumerate() {
        for (number, one) in list(value, "matches").iter().enumerate() {
            let pointer = format!("/spec/rules/{rule}/matches/{number}");
            let mut note = |at: &str, unmatchable: Option<(String, String, String)>| {
                found.extend(unmatchable.map(|(condition, why, hint)| Unmatchable {
                    pointer: format!("{pointer}{at}"),
                    condition,
                    why,
                    hint,
                }));
            };
            if let Some(path) = one.get("path") {
                note("/path/value", of_path(path, fronts));
            }
            if let Some(method) = one.get("method").and_then(Value::as_str) {
                note("/method", of_method(method, fronts));
            }
            for (place, header) in list(one, "headers").iter().enumerate() {
                note(&format!("/headers/{place}"), of_header(header, fronts));
            }
        }
    }
    found
}

/// The same for all: what the first front says if the condition holds in none.
fn in_none<T>(fronts: &[Front], fails: impl Fn(&Front) -> Option<T>) -> Option<T> {
    let mut first = None;
    for front in fronts {
        let failure = fails(front)?;
        first.get_or_insert(failure);
    }
    first
}

fn request(method: &str) -> Option<Request> {
    let mut request = Request::new(method, "http://a.example/").ok()?;
    request.version = HttpVersion::Http1;
    Some(request)
}

/// Why the proxy did not pass a request on as it was.
fn reason(received: &Received, header: Option<&str>) -> String {
    let about = received.steps.iter().find(|step| header.is_some() && step.header.as_deref() == header);
    let step = about.or(received.steps.last());
    step.map_or_else(|| "changes it".to_owned(), |step| step.words.clone())
}

fn of_path(path: &Value, fronts: &[Front]) -> Option<(String, String, String)> {
    let value = path.get("value").and_then(Value::as_str).unwrap_or("/");
    let kind = path.get("type").and_then(Value::as_str).unwrap_or("PathPrefix");
    // What a path must not be is for the check.
    if !["Exact", "PathPrefix"].contains(&kind) || !value.starts_with('/') || value.contains(['?', '#']) {
        return None;
    }
    in_none(fronts, |front| {
        let sent = Request { target: value.into(), ..request("GET")? };
        let received = front.receive(&sent);
        let condition = format!("the path {value}");
        let FrontEnd::Module(lines) = &received.end else {
            return Some((condition, reason(&received, None), "write the path as rules see it".to_owned()));
        };
        let path = lines.iter().find(|(name, _)| name == b":path").map(|(_, value)| value.as_slice())?;
        if spelling(path) == spelling(value.as_bytes()) {
            return None;
        }
        let hint = format!("write {}", shown(path));
        Some((condition, format!("makes {} of it", shown(path)), hint))
    })
}

/// A path in one of the spellings that rules take for the same: unreserved characters as they are, digits in upper case
/// (RFC 3986, sections 6.2.2.1 and 6.2.2.2).
fn spelling(path: &[u8]) -> Vec<u8> {
    let mut spelt = Vec::with_capacity(path.len());
    let mut rest = path;
    while let [byte, after @ ..] = rest {
        rest = after;
        match escaped(after).filter(|_| *byte == b'%') {
            Some((value, after)) => {
                if is_unreserved(value) {
                    spelt.push(value);
                } else {
                    spelt.extend_from_slice(format!("%{value:02X}").as_bytes());
                }
                rest = after;
            }
            None => spelt.push(*byte),
        }
    }
    spelt
}

fn of_method(method: &str, fronts: &[Front]) -> Option<(String, String, String)> {
    in_none(fronts, |front| {
        let mut sent = request(method)?.with_field("content-type", "text/plain").ok()?;
        if method == "CONNECT" {
            sent.target = b"a.example:80".to_vec();
        }
        let received = front.receive(&sent);
        if matches!(received.end, FrontEnd::Module(_)) {
            return None;
        }
        let hint = "remove the match".to_owned();
        Some((format!("the method {method}"), reason(&received, None), hint))
    })
}

fn of_header(header: &Value, fronts: &[Front]) -> Option<(String, String, String)> {
    let text = |key: &str| header.get(key).and_then(Value::as_str);
    let (name, value) = (text("name")?.to_ascii_lowercase(), text("value")?);
    let is_regex = text("type") == Some("RegularExpression");
    let is_name = !name.is_empty() && name.bytes().all(is_token_byte);
    // What no header can be is for the check.
    if name == "host" || !is_name || (!is_regex && has_control(value.as_bytes())) {
        return None;
    }
    // Of a regular expression it is enough that the rules see the header at all.
    let sent_value = match (is_regex, name.as_str()) {
        (false, _) => value,
        (true, "te") => "trailers",
        (true, "referer") => "http://a.example/",
        (true, "connection") => "upgrade",
        (true, "upgrade") => "websocket",
        (true, "content-length") => "0",
        (true, "transfer-encoding") => "chunked",
        (true, _) => "x",
    };
    in_none(fronts, |front| {
        let mut sent = request("GET")?.with_field(&name, sent_value).ok()?;
        match name.as_str() {
            "connection" => sent = sent.with_field("upgrade", "websocket").ok()?,
            "upgrade" => sent = sent.with_field("connection", "upgrade").ok()?,
            _ => {}
        }
        let holds = |received: &Received| {
            let FrontEnd::Module(lines) = &received.end else { return false };
            let lines = lines.iter().filter(|(other, _)| other == name.as_bytes());
            let values: Vec<&[u8]> = lines.map(|(_, value)| value.as_slice()).collect();
            !values.is_empty() && (is_regex || values.join(&b","[..]) == value.as_bytes())
        };
        let received = front.receive(&sent);
        if holds(&received) {
            return None;
        }
        // A client that does not send it, but is at the address that the rule asks for.
        let address = value.rsplit(',').next().and_then(|address| address.trim().parse::<IpAddr>().ok());
        if let Some(client) = address
            && holds(&front.receive(&Request { client, ..request("GET")? }))
        {
            return None;
        }
        let condition = match is_regex {
            true => format!("the header {name}"),
            false => format!("the header {name}: {value}"),
        };
        let hint = "match a header that the proxy passes on as it is";
        Some((condition, reason(&received, Some(&name)), hint.to_owned()))
    })
}

//! Each constraint of the API, with what it takes and what it refuses.

mod cors;
mod envoy;
mod experimental;
mod filters;
mod gateway;
mod kinds;
mod matches;
mod mistakes;
mod module;
mod property;
mod redirects;
mod route;

use httproute_sdk::Severity;

use super::*;
use crate::parse;

/// What is found in a text: "E" or "W", the code and the pointer of each.
fn found(text: &str, channel: Channel) -> Vec<String> {
    let parsed = parse("-", text.as_bytes());
    assert_eq!(parsed.problems, [], "{text}");
    let letter = |severity| if severity == Severity::Error { "E" } else { "W" };
    check(&parsed.documents, channel)
        .into_iter()
        .map(|Finding { problem: p, .. }| format!("{} {} {}", letter(p.severity), p.code, p.pointer))
        .collect()
}

/// Checks a table: `wrap` makes a manifest of what stands on the left, `below` stands before each pointer on the right, where
/// several findings are separated by commas.
fn table(channel: Channel, wrap: impl Fn(&str) -> String, below: &str, rows: &[(impl AsRef<str>, &str)]) {
    for (text, expected) in rows {
        let text = wrap(text.as_ref());
        let mut expected: Vec<String> = expected
            .split_terminator(", ")
            .map(|finding| {
                let (severity, rest) = finding.split_once(' ').expect("severity, code and pointer");
                let (code, pointer) = rest.split_once(' ').expect("severity, code and pointer");
                format!("{severity} {code} {below}{}", pointer.trim_start_matches('.'))
            })
            .collect();
        let mut found = found(&text, channel);
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{text}");
    }
}

fn route(spec: &str) -> String {
    format!(
        "{{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {{name: a}}, spec: {spec}}}"
    )
}

fn rule(rule: &str) -> String {
    route(&format!("{{rules: [{rule}]}}"))
}

fn in_rule(filters: &str) -> String {
    rule(&format!("{{filters: [{filters}]}}"))
}

/// `item`, `count` times, with `#` replaced by its number.
fn times(count: usize, item: &str) -> String {
    (0..count).map(|n| item.replace('#', &n.to_string()) + ", ").collect()
}

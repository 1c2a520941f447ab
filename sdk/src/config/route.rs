//! From an HTTPRoute object to a route.

use super::matches::CONSEQUENCE;
use super::rule;
use crate::kinds::Kinds;
use crate::matching::host::HostPattern;
use crate::reading::json::Json;
use crate::reading::node::{Node, Object};
use crate::reading::report::{Place, Report};
use crate::reading::text::is_hostname;
use crate::reading::time;
use crate::references::RuleScope;
use crate::route::{Hostname, Route};
use crate::rule::Rule;

/// What a spec may hold.
const KNOWN: [&str; 4] = ["parentRefs", "hostnames", "rules", "useDefaultGateways"];

const MOST_HOSTNAMES: usize = 16;

/// Decodes one object and adds its rules, as those of route number `number`, to `rules`.
///
/// What cannot be read excludes no request: an object that is no HTTPRoute has one rule, which answers 500 to every request for its
/// hostnames. Were it left out, they would go to other routes.
pub(crate) fn decode(
    value: &Json<'_>,
    place: Place<'_>,
    number: u32,
    scope: RuleScope<'_>,
    rules: &mut Vec<Rule>,
    report: &mut Report,
) -> Route {
    report.start(Kinds::NONE);
    let node = Node { value, place };
    let object = node.object(report);
    let Some(object) = object else {
        report.consequence(CONSEQUENCE);
        rules.push(Rule::unreadable(number, 0));
        let name = [scope.namespace, "/"].concat().into();
        return Route { name, has_name: false, created: None, hostnames: None };
    };
    let is_http_route = is_http_route(&object, report);
    if is_http_route {
        object.mostly(&["apiVersion", "kind", "metadata", "spec", "status"], report);
    } else {
        report.consequence(CONSEQUENCE);
    }

    let metadata = object.get("metadata").and_then(|node| node.object(report));
    let metadata = metadata.as_ref();
    let namespace = metadata.and_then(|metadata| metadata.text("namespace", report));
    let namespace = namespace.filter(|namespace| !namespace.is_empty()).unwrap_or(scope.namespace);
    let name = metadata.and_then(|metadata| metadata.text("name", report)).unwrap_or_default();
    // Backends are those of the route's namespace, and listeners name routes.
    let has_name = has_name(&object);
    let is_readable = is_http_route && has_name;
    if is_http_route && !has_name {
        report.consequence(CONSEQUENCE);
    }
    if name.is_empty() && is_readable {
        let message = "metadata.name is missing, so that problems and logs cannot name the route".into();
        report.warn(&object.place, "Missing", message, "give the route a name");
    }
    let created = created(metadata, report);
    let named: Box<str> = [namespace, "/", name].concat().into();

    let spec = if is_http_route { object.required("spec", report) } else { object.get("spec") };
    let spec = spec.and_then(|node| node.object(report));
    let Some(spec) = spec else {
        if is_http_route {
            report.consequence(CONSEQUENCE);
        }
        rules.push(Rule::unreadable(number, 0));
        return Route { name: named, has_name, created, hostnames: None };
    };
    if is_http_route {
        spec.mostly(&KNOWN, report);
    }
    let hostnames = hostnames(&spec, report);
    if !is_readable {
        rules.push(Rule::unreadable(number, 0));
        return Route { name: named, has_name, created, hostnames };
    }
    let scope = RuleScope { namespace, ..scope };
    let mut names: Vec<Box<str>> = Vec::new();
    let mut add = |node: &Node<'_>, place: usize, report: &mut Report| {
        let rule = rule::decode(node, number, place as u32, scope, report);
        if let Some(name) = &rule.name {
            if names.contains(name) {
                // "Rule name must be unique within the route".
                let message = format!("another rule of the route is named {name:?} too");
                report.warn(&node.place, "DuplicateName", message, "give each rule a name of its own");
            }
            names.push(name.clone());
        }
        rules.push(rule);
    };
    match spec.get("rules") {
        Some(node) if node.value.as_list().is_none() => {
            let _ = node.items(report);
            report.consequence(CONSEQUENCE);
            rules.push(Rule::unreadable(number, 0));
        }
        Some(_) => {
            let mut place = 0;
            spec.each("rules", usize::MAX, report, |node, report| {
                add(&node, place, report);
                place += 1;
            });
            if place == 0 {
                report.error(
                    &spec.place,
                    "Missing",
                    "rules is empty, so that the route does nothing".into(),
                    "add a rule",
                );
            }
        }
        None if spec.misspells("rules", &KNOWN) => rules.push(Rule::unreadable(number, 0)),
        // "+kubebuilder:default={{matches: {{path: {type: "PathPrefix", value: "/"}}}}}"
        None => add(&Node { value: &Json::Object(Vec::new()), place: spec.place }, 0, report),
    }
    Route { name: named, has_name, created, hostnames }
}

/// Whether namespace and name of a route can be read, as far as it has them.
fn has_name(object: &Object<'_>) -> bool {
    let Some(metadata) = object.get("metadata") else { return true };
    let Json::Object(members) = metadata.value else { return false };
    members
        .iter()
        .filter(|(key, _)| matches!(&**key, "namespace" | "name"))
        .all(|(_, value)| matches!(value, Json::Text(_) | Json::Null))
}

/// Whether an object is an HTTPRoute that can be read here, as far as it says.
fn is_http_route(object: &Object<'_>, report: &mut Report) -> bool {
    for key in ["kind", "apiVersion"] {
        if let Some(node) = object.get(key)
            && node.text(report).is_none()
        {
            return false;
        }
    }
    let kind = object.text("kind", report).unwrap_or("HTTPRoute");
    if kind != "HTTPRoute" {
        let message = format!("an object of kind {kind:?} is no HTTPRoute");
        report.error(&object.place, "UnsupportedKind", message, "list HTTPRoutes only");
        return false;
    }
    match object.text("apiVersion", report).unwrap_or("gateway.networking.k8s.io/v1") {
        "gateway.networking.k8s.io/v1" => {}
        "gateway.networking.k8s.io/v1beta1" => {
            let message = "v1beta1 is an old version of the API, and is read as v1".into();
            report.warn(&object.place, "OldVersion", message, "write gateway.networking.k8s.io/v1");
        }
        other => {
            let message = format!("HTTPRoutes of version {other:?} cannot be read");
            report.error(&object.place, "UnsupportedVersion", message, "write gateway.networking.k8s.io/v1");
            return false;
        }
    }
    true
}

fn created(metadata: Option<&Object<'_>>, report: &mut Report) -> Option<(i64, u32)> {
    let node = metadata?.get("creationTimestamp")?;
    let created = match node.value {
        Json::Text(text) => time::parse(text),
        _ => None,
    };
    if created.is_none() {
        let message = "creationTimestamp is no RFC 3339 time, so the route counts as the youngest".into();
        report.warn(&node.place, "InvalidTimestamp", message, "write it like 2026-01-31T12:00:00Z");
    }
    created
}

/// The hostnames of a route; `None` if it has none. Whatever of them cannot be read counts as no hostname.
fn hostnames(spec: &Object<'_>, report: &mut Report) -> Option<Box<[Hostname]>> {
    let unreadable = Hostname { pattern: None, broken: true };
    let Some(node) = spec.get("hostnames") else {
        return spec.misspells("hostnames", &KNOWN).then(|| {
            report.consequence(CONSEQUENCE);
            Box::from([unreadable])
        });
    };
    let mut hostnames = Vec::new();
    spec.each("hostnames", MOST_HOSTNAMES, report, |node, report| hostnames.push(hostname(&node, report)));
    match node.value {
        Json::List(list) if list.is_empty() => return None,
        Json::List(list) if list.len() <= MOST_HOSTNAMES => {}
        // Forgotten brackets leave no doubt.
        Json::Text(text) if pattern(text).is_some() => {
            hostnames.push(Hostname { pattern: pattern(text), broken: true })
        }
        _ => hostnames.push(unreadable),
    }
    Some(hostnames.into())
}

fn hostname(node: &Node<'_>, report: &mut Report) -> Hostname {
    let Some(hostname) = node.text(report) else { return Hostname { pattern: None, broken: true } };
    if is_hostname(hostname) {
        return Hostname { pattern: Some(HostPattern::new(hostname)), broken: false };
    }
    let message = format!("{hostname:?} is no hostname: what it is meant for is answered with 500");
    report.error(
        &node.place,
        "InvalidHostname",
        message,
        "write lower-case letters, digits, \"-\" and \".\", optionally behind \"*.\", without a port",
    );
    Hostname { pattern: pattern(hostname), broken: true }
}

/// The pattern that a hostname is, or that an invalid one was probably meant to be; `None` if that cannot be told.
pub(crate) fn pattern(hostname: &str) -> Option<HostPattern> {
    let hostname = hostname.split_once(':').map_or(hostname, |(host, _)| host);
    let hostname = hostname.trim().trim_end_matches('.').to_ascii_lowercase();
    is_hostname(&hostname).then(|| HostPattern::new(&hostname))
}

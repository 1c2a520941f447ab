//! From an HTTPRoute object to a route.

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

/// Decodes one object and adds its rules, as those of route number `number`, to `rules`. `None` where it is no HTTPRoute.
pub(crate) fn decode(
    value: &Json<'_>,
    place: Place<'_>,
    number: u32,
    scope: RuleScope<'_>,
    rules: &mut Vec<Rule>,
    report: &mut Report,
) -> Option<Route> {
    report.start(Kinds::NONE);
    let node = Node { value, place };
    let object = node.object(report)?;
    is_http_route(&object, report)?;
    object.mostly(&["apiVersion", "kind", "metadata", "spec", "status"], report);

    let metadata = object.get("metadata").and_then(|node| node.object(report));
    let metadata = metadata.as_ref();
    let namespace = metadata.and_then(|metadata| metadata.text("namespace", report));
    let namespace = namespace.filter(|namespace| !namespace.is_empty()).unwrap_or(scope.namespace);
    let name = metadata.and_then(|metadata| metadata.text("name", report)).unwrap_or_default();
    if name.is_empty() {
        let message = "metadata.name is missing, so that problems and logs cannot name the route".into();
        report.warn(&object.place, "Missing", message, "give the route a name");
    }
    let created = created(metadata, report);

    let spec = object.required("spec", report)?;
    let spec = spec.object(report)?;
    spec.mostly(&["parentRefs", "hostnames", "rules", "useDefaultGateways"], report);
    // A list that holds nothing but mistakes is not an empty one, which stands for all hosts.
    let listed =
        spec.get("hostnames").is_some_and(|node| node.value.as_list().is_none_or(|list| !list.is_empty()));
    let hostnames = listed.then(|| hostnames(&spec, report));
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
        Some(list) => {
            let mut place = 0;
            spec.each("rules", usize::MAX, report, |node, report| {
                add(&node, place, report);
                place += 1;
            });
            // What is no list has been reported as such.
            if place == 0 && list.value.as_list().is_some() {
                report.error(
                    &spec.place,
                    "Missing",
                    "rules is empty, so that the route does nothing".into(),
                    "add a rule",
                );
            }
        }
        // "+kubebuilder:default={{matches: {{path: {type: "PathPrefix", value: "/"}}}}}"
        None => add(&Node { value: &Json::Object(Vec::new()), place: spec.place }, 0, report),
    }
    Some(Route { name: [namespace, "/", name].concat().into(), created, hostnames })
}

/// Whether an object says that it is something else than an HTTPRoute that can be read here.
fn is_http_route(object: &Object<'_>, report: &mut Report) -> Option<()> {
    let kind = object.text("kind", report).unwrap_or("HTTPRoute");
    if kind != "HTTPRoute" {
        let message = format!("an object of kind {kind:?} is no HTTPRoute, and is left out");
        report.error(&object.place, "UnsupportedKind", message, "list HTTPRoutes only");
        return None;
    }
    match object.text("apiVersion", report).unwrap_or("gateway.networking.k8s.io/v1") {
        "gateway.networking.k8s.io/v1" => {}
        "gateway.networking.k8s.io/v1beta1" => {
            let message = "v1beta1 is an old version of the API, and is read as v1".into();
            report.warn(&object.place, "OldVersion", message, "write gateway.networking.k8s.io/v1");
        }
        other => {
            let message = format!("HTTPRoutes of version {other:?} cannot be read, and are left out");
            report.error(&object.place, "UnsupportedVersion", message, "write gateway.networking.k8s.io/v1");
            return None;
        }
    }
    Some(())
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

fn hostnames(spec: &Object<'_>, report: &mut Report) -> Box<[Hostname]> {
    let mut hostnames = Vec::new();
    spec.each("hostnames", 16, report, |node, report| {
        let Some(hostname) = node.text(report) else { return };
        let broken = !is_hostname(hostname);
        if broken {
            let message = format!("{hostname:?} is no hostname: what it is meant for is answered with 500");
            report.error(
                &node.place,
                "InvalidHostname",
                message,
                "write lower-case letters, digits, \"-\" and \".\", optionally behind \"*.\", without a port",
            );
        }
        hostnames.push(Hostname { pattern: HostPattern::new(&recognisable(hostname)), broken });
    });
    hostnames.into()
}

/// The hostname that an invalid one was probably meant to be.
pub(crate) fn recognisable(hostname: &str) -> String {
    let hostname = hostname.split_once(':').map_or(hostname, |(host, _)| host);
    hostname.trim().trim_end_matches('.').to_ascii_lowercase()
}

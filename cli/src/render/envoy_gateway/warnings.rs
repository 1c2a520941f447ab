//! What will not work in Envoy Gateway as written.

use std::collections::BTreeSet;

use httproute_manifests::{RouteStatus, Warning};
use serde_json::Value;

use super::modules::{filters, items, kind, removes_proto, rules};
use crate::args::EnvoyGateway;
use crate::render::objects::Rendered;

/// Tells what of a route is not for modules.
pub(super) fn about_route(route: &RouteStatus, value: &Value, rendered: &mut Rendered) {
    let mut warn = |code, message: String, hint: &str| {
        let (document, pointer) = (Some(route.document), String::new());
        rendered.warnings.push(Warning { document, pointer, code, message, hint: hint.into() });
    };
    let mut left: BTreeSet<&str> = BTreeSet::new();
    for rule in rules(value) {
        left.extend(
            items(rule, "filters")
                .filter_map(kind)
                .filter(|kind| ["RequestMirror", "URLRewrite"].contains(kind)),
        );
        left.extend(rule.get("timeouts").map(|_| "timeouts"));
        left.extend(
            items(rule, "backendRefs")
                .filter_map(|backend| backend.get("filters"))
                .map(|_| "filters of backendRefs"),
        );
        let removes_proto = items(rule, "filters").any(removes_proto);
        left.extend(removes_proto.then_some("RequestHeaderModifier with X-Forwarded-Proto"));
        left.extend((items(rule, "backendRefs").count() > 1).then_some("weights"));
    }
    if !left.is_empty() {
        let left: Vec<&str> = left.into_iter().collect();
        let message =
            format!("Envoy Gateway itself carries out: {} of route {}", left.join(", "), route.name);
        warn(
            "LeftToEnvoyGateway",
            message,
            "no module can choose a backend there, and after a rewrite it would choose its route again",
        );
    }
    let has_cors = |rule: &&Value| items(rule, "filters").any(|filter| kind(filter) == Some("CORS"));
    let has_method = |rule: &Value| items(rule, "matches").any(|one| one.get("method").is_some());
    if rules(value).filter(has_cors).any(has_method) {
        let message = format!("preflights reach no rule of route {} whose matches have a method", route.name);
        warn(
            "UnroutedPreflight",
            message,
            "where CORS is a module's, Envoy Gateway has no route for OPTIONS there: leave the method out",
        );
    }
}

/// A Gateway for which there are no modules serves the route without their filters.
pub(super) fn about_other_gateways(route: &RouteStatus, value: &Value, rendered: &mut Rendered) {
    let parents = value.get("spec").into_iter().flat_map(|spec| items(spec, "parentRefs"));
    for (number, parent) in parents.enumerate() {
        let pointer = format!("/spec/parentRefs/{number}");
        if route.parents.iter().any(|served| served.pointer == pointer && !served.listeners.is_empty()) {
            continue;
        }
        let name = parent.get("name").and_then(Value::as_str).unwrap_or_default();
        let message = format!(
            "route {} is printed without the filters that {name}, another parent, may need",
            route.name
        );
        let hint = "whoever serves it would skip them: give it a route of its own, or render for all parents at once";
        let (document, code) = (Some(route.document), "OtherParent");
        rendered.warnings.push(Warning { document, pointer, code, message, hint: hint.into() });
    }
}

/// A header that a filter changes makes Envoy pick among its routes again.
pub(super) fn about_matching(configuration: &Value, listener: &Value, rendered: &mut Rendered) {
    let name = |item: &Value| item.get("name").and_then(Value::as_str).map(str::to_ascii_lowercase);
    let matches = items(configuration, "routes").flat_map(rules).flat_map(|rule| items(rule, "matches"));
    let mut matched: BTreeSet<String> =
        matches.flat_map(|one| items(one, "headers")).filter_map(name).collect();
    matched.insert("host".into());
    let modifiers = filters(configuration).filter_map(|filter| filter.get("requestHeaderModifier"));
    let changed = modifiers.flat_map(|modifier| {
        let set = ["set", "add"].into_iter().flat_map(|action| items(modifier, action)).filter_map(name);
        let removed = items(modifier, "remove").filter_map(Value::as_str).map(str::to_ascii_lowercase);
        set.chain(removed).collect::<Vec<_>>()
    });
    let both: BTreeSet<String> = changed.filter(|name| matched.contains(name)).collect();
    if !both.is_empty() {
        let listener = listener.get("name").and_then(Value::as_str).unwrap_or_default();
        let both: Vec<String> = both.into_iter().collect();
        rendered.warn(
            "MatchesAgain",
            format!(
                "on listener {listener} filters change headers by which routes are chosen: {}",
                both.join(", ")
            ),
            "Envoy then picks its route again, and may pick another: change a header that no match looks at",
        );
    }
}

/// What is to be known of all policies.
pub(super) fn about_policies(arguments: &EnvoyGateway, rendered: &mut Rendered) {
    let used = |policy: &Value| {
        items(policy.get("spec").unwrap_or(&Value::Null), "wasm").cloned().collect::<Vec<_>>()
    };
    let used: Vec<Value> = rendered.objects.iter().flat_map(used).collect();
    if used.is_empty() {
        return;
    }
    let names: BTreeSet<&str> =
        used.iter().filter_map(|wasm| wasm.get("name").and_then(Value::as_str)).collect();
    let unpinned: Vec<&str> = names
        .into_iter()
        .filter(|name| !arguments.digests.iter().any(|digest| digest.module == *name))
        .collect();
    if !unpinned.is_empty() {
        rendered.warn(
            "UnpinnedImage",
            format!(
                "not pinned: {}; whoever can move the tag decides what gateways load",
                unpinned.join(", ")
            ),
            "pin each with --digest MODULE=sha256:…",
        );
    }
    if rendered.objects.iter().any(|policy| policy.pointer("/spec/targetRefs/0/sectionName").is_some()) {
        rendered.warn(
            "SectionName",
            "policies for one listener of several need Envoy Gateway 1.6 or later".into(),
            "with 1.5 have a Gateway for each listener",
        );
    }
    rendered.warn(
        "NoReload",
        "Envoy Gateway reloads no module that has trapped: its worker answers 503 until Envoy is started anew".into(),
        "watch for 503 answers and for `Proxy-Wasm VM failed` in the log of Envoy, and restart that pod",
    );
}

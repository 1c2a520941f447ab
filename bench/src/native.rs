//! The same routes as Envoy's own: as a list, which it searches from the top, and as a matcher tree.

use serde_json::{Value, json};

use crate::workload::{
    MARK, MARK_HEADER, RULE_HEADER, SECOND_HEADER, SECOND_VALUE, Shape, UPSTREAM, VARIANT_HEADER, Workload,
    id, prefix, regex,
};

/// One route for everything, which changes nothing.
pub fn catch_all() -> Value {
    one_route(json!({ "cluster": UPSTREAM, "timeout": "0s" }))
}

/// One route for everything, which takes the upstream from the header that the modules set.
pub fn by_header() -> Value {
    one_route(json!({ "cluster_header": "x-httproute-cluster", "timeout": "0s" }))
}

fn one_route(action: Value) -> Value {
    let route = json!({ "match": { "prefix": "/" }, "route": action });
    hosts(json!([{ "name": "all", "domains": ["*"], "routes": [route] }]))
}

fn hosts(hosts: Value) -> Value {
    json!({ "route_config": { "virtual_hosts": hosts } })
}

/// A list of routes, as control planes write it; `mark` is what answers are marked with. Routes for hostnames are lists of their own.
pub fn list(workload: &Workload, mark: &str) -> Value {
    let count = match workload.shape {
        Shape::Hosts(hosts) | Shape::Wildcards(hosts) => hosts.min(workload.routes),
        Shape::Prefixes | Shape::Regexes | Shape::Headers => 1,
    };
    let mut routes = vec![Vec::new(); count];
    for number in 0..workload.routes {
        routes[number % count].push(route(number, condition(workload, number), mark));
    }
    let all = routes.into_iter().enumerate().map(|(host, routes)| {
        let domain = workload.hostname(host).unwrap_or_else(|| "*".to_owned());
        json!({ "name": id(host), "domains": [domain], "routes": routes })
    });
    hosts(all.collect())
}

/// A tree of prefixes, which few control planes write.
pub fn tree(workload: &Workload) -> Value {
    let entries = (0..workload.routes).map(|number| {
        let mut action = route(number, json!({ "prefix": "/" }), MARK);
        action["@type"] = json!("type.googleapis.com/envoy.config.route.v3.Route");
        (prefix(number), json!({ "action": { "name": "route", "typed_config": action } }))
    });
    let map: serde_json::Map<_, _> = entries.collect();
    let input = json!({ "name": "path", "typed_config": {
        "@type": "type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
        "header_name": ":path",
    } });
    let tree = json!({ "input": input, "prefix_match_map": { "map": map } });
    hosts(json!([{ "name": "all", "domains": ["*"], "matcher": { "matcher_tree": tree } }]))
}

fn condition(workload: &Workload, number: usize) -> Value {
    match workload.shape {
        // `prefix` is what costs Envoy least; a control plane writes `path_separated_prefix`.
        Shape::Prefixes | Shape::Hosts(_) | Shape::Wildcards(_) => json!({ "prefix": prefix(number) }),
        Shape::Regexes => json!({ "safe_regex": { "regex": regex(number) } }),
        Shape::Headers => json!({
            "prefix": prefix(0),
            "headers": [{ "name": VARIANT_HEADER, "string_match": { "exact": id(number) } }],
        }),
    }
}

/// What each route of a [`Workload`] does.
fn route(number: usize, condition: Value, mark: &str) -> Value {
    let set = |name: &str, value: &str| json!({ "header": { "key": name, "value": value }, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD" });
    json!({
        "match": condition,
        "route": { "cluster": UPSTREAM, "timeout": "0s" },
        "request_headers_to_add": [set(RULE_HEADER, &id(number)), set(SECOND_HEADER, SECOND_VALUE)],
        "response_headers_to_add": [set(MARK_HEADER, mark)],
    })
}

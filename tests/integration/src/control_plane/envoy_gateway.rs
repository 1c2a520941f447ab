//! What Envoy Gateway makes of a Gateway with one HTTP listener, of HTTPRoutes and of an EnvoyExtensionPolicy
//! (internal/xds/translator of Envoy Gateway 1.5 to 1.9), as far as the example needs it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::envoy_config::{Module, bootstrap, listener, manager, wasm};
use crate::envoy::bootstrap::cluster;

/// The configuration of the Envoy for `objects`, which are EnvoyExtensionPolicies and HTTPRoutes. Its one listener is named
/// `http`.
pub fn envoy(objects: &[Value], backends: &BTreeMap<String, (String, u16)>) -> Result<Value, String> {
    let of_kind = |kind: &'static str| objects.iter().filter(move |object| object["kind"] == kind);
    let modules: Vec<&Value> =
        of_kind("EnvoyExtensionPolicy").flat_map(|policy| items(&policy["spec"], "wasm")).collect();
    let mut filters = Vec::new();
    for (number, module) in modules.iter().enumerate() {
        let name = module["name"].as_str().ok_or("a module has no name")?;
        let configuration = module["config"].to_string();
        let failure = ("fail_open", module["failOpen"].clone());
        let (filter_name, file) = (filter_name(number), format!("{name}.wasm"));
        // "Do not share VMs across different filters".
        let module = Module { name: &filter_name, file: &file, vm_id: &filter_name, failure, configuration };
        let mut filter = wasm(module);
        // "All wasm filters for all Routes are aggregated on HCM and disabled by default. Per-route config is used to enable
        // the relevant filters on appropriate routes".
        filter["disabled"] = json!(true);
        filters.push(filter);
    }
    let enabled: serde_json::Map<String, Value> = (0..modules.len())
        .map(|number| {
            let enabled =
                json!({ "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "config": {} });
            (filter_name(number), enabled)
        })
        .collect();
    let mut hosts: BTreeMap<String, Vec<(Reverse<usize>, Value)>> = BTreeMap::new();
    for route in of_kind("HTTPRoute") {
        let rules = items(&route["spec"], "rules")
            .flat_map(|rule| self::routes(rule, &route["metadata"]["namespace"]));
        for (length, mut route_config) in rules.collect::<Result<Vec<_>, _>>()? {
            route_config["typed_per_filter_config"] = Value::Object(enabled.clone());
            for host in items(&route["spec"], "hostnames").filter_map(Value::as_str) {
                hosts.entry(host.to_owned()).or_default().push((Reverse(length), route_config.clone()));
            }
        }
    }
    let virtual_hosts: Vec<Value> = hosts
        .into_iter()
        .map(|(host, mut routes)| {
            // The longest path first.
            routes.sort_by_key(|(length, _)| *length);
            let routes: Vec<Value> = routes.into_iter().map(|(_, route)| route).collect();
            json!({ "name": host, "domains": [host], "routes": routes })
        })
        .collect();
    let manager = manager("http", filters, Value::Array(virtual_hosts));
    let clusters = backends.iter().map(|(name, place)| cluster(name, place)).collect();
    Ok(bootstrap(vec![listener("http", vec![json!({ "filters": [manager] })])], clusters))
}

fn filter_name(number: usize) -> String {
    format!("envoy.filters.http.wasm/{number}")
}

/// The routes of a rule, each with the length of its path. Only what the example has is known.
fn routes(rule: &Value, namespace: &Value) -> Vec<Result<(usize, Value), String>> {
    let everything = json!({ "path": { "type": "PathPrefix", "value": "/" } });
    let matches: Vec<&Value> = items(rule, "matches").collect();
    let matches = if matches.is_empty() { vec![&everything] } else { matches };
    let route = |one: &Value| {
        let path = one["path"]["value"].as_str().ok_or("a match has no path")?;
        if one["path"]["type"] != "PathPrefix" || one.as_object().is_some_and(|one| one.len() > 1) {
            return Err(format!("not known here: {one}"));
        }
        let place =
            if path == "/" { json!({ "prefix": "/" }) } else { json!({ "path_separated_prefix": path }) };
        let mut route = json!({ "match": place });
        match items(rule, "backendRefs").next() {
            // "A 500 status code MUST be returned" where a rule has no backend.
            None => route["direct_response"] = json!({ "status": 500 }),
            Some(backend) => {
                let [namespace, name] =
                    [namespace, &backend["name"]].map(|part| part.as_str().unwrap_or_default());
                let mut action = json!({ "cluster": format!("{namespace}/{name}/{}", backend["port"]) });
                for filter in items(rule, "filters") {
                    let rewrite = &filter["urlRewrite"];
                    if filter["type"] != "URLRewrite" || rewrite["path"]["replacePrefixMatch"] != "/" {
                        return Err(format!("not known here: {filter}"));
                    }
                    action["host_rewrite_literal"] = rewrite["hostname"].clone();
                    // As Envoy Gateway has it where a prefix is replaced by "/".
                    action["regex_rewrite"] =
                        json!({ "pattern": { "regex": format!("^{path}\\/*") }, "substitution": "/" });
                }
                route["route"] = action;
            }
        }
        Ok((path.len(), route))
    };
    matches.into_iter().map(route).collect()
}

fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value[key].as_array().into_iter().flatten()
}

//! One Envoy configuration for many cases: a listener for each case and set of modules.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::backend::Behaviour;
use crate::case::{Case, Variant};

/// A listener: a case, and the modules that it is run with.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// The case.
    pub case: &'a Case,
    /// The modules.
    pub variant: Variant,
}

/// Where things listen.
#[derive(Clone, Debug)]
pub struct Net {
    /// The address that Envoy's listeners bind.
    pub bind: &'static str,
    /// The port of the administration interface; 0 lets the system choose.
    pub admin_port: u16,
    /// The port of the first listener, where the others follow; `None` lets the system choose each.
    pub first_port: Option<u16>,
    /// Host and port of each backend.
    pub backends: BTreeMap<String, (String, u16)>,
    /// The folder of the modules, as Envoy sees it.
    pub modules: String,
}

/// Nothing listens there, on no system: the port of a service that has been dead for decades.
pub const CLOSED_PORT: u16 = 1;

/// All pairs of a case and a set of modules that a proxy can show together.
pub fn sites(cases: &[Case]) -> Vec<Site<'_>> {
    let cases = cases.iter().filter(|case| case.runs_on(crate::case::Side::Proxy) && case.refused.is_none());
    cases.flat_map(|case| case.run.iter().map(|&variant| Site { case, variant })).collect()
}

/// The upstreams of all cases. All cases share one proxy, so an upstream's name stands for one behaviour in all of them.
pub fn upstreams(cases: &[Case]) -> Result<BTreeMap<String, Behaviour>, String> {
    let mut all: BTreeMap<String, (Behaviour, &str)> = BTreeMap::new();
    for case in cases {
        for (name, &behaviour) in &case.backends {
            let (first, by) = *all.entry(name.clone()).or_insert((behaviour, &case.name));
            if first != behaviour {
                return Err(format!(
                    "backend {name} is {first:?} in case {by} and {behaviour:?} in case {}: give one of them another name",
                    case.name
                ));
            }
        }
    }
    Ok(all.into_iter().map(|(name, (behaviour, _))| (name, behaviour)).collect())
}

impl Site<'_> {
    /// The name of the listener.
    pub fn name(&self) -> String {
        format!("{}/{}", self.case.name, self.variant.name())
    }
}

/// The whole configuration.
pub fn bootstrap(sites: &[Site<'_>], net: &Net) -> Value {
    let listeners = sites.iter().zip(0..);
    let listeners: Vec<_> =
        listeners.map(|(site, n)| listener(site, net, net.first_port.map_or(0, |p| p + n))).collect();
    let clusters: Vec<_> = net.backends.iter().map(|(name, place)| cluster(name, place)).collect();
    json!({
        "admin": { "address": socket(net.bind, net.admin_port) },
        "static_resources": { "listeners": listeners, "clusters": clusters },
    })
}

pub(crate) fn socket(address: &str, port: u16) -> Value {
    json!({ "socket_address": { "address": address, "port_value": port } })
}

/// An upstream by its name and its place.
pub(crate) fn cluster(name: &str, (host, port): &(String, u16)) -> Value {
    let by_address = host.parse::<std::net::IpAddr>().is_ok();
    json!({
        "name": name,
        "type": if by_address { "STATIC" } else { "STRICT_DNS" },
        "dns_lookup_family": "V4_ONLY",
        "connect_timeout": "5s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{ "lb_endpoints": [{ "endpoint": { "address": socket(host, *port) } }] }],
        },
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config": { "http_protocol_options": { "enable_trailers": true } },
            },
        },
    })
}

fn listener(site: &Site<'_>, net: &Net, port: u16) -> Value {
    let mut filters: Vec<_> =
        site.variant.modules().iter().map(|module| wasm_filter(site, module, net)).collect();
    filters.push(json!({
        "name": "envoy.filters.http.router",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
            "suppress_envoy_headers": true,
        },
    }));
    let mut manager = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "cases",
        "use_remote_address": true,
        "http_protocol_options": { "enable_trailers": true },
        "http_filters": filters,
        "route_config": {
            "virtual_hosts": [{ "name": "all", "domains": ["*"], "routes": routes(site.case) }],
        },
    });
    if site.case.early_header_mutation {
        manager["early_header_mutation_extensions"] = json!([early_header_mutation()]);
    }
    json!({
        "name": site.name(),
        "address": socket(net.bind, port),
        "filter_chains": [{
            "filters": [{ "name": "envoy.filters.network.http_connection_manager", "typed_config": manager }],
        }],
    })
}

/// Removes what clients send in `x-httproute-*` headers, before any filter.
fn early_header_mutation() -> Value {
    json!({
        "name": "remove-private-headers",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
            "mutations": [{ "remove_on_match": { "key_matcher": { "prefix": "x-httproute-" } } }],
        },
    })
}

/// The routes, as `httproute render envoy` writes them: the modules choose the upstream by a header.
fn routes(case: &Case) -> Vec<Value> {
    let cluster_header = case.setting("clusterHeader", "x-httproute-cluster");
    let without_proto = format!("{cluster_header}-without-proto");
    let route = |header: &str, removed: &[&str]| {
        json!({
            "match": { "prefix": "/", "headers": [{ "name": header, "present_match": true }] },
            "route": { "cluster_header": header, "timeout": "0s" },
            "request_headers_to_remove": removed,
        })
    };
    let mut routes = match &case.default_cluster {
        Some(cluster) => {
            vec![json!({ "match": { "prefix": "/" }, "route": { "cluster": cluster, "timeout": "0s" } })]
        }
        None => vec![
            route(cluster_header, &[cluster_header]),
            route(&without_proto, &[&without_proto, "x-forwarded-proto"]),
        ],
    };
    routes.extend(case.native_routes.iter().map(|(prefix, cluster)| {
        json!({ "match": { "prefix": prefix }, "route": { "cluster": cluster, "timeout": "0s" } })
    }));
    routes.push(json!({
        "match": { "prefix": "/" },
        "route": { "cluster_header": "x-httproute-none", "cluster_not_found_response_code": "NOT_FOUND" },
    }));
    if let Some(template) = case.config.get("mirrorHeader").and_then(Value::as_str) {
        routes[0]["route"]["request_mirror_policies"] = mirror_policies(template, cluster_header);
    }
    routes
}

/// The proxy sends copies where the module puts an upstream's name in a mirror header; the copies do not show it.
fn mirror_policies(template: &str, cluster_header: &str) -> Value {
    let names: Vec<_> = (1..=4).map(|n| template.replace("{n}", &n.to_string())).collect();
    let removed = names.iter().map(String::as_str).chain([cluster_header]);
    let removed: Vec<_> = removed.map(|name| json!({ "remove": name })).collect();
    names
        .iter()
        .map(|name| {
            json!({
                "cluster_header": name,
                "disable_shadow_host_suffix_append": true,
                "request_headers_mutations": removed,
            })
        })
        .collect()
}

fn wasm_filter(site: &Site<'_>, module: &str, net: &Net) -> Value {
    let path = Path::new(&net.modules).join(format!("{module}.wasm"));
    json!({
        "name": module,
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
            "config": {
                "name": module,
                "root_id": site.name(),
                "failure_policy": "FAIL_RELOAD",
                "configuration": {
                    "@type": "type.googleapis.com/google.protobuf.StringValue",
                    "value": site.case.config_text(),
                },
                // The same for all listeners, so that each worker has one virtual machine for each module.
                "vm_config": {
                    "vm_id": module,
                    "runtime": "envoy.wasm.runtime.v8",
                    "code": { "local": { "filename": path } },
                },
            },
        },
    })
}

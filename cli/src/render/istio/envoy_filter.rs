//! The EnvoyFilter of a port: what backend choice and rewrites need, which no other resource of Istio can say. A VirtualService
//! cannot choose a backend by a header, and its routes would match again after a rewrite.

use httproute_manifests::{FilterChain, FrontSettings, ListenerStatus, Resolution};
use serde_json::{Map, Value, json};

use super::Place;
use crate::args::Mirroring;
use crate::render::envoy::removals;
use crate::render::objects::object;
use crate::render::private;
use crate::render::route::routes;

const MANAGER: &str = "envoy.filters.network.http_connection_manager";
const ROUTER: &str = "envoy.filters.http.router";

/// How Istio's controller names the server that it makes of a listener: 1.27, and 1.28 and later.
const SEPARATORS: [char; 2] = ['-', '~'];

/// The EnvoyFilter of a port.
pub(super) fn envoy_filter(
    chain: &FilterChain,
    place: &Place,
    resolution: &Resolution,
    front: &FrontSettings,
    mirroring: &Mirroring,
) -> Value {
    let mut patches = vec![manager(chain, place, front), router(place)];
    for (routes, virtual_hosts) in route_configurations(chain, place, resolution, mirroring) {
        let of = |operation: &str, value: Option<&Value>| {
            patch(
                "VIRTUAL_HOST",
                json!({ "context": "GATEWAY", "routeConfiguration": routes }),
                operation,
                value,
            )
        };
        // Istio's own, or its answer of 404 to everything: with them, routes that Istio carries out as well would apply twice,
        // and Envoy takes no two virtual hosts for the same hosts.
        patches.push(of("REMOVE", None));
        patches.extend(virtual_hosts.iter().map(|host| of("ADD", Some(host))));
    }
    let mut spec = Map::new();
    place.select(&mut spec);
    spec.insert("configPatches".into(), Value::Array(patches));
    object("networking.istio.io/v1alpha3", "EnvoyFilter", &place.name, Value::Object(spec))
}

pub(super) fn patch(apply_to: &str, place: Value, operation: &str, value: Option<&Value>) -> Value {
    let mut patch = json!({ "operation": operation });
    if let (Some(patch), Some(value)) = (patch.as_object_mut(), value) {
        patch.insert("value".into(), value.clone());
    }
    json!({ "applyTo": apply_to, "match": place, "patch": patch })
}

/// The safety that every configuration has.
fn manager(chain: &FilterChain, place: &Place, front: &FrontSettings) -> Value {
    let mut removed: Vec<Value> = private::all().map(|name| json!({ "remove": name })).collect();
    removed.extend(removals(front));
    let mut value = json!({
        "name": MANAGER,
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "early_header_mutation_extensions": [{
                "name": "remove-private-headers",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
                    "mutations": removed,
                },
            }],
            "normalize_path": true,
            "merge_slashes": front.merge_slashes,
            "path_with_escaped_slashes_action": front.escaped_slashes.envoy_name(),
            "server_header_transformation": "PASS_THROUGH",
            "common_http_protocol_options": {
                "headers_with_underscores_action": front.underscores(chain).envoy_name(),
            },
        },
    });
    if let (1.., Some(Value::Object(manager))) = (front.trusted_hops, value.get_mut("typed_config")) {
        manager.insert("xff_num_trusted_hops".into(), json!(front.trusted_hops));
    }
    patch("NETWORK_FILTER", listener(place, json!({ "name": MANAGER })), "MERGE", Some(&value))
}

/// What the module tells the router is told to no backend.
fn router(place: &Place) -> Value {
    let filter = json!({ "name": MANAGER, "subFilter": { "name": ROUTER } });
    let value = json!({
        "name": ROUTER,
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
            "suppress_envoy_headers": true,
        },
    });
    patch("HTTP_FILTER", listener(place, filter), "MERGE", Some(&value))
}

/// A filter of the listener. Here Istio goes by the port that pods listen on.
fn listener(place: &Place, filter: Value) -> Value {
    json!({
        "context": "GATEWAY",
        "listener": { "portNumber": place.bound, "filterChain": { "filter": filter } },
    })
}

/// The route configurations of a port, by how Istio finds them, with the virtual hosts for each. Here Istio goes by the port of
/// the listener.
fn route_configurations(
    chain: &FilterChain,
    place: &Place,
    resolution: &Resolution,
    mirroring: &Mirroring,
) -> Vec<(Value, Vec<Value>)> {
    let routes = routes(mirroring);
    let everything = virtual_host("httproute", &["*"], &routes);
    let Some(gateway) = place.gateway.as_ref().filter(|_| chain.https) else {
        return vec![(json!({ "portNumber": chain.port }), vec![everything])];
    };
    // Istio has a filter chain with routes of its own for each HTTPS listener, but the module is the same in all of them. So
    // that nobody gets to the hosts of one listener by the server name of another, which may ask for a client's certificate,
    // the routes are for the hosts of the listener.
    let hosts = hostnames(chain);
    let served = resolution.gateways.iter().flat_map(|gateway| &gateway.listeners);
    let served = served.filter(|listener| chain.listeners.contains(&listener.name));
    let mut configurations = Vec::new();
    for listener in served {
        let own = domain(listener.hostname.as_deref());
        let others: Vec<&str> = hosts.iter().copied().filter(|host| *host != own).collect();
        let mut virtual_hosts = vec![virtual_host("httproute", &[own], &routes)];
        if !others.is_empty() {
            // "If another Listener does match the Host, the Gateway SHOULD return a 421."
            let answer = json!({ "match": { "prefix": "/" }, "direct_response": { "status": 421 } });
            virtual_hosts.push(virtual_host("httproute-misdirected", &others, &[answer]));
        }
        for separator in SEPARATORS {
            let server = server(&gateway.name, listener, separator);
            let name = format!("https.{}.default.{server}.{}", chain.port, gateway.namespace);
            configurations.push((json!({ "name": name }), virtual_hosts.clone()));
        }
    }
    configurations
}

fn server(gateway: &str, listener: &ListenerStatus, separator: char) -> String {
    format!("{gateway}{separator}istio-autogenerated-k8s-gateway{separator}{}", listener.name.name)
}

/// The hosts of all listeners of the port, those that nobody serves included.
fn hostnames(chain: &FilterChain) -> Vec<&str> {
    let listeners = chain.configuration.get("listeners").and_then(Value::as_array);
    let hostname = |listener| domain(Value::get(listener, "hostname").and_then(Value::as_str));
    listeners.into_iter().flatten().map(hostname).collect()
}

fn domain(hostname: Option<&str>) -> &str {
    hostname.unwrap_or("*")
}

fn virtual_host(name: &str, domains: &[&str], routes: &[Value]) -> Value {
    json!({ "name": name, "domains": domains, "routes": routes })
}

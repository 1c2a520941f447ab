//! The EnvoyFilter with the upstreams for copies. Istio makes one upstream of each port of a Service, and a mirror that hangs
//! must not share it with requests.
//!
//! It belongs to the pods and not to a port: the same upstream twice would be one too many.

use httproute_manifests::{BackendName, Cluster, Document, Protocol};
use serde_json::{Map, Value, json};

use super::Place;
use super::envoy_filter::patch;
use crate::args::Istio;
use crate::render::objects::object;
use crate::render::with;

/// How upstreams for copies are named, in the way of Istio.
pub(super) fn cluster_name(domain: &str) -> String {
    format!("mirror|{{port}}||{{name}}.{{namespace}}.svc.{domain}")
}

/// The EnvoyFilter with `clusters`, which are those for copies from the pods of `place`.
pub(super) fn envoy_filter(
    clusters: &[&Cluster],
    place: &Place,
    documents: &[Document],
    arguments: &Istio,
) -> Value {
    let patches = clusters.iter().map(|mirror| {
        let value = cluster(mirror, documents, arguments);
        patch("CLUSTER", json!({ "context": "GATEWAY" }), "ADD", Some(&value))
    });
    let mut spec = Map::new();
    place.select(&mut spec);
    spec.insert("configPatches".into(), patches.collect());
    object("networking.istio.io/v1alpha3", "EnvoyFilter", &place.for_mirrors(), Value::Object(spec))
}

/// An upstream with the endpoints that Istio has for its own, and with mutual TLS wherever Istio would have it.
fn cluster(mirror: &Cluster, documents: &[Document], arguments: &Istio) -> Value {
    let BackendName { service, port } = &mirror.backend;
    let host = format!("{}.{}.svc.{}", service.name, service.namespace, arguments.cluster_domain);
    let protocol = match is_http2(&mirror.backend, documents) {
        true => Protocol::H2c,
        false => mirror.protocol,
    };
    let sockets = json!([
        {
            "name": "tlsMode-istio",
            "match": { "tlsMode": "istio" },
            "transport_socket": mutual_tls(&service.namespace, &format!("outbound_.{port}_._.{host}"), protocol),
        },
        {
            "name": "tlsMode-disabled",
            "match": {},
            "transport_socket": {
                "name": "envoy.transport_sockets.raw_buffer",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer",
                },
            },
        },
    ]);
    let own = json!({
        "name": mirror.name,
        "type": "EDS",
        "eds_cluster_config": {
            "service_name": format!("outbound|{port}||{host}"),
            // Without this limit the gateway would not start if they were never sent.
            "eds_config": { "ads": {}, "initial_fetch_timeout": "15s", "resource_api_version": "V3" },
        },
        "transport_socket_matches": sockets,
    });
    with(arguments.mirroring.cluster(protocol), own)
}

/// Whether Istio speaks HTTP/2 to a port because of its name.
fn is_http2(backend: &BackendName, documents: &[Document]) -> bool {
    let is_it = |document: &&Document| {
        let text = |pointer| document.value.pointer(pointer).and_then(Value::as_str);
        text("/kind") == Some("Service")
            && text("/metadata/name") == Some(&backend.service.name)
            && text("/metadata/namespace").unwrap_or("default") == backend.service.namespace
    };
    let services = documents.iter().filter(is_it);
    let ports = services.filter_map(|service| service.value.pointer("/spec/ports")?.as_array()).flatten();
    let mut names =
        ports.filter(|port| port.get("port").and_then(Value::as_u64) == Some(backend.port.into()));
    names.any(|port| {
        let name = port.get("name").and_then(Value::as_str).unwrap_or_default();
        port.get("appProtocol").is_none()
            && ["grpc", "http2"].contains(&name.split('-').next().unwrap_or_default())
    })
}

/// What Istio has for endpoints in the mesh: the certificate of the gateway, and a peer of the Service's namespace. Which of its
/// service accounts run the endpoints, only Istio knows.
fn mutual_tls(namespace: &str, sni: &str, protocol: Protocol) -> Value {
    let mut alpn = vec!["istio-peer-exchange", "istio"];
    alpn.extend((protocol == Protocol::H2c).then_some("h2"));
    let secret = |name: &str| {
        json!({
            "name": name,
            "sds_config": {
                "api_config_source": {
                    "api_type": "GRPC",
                    "transport_api_version": "V3",
                    "set_node_on_first_message_only": true,
                    "grpc_services": [{ "envoy_grpc": { "cluster_name": "sds-grpc" } }],
                },
                "initial_fetch_timeout": "15s",
                "resource_api_version": "V3",
            },
        })
    };
    json!({
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
            "sni": sni,
            "common_tls_context": {
                "alpn_protocols": alpn,
                "tls_certificate_sds_secret_configs": [secret("default")],
                "combined_validation_context": {
                    "default_validation_context": {
                        "match_typed_subject_alt_names": [{
                            "san_type": "URI",
                            "matcher": { "contains": format!("/ns/{namespace}/sa/") },
                        }],
                    },
                    "validation_context_sds_secret_config": secret("ROOTCA"),
                },
            },
        },
    })
}

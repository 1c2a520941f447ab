//! TLS, ended at the proxy with the certificates of the listener.

use httproute_manifests::Certificate;
use serde_json::{Value, json};

/// The listener filter that reads the server name in the TLS handshake.
pub(crate) fn inspector() -> Value {
    json!({
        "name": "envoy.filters.listener.tls_inspector",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
        },
    })
}

/// The end of TLS.
pub(crate) fn transport_socket(certificates: &[Certificate]) -> Value {
    let certificate = |certificate: &Certificate| {
        json!({
            "certificate_chain": { "inline_string": certificate.chain },
            "private_key": { "inline_string": certificate.private_key },
        })
    };
    json!({
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {
                "alpn_protocols": ["h2", "http/1.1"],
                "tls_params": { "tls_minimum_protocol_version": "TLSv1_2" },
                "tls_certificates": certificates.iter().map(certificate).collect::<Vec<_>>(),
            },
        },
    })
}

//! Certificates and keys of all kinds: what `check` says of them is what a real Envoy does with them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use httproute_integration::envoy::{self, Binary};
use httproute_integration::root;
use httproute_manifests::{Channel, Options, judge, parse};
use serde_json::json;

/// Certificate and key of a Secret, and whether Envoy takes them.
struct Kind {
    name: String,
    certificate: String,
    key: String,
    is_taken: bool,
}

fn fixture(name: &str) -> String {
    let path = root().join("manifests/src/certificate/fixtures").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn kinds() -> Vec<Kind> {
    let mut kinds = Vec::new();
    let mut add = |is_taken: bool, name: &str, certificate: String, key: String| {
        kinds.push(Kind { name: name.to_owned(), certificate, key, is_taken });
    };
    let certificate = |name: &str| fixture(&format!("{name}.crt"));
    let key = |name: &str| fixture(&format!("{name}.key"));

    for name in ["rsa-2048", "rsa-4096", "P-256", "P-384", "P-521", "ED25519"] {
        add(true, name, certificate(name), key(name));
    }
    for name in ["rsa-1024", "rsa-2047", "rsa-pss", "P-224", "secp256k1", "brainpoolP256r1", "ED448", "dsa"] {
        add(false, name, certificate(name), key(name));
    }
    for (is_taken, name, of) in [
        (true, "md5", "rsa-2048"),
        (true, "sha1", "P-256"),
        (true, "wildcard", "P-256"),
        (true, "common-name", "P-256"),
        (true, "address-only", "P-256"),
        (true, "signing", "P-256"),
        (true, "key-encipherment", "rsa-2048"),
        (true, "trusted", "rsa-2048"),
        (true, "leaf", "P-256"),
        (true, "version-1", "P-256"),
        (false, "no-name", "P-256"),
        (false, "broken-alt-name", "P-256"),
        (false, "must-staple", "P-256"),
        (false, "key-agreement", "P-256"),
        (false, "broken-key-usage", "P-256"),
        // Keys of other certificates.
        (false, "rsa-2048", "rsa-other"),
        (false, "rsa-2048", "rsa-1024"),
        (false, "rsa-2048", "P-256"),
        (false, "P-256", "P-256-other"),
        (false, "P-256", "P-384"),
        (false, "P-256", "rsa-2048"),
        (false, "ED25519", "ED25519-other"),
        (false, "ED25519", "P-256"),
        // Keys in other forms.
        (true, "rsa-2048", "rsa-2048.pkcs1"),
        (false, "rsa-2048", "rsa-2048.encrypted"),
        (false, "rsa-2048", "rsa-2048.encrypted-pkcs1"),
        (true, "P-256", "P-256.sec1"),
        (true, "P-256", "P-256.private-only"),
        (true, "P-256", "P-256.private-only-pkcs8"),
        (true, "P-256", "P-256.compressed"),
        (true, "P-256", "P-256.explicit"),
        (true, "P-256", "P-256.with-parameters"),
        (true, "P-384", "P-384.sec1"),
        (true, "P-384", "P-384.private-only"),
        (true, "P-384", "P-384.explicit"),
        (true, "P-521", "P-521.sec1"),
        (true, "P-521", "P-521.private-only"),
        (true, "P-521", "P-521.explicit"),
        (false, "P-256-other", "P-256.private-only"),
        (false, "P-521", "P-384.private-only"),
    ] {
        add(is_taken, &format!("{name} with {of}.key"), certificate(name), key(of));
    }

    // Chains.
    let (leaf, ca, k) = (certificate("leaf"), certificate("ca"), key("P-256"));
    let other = certificate("secp256k1");
    for (is_taken, name, chain) in [
        (true, "in order", format!("{leaf}{ca}")),
        (false, "reversed", format!("{ca}{leaf}")),
        (true, "leaf twice", format!("{leaf}{leaf}")),
        (true, "all twice", format!("{leaf}{ca}{leaf}{ca}")),
        (true, "with a certificate that Envoy could not serve", format!("{leaf}{other}")),
        (true, "with a key in between", format!("{leaf}{k}{ca}")),
        (true, "with what is trusted behind it", format!("{leaf}{}", certificate("trusted"))),
        (false, "cut off", leaf.clone() + &ca[..ca.len() / 2]),
        (
            false,
            "with what is no certificate",
            format!("{leaf}-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n"),
        ),
        (false, "with what is no base64", format!("{leaf}-----BEGIN OTHER-----\n!\n-----END OTHER-----\n")),
        (false, "with a beginning without an end", format!("{leaf}-----BEGIN OTHER-----\n")),
    ] {
        add(is_taken, &format!("chain {name}"), chain, k.clone());
    }

    // Several keys: the first counts.
    let (good, k) = (certificate("rsa-2048"), key("rsa-2048"));
    for (is_taken, name, keys) in [
        (true, "the right one twice", format!("{k}{k}")),
        (true, "the right one first", format!("{k}{}", key("rsa-other"))),
        (false, "the right one second", format!("{}{k}", key("rsa-other"))),
        (false, "an encrypted one first", format!("{}{k}", key("rsa-2048.encrypted"))),
        (false, "another kind first", format!("{}{k}", key("dsa"))),
        (true, "a certificate first", format!("{good}{k}")),
        (
            true,
            "then what is no base64",
            format!("{k}-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n"),
        ),
    ] {
        add(is_taken, &format!("keys: {name}"), good.clone(), keys);
    }

    // Labels.
    let relabelled = |key: &str, label: &str| {
        let found = key.split("-----").nth(1).unwrap().strip_prefix("BEGIN ").unwrap().to_owned();
        key.replace(&found, label)
    };
    let (ec, pkcs1, sec1) = (certificate("P-256"), key("rsa-2048.pkcs1"), key("P-256.sec1"));
    for (is_taken, of, key, label) in [
        (true, &good, &k, "RSA PRIVATE KEY"),
        (false, &good, &k, "EC PRIVATE KEY"),
        (false, &good, &k, "DSA PRIVATE KEY"),
        (false, &good, &k, "ANY PRIVATE KEY"),
        (false, &good, &k, "PUBLIC KEY"),
        (false, &good, &pkcs1, "PRIVATE KEY"),
        (false, &ec, &sec1, "PRIVATE KEY"),
        (false, &ec, &sec1, "RSA PRIVATE KEY"),
    ] {
        add(is_taken, &format!("labelled {label}"), of.clone(), relabelled(key, label));
    }
    for (is_taken, label) in [(true, "X509 CERTIFICATE"), (false, "PKCS7"), (false, "CERTIFICATE REQUEST")] {
        add(is_taken, &format!("labelled {label}"), relabelled(&good, label), k.clone());
    }

    // Text around and within.
    type Change<'c> = &'c dyn Fn(&str) -> String;
    let both: [(bool, &str, Change<'_>); 12] = [
        (true, "line ends of Windows", &|pem| pem.replace('\n', "\r\n")),
        (true, "text before", &|pem| format!("subject=CN = a\n\n{pem}")),
        (true, "text after", &|pem| format!("{pem}the end")),
        (true, "no line end at the end", &|pem| pem.trim_end().to_owned()),
        (true, "spaces at the ends of lines", &|pem| pem.replace('\n', "  \n")),
        (false, "indented", &|pem| pem.lines().map(|line| format!("  {line}\n")).collect()),
        (false, "a byte order mark", &|pem| format!("\u{feff}{pem}")),
        (false, "one line", &|pem| pem.replace('\n', "")),
        (false, "cut off", &|pem| pem[..pem.len() / 2].to_owned()),
        (false, "a letter less", &|pem| pem.replacen("\nM", "\n", 1)),
        (false, "a header", &|pem| pem.replacen("-----\n", "-----\nComment: mine\n\n", 1)),
        (false, "something else", &|_| "hello\n".to_owned()),
    ];
    for (is_taken, name, change) in both {
        add(is_taken, &format!("certificate with {name}"), change(&good), k.clone());
        add(is_taken, &format!("key with {name}"), good.clone(), change(&k));
    }
    add(false, "nothing", String::new(), String::new());
    add(false, "no key", good.clone(), "\n".to_owned());

    // Single bits of what is encoded.
    let flipped = |pem: &str, bit: usize| {
        let mut parts = pem.split("-----");
        let label = parts.nth(1).unwrap();
        let body: String = parts.next().unwrap().split_whitespace().collect();
        let mut der = STANDARD.decode(body).unwrap();
        let bit = bit % (der.len() * 8);
        der[bit / 8] ^= 1 << (bit % 8);
        let end = label.replace("BEGIN", "END");
        format!("-----{label}-----\n{}\n-----{end}-----\n", STANDARD.encode(der))
    };
    for step in 0..10 {
        for (of, k) in [("P-256", "P-256"), ("rsa-2048", "rsa-2048.pkcs1"), ("P-256", "P-256.sec1")] {
            let (certificate, k, bit) = (certificate(of), key(k), step * 839);
            // What Envoy does with them is found out.
            add(true, &format!("{of}: bit {bit} of the certificate"), flipped(&certificate, bit), k.clone());
            add(true, &format!("{of}: bit {bit} of the key"), certificate, flipped(&k, bit));
        }
    }
    kinds
}

/// What `check --status` says of the listener with the Secret, and why.
fn verdict(kind: &Kind) -> (bool, String) {
    let manifests = [
        json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": { "name": "edge" },
            "spec": { "gatewayClassName": "any", "listeners": [{
                "name": "https", "port": 443, "protocol": "HTTPS", "tls": { "certificateRefs": [{ "name": "tls" }] },
            }] },
        }),
        json!({
            "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": { "name": "tls" },
            "data": { "tls.crt": STANDARD.encode(&kind.certificate), "tls.key": STANDARD.encode(&kind.key) },
        }),
    ];
    let text = format!("{}\n---\n{}\n", manifests[0], manifests[1]);
    let (_, resolution) =
        judge(&parse("secrets.yaml", text.as_bytes()), Channel::Standard, &Options::default());
    let conditions = &resolution.gateways[0].listeners[0].conditions;
    let resolved = conditions.iter().find(|condition| condition.kind == "ResolvedRefs").unwrap();
    if !resolved.status {
        assert_eq!(resolved.reason, "InvalidCertificateRef", "{}", kind.name);
    }
    (resolved.status, resolved.message.clone())
}

/// Whether Envoy takes the Secret as it is, and what it says.
fn taken_by(binary: &Binary, kind: &Kind, file: &PathBuf) -> (bool, String) {
    let config = json!({ "static_resources": { "listeners": [{
        "name": "https",
        "address": { "socket_address": { "address": "127.0.0.1", "port_value": 0 } },
        "filter_chains": [{
            "filters": [{
                "name": "echo",
                "typed_config": { "@type": "type.googleapis.com/envoy.extensions.filters.network.echo.v3.Echo" },
            }],
            "transport_socket": { "name": "tls", "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                "common_tls_context": { "tls_certificates": [{
                    "certificate_chain": { "inline_string": kind.certificate },
                    "private_key": { "inline_string": kind.key },
                }] },
            } },
        }],
    }] } });
    fs::write(file, config.to_string()).unwrap();
    let output = Command::new(&binary.path)
        .args(["--mode", "validate", "--log-level", "error", "--disable-hot-restart", "-c"])
        .arg(file)
        .output()
        .unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn check_and_envoy_take_the_same_certificates() {
    let folder = root().join("target/integration");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("secrets-{}.json", std::process::id()));
    let mut binaries = vec![envoy::find(envoy::default_version()).unwrap()];
    binaries.extend(envoy::find("1.36.4"));
    let mut differences = Vec::new();
    for kind in kinds() {
        let (ours, why) = verdict(&kind);
        if !kind.name.contains(": bit ") && ours != kind.is_taken {
            differences.push(format!("{}: check says {ours} ({why})", kind.name));
        }
        for binary in &binaries {
            let (theirs, says) = taken_by(binary, &kind, &file);
            if ours != theirs {
                let version = &binary.version;
                differences.push(format!(
                    "{}: check says {ours} ({why}), Envoy {version} {theirs}: {says}",
                    kind.name
                ));
            }
        }
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(differences, Vec::<String>::new(), "{}", differences.join("\n"));
}

//! Manifests from anywhere.

use std::sync::LazyLock;

use httproute_manifests::{
    Channel, ExplainOptions, Located, Options, Request, check, explain, parse, resolve,
};
use httproute_sdk::Routes;

static REQUEST: LazyLock<Request> =
    LazyLock::new(|| Request::new("GET", "http://shop.example.com/cart?a=b").expect("a request"));

/// Whatever bytes a file consists of, its problems have a place in it, and the configurations that are made of it are ones that
/// a module takes.
pub fn manifests(bytes: &[u8]) {
    let parsed = parse("fuzz.yaml", bytes);
    let findings = check(&parsed.documents, Channel::Experimental);
    let mut resolution = resolve(&parsed.documents, &Options::default());
    for chain in &resolution.chains {
        let configuration = chain.configuration.to_string();
        if let Err(refusal) = Routes::decode(configuration.as_bytes()) {
            panic!("a module refuses what was resolved: {refusal}");
        }
    }
    let lines = bytes.iter().filter(|byte| **byte == b'\n' || **byte == b'\r').count() + 1;
    for problem in Located::all(&parsed, findings, std::mem::take(&mut resolution.warnings)) {
        let _ = (problem.to_json(), problem.is_error());
        assert!(problem.position.line as usize <= lines + 1, "{problem:?}");
    }
    let _ = resolution.statuses();
    let _ = explain(&parsed, &REQUEST, &ExplainOptions::default()).to_json();
}

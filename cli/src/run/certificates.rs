//! A trial of certificates. The check knows what Envoy refuses; should it not know everything, one Secret takes down its own
//! listener only.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::process::Stdio;

use httproute_manifests::{Certificate, Resolution};
use serde_json::{Value, json};

use super::find::Binary;
use super::trial;
use crate::render::envoy::transport_socket;

/// Tries each certificate once, as long as it is used.
#[derive(Debug)]
pub(crate) struct Trial {
    binary: Binary,
    /// Certificates that have been tried, as PEM with their keys, and why Envoy refuses them.
    tried: BTreeMap<(String, String), Option<String>>,
}

impl Trial {
    pub(crate) fn new(binary: Binary) -> Self {
        Trial { binary, tried: BTreeMap::new() }
    }

    /// Takes out of `resolution` the certificates that Envoy refuses, and the filter chains that have no other, and returns a
    /// sentence for each.
    pub(crate) fn leave_out(&mut self, resolution: &mut Resolution) -> io::Result<Vec<String>> {
        let used: Vec<Certificate> =
            resolution.chains.iter().flat_map(|chain| chain.certificates.iter().cloned()).collect();
        self.tried.retain(|known, _| used.iter().any(|certificate| key(certificate) == *known));
        let new: Vec<&Certificate> =
            used.iter().filter(|certificate| !self.tried.contains_key(&key(certificate))).collect();
        // As a rule all are good, which takes one trial.
        let all_are_good = new.is_empty() || self.refusal(&new)?.is_none();
        for certificate in new {
            let refusal = if all_are_good { None } else { self.refusal(&[certificate])? };
            self.tried.insert(key(certificate), refusal);
        }
        let mut sentences = Vec::new();
        for chain in &mut resolution.chains {
            let listeners: Vec<String> = chain.listeners.iter().map(ToString::to_string).collect();
            chain.certificates.retain(|certificate| {
                let Some(Some(why)) = self.tried.get(&key(certificate)) else { return true };
                sentences.push(format!(
                    "error: listener {}: Envoy refuses the certificate of Secret {}, so it is left out: {why}",
                    listeners.join(", "),
                    certificate.secret
                ));
                false
            });
        }
        resolution.chains.retain(|chain| !chain.https || !chain.certificates.is_empty());
        Ok(sentences)
    }

    /// Why Envoy refuses one of the certificates.
    fn refusal(&self, certificates: &[&Certificate]) -> io::Result<Option<String>> {
        // Keys are in no file.
        let mut envoy = trial::envoy(&self.binary, Path::new("/dev/fd/0"))
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = envoy.stdin.take() {
            stdin.write_all(configuration(certificates).to_string().as_bytes())?;
        }
        let ended = envoy.wait_with_output()?;
        // One that is killed says nothing of certificates.
        if ended.status.success() || ended.status.code().is_none() {
            return Ok(None);
        }
        let said = String::from_utf8_lossy(&ended.stderr);
        Ok(Some(trial::sentences(&said).collect::<Vec<_>>().join("; ")))
    }
}

fn key(certificate: &Certificate) -> (String, String) {
    (certificate.chain.clone(), certificate.private_key.clone())
}

/// A listener for each certificate.
fn configuration(certificates: &[&Certificate]) -> Value {
    let listener = |(number, certificate): (usize, &&Certificate)| {
        let socket = transport_socket(std::slice::from_ref(*certificate));
        trial::listener(&format!("trial-{number}"), std::iter::empty(), Some(socket))
    };
    let listeners: Vec<Value> = certificates.iter().enumerate().map(listener).collect();
    json!({ "static_resources": { "listeners": listeners } })
}

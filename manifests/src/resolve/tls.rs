//! From `certificateRefs` to certificates.

use serde_json::Value;

use super::conditions::Fault;
use super::gateway::Listener;
use super::grant::{From, Grants, To};
use super::inventory::{GATEWAY_API, Inventory};
use super::json::{items, text};
use super::name::ObjectName;
use super::options::CertificateSource;
use super::secret::{self, Certificate};
use crate::certificate::Pair;

/// Where certificates are found.
pub(crate) struct Certificates<'r, 'd> {
    pub(crate) inventory: &'r Inventory<'d>,
    pub(crate) grants: &'r Grants<'d>,
    pub(crate) source: CertificateSource,
    /// The time, in seconds since 1970.
    pub(crate) now: Option<i64>,
}

/// The certificates of a listener.
#[derive(Debug, Default)]
pub(crate) struct OfListener {
    /// Those that can be used. One is enough: a second one is often there for older clients only.
    pub(crate) found: Vec<Certificate>,
    /// Secrets that are not among the manifests, and count as good.
    pub(crate) missing: Vec<ObjectName>,
    /// The first reason why there are not all that the listener names.
    pub(crate) fault: Option<Fault>,
    /// What clients will not like about them.
    pub(crate) remarks: Vec<Fault>,
}

impl Certificates<'_, '_> {
    /// The certificates of a listener.
    pub(crate) fn of(&self, listener: &Listener<'_>) -> OfListener {
        let mut certificates = OfListener::default();
        if listener.protocol != "HTTPS" || self.source == CertificateSource::Proxy {
            return certificates;
        }
        let references = listener.tls.map(|tls| items(tls, "certificateRefs")).unwrap_or_default();
        if references.is_empty() {
            // "This field is required to have at least one element when the mode is set to "Terminate" (default)".
            let message = "an HTTPS listener needs tls.certificateRefs".into();
            let hint = "add `tls: {certificateRefs: [{name: …}]}` with the name of a Secret of type kubernetes.io/tls";
            certificates.fault = Some(invalid(message, hint));
            return certificates;
        }
        let mut pairs = Vec::new();
        let mut missing = Vec::new();
        for reference in references {
            match self.find(&listener.name.gateway.namespace, reference) {
                Ok(Found::Pair(secret, pair)) => {
                    certificates.remarks.extend(self.now.and_then(|now| out_of_date(&secret, &pair, now)));
                    pairs.push((secret, pair));
                }
                Ok(Found::Missing(secret)) => missing.push(secret),
                Err(fault) => certificates.fault = certificates.fault.take().or(Some(fault)),
            }
        }
        for secret in missing {
            if self.source == CertificateSource::SecretsIfPresent && pairs.is_empty() {
                let hint = "clients do not trust such a certificate unless they are told to, as by `curl -k`";
                let message =
                    format!("there is no Secret {secret}, so a stand-in for its certificate is used");
                certificates.remarks.push(Fault::new("MissingSecret", message, hint));
                certificates.missing.push(secret);
            } else {
                let hint = "add its manifest; for a trial, `httproute run` makes a certificate by itself, and \
                            `httproute render envoy` with --self-signed";
                let fault = invalid(format!("there is no Secret {secret}"), hint);
                certificates.fault = certificates.fault.take().or(Some(fault));
            }
        }
        let hostname = listener.hostname.as_deref();
        certificates.remarks.extend(hostname.and_then(|hostname| other_host(&pairs, hostname)));
        certificates.found = pairs
            .into_iter()
            .map(|(secret, Pair { chain, private_key, .. })| Certificate { secret, chain, private_key })
            .collect();
        certificates
    }

    fn find(&self, gateway_namespace: &str, reference: &Value) -> Result<Found, Fault> {
        let group = text(reference, "group").unwrap_or_default();
        let kind = text(reference, "kind").unwrap_or("Secret");
        let namespace = text(reference, "namespace").unwrap_or(gateway_namespace);
        let Some(name) = text(reference, "name") else {
            return Err(invalid("a certificateRef has no name".into(), ""));
        };
        let name = ObjectName::new(namespace, name);
        // "If the reference is not allowed, the reason RefNotPermitted must be used instead."
        let from = From { group: GATEWAY_API, kind: "Gateway", namespace: gateway_namespace };
        if !self.grants.permit(from, To { group, kind, namespace, name: &name.name }) {
            let message = format!(
                "no ReferenceGrant lets Gateways of namespace {gateway_namespace} refer to {kind} {name}"
            );
            let hint = format!("add a ReferenceGrant in namespace {namespace}");
            return Err(Fault::new("RefNotPermitted", message, hint));
        }
        // "when it refers to a nonexistent or unsupported resource or kind, or when the data within that resource is
        // malformed".
        if (group, kind) != ("", "Secret") {
            let dot = if group.is_empty() { "" } else { "." };
            return Err(invalid(
                format!("{kind}{dot}{group} {name} is no Secret"),
                "refer to a Secret of type kubernetes.io/tls",
            ));
        }
        let Some(secret) = self.inventory.get("", "Secret", &name) else {
            return Ok(Found::Missing(name));
        };
        match secret::read(secret.value) {
            Ok(pair) => Ok(Found::Pair(name, pair)),
            Err(flaw) => Err(invalid(format!("Secret {name} {}", flaw.message), flaw.hint)),
        }
    }
}

/// What a certificateRef leads to.
enum Found {
    Pair(ObjectName, Pair),
    Missing(ObjectName),
}

fn invalid(message: String, hint: &str) -> Fault {
    Fault::new("InvalidCertificateRef", message, hint)
}

/// That no certificate is for the hostname of the listener.
fn other_host(pairs: &[(ObjectName, Pair)], hostname: &str) -> Option<Fault> {
    let (secret, pair) = pairs.first()?;
    if pairs.iter().any(|(_, pair)| pair.covers(hostname)) {
        return None;
    }
    let message = match pair.hosts.as_slice() {
        [] => format!(
            "the certificate of Secret {secret} names no host, so clients do not accept it for {hostname}"
        ),
        hosts => {
            format!("the certificate of Secret {secret} is for {}, not for {hostname}", hosts.join(", "))
        }
    };
    Some(Fault::new("CertificateForOtherHost", message, "have it issued for the hostname of the listener"))
}

/// That a certificate is not valid at the time.
fn out_of_date(secret: &ObjectName, pair: &Pair, now: i64) -> Option<Fault> {
    let (from, to) = pair.validity;
    let what = match () {
        () if now > to => "has expired",
        () if now < from => "is not valid yet",
        () => return None,
    };
    let message = format!("the certificate of Secret {secret} {what}");
    Some(Fault::new("CertificateOutOfDate", message, "renew it: clients do not accept it"))
}

//! From `certificateRefs` to certificates.

use serde_json::Value;

use super::conditions::Fault;
use super::gateway::Listener;
use super::grant::{From, Grants, To};
use super::inventory::{GATEWAY_API, Inventory};
use super::json::{items, text};
use super::name::ObjectName;
use super::secret::Certificate;

/// Where certificates are found.
pub(crate) struct Certificates<'r, 'd> {
    pub(crate) inventory: &'r Inventory<'d>,
    pub(crate) grants: &'r Grants<'d>,
    /// Whether the proxy finds them by itself ([`Options::certificates_elsewhere`](crate::Options)).
    pub(crate) elsewhere: bool,
}

impl Certificates<'_, '_> {
    /// The certificates of a listener, and the first reason why there are not all that it names. Those that are found serve
    /// it: a second one is often there for older clients only.
    pub(crate) fn of(&self, listener: &Listener<'_>) -> (Vec<Certificate>, Option<Fault>) {
        if listener.protocol != "HTTPS" || self.elsewhere {
            return (Vec::new(), None);
        }
        let references = listener.tls.map(|tls| items(tls, "certificateRefs")).unwrap_or_default();
        if references.is_empty() {
            // "This field is required to have at least one element when the mode is set to "Terminate" (default)".
            let message = "an HTTPS listener needs tls.certificateRefs".into();
            let hint = "name a Secret of type kubernetes.io/tls";
            return (Vec::new(), Some(Fault::new("InvalidCertificateRef", message, hint)));
        }
        let mut certificates = Vec::new();
        let mut fault = None;
        for reference in references {
            match self.find(&listener.name.gateway.namespace, reference) {
                Ok(certificate) => certificates.push(certificate),
                Err(missing) => fault = fault.or(Some(missing)),
            }
        }
        (certificates, fault)
    }

    fn find(&self, gateway_namespace: &str, reference: &Value) -> Result<Certificate, Fault> {
        let invalid = |message: String, hint: &str| Fault::new("InvalidCertificateRef", message, hint);
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
            return Err(invalid(format!("there is no Secret {name}"), "add its manifest"));
        };
        Certificate::read(&name, secret.value).map_err(|fault| invalid(format!("Secret {name} {fault}"), ""))
    }
}

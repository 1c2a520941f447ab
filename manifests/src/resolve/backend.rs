//! References to backends, and what becomes of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::conditions::Fault;
use super::grant::{From, Grants, To};
use super::hostname::is_hostname;
use super::inventory::{GATEWAY_API, Inventory};
use super::json::{items, member, port, text, within};
use super::name::{BackendName, ObjectName};
use super::options::Options;

/// What a backend speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2 without TLS: `kubernetes.io/h2c`.
    H2c,
    /// WebSocket over HTTP/1.1 without TLS: `kubernetes.io/ws`.
    WebSocket,
}

/// A `backendRef` that a module can read; the same demands as there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BackendReference<'v> {
    pub(crate) group: &'v str,
    pub(crate) kind: &'v str,
    pub(crate) namespace: &'v str,
    pub(crate) name: &'v str,
    pub(crate) port: Option<u16>,
}

impl<'v> BackendReference<'v> {
    /// The reference that `value` is, in a route of `namespace`. `None` where something in it is wrong: a module answers 500
    /// by itself there, and refuses to be told that it cannot be resolved.
    pub(crate) fn read(value: &'v Value, namespace: &'v str) -> Option<Self> {
        let optional = |key| match member(value, key) {
            None => Some(None),
            Some(member) => member.as_str().map(Some),
        };
        let is_label = |text: &str| text.len() <= 63 && !text.contains('.') && is_hostname(text);
        let group = optional("group")?.unwrap_or_default();
        let kind = optional("kind")?.unwrap_or("Service");
        // "When unspecified, the local namespace is inferred."
        let namespace = optional("namespace")?.unwrap_or(namespace);
        let name = text(value, "name").filter(|name| !name.is_empty() && name.len() <= 253)?;
        let is_group = group.is_empty() || (is_hostname(group) && !group.starts_with('*'));
        let port = match member(value, "port") {
            None => None,
            Some(_) => Some(port(value, "port")?),
        };
        let is_service = group.is_empty() && kind == "Service";
        (is_label(namespace) && is_group && (port.is_some() || !is_service)).then_some(BackendReference {
            group,
            kind,
            namespace,
            name,
            port,
        })
    }

    /// The port of the Service, where it is one.
    pub(crate) fn backend(&self) -> Option<BackendName> {
        let is_service = self.group.is_empty() && self.kind == "Service";
        let service = ObjectName::new(self.namespace, self.name);
        self.port.filter(|_| is_service).map(|port| BackendName { service, port })
    }
}

/// Everything that decides whether a reference can be resolved.
pub(crate) struct Backends<'r, 'd> {
    inventory: &'r Inventory<'d>,
    grants: &'r Grants<'d>,
    overridden: &'r BTreeSet<BackendName>,
    /// Whether the manifests hold Services at all.
    pub(crate) are_given: bool,
}

impl<'r, 'd> Backends<'r, 'd> {
    pub(crate) fn new(inventory: &'r Inventory<'d>, grants: &'r Grants<'d>, options: &'r Options) -> Self {
        let are_given = inventory.all("", "Service").next().is_some();
        Backends { inventory, grants, overridden: &options.overridden, are_given }
    }

    /// The protocol of the backend that a route of `namespace` refers to.
    ///
    /// # Errors
    ///
    /// Why the reference "is invalid": the reasons of `HTTPBackendRef`.
    pub(crate) fn resolve(
        &self,
        namespace: &str,
        reference: &BackendReference<'_>,
    ) -> Result<Protocol, Fault> {
        // "It refers to an unknown or unsupported kind of resource. In this case, the Reason must be set to `InvalidKind`
        // and Message of the Condition must explain which kind of resource is unknown or unsupported."
        let Some(backend) = reference.backend() else {
            let dot = if reference.group.is_empty() { "" } else { "." };
            let kind = format!("{}{dot}{}", reference.kind, reference.group);
            let message = format!(
                "{kind} {}/{} is of a kind that is not supported as a backend",
                reference.namespace, reference.name
            );
            return Err(Fault::new("InvalidKind", message, "refer to a Service"));
        };
        // Before anything is said of the object: whoever may not refer to it need not learn whether it exists.
        let from = From { group: GATEWAY_API, kind: "HTTPRoute", namespace };
        let to = To { group: "", kind: "Service", namespace: reference.namespace, name: reference.name };
        if !self.grants.permit(from, to) {
            let message = format!(
                "no ReferenceGrant lets HTTPRoutes of namespace {namespace} refer to Service {}",
                backend.service
            );
            let hint = format!("add a ReferenceGrant in namespace {}", reference.namespace);
            return Err(Fault::new("RefNotPermitted", message, hint));
        }
        let service = self.inventory.get("", "Service", &backend.service).map(|service| service.value);
        let spec = service.and_then(|service| member(service, "spec"));
        let ports = spec.map(|spec| items(spec, "ports")).unwrap_or_default();
        let found = ports.iter().find(|listed| {
            // "Port specifies the destination port number": the Service's, "not the target port".
            port(listed, "port") == Some(backend.port) && text(listed, "protocol").unwrap_or("TCP") == "TCP"
        });
        if !self.overridden.contains(&backend) {
            self.exists(&backend, spec, found.is_some())?;
        }
        self.tls_demanded(&backend, found)?;
        found.map_or(Ok(Protocol::Http1), |found| protocol(&backend, found))
    }

    fn exists(&self, backend: &BackendName, spec: Option<&Value>, has_port: bool) -> Result<(), Fault> {
        let Some(spec) = spec else {
            // Whoever has only routes wants to see them run: the names of their Services are all there is to go by. One Service
            // among the manifests is enough to take them for all.
            if !self.are_given {
                return Ok(());
            }
            let message = format!("there is no Service {}", backend.service);
            let hint = match self.inventory.elsewhere("", "Service", &backend.service.name) {
                Some(namespace) => {
                    format!(
                        "there is one in namespace {namespace}: add namespace: {namespace} and a ReferenceGrant"
                    )
                }
                None => match self.inventory.similar("", "Service", &backend.service) {
                    Some(name) => format!("did you mean {name}? Otherwise add its manifest"),
                    None => format!("add its manifest, or say where it is: --backend {backend}=HOST:PORT"),
                },
            };
            return Err(Fault::new("BackendNotFound", message, hint));
        };
        // "Implementations SHOULD NOT support ExternalName Services": CVE-2021-25740. The API has no reason for it.
        if text(spec, "type") == Some("ExternalName") {
            let message =
                format!("Service {} is of type ExternalName, which could lead anywhere", backend.service);
            return Err(Fault::new(
                "UnsupportedValue",
                message,
                format!("say where it is: --backend {backend}=HOST:PORT"),
            ));
        }
        if !has_port {
            let ports: Vec<String> = items(spec, "ports")
                .iter()
                .filter_map(|listed| port(listed, "port"))
                .map(|port| port.to_string())
                .collect();
            let message = format!("Service {} has no TCP port {}", backend.service, backend.port);
            let hint = if ports.is_empty() { String::new() } else { format!("it has {}", ports.join(", ")) };
            return Err(Fault::new("BackendNotFound", message, hint));
        }
        Ok(())
    }

    /// "The BackendTLSPolicy object is installed in the cluster, a BackendTLSPolicy is present that refers to the Service, and
    /// the implementation is unable to meet the requirement": sending in the clear what must be encrypted is no way out.
    fn tls_demanded(&self, backend: &BackendName, found: Option<&Value>) -> Result<(), Fault> {
        let port_name = found.and_then(|found| text(found, "name"));
        let mut policies = self.inventory.all(GATEWAY_API, "BackendTLSPolicy");
        let policy = policies.find(|policy| {
            let targets = within(policy.value, &["spec", "targetRefs"]).and_then(Value::as_array);
            policy.name.namespace == backend.service.namespace
                && targets.into_iter().flatten().any(|target| {
                    text(target, "kind") == Some("Service")
                        && text(target, "group").unwrap_or_default().is_empty()
                        && text(target, "name") == Some(&backend.service.name)
                        && text(target, "sectionName").is_none_or(|section| Some(section) == port_name)
                })
        });
        policy.map_or(Ok(()), |policy| {
            let message = format!(
                "BackendTLSPolicy {} demands TLS to Service {}, which is not carried out",
                policy.name, backend.service
            );
            Err(Fault::new("UnsupportedProtocol", message, ""))
        })
    }
}

/// "the Kubernetes Standard Application Protocols defined in KEP-3726", and what is in use besides them.
fn protocol(backend: &BackendName, port: &Value) -> Result<Protocol, Fault> {
    match text(port, "appProtocol").unwrap_or_default() {
        "kubernetes.io/h2c" | "h2c" | "http2" | "grpc" => Ok(Protocol::H2c),
        "kubernetes.io/ws" => Ok(Protocol::WebSocket),
        // "Implementations MUST set the ResolvedRefs condition to False with the UnsupportedProtocol reason."
        unsupported
            if ["https", "tls", "ssl", "wss", "grpcs", "udp"]
                .contains(&unsupported.to_ascii_lowercase().as_str())
                || unsupported.starts_with("kubernetes.io/") =>
        {
            let message = format!(
                "port {} of Service {} is of appProtocol {unsupported}, which HTTPRoutes cannot send to here",
                backend.port, backend.service
            );
            Err(Fault::new("UnsupportedProtocol", message, "use kubernetes.io/h2c, kubernetes.io/ws or none"))
        }
        // Any other is a hint to somebody else: names of IANA ("http") and of implementations.
        _ => Ok(Protocol::Http1),
    }
}

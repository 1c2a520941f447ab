//! From manifests to filter chains, module configurations and conditions: what a control plane does.

mod attach;
mod backend;
mod chain;
mod cluster;
mod conditions;
mod covered;
mod gateway;
mod grant;
mod hostname;
mod inventory;
mod json;
mod listeners;
mod loops;
mod name;
mod namespaces;
mod options;
mod references;
mod route;
mod secret;
mod status;
#[cfg(test)]
mod tests;
mod tls;
mod unanswered;
mod validity;
mod warning;

use std::collections::BTreeSet;

pub use backend::Protocol;
pub use chain::FilterChain;
pub use cluster::Cluster;
pub use conditions::Condition;
pub use name::{BackendName, ListenerName, ObjectName};
pub use options::{Addresses, CertificateSource, HttpsChains, Options};
pub use secret::Certificate;
pub use status::{GatewayStatus, ListenerStatus, ParentStatus, RouteKind, RouteStatus};
pub use warning::Warning;

use crate::Document;
use crate::front::unmatchable;
use backend::Backends;
use chain::Parts;
use gateway::Gateway;
use grant::Grants;
use inventory::{GATEWAY_API, Inventory};
use listeners::Judged;
use namespaces::Namespaces;
use references::Resolved;
use route::{ParentReference, Route};
use tls::Certificates;
use validity::Validity;

/// What the manifests come to.
///
/// Everything in it is in an order of its own (objects by namespace and name), whatever order the documents have: the same
/// manifests give the same result, and an edit changes only what it is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resolution {
    /// The Gateways that are served.
    pub gateways: Vec<GatewayStatus>,
    /// All HTTPRoutes, whether or not they are attached.
    pub routes: Vec<RouteStatus>,
    /// The filter chains, with the module configuration of each.
    pub chains: Vec<FilterChain>,
    /// The upstreams that the chains need.
    pub clusters: Vec<Cluster>,
    /// What will not work as written: for every condition that is not as it should be, and for what has none.
    pub warnings: Vec<Warning>,
}

/// Attaches the HTTPRoutes among `documents` to the listeners of the Gateways, and resolves what they refer to.
///
/// What cannot be read is left out; saying so is for the check. All Gateways are served unless `options` say otherwise. Where
/// the manifests hold no Services at all, references to Services cannot be looked up: they count as resolved, with a warning.
/// A route of which no rule is valid is not accepted, and yet stands in the configurations: its requests are answered with 500
/// and not given to a route that they are not meant for.
///
/// ```
/// use httproute_manifests::{Document, Options, resolve};
/// use serde_json::json;
///
/// let manifests = [
///     json!({ "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": { "name": "public" },
///             "spec": { "gatewayClassName": "any", "listeners": [{ "name": "web", "port": 80, "protocol": "HTTP" }] } }),
///     json!({ "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": { "name": "cart" },
///             "spec": { "parentRefs": [{ "name": "public" }],
///                       "rules": [{ "backendRefs": [{ "name": "cart", "port": 8080 }] }] } }),
///     json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "cart" }, "spec": { "ports": [{ "port": 8080 }] } }),
/// ];
/// let documents: Vec<Document> = manifests
///     .into_iter()
///     .map(|value| Document { source: "shop.yaml".into(), value, ..Document::default() })
///     .collect();
///
/// let resolution = resolve(&documents, &Options::default());
/// assert_eq!(resolution.chains[0].name, "http-80");
/// assert_eq!(resolution.chains[0].configuration["listeners"][0]["routes"], json!(["default/cart"]));
/// assert_eq!(resolution.clusters[0].name, "default/cart/8080");
/// assert_eq!(resolution.routes[0].parents[0].conditions[0].to_string(), "Accepted=True Accepted");
/// ```
pub fn resolve(documents: &[Document], options: &Options) -> Resolution {
    let mut resolution = serve(documents, options);
    // Nobody keeps keys in Git: what rules do on a listener whose Secret is elsewhere is judged as if it were there.
    let has_all = options.certificates != CertificateSource::Secrets
        || resolution.warnings.iter().all(|warning| warning.code != "InvalidCertificateRef");
    let with_secrets = || {
        serve(documents, &Options { certificates: CertificateSource::SecretsIfPresent, ..options.clone() })
    };
    let assumed = if has_all { None } else { Some(with_secrets()) };
    let judged = assumed.as_ref().unwrap_or(&resolution);
    let Resolution { chains, routes, .. } = judged;
    let mut warnings = covered::warnings(chains, routes, documents);
    if let Some(front) = &options.front {
        warnings.extend(unmatchable::warnings(chains, routes, documents, front));
    }
    warnings.extend(loops::warnings(judged, options.front.as_ref()));
    warnings.extend(unanswered::warnings(routes, documents));
    resolution.warnings.extend(warnings);
    resolution.warnings.sort();
    resolution.warnings.dedup();
    resolution
}

/// What is served, and why the rest is not.
fn serve(documents: &[Document], options: &Options) -> Resolution {
    let mut warnings = Vec::new();
    let inventory = Inventory::new(documents, &options.namespace, &mut warnings);
    let grants = Grants::new(&inventory);
    let namespaces = Namespaces::new(&inventory);
    let backends = Backends::new(&inventory, &grants, options);
    let gateways = gateway::read(&inventory, options, &mut warnings);
    let certificates = Certificates {
        inventory: &inventory,
        grants: &grants,
        source: options.certificates,
        now: options.now,
    };
    let listeners = listeners::judge(&gateways, options.addresses, &certificates);
    let routes: Vec<Route<'_>> = inventory.all(GATEWAY_API, "HTTPRoute").map(Route::read).collect();
    let resolve_one = |route| Resolved::new(route, &backends, &inventory, &options.extensions);
    let resolved: Vec<Resolved<'_>> = routes.iter().map(resolve_one).collect();

    let mut attachment = Attachment {
        inventory: &inventory,
        gateways: &gateways,
        listeners: &listeners,
        namespaces: &namespaces,
        attached: vec![BTreeSet::new(); listeners.len()],
        accepted: vec![BTreeSet::new(); listeners.len()],
        warnings: &mut warnings,
    };
    let statuses = routes.iter().zip(&resolved).enumerate();
    let statuses: Vec<RouteStatus> =
        statuses.map(|(number, (route, resolved))| attachment.route(number, route, resolved)).collect();
    let Attachment { attached, accepted, .. } = attachment;

    let parts =
        Parts { options, listeners: &listeners, routes: &routes, resolved: &resolved, attached: &attached };
    let chains = parts.chains();
    warnings.extend(statuses.iter().filter_map(|route| unserved(route, &chains)));
    let clusters = cluster::clusters(&chains, &routes, &resolved, options, &mut warnings);
    let attached_routes = |listener: usize| accepted.get(listener).map_or(0, BTreeSet::len);
    let gateways = listeners::statuses(&gateways, &listeners, attached_routes, &mut warnings);
    if !backends.are_given && clusters.iter().any(|cluster| !cluster.overridden) {
        warnings.push(Warning {
            document: None,
            pointer: String::new(),
            code: "NoServices",
            message: "the manifests hold no Services, so backends are not looked up, and are reached by their DNS names".into(),
            hint: "add the Services, or say where each backend is".into(),
        });
    }
    Resolution { gateways, routes: statuses, chains, clusters, warnings }
}

/// A route that is attached, but only to listeners that are not served.
fn unserved(route: &RouteStatus, chains: &[FilterChain]) -> Option<Warning> {
    if chains.iter().any(|chain| chain.routes.binary_search(&route.name).is_ok()) {
        return None;
    }
    let parent = route.parents.iter().find(|parent| !parent.listeners.is_empty())?;
    let listeners = route.parents.iter().flat_map(|parent| &parent.listeners);
    let listeners: Vec<String> = listeners.map(ListenerName::to_string).collect();
    Some(Warning {
        document: Some(route.document),
        pointer: parent.pointer.clone(),
        code: "NotServed",
        message: format!(
            "nothing serves the route: it is attached to {}, which is not served",
            listeners.join(", ")
        ),
        hint: "see what is reported of the listener".into(),
    })
}

/// Routes on their way to listeners.
struct Attachment<'r, 'd> {
    inventory: &'r Inventory<'d>,
    gateways: &'r [Gateway<'d>],
    listeners: &'r [Judged<'r, 'd>],
    namespaces: &'r Namespaces<'d>,
    /// For each listener the numbers of the routes that it serves.
    attached: Vec<BTreeSet<usize>>,
    /// Those of them that are accepted. "The AttachedRoutes number represents the number of Routes with the Accepted condition
    /// set to "True" that have been attached to this Listener."
    accepted: Vec<BTreeSet<usize>>,
    warnings: &'r mut Vec<Warning>,
}

impl<'d> Attachment<'_, 'd> {
    /// Attaches a route to all its parents.
    fn route(&mut self, number: usize, route: &Route<'d>, resolved: &Resolved<'d>) -> RouteStatus {
        let validity = Validity::of(&route.for_module(), route.rules());
        for (pointer, fault) in &resolved.faults {
            self.warn(route, pointer, fault.reason, &fault.message, &fault.hint);
        }
        let mut parents = Vec::new();
        match self.gateways.first().filter(|gateway| gateway.document.is_none()) {
            Some(implicit) => {
                let parent = ParentReference::to(implicit.name.clone());
                parents.push(self.parent(number, route, &parent, resolved, &validity));
            }
            None => {
                if route.parents.is_empty() {
                    let message = "the route has no parentRefs, so nothing serves it";
                    self.warn(route, "/spec", "NoParent", message, "name a Gateway in parentRefs");
                }
                for parent in &route.parents {
                    if self.is_served(route, parent) {
                        parents.push(self.parent(number, route, parent, resolved, &validity));
                    }
                }
            }
        }
        RouteStatus { name: route.name.clone(), document: route.document, parents }
    }

    /// Whether `parent` is a Gateway that is served here.
    fn is_served(&mut self, route: &Route<'_>, parent: &ParentReference<'_>) -> bool {
        let ParentReference { group, kind, name, pointer, .. } = parent;
        if !parent.is_gateway() {
            let dot = if group.is_empty() { "" } else { "." };
            let message = format!("routes attach to Gateways only, not to {kind}{dot}{group} {name}");
            self.warn(route, pointer, "UnsupportedParent", &message, "");
            return false;
        }
        if self.inventory.get(GATEWAY_API, "Gateway", name).is_none() {
            if self.inventory.all(GATEWAY_API, "Gateway").next().is_some() {
                let hint = match self.inventory.elsewhere(GATEWAY_API, "Gateway", &name.name) {
                    Some(namespace) => {
                        format!("there is one in namespace {namespace}: add namespace: {namespace}")
                    }
                    None => match self.inventory.similar(GATEWAY_API, "Gateway", name) {
                        Some(similar) => format!("did you mean {similar}? Otherwise add its manifest"),
                        None => "add its manifest".to_owned(),
                    },
                };
                self.warn(route, pointer, "UnknownParent", &format!("there is no Gateway {name}"), &hint);
            }
            return false;
        }
        // One that the user does not want to be served is no mistake.
        self.gateways.iter().any(|gateway| gateway.name == *name)
    }

    fn parent(
        &mut self,
        number: usize,
        route: &Route<'_>,
        parent: &ParentReference<'_>,
        resolved: &Resolved<'_>,
        validity: &Validity,
    ) -> ParentStatus {
        let found = attach::attach(route, parent, self.listeners, self.namespaces);
        let fault = match (&found, validity) {
            (Err(fault), _) | (Ok(_), Validity::Invalid(fault)) => Some(fault.clone()),
            _ => None,
        };
        let numbers = found.unwrap_or_default();
        for &listener in &numbers {
            if let Some(attached) = self.attached.get_mut(listener) {
                attached.insert(number);
            }
            if let Some(accepted) = self.accepted.get_mut(listener).filter(|_| fault.is_none()) {
                accepted.insert(number);
            }
        }
        if let Some(fault) = &fault {
            self.warn(route, &parent.pointer, fault.reason, &fault.message, &fault.hint);
        }
        let mut conditions =
            vec![Condition::unless("Accepted", "Accepted", fault.as_ref()), resolved.condition()];
        // "This condition MUST NOT be set if a Route is fully valid, fully invalid, or not accepted."
        if let (None, Validity::Partial(partial)) = (&fault, validity) {
            self.warn(route, &parent.pointer, "PartiallyInvalid", &partial.message, "");
            conditions.push(partial.clone());
        }
        let listeners = numbers.iter().filter_map(|&number| self.listeners.get(number));
        ParentStatus {
            gateway: parent.name.clone(),
            section_name: parent.section_name.clone(),
            port: parent.port,
            pointer: parent.pointer.clone(),
            listeners: listeners.map(|judged| judged.listener.name.clone()).collect(),
            conditions,
        }
    }

    fn warn(&mut self, route: &Route<'_>, pointer: &str, code: &'static str, message: &str, hint: &str) {
        self.warnings.push(Warning {
            document: Some(route.document),
            pointer: pointer.into(),
            code,
            message: message.into(),
            hint: hint.into(),
        });
    }
}

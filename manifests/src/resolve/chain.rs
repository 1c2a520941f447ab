//! Filter chains and the configuration of the module in each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::listeners::Judged;
use super::name::{ListenerName, ObjectName};
use super::options::{Addresses, HttpsChains, Options};
use super::references::Resolved;
use super::route::Route;
use super::secret::Certificate;

/// A filter chain of the proxy: what is served on one port, for HTTPS to one name that clients ask for in the TLS handshake.
#[derive(Clone, Debug, PartialEq)]
pub struct FilterChain {
    /// A name that stays the same while routes change: `http-80`, `https-443` for clients that ask for no name of another
    /// chain, `https-443-*.example.com`; behind `NAMESPACE/GATEWAY/` where each Gateway has addresses of its own.
    pub name: String,
    /// The Gateway whose addresses it is on; `None` where all share them.
    pub gateway: Option<ObjectName>,
    /// The port as clients see it.
    pub port: u16,
    /// Whether TLS is ended here.
    pub https: bool,
    /// The server name (SNI) that the chain is for: the hostname of its listener. `None` for HTTP, for the HTTPS listener
    /// without a hostname, whose chain takes all other names and clients that send none, and where all HTTPS listeners of the
    /// port share a chain ([`HttpsChains::PerPort`]).
    pub server_name: Option<String>,
    /// The certificates: none for HTTP; at least one for HTTPS, unless they come from the proxy or Secrets are missing.
    pub certificates: Vec<Certificate>,
    /// The Secrets that are not among the manifests, and count as good ([`CertificateSource::SecretsIfPresent`]).
    ///
    /// [`CertificateSource::SecretsIfPresent`]: crate::CertificateSource::SecretsIfPresent
    pub missing_secrets: Vec<ObjectName>,
    /// The listeners that it serves.
    pub listeners: Vec<ListenerName>,
    /// The routes that are attached to them, in the order of the module configuration.
    pub routes: Vec<ObjectName>,
    /// The configuration of the module, version 1.
    pub configuration: Value,
}

/// What chains are made of.
pub(crate) struct Parts<'p, 'd> {
    pub(crate) options: &'p Options,
    pub(crate) listeners: &'p [Judged<'p, 'd>],
    pub(crate) routes: &'p [Route<'d>],
    pub(crate) resolved: &'p [Resolved<'d>],
    /// For each listener the numbers of its routes.
    pub(crate) attached: &'p [BTreeSet<usize>],
}

/// Gateway, port, whether HTTPS, server name.
type Key = (Option<ObjectName>, u16, bool, Option<String>);

impl Parts<'_, '_> {
    /// The filter chains, by Gateway, port and server name.
    pub(crate) fn chains(&self) -> Vec<FilterChain> {
        let mut chains: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for (number, listener) in self.listeners.iter().enumerate() {
            if listener.is_programmed() {
                chains.entry(self.key(listener)).or_default().push(number);
            }
        }
        chains.into_iter().map(|(key, listeners)| self.chain(key, &listeners)).collect()
    }

    fn key(&self, judged: &Judged<'_, '_>) -> Key {
        let listener = judged.listener;
        let gateway = match self.options.addresses {
            Addresses::Shared => None,
            Addresses::PerGateway => Some(listener.name.gateway.clone()),
        };
        let server_name = match self.options.https_chains {
            HttpsChains::PerServerName if judged.is_https() => listener.hostname.clone(),
            _ => None,
        };
        (gateway, listener.port, judged.is_https(), server_name)
    }

    fn chain(&self, key: Key, numbers: &[usize]) -> FilterChain {
        let routes: BTreeSet<usize> =
            numbers.iter().filter_map(|&number| self.attached.get(number)).flatten().copied().collect();
        let own: Vec<_> = numbers.iter().filter_map(|&number| self.listeners.get(number)).collect();
        let configuration = self.configuration(&key, numbers, &routes);
        let names = routes.iter().filter_map(|&route| Some(self.routes.get(route)?.name.clone()));
        let (gateway, port, https, server_name) = key;
        FilterChain {
            name: chain_name(gateway.as_ref(), port, https, server_name.as_deref()),
            routes: names.collect(),
            certificates: own.iter().flat_map(|judged| &judged.certificates.found).cloned().collect(),
            missing_secrets: own.iter().flat_map(|judged| &judged.certificates.missing).cloned().collect(),
            listeners: own.iter().map(|judged| judged.listener.name.clone()).collect(),
            gateway,
            port,
            https,
            server_name,
            configuration,
        }
    }

    fn configuration(&self, key: &Key, numbers: &[usize], routes: &BTreeSet<usize>) -> Value {
        let mut objects = Vec::new();
        let mut unresolved = Map::new();
        let mut extensions = BTreeMap::new();
        for (place, &number) in routes.iter().enumerate() {
            let (Some(route), Some(resolved)) = (self.routes.get(number), self.resolved.get(number)) else {
                continue;
            };
            objects.push(route.for_module());
            for pointer in &resolved.unresolved_backends {
                let reason = resolved.faults.get(pointer).map(|fault| fault.reason);
                unresolved.insert(format!("/routes/{place}{pointer}"), json!(reason));
            }
            extensions.extend(&resolved.extensions);
        }
        let mut listeners: Vec<Value> = Vec::new();
        for &number in numbers {
            let (Some(judged), Some(attached)) = (self.listeners.get(number), self.attached.get(number))
            else {
                continue;
            };
            let attached = attached.iter().filter_map(|&route| self.routes.get(route));
            listeners.push(module_listener(judged, attached.map(|route| route.name.to_string()).collect()));
        }
        listeners.extend(self.refused(key));

        let mut configuration = Map::new();
        configuration.insert("version".into(), json!(1));
        configuration.insert("routes".into(), Value::Array(objects));
        configuration.insert("listeners".into(), Value::Array(listeners));
        let misdirected = self.misdirected(key);
        if !misdirected.is_empty() {
            configuration.insert("misdirected".into(), json!(misdirected));
        }
        if !unresolved.is_empty() {
            configuration.insert("unresolved".into(), Value::Object(unresolved));
        }
        if let Some(template) = &self.options.cluster_name {
            configuration.insert("clusterName".into(), json!(template));
        }
        if let Some(template) = &self.options.mirror_cluster_name {
            configuration.insert("mirrorClusterName".into(), json!(template));
        }
        if let Some(template) = &self.options.mirror_header {
            configuration.insert("mirrorHeader".into(), json!(template));
        }
        if !extensions.is_empty() {
            let extensions =
                extensions.into_iter().map(|((.., name), value)| for_module(name, value)).collect();
            configuration.insert("extensions".into(), Value::Array(extensions));
        }
        Value::Object(configuration)
    }

    /// The hostnames of listeners of the chain that nobody serves: of HTTP listeners that are refused for another listener has
    /// the same, and of HTTPS listeners where one chain serves them all (else they are misdirected, see below). Were they left out, their requests would go to the routes of a less specific listener, and "a request to
    /// "foo.example.com" SHOULD only be routed using routes attached to the "foo.example.com" Listener (and not the
    /// "*.example.com" Listener)".
    fn refused(&self, key: &Key) -> Vec<Value> {
        let (gateway, port, https, _) = key;
        let is_alone = *https && self.options.https_chains == HttpsChains::PerServerName;
        let same_port = || {
            self.listeners.iter().filter(|judged| {
                let (other_gateway, other_port, other_https, _) = self.key(judged);
                (&other_gateway, &other_port, &other_https) == (gateway, port, https)
            })
        };
        let served = same_port().filter(|judged| judged.is_programmed());
        // The listener of an older Gateway may serve what that of a younger one does not.
        let mut seen: BTreeSet<_> = served.map(|judged| &judged.listener.hostname).collect();
        let refused = same_port().filter(|judged| judged.listener.fault.is_none() && !judged.is_programmed());
        let first = refused.filter(|judged| !is_alone && seen.insert(&judged.listener.hostname));
        first.map(|judged| module_listener(judged, Vec::new())).collect()
    }

    /// The hostnames of the HTTPS listeners that other chains of the port are for. "To detect misdirected requests, Gateways
    /// SHOULD match the authority of the requests with all the SNI hostname(s) configured across all the Gateway Listeners on
    /// the same port and protocol": those of listeners that cannot be served are among them, for nobody else may serve their
    /// hosts. A listener without a hostname, which matches every host, stands as an empty one: "If the current Listener
    /// (selected by SNI matching during ClientHello) does not match the Host: If another Listener does match the Host, the
    /// Gateway SHOULD return a 421."
    fn misdirected(&self, key: &Key) -> BTreeSet<&str> {
        let (gateway, port, https, server_name) = key;
        let others = self.listeners.iter().filter(|judged| {
            let (other_gateway, other_port, other_https, other_name) = self.key(judged);
            *https
                && (&other_gateway, &other_port, &other_https) == (gateway, port, &true)
                && other_name != *server_name
                // What is not accepted because of itself may have any hostname.
                && judged.listener.fault.is_none()
        });
        others.map(|judged| judged.listener.hostname.as_deref().unwrap_or_default()).collect()
    }
}

fn module_listener(judged: &Judged<'_, '_>, routes: Vec<String>) -> Value {
    let listener = judged.listener;
    let mut object = Map::new();
    object.insert("gateway".into(), json!(listener.name.gateway.to_string()));
    object.insert("name".into(), json!(listener.name.name));
    object.insert("port".into(), json!(listener.port));
    object.insert("protocol".into(), json!(listener.protocol));
    if let Some(hostname) = &listener.hostname {
        object.insert("hostname".into(), json!(hostname));
    }
    object.insert("routes".into(), json!(routes));
    Value::Object(object)
}

fn chain_name(gateway: Option<&ObjectName>, port: u16, https: bool, server_name: Option<&str>) -> String {
    let gateway = gateway.map(|gateway| format!("{gateway}/")).unwrap_or_default();
    let protocol = if https { "https" } else { "http" };
    let server_name = server_name.map(|name| format!("-{name}")).unwrap_or_default();
    format!("{gateway}{protocol}-{port}{server_name}")
}

/// An object that an ExtensionRef names, as a module gets it: in the namespace that it is in here, and without what says nothing of requests.
fn for_module(name: &ObjectName, object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(members) = object.as_object_mut() {
        members.remove("status");
        members.insert("metadata".into(), json!({ "namespace": name.namespace, "name": name.name }));
    }
    object
}

//! Listeners among each other: which are distinct, which overlap, and which have what they need.

use std::collections::BTreeMap;

use super::conditions::{Condition, Fault};
use super::gateway::{Gateway, Listener};
use super::hostname::listeners_intersect;
use super::name::ListenerName;
use super::options::{Addresses, CertificateSource};
use super::status::{GatewayStatus, ListenerStatus};
use super::tls::{Certificates, OfListener};
use super::warning::Warning;

/// A listener, and what is to be said of it.
#[derive(Debug)]
pub(crate) struct Judged<'r, 'd> {
    pub(crate) listener: &'r Listener<'d>,
    pub(crate) conflict: Option<Fault>,
    pub(crate) certificates: OfListener,
    /// Whether TLS can be ended: there is a certificate, or the proxy has one by itself.
    has_certificate: bool,
    /// Why not all of its references are resolved.
    unresolved: Option<Fault>,
    /// Other HTTPS listeners that serve some of the same hosts.
    overlapping: Vec<ListenerName>,
}

impl Judged<'_, '_> {
    pub(crate) fn is_https(&self) -> bool {
        self.listener.protocol == "HTTPS"
    }

    /// Why the listener is not accepted. "ALL indistinct Listeners must not be accepted for processing."
    fn refused(&self) -> Option<&Fault> {
        self.listener.fault.as_ref().or(self.conflict.as_ref())
    }

    /// Whether the proxy serves it: an HTTPS listener needs a certificate.
    pub(crate) fn is_programmed(&self) -> bool {
        self.refused().is_none() && (!self.is_https() || self.has_certificate)
    }
}

/// The listeners of all Gateways, in the order of the Gateways.
pub(crate) fn judge<'r, 'd>(
    gateways: &'r [Gateway<'d>],
    addresses: Addresses,
    certificates: &Certificates<'_, 'd>,
) -> Vec<Judged<'r, 'd>> {
    let elsewhere = certificates.source == CertificateSource::Proxy;
    let conflicts = conflicts(gateways, addresses);
    let all: Vec<&Listener<'d>> = gateways.iter().flat_map(|gateway| &gateway.listeners).collect();
    let judge = |(number, (&listener, conflict)): (usize, (&&'r Listener<'d>, Option<Fault>))| {
        let certificates = certificates.of(listener);
        let mut unresolved = certificates.fault.clone();
        if let (None, [kind, ..]) = (&unresolved, listener.unsupported_kinds.as_slice()) {
            // "If an implementation does not support or recognize this resource type, it MUST set the "ResolvedRefs"
            // condition to False for this Listener with the "InvalidRouteKinds" reason."
            let message =
                format!("routes of kind {}/{} are not supported on this listener", kind.group, kind.kind);
            unresolved = Some(Fault::new("InvalidRouteKinds", message, "allow HTTPRoutes"));
        }
        let meets = |other: &&Listener<'_>| {
            other.protocol == "HTTPS"
                && other.port == listener.port
                && (addresses == Addresses::Shared || other.name.gateway == listener.name.gateway)
                && listeners_intersect(listener.hostname.as_deref(), other.hostname.as_deref())
        };
        let overlapping = if conflict.is_none() && listener.protocol == "HTTPS" {
            let others = all.iter().enumerate().filter(|(other, _)| *other != number);
            others.map(|(_, other)| *other).filter(meets).map(|other| other.name.clone()).collect()
        } else {
            Vec::new()
        };
        let has_certificate =
            elsewhere || !(certificates.found.is_empty() && certificates.missing.is_empty());
        Judged { listener, conflict, certificates, has_certificate, unresolved, overlapping }
    };
    all.iter().zip(conflicts).enumerate().map(judge).collect()
}

/// For each listener of all Gateways, in their order, why it is not distinct.
///
/// "each listener in a set MUST have a unique combination of Port, Protocol, and, if supported by the protocol, Hostname." In
/// one Gateway "the implementation MUST NOT pick one conflicting Listener as the winner". Of listeners of several Gateways that
/// share the addresses of one proxy, that of the oldest Gateway stays: a new Gateway takes no traffic away from an older one.
fn conflicts(gateways: &[Gateway<'_>], addresses: Addresses) -> Vec<Option<Fault>> {
    // "The oldest … based on creation timestamp", then "first in alphabetical order by {namespace}/{name}". What has not been
    // created yet is the youngest.
    let mut by_age: Vec<&Gateway<'_>> = gateways.iter().collect();
    by_age.sort_by_key(|gateway| (gateway.created.is_none(), gateway.created, &gateway.name));
    let mut found = BTreeMap::new();
    let mut older: Vec<&Listener<'_>> = Vec::new();
    for gateway in by_age {
        let mut stay = Vec::new();
        for (place, listener) in gateway.listeners.iter().enumerate() {
            let siblings = gateway.listeners.iter().enumerate();
            let siblings = siblings.filter(|(other, _)| *other != place).map(|(_, other)| other);
            let of_older = older.iter().copied().filter(|_| addresses == Addresses::Shared);
            let displaced = conflict(listener, of_older);
            if displaced.is_none() {
                stay.push(listener);
            }
            if let Some(fault) = conflict(listener, siblings).or(displaced) {
                found.insert(&listener.name, fault);
            }
        }
        older.extend(stay);
    }
    let all = gateways.iter().flat_map(|gateway| &gateway.listeners);
    all.map(|listener| found.get(&listener.name).cloned()).collect()
}

/// "If an implementation does not support TCP Protocol Listeners, then the previous rule does not apply": a listener of a
/// protocol that is not carried out conflicts with none.
fn is_carried_out(listener: &Listener<'_>) -> bool {
    ["HTTP", "HTTPS"].contains(&listener.protocol.as_str())
}

/// The first of `others` that `listener` conflicts with.
fn conflict<'r>(
    listener: &Listener<'_>,
    others: impl Iterator<Item = &'r Listener<'r>> + Clone,
) -> Option<Fault> {
    if !is_carried_out(listener) {
        return None;
    }
    let others = others.filter(|other| other.port == listener.port && is_carried_out(other));
    let fault = |reason, other: &Listener<'_>, what: &str| {
        let (age, hint) = if listener.name.gateway == other.name.gateway {
            ("", "")
        } else {
            let hint = "if they have different addresses, use `check --own-addresses`; to render or run, choose one (`--gateway`) or bind a port for each (`--port`)";
            (": its Gateway is the older one, or comes first by name", hint)
        };
        let message = format!("listener {} has port {} too, {what}{age}", other.name, listener.port);
        Fault::new(reason, message, hint)
    };
    let other_protocol = others.clone().find(|other| other.protocol != listener.protocol);
    if let Some(other) = other_protocol {
        return Some(fault("ProtocolConflict", other, "with another protocol"));
    }
    // "Note that the `tls` field is not used for determining if a listener is distinct".
    let other = others.into_iter().find(|other| other.hostname == listener.hostname)?;
    Some(fault("HostnameConflict", other, "with the same protocol and hostname"))
}

/// The status of each Gateway. `attached` counts the routes of each listener.
pub(crate) fn statuses(
    gateways: &[Gateway<'_>],
    listeners: &[Judged<'_, '_>],
    attached: impl Fn(usize) -> usize,
    warnings: &mut Vec<Warning>,
) -> Vec<GatewayStatus> {
    let mut numbered = listeners.iter().enumerate();
    let mut statuses = Vec::new();
    for gateway in gateways {
        let own: Vec<_> = numbered.by_ref().take(gateway.listeners.len()).collect();
        let conditions = gateway_conditions(&own);
        let listeners = own.into_iter().map(|(number, listener)| {
            let written = listener.listener;
            warn(listener, warnings);
            ListenerStatus {
                name: written.name.clone(),
                port: written.port,
                protocol: written.protocol.clone(),
                hostname: written.hostname.clone(),
                supported_kinds: written.supported_kinds.clone(),
                attached_routes: attached(number),
                conditions: listener_conditions(listener),
            }
        });
        let listeners = listeners.collect();
        statuses.push(GatewayStatus {
            name: gateway.name.clone(),
            document: gateway.document,
            conditions,
            listeners,
        });
    }
    statuses
}

fn gateway_conditions(listeners: &[(usize, &Judged<'_, '_>)]) -> Vec<Condition> {
    let names = |is_wanted: &dyn Fn(&Judged<'_, '_>) -> bool| {
        let wanted = listeners.iter().filter(|(_, listener)| is_wanted(listener));
        wanted.map(|(_, listener)| listener.listener.name.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let accepted = names(&|listener| listener.refused().is_none());
    let refused = names(&|listener| listener.refused().is_some());
    // "The implementation MUST set a "ListenersNotValid" condition on the Gateway Status when the Gateway contains
    // Conflicted Listeners whether or not they accept the Gateway. That Condition SHOULD clearly indicate in the Message
    // which Listeners are conflicted, and which are Accepted." "At least one distinct Listener MUST be present, or else the
    // Gateway effectively contains _no_ Listeners, and must be rejected from processing as a whole."
    let accepted = match (accepted.is_empty(), refused.is_empty()) {
        (false, true) => Condition::yes("Accepted", "Accepted", ""),
        (false, false) => {
            let message = format!("accepted listeners: {accepted}; not accepted: {refused}");
            Condition::yes("Accepted", "ListenersNotValid", message)
        }
        (true, false) => {
            Condition::no("Accepted", "ListenersNotValid", format!("no listener is accepted: {refused}"))
        }
        (true, true) => Condition::no("Accepted", "ListenersNotValid", "there is no listener"),
    };
    let programmed = if listeners.iter().any(|(_, listener)| listener.is_programmed()) {
        Condition::yes("Programmed", "Programmed", "")
    } else {
        Condition::no("Programmed", "Invalid", "no listener can be served")
    };
    let unresolved = names(&|listener| listener.unresolved.is_some());
    let resolved = if unresolved.is_empty() {
        Condition::yes("ResolvedRefs", "ResolvedRefs", "")
    } else {
        Condition::no("ResolvedRefs", "ListenersNotResolved", format!("not resolved: {unresolved}"))
    };
    vec![accepted, programmed, resolved]
}

fn listener_conditions(listener: &Judged<'_, '_>) -> Vec<Condition> {
    let conflicted = match &listener.conflict {
        Some(conflict) => Condition::yes("Conflicted", conflict.reason, &conflict.message),
        None => Condition::no("Conflicted", "NoConflicts", ""),
    };
    let programmed = match (listener.refused(), listener.is_programmed()) {
        // As the conformance suite has it for conflicts.
        (Some(fault), _) if listener.conflict.as_ref() == Some(fault) => {
            Condition::no("Programmed", fault.reason, &fault.message)
        }
        (Some(_), _) => Condition::no("Programmed", "Invalid", "the listener is not accepted"),
        (None, true) => Condition::yes("Programmed", "Programmed", ""),
        (None, false) => Condition::no("Programmed", "Invalid", "the listener has no certificate"),
    };
    let mut conditions = vec![
        Condition::unless("Accepted", "Accepted", listener.refused()),
        conflicted,
        programmed,
        Condition::unless("ResolvedRefs", "ResolvedRefs", listener.unresolved.as_ref()),
    ];
    if !listener.overlapping.is_empty() {
        // "Controllers MUST detect the presence of overlapping hostnames … MUST NOT be set when it is False."
        let names: Vec<String> = listener.overlapping.iter().map(ListenerName::to_string).collect();
        let message = format!("serves some of the same hosts as {}", names.join(", "));
        conditions.push(Condition::yes("OverlappingTLSConfig", "OverlappingHostnames", message));
    }
    conditions
}

fn warn(listener: &Judged<'_, '_>, warnings: &mut Vec<Warning>) {
    let faults = [&listener.listener.fault, &listener.conflict, &listener.unresolved].into_iter().flatten();
    for fault in faults.chain(&listener.certificates.remarks) {
        warnings.push(Warning {
            document: listener.listener.document,
            pointer: listener.listener.pointer.clone(),
            code: fault.reason,
            message: format!("listener {}: {}", listener.listener.name.name, fault.message),
            hint: fault.hint.clone(),
        });
    }
}

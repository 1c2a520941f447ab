//! Which port each listener binds.

use std::collections::{BTreeMap, BTreeSet};

use httproute_manifests::{Addresses, FilterChain, ListenerName, ListenerStatus, ObjectName, Resolution};
use httproute_sdk::{Problem, Severity};

use crate::args::BoundPort;

/// How much higher a port is bound that the user may not bind.
pub(crate) const RAISED_BY: u16 = 10_000;

/// Where the Gateways listen: on addresses of their own as soon as a port is for the listener of one of them.
pub(crate) fn addresses(ports: &[BoundPort]) -> Addresses {
    match ports.iter().any(|port| port.listener.contains('/')) {
        true => Addresses::PerGateway,
        false => Addresses::Shared,
    }
}

/// The port to bind for the filter chains of one port.
///
/// # Errors
///
/// Two ports for the same chains.
pub(crate) fn bound(
    ports: &[BoundPort],
    raised: &BTreeSet<u16>,
    chains: &[&FilterChain],
) -> Result<u16, String> {
    let port = chains.first().map_or(0, |chain| chain.port);
    let is_meant = |wanted: &&BoundPort| {
        let mut listeners = chains.iter().flat_map(|chain| &chain.listeners);
        listeners.any(|listener| selects(&wanted.listener, listener, port))
    };
    let mut meant = ports.iter().filter(is_meant);
    let Some(first) = meant.next() else {
        return Ok(if raised.contains(&port) { port + RAISED_BY } else { port });
    };
    match meant.find(|other| other.bound != first.bound) {
        Some(other) => Err(format!(
            "--port {}={} and --port {}={} are for the same port, {port}",
            first.listener, first.bound, other.listener, other.bound
        )),
        None => Ok(first.bound),
    }
}

/// Leaves out what two Gateways would bind one port for, where no `--port` is for either: who names the port of one Gateway
/// means that one, and need not speak of all the others. Says what is left out.
pub(crate) fn leave_out(ports: &[BoundPort], resolution: &mut Resolution) -> Vec<String> {
    if addresses(ports) == Addresses::Shared {
        return Vec::new();
    }
    let is_bound = |chain: &FilterChain| {
        let mut flags = ports.iter();
        flags.any(|flag| chain.listeners.iter().any(|listener| selects(&flag.listener, listener, chain.port)))
    };
    let mut gateways: BTreeMap<u16, BTreeSet<ObjectName>> = BTreeMap::new();
    for chain in resolution.chains.iter().filter(|chain| !is_bound(chain)) {
        gateways.entry(chain.port).or_default().extend(chain.gateway.clone());
    }
    gateways.retain(|_, gateways| gateways.len() > 1);
    resolution.chains.retain(|chain| is_bound(chain) || !gateways.contains_key(&chain.port));
    let left_out = |(port, gateways): (&u16, &BTreeSet<ObjectName>)| {
        let names: Vec<String> = gateways.iter().map(ObjectName::to_string).collect();
        format!("port {port} of {} is left out: give each a --port of its own", names.join(", "))
    };
    gateways.iter().map(left_out).collect()
}

/// The ports in `ports` that no listener has. It may be there for another day, so it is only a warning.
pub(crate) fn unused(ports: &[BoundPort], resolution: &Resolution) -> Vec<Problem> {
    let is_unused = |wanted: &&BoundPort| {
        let number = wanted.listener.rsplit('/').next().unwrap_or_default();
        number.parse::<u16>().is_ok()
            && !listeners(resolution).any(|listener| selects(&wanted.listener, &listener.name, listener.port))
    };
    let problem = |BoundPort { listener, bound }: &BoundPort| Problem {
        severity: Severity::Warning,
        pointer: String::new(),
        code: "UnknownListener",
        message: format!("--port {listener}={bound} has no effect: there is no listener {listener}"),
        hint: known(resolution),
    };
    ports.iter().filter(is_unused).map(problem).collect()
}

fn listeners(resolution: &Resolution) -> impl Iterator<Item = &ListenerStatus> {
    resolution.gateways.iter().flat_map(|gateway| &gateway.listeners)
}

/// The listeners that there are, for a hint.
fn known(resolution: &Resolution) -> String {
    let names = listeners(resolution).map(|listener| format!("{} (port {})", listener.name, listener.port));
    format!("the listeners are {}", names.collect::<Vec<_>>().join(", "))
}

/// Names of listeners that there are not.
///
/// # Errors
///
/// The first of them, and which listeners there are.
pub(crate) fn check(ports: &[BoundPort], resolution: &Resolution) -> Result<(), String> {
    let is_unknown = |wanted: &&BoundPort| {
        let last = wanted.listener.rsplit('/').next().unwrap_or_default();
        last.parse::<u16>().is_err()
            && !listeners(resolution).any(|listener| selects(&wanted.listener, &listener.name, listener.port))
    };
    match ports.iter().find(is_unknown) {
        Some(BoundPort { listener, bound }) => {
            Err(format!("--port {listener}={bound}: there is no listener {listener}; {}", known(resolution)))
        }
        None => Ok(()),
    }
}

/// Whether `wanted` means the listener: its port or its name, behind the name of its Gateway or not.
fn selects(wanted: &str, listener: &ListenerName, port: u16) -> bool {
    let mut parts = wanted.rsplit('/');
    let is_it = |part: &str| part == listener.name || part.parse() == Ok(port);
    parts.next().is_some_and(is_it)
        && parts.next().is_none_or(|gateway| gateway == listener.gateway.name)
        && parts.next().is_none_or(|namespace| namespace == listener.gateway.namespace)
}

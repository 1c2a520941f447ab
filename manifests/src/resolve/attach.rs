//! To which listeners a route is attached.

use super::conditions::Fault;
use super::hostname::intersect;
use super::inventory::GATEWAY_API;
use super::listeners::Judged;
use super::namespaces::Namespaces;
use super::route::{ParentReference, Route};

/// The listeners that `parent` attaches `route` to, as numbers among all `listeners`.
///
/// # Errors
///
/// Why there is none: of the reasons that the listeners have, that of the one which came nearest.
pub(crate) fn attach(
    route: &Route<'_>,
    parent: &ParentReference<'_>,
    listeners: &[Judged<'_, '_>],
    namespaces: &Namespaces<'_>,
) -> Result<Vec<usize>, Fault> {
    let gateway = &parent.name;
    let of_gateway =
        listeners.iter().enumerate().filter(|(_, judged)| judged.listener.name.gateway == *gateway);
    // "SectionName is the name of a section within the target resource"; "When both Port (experimental) and SectionName are
    // specified, the name and port of the selected listener must match both specified values."
    let mut remaining: Vec<(usize, &Judged<'_, '_>)> = of_gateway
        .filter(|(_, Judged { listener, .. })| {
            parent.section_name.as_ref().is_none_or(|name| *name == listener.name.name)
                && parent.port.is_none_or(|port| port == listener.port)
        })
        .collect();
    if remaining.is_empty() {
        let mut wanted = Vec::new();
        wanted.extend(parent.section_name.as_ref().map(|name| format!("named {name:?}")));
        wanted.extend(parent.port.map(|port| format!("on port {port}")));
        let message = format!("Gateway {gateway} has no listener {}", wanted.join(" "));
        return Err(Fault::new("NoMatchingParent", message.trim_end().to_owned(), ""));
    }
    // "A Route is successfully attached to a Listener when it is selected by the Listener's AllowedRoutes field".
    remaining.retain(|(_, Judged { listener, .. })| {
        let kinds = &listener.supported_kinds;
        kinds.iter().any(|kind| kind.group == GATEWAY_API && kind.kind == "HTTPRoute")
            && namespaces.allow(&listener.namespaces, &gateway.namespace, &route.name.namespace)
    });
    if remaining.is_empty() {
        let message = format!(
            "no listener of Gateway {gateway} that is meant allows HTTPRoutes of namespace {}",
            route.name.namespace
        );
        let hint = "see allowedRoutes of the listener: without it, only routes of the Gateway's own namespace are allowed";
        return Err(Fault::new("NotAllowedByListeners", message, hint));
    }
    // "When both listener and route specify hostnames, there MUST be an intersection between the values for a Route to be
    // accepted." The hostnames that do not intersect need not be taken out: a request for them never gets to the listener.
    remaining.retain(|(_, Judged { listener, .. })| match (&listener.hostname, &route.hostnames) {
        (Some(listener), Some(hostnames)) => hostnames.iter().any(|hostname| intersect(listener, hostname)),
        _ => true,
    });
    if remaining.is_empty() {
        let hostnames = route.hostnames.as_ref().map(|hostnames| hostnames.join(", ")).unwrap_or_default();
        let message = format!("no listener of Gateway {gateway} that is meant serves a host of {hostnames}");
        return Err(Fault::new("NoMatchingListenerHostname", message, ""));
    }
    Ok(remaining.into_iter().map(|(number, _)| number).collect())
}

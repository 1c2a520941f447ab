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
        || listeners.iter().enumerate().filter(|(_, judged)| judged.listener.name.gateway == *gateway);
    let fault = |reason, what: &str, hint: String| {
        let section = parent.section_name.as_ref().map(|name| format!(" named {name:?}")).unwrap_or_default();
        let port = parent.port.map(|port| format!(" on port {port}")).unwrap_or_default();
        Fault::new(reason, format!("Gateway {gateway} has no listener{section}{port}{what}"), hint)
    };
    // "SectionName is the name of a section within the target resource"; "When both Port (experimental) and SectionName are
    // specified, the name and port of the selected listener must match both specified values."
    let mut remaining: Vec<(usize, &Judged<'_, '_>)> = of_gateway()
        .filter(|(_, Judged { listener, .. })| {
            parent.section_name.as_ref().is_none_or(|name| *name == listener.name.name)
                && parent.port.is_none_or(|port| port == listener.port)
        })
        .collect();
    if remaining.is_empty() {
        let listed: Vec<String> = of_gateway()
            .map(|(_, Judged { listener, .. })| format!("{} on port {}", listener.name.name, listener.port))
            .collect();
        return Err(match listed.as_slice() {
            [] => {
                fault("NoMatchingParent", " that can be read", "see what is reported of the Gateway".into())
            }
            _ => fault("NoMatchingParent", "", format!("it has {}", listed.join(", "))),
        });
    }
    // "A Route is successfully attached to a Listener when it is selected by the Listener's AllowedRoutes field".
    remaining.retain(|(_, Judged { listener, .. })| {
        let kinds = &listener.supported_kinds;
        kinds.iter().any(|kind| kind.group == GATEWAY_API && kind.kind == "HTTPRoute")
            && namespaces.allow(&listener.namespaces, &gateway.namespace, &route.name.namespace)
    });
    if remaining.is_empty() {
        let what = format!(" that allows HTTPRoutes of namespace {}", route.name.namespace);
        let hint =
            "see its allowedRoutes: without them, only routes of the Gateway's own namespace are allowed";
        return Err(fault("NotAllowedByListeners", &what, hint.into()));
    }
    // "When both listener and route specify hostnames, there MUST be an intersection between the values for a Route to be
    // accepted." The hostnames that do not intersect need not be taken out: a request for them never gets to the listener.
    let candidates = remaining.clone();
    remaining.retain(|(_, Judged { listener, .. })| match (&listener.hostname, &route.hostnames) {
        (Some(listener), Some(hostnames)) => hostnames.iter().any(|hostname| intersect(listener, hostname)),
        _ => true,
    });
    if remaining.is_empty() {
        let hostnames = route.hostnames.as_ref().map(|hostnames| hostnames.join(", ")).unwrap_or_default();
        let served: Vec<&str> =
            candidates.iter().filter_map(|(_, judged)| judged.listener.hostname.as_deref()).collect();
        let what = format!(" for a host of {hostnames}");
        return Err(fault("NoMatchingListenerHostname", &what, format!("there is {}", served.join(", "))));
    }
    Ok(remaining.into_iter().map(|(number, _)| number).collect())
}

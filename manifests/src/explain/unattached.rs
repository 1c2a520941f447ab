//! Routes that have no part in a request, because they are not attached to its listener.

use super::explanation::{Elsewhere, ServingListener};
use crate::resolve::{Condition, ListenerName, ParentStatus, Resolution, RouteStatus};

/// The routes that are not attached to `listener`, each with the reason.
pub(super) fn routes(resolution: &Resolution, listener: Option<&ServingListener>) -> Vec<Elsewhere> {
    let is_this = |name: &ListenerName| {
        listener.is_some_and(|listener| {
            // What stands in for a missing Gateway is the only listener there is.
            listener.gateway.is_none()
                || (listener.gateway.as_deref() == Some(&name.gateway.to_string())
                    && listener.name.as_deref() == Some(&name.name))
        })
    };
    let unattached = resolution
        .routes
        .iter()
        .filter(|route| !route.parents.iter().flat_map(|parent| &parent.listeners).any(is_this));
    unattached.map(|route| Elsewhere { route: route.name.clone(), reason: reason(route) }).collect()
}

fn reason(route: &RouteStatus) -> String {
    let elsewhere: Vec<String> =
        route.parents.iter().flat_map(|parent| &parent.listeners).map(ListenerName::to_string).collect();
    if !elsewhere.is_empty() {
        return format!("attached to {}", elsewhere.join(", "));
    }
    match route.parents.iter().find_map(refusal) {
        Some(refused) => format!("not attached: {} ({})", refused.message, refused.reason),
        None => "not attached: none of its parentRefs leads to a Gateway of these manifests".to_owned(),
    }
}

fn refusal(parent: &ParentStatus) -> Option<&Condition> {
    parent.conditions.iter().find(|condition| condition.kind == "Accepted" && !condition.status)
}

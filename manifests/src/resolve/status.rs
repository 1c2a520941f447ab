//! What a cluster would show in `status` of Gateways and routes.

use super::conditions::Condition;
use super::inventory::GATEWAY_API;
use super::name::{ListenerName, ObjectName};

/// `status` of a Gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayStatus {
    /// The Gateway.
    pub name: ObjectName,
    /// Index of its document; `None` for the implicit Gateway ([`Options::implicit_gateway`](crate::Options)).
    pub document: Option<usize>,
    /// `Accepted`, `Programmed`, `ResolvedRefs`.
    pub conditions: Vec<Condition>,
    /// Its listeners, in the order of the Gateway.
    pub listeners: Vec<ListenerStatus>,
}

/// `status.listeners[]` of a Gateway, and what of the listener itself is worth printing beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerStatus {
    /// The listener.
    pub name: ListenerName,
    /// `port`.
    pub port: u16,
    /// `protocol`.
    pub protocol: String,
    /// `hostname`; `None` for all.
    pub hostname: Option<String>,
    /// "the kinds supported by this listener".
    pub supported_kinds: Vec<RouteKind>,
    /// "the total number of Routes that have been successfully attached to this Listener".
    pub attached_routes: usize,
    /// `Accepted`, `Conflicted`, `Programmed`, `ResolvedRefs`, and `OverlappingTLSConfig` where it is true.
    pub conditions: Vec<Condition>,
}

/// A kind of route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteKind {
    /// The API group.
    pub group: String,
    /// The kind.
    pub kind: String,
}

impl RouteKind {
    pub(crate) fn http_route() -> Self {
        RouteKind { group: GATEWAY_API.into(), kind: "HTTPRoute".into() }
    }
}

/// `status` of an HTTPRoute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteStatus {
    /// The route.
    pub name: ObjectName,
    /// Index of its document.
    pub document: usize,
    /// One entry for each parentRef that leads to a Gateway which is served. "parent references that cannot be resolved by an
    /// implementation of this API will not be added to this list"; there is a warning for each.
    pub parents: Vec<ParentStatus>,
}

/// `status.parents[]` of an HTTPRoute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParentStatus {
    /// The Gateway.
    pub gateway: ObjectName,
    /// `sectionName` of the parentRef.
    pub section_name: Option<String>,
    /// `port` of the parentRef.
    pub port: Option<u16>,
    /// JSON pointer to the parentRef; `/spec` where the implicit Gateway is the parent.
    pub pointer: String,
    /// The listeners to which the route is attached by this parentRef, in the order of the Gateway.
    pub listeners: Vec<ListenerName>,
    /// `Accepted`, `ResolvedRefs`, and `PartiallyInvalid` where it is true.
    pub conditions: Vec<Condition>,
}

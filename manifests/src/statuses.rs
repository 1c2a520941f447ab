//! What a cluster would show in `status`, for tools.

use serde_json::{Value, json};

use crate::resolve::{Condition, GatewayStatus, ListenerStatus, ParentStatus, Resolution, RouteStatus};

impl Resolution {
    /// The status of each Gateway and each HTTPRoute: an array of objects with the API's own names.
    pub fn statuses(&self) -> Value {
        self.gateways.iter().map(gateway).chain(self.routes.iter().map(route)).collect()
    }
}

fn gateway(gateway: &GatewayStatus) -> Value {
    json!({
        "kind": "Gateway",
        "namespace": gateway.name.namespace,
        "name": gateway.name.name,
        "conditions": conditions(&gateway.conditions),
        "listeners": gateway.listeners.iter().map(listener).collect::<Vec<_>>(),
    })
}

fn listener(listener: &ListenerStatus) -> Value {
    let kinds = listener.supported_kinds.iter();
    let kinds: Vec<Value> = kinds.map(|kind| json!({ "group": kind.group, "kind": kind.kind })).collect();
    json!({
        "name": listener.name.name,
        "port": listener.port,
        "protocol": listener.protocol,
        "hostname": listener.hostname,
        "supportedKinds": kinds,
        "attachedRoutes": listener.attached_routes,
        "conditions": conditions(&listener.conditions),
    })
}

fn route(route: &RouteStatus) -> Value {
    json!({
        "kind": "HTTPRoute",
        "namespace": route.name.namespace,
        "name": route.name.name,
        "parents": route.parents.iter().map(parent).collect::<Vec<_>>(),
    })
}

fn parent(parent: &ParentStatus) -> Value {
    json!({
        "parentRef": {
            "namespace": parent.gateway.namespace,
            "name": parent.gateway.name,
            "sectionName": parent.section_name,
            "port": parent.port,
        },
        "listeners": parent.listeners.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "conditions": conditions(&parent.conditions),
    })
}

fn conditions(conditions: &[Condition]) -> Vec<Value> {
    let one = |condition: &Condition| {
        json!({
            "type": condition.kind,
            "status": condition.status_text(),
            "reason": condition.reason,
            "message": condition.message,
        })
    };
    conditions.iter().map(one).collect()
}

//! Of which kind an object is, and in which version it is written.

use serde_json::Value;

use super::place::Place;
use super::report::{Report, quoted, shown};
use crate::schema::{GATEWAY_GROUP, KINDS, Kind, NOT_CARRIED_OUT};
use httproute_sdk::did_you_mean;

/// Group and kind of objects that route HTTP, and that no part of the Gateway API is.
const OF_OTHERS: [(&str, &str); 18] = [
    ("networking.k8s.io", "Ingress"),
    ("extensions", "Ingress"),
    ("networking.istio.io", "VirtualService"),
    ("networking.istio.io", "Gateway"),
    ("networking.istio.io", "DestinationRule"),
    ("traefik.io", "IngressRoute"),
    ("traefik.containo.us", "IngressRoute"),
    ("traefik.io", "Middleware"),
    ("projectcontour.io", "HTTPProxy"),
    ("getambassador.io", "Mapping"),
    ("configuration.konghq.com", "KongIngress"),
    ("apisix.apache.org", "ApisixRoute"),
    ("route.openshift.io", "Route"),
    ("k8s.nginx.org", "VirtualServer"),
    ("k8s.nginx.org", "VirtualServerRoute"),
    ("appmesh.k8s.aws", "VirtualRouter"),
    ("split.smi-spec.io", "TrafficSplit"),
    ("specs.smi-spec.io", "HTTPRouteGroup"),
];

/// The kind of `object`, where it is one that is looked at and in a version that can be read.
pub(super) fn identify(object: &Value, report: &mut Report) -> Option<&'static Kind> {
    let api_version = member(object, "apiVersion", report);
    let name = member(object, "kind", report);
    let (api_version, name) = (api_version?, name?);
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    let at_version = Place::Key(&Place::Root, "apiVersion");
    let at_kind = Place::Key(&Place::Root, "kind");

    if group == GATEWAY_GROUP || group == "gateway.networking.x-k8s.io" {
        return of_gateway_api(group, version, name, report);
    }
    match (group, name) {
        // The API was named so before it was of Kubernetes itself.
        ("networking.x-k8s.io", name) => {
            let message =
                format!("{api_version} is the first, experimental API, which no cluster serves any more");
            let known = KINDS.iter().find(|kind| kind.name == name);
            let present = known.map_or_else(|| format!("{GATEWAY_GROUP}/v1"), present);
            report.error(&at_version, "UnsupportedVersion", message, format!("write {present}"));
            None
        }
        (group, name) if OF_OTHERS.contains(&(group, name)) || is_http_route_of_others(group, name) => {
            let article =
                if name.starts_with(['A', 'I', 'O']) || name.starts_with("HTTPR") { "an" } else { "a" };
            let message =
                format!("{article} {name} of {group} is not looked at, so its routes are missing here");
            report.warn(
                &at_kind,
                "UnsupportedKind",
                message,
                "write it as an HTTPRoute and a Gateway of gateway.networking.k8s.io/v1",
            );
            None
        }
        ("kustomize.config.k8s.io", name) => {
            let message = format!("a {name} names manifests, and is not followed");
            report.warn(
                &at_kind,
                "UnsupportedKind",
                message,
                "build it: `kubectl kustomize . | httproute check -f -`",
            );
            None
        }
        // The groups without a name of their own and those below k8s.io are of Kubernetes, which has each kind once.
        (group, name) if !is_of_others(group) => match KINDS.iter().find(|kind| kind.name == name) {
            Some(kind) if kind.group == group && version == "v1" => Some(kind),
            Some(kind) => {
                let message = format!("there is no {name} in {}", quoted(api_version));
                report.error(&at_version, "UnsupportedVersion", message, format!("write {}", present(kind)));
                None
            }
            None => {
                let same = |kind: &&Kind| kind.name.eq_ignore_ascii_case(name);
                if let Some(kind) = KINDS.iter().find(same) {
                    let message = format!("there is no kind {} in {api_version}", quoted(name));
                    report.error(&at_kind, "UnsupportedKind", message, format!("write {}", kind.name));
                }
                None
            }
        },
        _ => {
            // What other people's APIs have is theirs, unless the group has a slip in it.
            if is_slip(group) {
                let message = format!("there is no API {}", quoted(api_version));
                report.error(&at_version, "UnsupportedVersion", message, format!("write {GATEWAY_GROUP}/v1"));
            }
            None
        }
    }
}

/// Whether an API group is not one of Kubernetes: what it has is for others to say.
fn is_of_others(group: &str) -> bool {
    group.contains('.') && !group.ends_with(".k8s.io")
}

/// Whether an API group is the Gateway API's with a slip.
fn is_slip(group: &str) -> bool {
    did_you_mean(group, &[GATEWAY_GROUP]).is_some()
}

/// Others have kinds of this name, too, such as Linkerd.
fn is_http_route_of_others(group: &str, name: &str) -> bool {
    name == "HTTPRoute" && is_of_others(group) && !is_slip(group)
}

fn of_gateway_api(group: &str, version: &str, name: &str, report: &mut Report) -> Option<&'static Kind> {
    let at_version = Place::Key(&Place::Root, "apiVersion");
    let at_kind = Place::Key(&Place::Root, "kind");
    let kind = KINDS.iter().find(|kind| kind.group == group && kind.name == name);
    let Some(kind) = kind else {
        let names: Vec<&str> = KINDS
            .iter()
            .filter(|kind| kind.group == group)
            .map(|kind| kind.name)
            .chain(NOT_CARRIED_OUT)
            .collect();
        if group != GATEWAY_GROUP || NOT_CARRIED_OUT.contains(&name) {
            let message = format!("objects of kind {name} are not looked at, and not carried out");
            report.warn(&at_kind, "UnsupportedKind", message, "");
        } else if name == "ReferencePolicy" {
            let message = "a ReferencePolicy is called ReferenceGrant today".to_owned();
            report.error(&at_kind, "UnsupportedKind", message, "write `kind: ReferenceGrant`");
        } else {
            let message = format!("there is no kind {} in {group}", quoted(name));
            report.error(&at_kind, "UnsupportedKind", message, super::suggest::hint(name, &names));
        }
        return None;
    };
    if !kind.versions.contains(&version) {
        let message = format!("there is no version {} of {name}", quoted(version));
        report.error(&at_version, "UnsupportedVersion", message, format!("write {}", present(kind)));
        return None;
    }
    // Of ReferenceGrant, v1beta1 is what clusters store, and older ones know nothing else.
    if version != "v1" && name != "ReferenceGrant" {
        let message = format!("{version} is an old version of {name}, and is read as v1");
        report.warn(&at_version, "OldVersion", message, format!("write {}", present(kind)));
    }
    Some(kind)
}

fn present(kind: &Kind) -> String {
    match kind.group {
        "" => "v1".to_owned(),
        group => format!("{group}/v1"),
    }
}

fn member<'v>(object: &'v Value, key: &str, report: &mut Report) -> Option<&'v str> {
    match object.get(key) {
        Some(Value::String(text)) => Some(text),
        None | Some(Value::Null) => {
            let hint = match key {
                "kind" => "add `kind: HTTPRoute`, or what it is",
                _ => "add `apiVersion: gateway.networking.k8s.io/v1`, or for a Service `apiVersion: v1`",
            };
            report.error(&Place::Root, "Missing", format!("{key} is missing"), hint);
            None
        }
        Some(other) => {
            let message = format!("{key} must be a string, but is {}", shown(other));
            report.error(&Place::Key(&Place::Root, key), "WrongType", message, "");
            None
        }
    }
}

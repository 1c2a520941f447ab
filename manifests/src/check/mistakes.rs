//! What is often written wrong, and what to write instead.

use serde_json::Value;

use super::place::Place;
use super::suggest;
use crate::schema::{Form, Shape, Text};

/// Names that are written for something that has another form: in the object on the left, the name in the middle.
const INSTEAD: [(&str, &str, &str); 37] = [
    ("match", "pathPrefix", PATH),
    ("match", "prefix", PATH),
    ("match", "pathType", PATH),
    ("match", "uri", PATH),
    ("match", "url", PATH),
    ("match", "value", "write it under path: `path: {type: PathPrefix, value: /foo}`"),
    ("match", "type", "write it under path: `path: {type: PathPrefix, value: /foo}`"),
    ("match", "methods", "write one match for each: `method: GET`"),
    ("match", "query", "write `queryParams: [{name: …, value: …}]`"),
    ("match", "hostnames", "hostnames stand in spec, for all rules"),
    ("match", "host", "write `hostnames: […]` in spec, for all rules"),
    ("rule", "forwardTo", BACKENDS),
    ("rule", "backends", BACKENDS),
    ("rule", "backendRef", BACKENDS),
    ("rule", "backend", BACKENDS),
    ("rule", "match", "write `matches:`, a list"),
    ("rule", "filter", "write `filters:`, a list"),
    ("rule", "path", "write it in a match: `matches: [{path: {type: PathPrefix, value: /foo}}]`"),
    ("rule", "timeout", "write `timeouts: {request: 10s}`"),
    ("backendRef", "serviceName", "write `name:`"),
    ("backendRef", "servicePort", "write `port:`"),
    ("backendRef", "service", "write `name:` and `port:`"),
    ("backendRef", "targetPort", "write `port:`, the port of the Service"),
    ("HTTPRoute spec", "gateways", PARENTS),
    ("HTTPRoute spec", "parentRef", PARENTS),
    ("HTTPRoute spec", "gatewayClassName", "the class stands in the Gateway; name the Gateway in parentRefs"),
    ("HTTPRoute spec", "host", "write `hostnames:`, a list"),
    ("HTTPRoute spec", "hosts", "write `hostnames:`, a list"),
    ("HTTPRoute spec", "tls", "TLS is ended by the listener of the Gateway: spec.listeners[].tls"),
    ("redirect", "code", "write `statusCode:`"),
    ("redirect", "status", "write `statusCode:`"),
    ("header modifier", "replace", "write `set:`"),
    ("header modifier", "delete", "write `remove:`"),
    ("listener", "routes", "write `allowedRoutes:`; routes name the Gateway in parentRefs"),
    ("listener", "hostnames", "write `hostname:`, one for each listener"),
    ("listener's tls", "certificateRef", "write `certificateRefs:`, a list"),
    ("listener's tls", "secretName", "write `certificateRefs: [{name: …}]`"),
];
const PATH: &str = "write `path: {type: PathPrefix, value: /foo}`";
const BACKENDS: &str = "write `backendRefs:`, a list of {name, port}";
const PARENTS: &str = "write `parentRefs:`, a list of {name}";

/// Where a name that stands in the wrong object is at home. Often the indentation is what is wrong.
const HOMES: [(&str, &str); 18] = [
    ("parentRefs", "spec"),
    ("hostnames", "the spec of an HTTPRoute"),
    ("rules", "the spec of an HTTPRoute"),
    ("gatewayClassName", "the spec of a Gateway"),
    ("listeners", "the spec of a Gateway"),
    ("matches", "a rule"),
    ("filters", "a rule or a backendRef"),
    ("backendRefs", "a rule"),
    ("timeouts", "a rule"),
    ("path", "a match"),
    ("method", "a match"),
    ("headers", "a match"),
    ("queryParams", "a match"),
    ("weight", "a backendRef"),
    ("allowedRoutes", "a listener"),
    ("certificateRefs", "the tls of a listener"),
    ("namespace", "metadata or a reference"),
    ("labels", "metadata"),
];

/// What to do about a name that an object does not have.
pub(super) fn unknown_field(owner: &str, key: &str, known: &[&str]) -> String {
    if let Some((.., hint)) = INSTEAD.iter().find(|(object, name, _)| (*object, *name) == (owner, key)) {
        return (*hint).to_owned();
    }
    if httproute_sdk::did_you_mean(key, known).is_none()
        && let Some((_, home)) = HOMES.iter().find(|(name, _)| *name == key)
    {
        return format!("{key} belongs to {home}: check the indentation");
    }
    suggest::hint(key, known)
}

/// What to do about a value of another type than `shape` asks for.
pub(super) fn wrong_type(owner: &str, place: &Place<'_>, shape: Shape, value: &Value) -> String {
    let name = place.name();
    let hint = match (shape, value, owner, name.as_str()) {
        (Shape::Object(_), Value::String(path), "match", "path") => {
            return format!("write `path: {{type: PathPrefix, value: {path}}}`");
        }
        (Shape::Object(_), Value::String(path), "redirect" | "rewrite", "path") => {
            return format!(
                "write `path: {{type: ReplaceFullPath, replaceFullPath: {path}}}`, or to replace only the matched prefix \
                 `path: {{type: ReplacePrefixMatch, replacePrefixMatch: {path}}}`"
            );
        }
        (
            Shape::Text(Text { form: Some(Form { code: "InvalidDuration", .. }), .. }),
            Value::Number(number),
            ..,
        ) => {
            return format!("write it with a unit: `{name}: {number}s`");
        }
        (Shape::Number(..), Value::String(text), _, "weight" | "percent") if text.ends_with('%') => {
            let number = text.trim_end_matches('%');
            return match name.as_str() {
                "weight" => format!(
                    "write `weight: {number}`: a weight is a share of the sum of all weights of the rule"
                ),
                _ => format!("write `percent: {number}`"),
            };
        }
        (Shape::List(_), Value::Object(_), "match", "headers" | "queryParams") => {
            "write a list: `[{name: …, value: …}]`"
        }
        (Shape::List(_), Value::Null | Value::Object(_), ..) => "begin each item of the list with \"- \"",
        (Shape::List(_), ..) => "write a list: `[…]`, or one item in each line, beginning with \"- \"",
        (Shape::Object(_) | Shape::Texts(_), Value::Array(_), ..) => "leave out the \"- \" before it",
        (Shape::Object(_) | Shape::Texts(_), Value::Null, ..) => {
            "nothing stands below it: check the indentation of the next lines"
        }
        (Shape::Text(_) | Shape::Choice(_), Value::Bool(_), ..) => {
            "put it in quotes: without them, true, false, yes, no, on, off, y and n are booleans"
        }
        (Shape::Text(_) | Shape::Choice(_), Value::Number(_), ..) => "put the number in quotes",
        (Shape::Number(..) | Shape::Numbers(_), Value::String(text), ..) if text.parse::<i64>().is_ok() => {
            "leave out the quotes"
        }
        (Shape::Number(..), Value::String(_), "backendRef", "port") => {
            "give the number of the port: names of ports are not taken here"
        }
        (Shape::Flag, Value::String(_), ..) => "leave out the quotes",
        _ => "",
    };
    hint.to_owned()
}

/// What to do about a number that is too small or too large.
pub(super) fn out_of_range(name: &str, number: i128) -> &'static str {
    match name {
        "weight" if number < 0 => "use 0 to send nothing to this backend",
        "weight" => "weights are shares of their sum, not percentages: divide all of them",
        "percent" => "give percents of the requests; use fraction for finer shares",
        "port" => "ports go from 1 to 65535",
        _ => "",
    }
}

/// What to do about a list that is too long.
pub(super) fn too_many(name: &str) -> &'static str {
    match name {
        "rules" | "matches" | "hostnames" => "split the route into several HTTPRoutes",
        "listeners" => "split the Gateway into several",
        _ => "",
    }
}

/// What to do about something that is missing in `value`.
pub(super) fn missing(owner: &str, name: &str, value: &Value) -> String {
    let there = |member: &str| value.get(member).is_some();
    match (owner, name) {
        ("filter", "type") => {
            let members = [
                ("requestHeaderModifier", "RequestHeaderModifier"),
                ("responseHeaderModifier", "ResponseHeaderModifier"),
                ("requestMirror", "RequestMirror"),
                ("requestRedirect", "RequestRedirect"),
                ("urlRewrite", "URLRewrite"),
                ("cors", "CORS"),
                ("externalAuth", "ExternalAuth"),
                ("extensionRef", "ExtensionRef"),
            ];
            let found = members.iter().find(|(member, _)| there(member));
            found.map_or_else(|| "add type".to_owned(), |(_, kind)| format!("add `type: {kind}`"))
        }
        ("path modifier", "type") if there("replaceFullPath") => "add `type: ReplaceFullPath`".to_owned(),
        ("path modifier", "type") if there("replacePrefixMatch") => {
            "add `type: ReplacePrefixMatch`".to_owned()
        }
        ("path modifier", "type") => "add `type: ReplaceFullPath` or `type: ReplacePrefixMatch`".to_owned(),
        ("reference", "group") => "add the API group; `group: \"\"` for core kinds".to_owned(),
        ("from" | "to", "group") => {
            "add the API group: gateway.networking.k8s.io for routes, \"\" for Services and Secrets"
                .to_owned()
        }
        ("Gateway spec", "gatewayClassName") => "add the name of a GatewayClass".to_owned(),
        (_, "spec") => "add `spec:`; where it is there, check that it is not indented".to_owned(),
        (_, "metadata") => "add `metadata: {name: …}`".to_owned(),
        _ => format!("add {name}"),
    }
}

/// What to do about text that is too short.
pub(super) fn empty(owner: &str, name: &str) -> &'static str {
    match (owner, name) {
        ("header match" | "query parameter match", "value") => {
            "to match any value, write `type: RegularExpression` and `value: \".*\"`; to match the empty one, `value: \"^$\"`"
        }
        _ => "give a value, or leave the field out",
    }
}

/// What to do about a value with a mistake that is not the field's own: `None` where there is none.
pub(super) fn in_text(written: &str) -> Option<&'static str> {
    if written.contains("{{") && written.contains("}}") {
        return Some(HELM);
    }
    if written.split_once("${").is_some_and(|(_, rest)| rest.contains('}')) {
        return Some("fill in the variable first, as with `envsubst < FILE | httproute check -f -`");
    }
    written.ends_with('\n').then_some(
        "the value ends in a line break: write it in one line in quotes, or begin it with `|-` or `>-` instead of `|` or `>`",
    )
}

/// What to do about a template.
pub(crate) const HELM: &str = "render the template first: `helm template . | httproute check -f -`";

/// What to do about text that has not the form it should have.
pub(super) fn form(form: &Form, written: &str) -> String {
    match form.code {
        "InvalidHostname" if written.contains("://") => "leave out the scheme and the path".to_owned(),
        "InvalidHostname" if written.parse::<std::net::Ipv6Addr>().is_ok() => {
            "IP addresses are no hostnames".to_owned()
        }
        "InvalidHostname" if written.contains(':') => "leave out the port: listeners have it".to_owned(),
        "InvalidHostname" if written == "*" => "leave the hostname out: then it is all hosts".to_owned(),
        "InvalidHostname" if written.chars().any(|c| c.is_ascii_uppercase()) => {
            format!("write it in lower case: {}", written.to_ascii_lowercase())
        }
        "InvalidDuration" if written.bytes().all(|b| b.is_ascii_digit()) => {
            format!("add a unit: {written}s")
        }
        _ => form.hint.to_owned(),
    }
}

/// What to do about a word that is not among those that are known, where it is known what is meant.
pub(super) fn choice(owner: &str, written: &str) -> Option<&'static str> {
    Some(match (owner, written) {
        ("path", "ImplementationSpecific") => "use PathPrefix, Exact or RegularExpression",
        ("path", "Prefix") => "did you mean \"PathPrefix\"?",
        ("path" | "header match" | "query parameter match", "Regex") => "did you mean \"RegularExpression\"?",
        ("redirect", _) => "use http or https",
        _ => return None,
    })
}

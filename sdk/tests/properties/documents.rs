//! Documents of one route for the properties of filters.

use httproute_sdk::{Draw, Outcome, Plan, Routes};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::model::Request;
use crate::observe;

/// A document with one route of one rule.
pub(crate) fn of_rule(rule: &Value) -> Value {
    json!({
        "clusterName": "{namespace}/{name}/{port}",
        "routes": [{
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": { "namespace": "shop", "name": "cart" },
            "spec": { "rules": [rule] },
        }],
    })
}

/// A reference to the Service `name` in the route's own namespace.
pub(crate) fn service(name: &str) -> Value {
    json!({ "name": name, "port": 80 })
}

/// The upstream that [`service`] stands for.
pub(crate) fn cluster(name: &str) -> String {
    format!("shop/{name}/80")
}

/// Calls `see` with the plan for `request` and with what a proxy would send.
pub(crate) fn carry_out<T>(
    routes: &Routes,
    request: &Request,
    seed: u64,
    see: impl FnOnce(&Plan<'_>, Outcome<'_>) -> T,
) -> T {
    request.view(|view| {
        let plan = routes.plan(view, &mut Draw::seeded(seed));
        see(&plan, plan.outcome(view, routes.settings()))
    })
}

/// What a proxy sends on: the upstream, and the lines of the request. `Err` is the status of an answer.
pub(crate) type Sent = Result<(Option<String>, Vec<(Vec<u8>, Vec<u8>)>), u16>;

/// What becomes of `request` in a proxy that runs the rule.
pub(crate) fn send(rule: &Value, request: &Request) -> Sent {
    sent(&observe::decoded(&of_rule(rule)), request)
}

pub(crate) fn sent(routes: &Routes, request: &Request) -> Sent {
    carry_out(routes, request, 1, |_, outcome| match outcome {
        Outcome::Answered(reply) => Err(reply.status),
        Outcome::Forwarded { cluster, headers } => Ok((cluster.map(str::to_owned), headers)),
    })
}

/// The `:path` that is sent on.
pub(crate) fn sent_path(sent: &Sent) -> Result<&[u8], u16> {
    let (_, lines) = sent.as_ref().map_err(|status| *status)?;
    Ok(lines.iter().find(|(name, _)| name == b":path").map(|(_, value)| value.as_slice()).unwrap())
}

/// What follows the prefix in a path: element by element, empty ones and bytes that are no URI characters among them.
pub(crate) fn rest_of_path() -> impl Strategy<Value = Vec<u8>> {
    const RESTS: [&[u8]; 12] = [
        b"",
        b"/",
        b"/",
        b"/bar",
        b"/b/",
        b"//",
        b"//b",
        b"/a:b@c",
        b"/%41%2B",
        b"/\xc3\xa9",
        b"/\xff",
        b"/\"<|>`{}^",
    ];
    prop::collection::vec(select(&RESTS[..]), 0..=3).prop_map(|rests| rests.concat())
}

/// A query, or nothing, or a `?` alone.
pub(crate) fn sent_query() -> impl Strategy<Value = &'static [u8]> {
    const QUERIES: [&[u8]; 6] = [b"", b"?", b"?a=1", b"?a=1&b=%20+", b"?a=1?b=/2", b"?\xc3\xa9=\xff\""];
    select(&QUERIES[..])
}

/// What a path is replaced with: all of it a path that a person would write.
pub(crate) fn replacement() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just(String::new()),
        1 => Just(String::from("/")),
        4 => crate::strategies::plain_path(),
    ]
}

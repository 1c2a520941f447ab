//! What the tests of several parts share.

use serde_json::{Value, json};

use crate::{Draw, Outcome, Plan, Problem, RequestView, Routes, Severity};

/// A configuration that must not be refused.
pub(crate) fn decode(configuration: Value) -> (Routes, Vec<Problem>) {
    Routes::decode(configuration.to_string().as_bytes()).unwrap()
}

/// A configuration in which nothing is wrong.
pub(crate) fn routes(configuration: Value) -> Routes {
    let (routes, problems) = decode(configuration);
    assert_eq!(problems, []);
    routes
}

/// A configuration of one route with this one rule.
pub(crate) fn one_rule(rule: Value) -> Value {
    json!({ "routes": [{ "metadata": { "namespace": "ns", "name": "r" }, "spec": { "rules": [rule] } }] })
}

/// Pointers (behind the rule's own) and codes of the errors that a rule gives.
pub(crate) fn rule_errors(rule: Value) -> Vec<(String, &'static str)> {
    let (_, problems) = decode(one_rule(rule));
    let errors = problems.into_iter().filter(|problem| problem.severity == Severity::Error);
    errors.map(|problem| (problem.pointer.replace("/routes/0/spec/rules/0", ""), problem.code)).collect()
}

/// A GET request and its plan.
pub(crate) fn get<'r, T>(routes: &'r Routes, url: &str, look: impl FnOnce(Plan<'r>) -> T) -> T {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap());
    let headers = [(":method", "GET"), (":scheme", scheme), (":authority", host), (":path", path)]
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    look(routes.plan(&RequestView::new(&headers, &|| None), &mut Draw::seeded(1)))
}

/// The status with which a GET request is answered; 200 where it is forwarded.
pub(crate) fn status(routes: &Routes, url: &str) -> u16 {
    get(routes, url, |plan| {
        let headers = [(&b":path"[..], &b"/"[..])];
        match plan.outcome(&RequestView::new(&headers, &|| None), routes.settings()) {
            Outcome::Answered(reply) => reply.status,
            Outcome::Forwarded { .. } => 200,
        }
    })
}

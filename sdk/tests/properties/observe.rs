//! What the core says, in the words of the oracles.

use httproute_sdk::{Decision, Draw, HeaderOp, Lost, Plan, Problem, Routes, Severity};

use serde_json::Value;

use crate::matching::Verdict;
use crate::model::{Configuration, Request};

/// A configuration in which nothing is wrong, compiled.
pub(crate) fn compiled(configuration: &Configuration) -> Routes {
    decoded(&configuration.to_json())
}

/// A document in which nothing is wrong, compiled.
pub(crate) fn decoded(document: &Value) -> Routes {
    let (routes, problems) = Routes::decode(&serde_json::to_vec(document).unwrap()).unwrap();
    let errors: Vec<&Problem> =
        problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    routes
}

/// The response's changes that follow from a decision alone.
pub(crate) fn response_headers(routes: &Routes, decision: Decision, preflight: bool) -> Vec<HeaderOp> {
    let mut changes = Vec::new();
    routes.response_headers(decision, preflight, &mut |change| changes.push(change.clone()));
    changes
}

/// What the core says about `request`.
pub(crate) fn verdict(routes: &Routes, request: &Request) -> Verdict {
    request.view(|view| verdict_of(&routes.plan(view, &mut Draw::seeded(1))))
}

pub(crate) fn verdict_of(plan: &Plan<'_>) -> Verdict {
    match (plan.decision, plan.rule) {
        (Decision::Rule { listener, matched, .. }, Some(name)) => {
            assert_eq!(
                usize::try_from(matched).unwrap(),
                name.matched,
                "decision and name of the rule agree"
            );
            Verdict::Rule {
                listener: listener.map(|place| usize::try_from(place).unwrap()),
                route: name.route.to_owned(),
                rule: name.rule,
                matched: name.matched,
            }
        }
        (Decision::NoRule(reason), None) => Verdict::NoRule(reason),
        (decision, name) => panic!("{decision:?} with {name:?}"),
    }
}

/// The matches that the request satisfies, as the explanation of the core has them: route, rule, match.
pub(crate) fn matching_contenders(routes: &Routes, request: &Request) -> Vec<(String, usize, usize)> {
    request.view(|view| {
        let decision = routes.plan(view, &mut Draw::seeded(1)).decision;
        let contenders = routes.contenders(decision, view).into_iter();
        contenders
            .filter(|contender| matches!(contender.lost, None | Some(Lost::Precedence(_) | Lost::Answered)))
            .map(|contender| (contender.rule.route.to_owned(), contender.rule.rule, contender.rule.matched))
            .collect()
    })
}

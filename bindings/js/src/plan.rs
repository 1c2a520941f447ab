//! What a module does with a request, as one object.

use httproute_manifests::{Answer, Located, change_to_json};
use httproute_sdk::{Draw, Outcome, RequestView, Routes, RuleName, Timeouts};
use serde_json::{Value, json};

use crate::ask::Ask;
use crate::failure::Failure;
use crate::message::message;

/// What a module with the configuration `config` does with a request: members as in an explanation.
pub(crate) fn plan(config: &[u8], ask: Ask, seed: u64) -> Result<Value, Failure> {
    let (lines, port) = ask.into_lines()?;
    let (routes, problems) = Routes::decode(config)?;
    let borrowed: Vec<_> = lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
    let local_port = || Some(port);
    let request = RequestView::new(&borrowed, &local_port);
    let plan = routes.plan(&request, &mut Draw::seeded(seed));
    let settings = routes.settings();
    let (reply, chosen, after) = match plan.outcome(&request, settings) {
        Outcome::Answered(reply) => (Some(Answer::from(reply)), None, None),
        Outcome::Forwarded { cluster, headers } => (None, cluster, Some(headers)),
    };
    let shares = routes.shares(plan.decision);
    let share =
        |share: &httproute_sdk::Share<'_>| json!({ "cluster": share.cluster, "weight": share.weight });
    let Timeouts { request: whole, backend_request } = plan.timeouts;
    let copies = plan.copies(&request, settings);
    let problems = problems.into_iter().map(|problem| Located::nowhere(problem).to_json());
    Ok(json!({
        "winner": plan.rule.as_ref().map(winner),
        "request": { "before": message(&lines), "after": after.as_ref().map(message) },
        "reply": reply.as_ref().map(Answer::to_json),
        "backend": {
            "chosen": chosen,
            "shares": shares.iter().map(share).collect::<Vec<_>>(),
            "timeouts": { "request": whole, "backendRequest": backend_request },
        },
        "mirrors": copies
            .iter()
            .map(|copy| json!({ "cluster": copy.cluster, "request": message(&copy.headers) }))
            .collect::<Vec<_>>(),
        "response": plan.response_changes().map(change_to_json).collect::<Vec<_>>(),
        "problems": problems.collect::<Vec<_>>(),
    }))
}

fn winner(rule: &RuleName<'_>) -> Value {
    let mut winner = json!({ "route": rule.route, "rule": rule.rule, "match": rule.matched });
    if let (Some(name), Some(members)) = (rule.name, winner.as_object_mut()) {
        members.insert("name".into(), name.into());
    }
    winner
}

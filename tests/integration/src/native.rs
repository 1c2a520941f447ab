//! Runs cases on the SDK.

use httproute_sdk::extension::Registry;
use httproute_sdk::{Draw, HeaderLines, Outcome, Plan, RequestView, Routes, Settings};

use crate::case::{Case, RequestSpec};
use crate::in_memory::{self, Decided, Decider, Fate, PORT, Refused, Told};

/// Runs a case; the error tells all that is not as expected.
pub fn run(case: &Case) -> Result<(), String> {
    run_with(case, &Registry::new())
}

/// The same with filters of one's own.
pub fn run_with(case: &Case, registry: &Registry) -> Result<(), String> {
    let decoded = match Routes::decode_with(case.config_text().as_bytes(), registry) {
        Ok((routes, problems)) => Ok((
            routes,
            problems
                .into_iter()
                .map(|problem| Told {
                    text: problem.to_string(),
                    code: problem.code.to_owned(),
                    pointer: problem.pointer,
                })
                .collect(),
        )),
        Err(refusal) => Err(Refused { code: refusal.code.to_owned(), text: refusal.to_string() }),
    };
    in_memory::run(case, decoded)
}

impl Decider for Routes {
    fn decide(&mut self, request: &RequestSpec) -> Result<Vec<Decided>, String> {
        let lines = in_memory::lines(request);
        let lines: Vec<_> = lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
        let view = RequestView::new(&lines, &|| Some(PORT));
        let seeds = 0..request.times as u64;
        Ok(seeds
            .map(|seed| decided(&self.plan(&view, &mut Draw::seeded(seed)), &view, self.settings()))
            .collect())
    }
}

fn decided(plan: &Plan<'_>, view: &RequestView<'_>, settings: &Settings) -> Decided {
    let rule = plan.rule.map(|rule| format!("{}#{}", rule.route, rule.rule));
    let copies = plan.copies(view, settings).into_iter();
    // Filters of one's own are not shown the response: what they do without looking at it, they do here too.
    let own = plan.extensions.as_ref().map(|effects| effects.responders.respond(&HeaderLines::new).changes);
    let own = own.unwrap_or_default();
    Decided {
        rule: rule.unwrap_or_else(|| "none".into()),
        fate: match plan.outcome(view, settings) {
            Outcome::Answered(reply) => Fate::Answered {
                status: reply.status,
                location: reply.location.map(str::to_owned),
                headers: reply.headers.to_owned(),
                body: reply.body.to_owned(),
            },
            Outcome::Forwarded { cluster, headers } => {
                Fate::Forwarded { cluster: cluster.map(str::to_owned), headers }
            }
        },
        copies: copies.map(|copy| (copy.cluster.to_owned(), copy.headers)).collect(),
        response: plan.response_changes().cloned().chain(own).collect(),
    }
}

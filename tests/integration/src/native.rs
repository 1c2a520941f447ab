//! Runs cases on the SDK, without a proxy: what the plan says is carried out on requests in memory.

use httproute_sdk::{Draw, Outcome, Problem, RequestView, Routes};

use crate::backend::{self, Behaviour};
use crate::case::{Case, ExpectedProblem, RequestSpec, Side, raw};
use crate::client::Answer;
use crate::expect::Observed;
use crate::record::Received;
use crate::wire::Lines;

/// The port of the listener that the native run stands for.
const PORT: u16 = 10080;

/// Runs a case; the error tells all that is not as expected.
pub fn run(case: &Case) -> Result<(), String> {
    let decoded = Routes::decode(case.config_text().as_bytes());
    let (routes, problems) = match (decoded, &case.refused) {
        (Err(refusal), Some(code)) if refusal.code == code => return Ok(()),
        (Err(refusal), _) => return Err(refusal.to_string()),
        (Ok(_), Some(code)) => return Err(format!("expected to be refused[{code}], but it was accepted")),
        (Ok(decoded), None) => decoded,
    };
    let mut failures = unexpected(&case.problems, &problems);
    let exchanges = case.requests.iter().enumerate();
    for (index, exchange) in exchanges.filter(|(_, exchange)| exchange.runs_on(Side::Native)) {
        let observed = observe(case, &routes, &exchange.request);
        let told = exchange.expect.check(&observed);
        failures.extend(told.into_iter().map(|told| format!("{}: {told}", exchange.label(index))));
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

fn unexpected(expected: &[ExpectedProblem], problems: &[Problem]) -> Vec<String> {
    let fits = |expected: &ExpectedProblem, problem: &Problem| {
        expected.pointer == problem.pointer && expected.code.as_ref().is_none_or(|code| code == problem.code)
    };
    let extra = problems.iter().filter(|problem| !expected.iter().any(|expected| fits(expected, problem)));
    let missing = expected.iter().filter(|expected| !problems.iter().any(|problem| fits(expected, problem)));
    extra
        .map(|problem| format!("a problem that the case does not expect: {problem}"))
        .chain(missing.map(|missing| {
            let code = missing.code.as_deref().unwrap_or("any code");
            format!("decoding did not report {code} at {}", missing.pointer)
        }))
        .collect()
}

fn observe(case: &Case, routes: &Routes, request: &RequestSpec) -> Observed {
    let sent_body = request.body();
    let mut observed = Observed { sent_body, port: PORT, rules: Some(Vec::new()), ..Observed::default() };
    // As Envoy holds a request: pseudo-headers first, names in lower case.
    let mut lines: Vec<(Vec<u8>, Vec<u8>)> = vec![
        (b":authority".to_vec(), raw(&request.host)),
        (b":path".to_vec(), raw(&request.path)),
        (b":method".to_vec(), request.method.clone().into_bytes()),
        (b":scheme".to_vec(), b"http".to_vec()),
    ];
    let headers = request.headers.iter();
    lines.extend(headers.map(|(name, value)| (name.to_ascii_lowercase().into_bytes(), raw(value))));
    let borrowed: Vec<_> = lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
    let view = RequestView::new(&borrowed, &|| Some(PORT));
    for seed in 0..request.times {
        let plan = routes.plan(&view, &mut Draw::seeded(seed as u64));
        let rule = plan.rule.map(|rule| format!("{}#{}", rule.route, rule.rule));
        observed.rules.get_or_insert_default().push(rule.unwrap_or_else(|| "none".into()));
        let (status, mut headers, body) = match plan.outcome(&view, routes.settings()) {
            Outcome::Answered(reply) => {
                let location = reply.location.map(|location| (b"location".to_vec(), location.into()));
                (reply.status, location.into_iter().collect(), reply.body.into())
            }
            Outcome::Forwarded { cluster, headers } => {
                let cluster = cluster.or(case.default_cluster.as_deref()).unwrap_or_default();
                forward(case, cluster, headers, &mut observed)
            }
        };
        plan.respond(&mut headers);
        observed.answers.push(Answer { status, headers: text_names(headers), body });
        for copy in plan.copies(&view, routes.settings()) {
            forward(case, copy.cluster, copy.headers, &mut observed);
        }
    }
    observed
}

type Raw = Vec<(Vec<u8>, Vec<u8>)>;

/// What the upstream `cluster` answers to a request with these headers; what its backend receives is noted.
fn forward(case: &Case, cluster: &str, headers: Raw, observed: &mut Observed) -> (u16, Raw, Vec<u8>) {
    let behaviour = case.backends.get(cluster).copied().unwrap_or(Behaviour::Missing);
    let (status, reply) = backend::reply(cluster, behaviour);
    let reply = reply.into_iter().map(|(name, value)| (name.into_bytes(), value)).collect();
    if !behaviour.listens() {
        return (status, reply, Vec::new());
    }
    let pseudo = |name: &str| {
        let line = headers.iter().find(|(n, _)| n == name.as_bytes());
        line.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let mut received = Received {
        backend: cluster.to_owned(),
        method: String::from_utf8_lossy(&pseudo(":method")).into_owned(),
        target: pseudo(":path"),
        headers: vec![("host".into(), pseudo(":authority"))],
        body: observed.sent_body.clone(),
        trailers: Vec::new(),
    };
    let lines = headers.into_iter().filter(|(name, _)| !name.starts_with(b":"));
    received.headers.extend(text_names(lines.collect()));
    let body = backend::text(&received).into_bytes();
    observed.received.push(received);
    (status, reply, body)
}

fn text_names(lines: Raw) -> Lines {
    let text = |name: Vec<u8>| String::from_utf8_lossy(&name).into_owned();
    lines.into_iter().map(|(name, value)| (text(name), value)).collect()
}

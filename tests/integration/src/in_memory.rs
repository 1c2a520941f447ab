//! Runs cases without a proxy: what was decided is carried out on requests in memory, whoever decided.

use httproute_sdk::{HeaderLines, HeaderOp};

use crate::backend::{self, Behaviour};
use crate::case::{Case, ExpectedProblem, RequestSpec, Side, raw};
use crate::client::Answer;
use crate::expect::Observed;
use crate::record::Received;
use crate::wire::Lines;

/// The port of the listener that the run stands for.
pub const PORT: u16 = 10080;

/// Who decides: the SDK, or the JavaScript package.
pub trait Decider {
    /// What becomes of a request with each of the seeds from 0 up to `request.times`.
    fn decide(&mut self, request: &RequestSpec) -> Result<Vec<Decided>, String>;
}

/// What was decided about one request.
#[derive(Debug)]
pub struct Decided {
    /// The rule that won, as `namespace/name#0`, or `none`.
    pub rule: String,
    /// Where the request goes.
    pub fate: Fate,
    /// The upstreams that get a copy, and the copies with their pseudo-headers.
    pub copies: Vec<(String, HeaderLines)>,
    /// Changes to the response's headers.
    pub response: Vec<HeaderOp>,
}

/// Where a request goes.
#[derive(Debug)]
pub enum Fate {
    /// It is answered by the module.
    Answered {
        /// The status.
        status: u16,
        /// The Location header.
        location: Option<String>,
        /// Header lines beside it, of the answer of a filter of one's own.
        headers: HeaderLines,
        /// The body.
        body: Vec<u8>,
    },
    /// It is forwarded.
    Forwarded {
        /// To this upstream, if the module chose one.
        cluster: Option<String>,
        /// In this form, with pseudo-headers.
        headers: HeaderLines,
    },
}

/// What decoding a configuration said of a place in it.
#[derive(Debug)]
pub struct Told {
    /// The JSON pointer.
    pub pointer: String,
    /// The code.
    pub code: String,
    /// All of it, for people.
    pub text: String,
}

/// Why a configuration was refused.
#[derive(Debug)]
pub struct Refused {
    /// The code.
    pub code: String,
    /// All of it, for people.
    pub text: String,
}

/// The header map of a request of a case, as Envoy holds it: pseudo-headers first, names in lower case.
pub fn lines(request: &RequestSpec) -> HeaderLines {
    let mut lines: HeaderLines = vec![
        (b":authority".to_vec(), raw(&request.host)),
        (b":path".to_vec(), raw(&request.path)),
        (b":method".to_vec(), request.method.clone().into_bytes()),
        (b":scheme".to_vec(), b"http".to_vec()),
    ];
    let headers = request.headers.iter();
    lines.extend(headers.map(|(name, value)| (name.to_ascii_lowercase().into_bytes(), raw(value))));
    lines
}

/// Runs a case with what came of decoding its configuration; the error tells all that is not as expected.
pub fn run(case: &Case, decoded: Result<(impl Decider, Vec<Told>), Refused>) -> Result<(), String> {
    let (mut decider, problems) = match (decoded, &case.refused) {
        (Err(refused), Some(code)) if refused.code == *code => return Ok(()),
        (Err(refused), _) => return Err(refused.text),
        (Ok(_), Some(code)) => return Err(format!("expected to be refused[{code}], but it was accepted")),
        (Ok(decoded), None) => decoded,
    };
    let mut failures = unexpected(&case.problems, &problems);
    let exchanges = case.requests.iter().enumerate();
    for (index, exchange) in exchanges.filter(|(_, exchange)| exchange.runs_on(Side::Native)) {
        let label = exchange.label(index);
        match decider.decide(&exchange.request) {
            Ok(decided) => {
                let observed = observe(case, &exchange.request, decided);
                let told = exchange.expect.check(&observed);
                failures.extend(told.into_iter().map(|told| format!("{label}: {told}")));
            }
            Err(told) => failures.push(format!("{label}: {told}")),
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

fn unexpected(expected: &[ExpectedProblem], problems: &[Told]) -> Vec<String> {
    let fits = |expected: &ExpectedProblem, problem: &Told| {
        expected.pointer == problem.pointer && expected.code.as_ref().is_none_or(|code| *code == problem.code)
    };
    let extra = problems.iter().filter(|problem| !expected.iter().any(|expected| fits(expected, problem)));
    let missing = expected.iter().filter(|expected| !problems.iter().any(|problem| fits(expected, problem)));
    extra
        .map(|problem| format!("a problem that the case does not expect: {}", problem.text))
        .chain(missing.map(|missing| {
            let code = missing.code.as_deref().unwrap_or("any code");
            format!("decoding did not report {code} at {}", missing.pointer)
        }))
        .collect()
}

fn observe(case: &Case, request: &RequestSpec, all: Vec<Decided>) -> Observed {
    let sent_body = request.body();
    let mut observed = Observed { sent_body, port: PORT, rules: Some(Vec::new()), ..Observed::default() };
    for decided in all {
        observed.rules.get_or_insert_default().push(decided.rule);
        let (status, mut headers, body) = match decided.fate {
            Fate::Answered { status, location, headers, body } => {
                let location = location.map(|location| (b"location".to_vec(), location.into()));
                let text = (!body.is_empty()).then(|| (b"content-type".to_vec(), b"text/plain".to_vec()));
                let text = text.filter(|(name, _)| !headers.iter().any(|(own, _)| own == name));
                (status, location.into_iter().chain(headers).chain(text).collect(), body)
            }
            Fate::Forwarded { cluster, headers } => {
                let cluster = cluster.as_ref().or(case.default_cluster.as_ref());
                let cluster = cluster.map(String::as_str).unwrap_or_default();
                forward(case, cluster, headers, &mut observed)
            }
        };
        decided.response.iter().for_each(|op| op.apply(&mut headers));
        observed.answers.push(Answer { status, headers: text_names(headers), body });
        for (cluster, headers) in decided.copies {
            forward(case, &cluster, headers, &mut observed);
        }
    }
    observed
}

/// What the upstream `cluster` answers to a request with these headers; what its backend receives is noted.
fn forward(
    case: &Case,
    cluster: &str,
    headers: HeaderLines,
    observed: &mut Observed,
) -> (u16, HeaderLines, Vec<u8>) {
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

fn text_names(lines: HeaderLines) -> Lines {
    let text = |name: Vec<u8>| String::from_utf8_lossy(&name).into_owned();
    lines.into_iter().map(|(name, value)| (text(name), value)).collect()
}

//! What a case expects, and how that is compared with what came.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::backend::NAME_HEADER;
use crate::case::raw;
use crate::client::Answer;
use crate::record::Received;
use crate::wire::{self, Lines};

/// What must come of a request. What is left out is not looked at, but for this: a backend that is not named must not
/// receive anything.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Expectation {
    /// The status, 200 where neither it nor `shares` is given.
    pub status: Option<u16>,
    /// The rule that wins, as `namespace/name#0`, or `none`. Seen by the native run only.
    pub rule: Option<String>,
    /// The backend that answers, or `none`.
    pub backend: Option<String>,
    /// What the backend that answers receives.
    #[serde(default)]
    pub received: Seen,
    /// The headers of the response.
    #[serde(default)]
    pub response: Headers,
    /// The Location header; `{port}` stands for the port of the proxy's listener.
    pub location: Option<String>,
    /// The copies that backends receive.
    #[serde(default)]
    pub mirrors: BTreeMap<String, Copies>,
    /// How many of the answers come from each backend, or have each status: a number or a range.
    #[serde(default)]
    pub shares: BTreeMap<String, Count>,
}

/// A request as a backend sees it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seen {
    /// The method.
    pub method: Option<String>,
    /// Path and query.
    pub path: Option<String>,
    /// The Host header.
    pub host: Option<String>,
    /// Headers with all the values they must have, in order.
    #[serde(default)]
    pub headers: BTreeMap<String, OneOrMore>,
    /// Headers that must not be there.
    #[serde(default)]
    pub absent: Vec<String>,
    /// The length of the body. Its bytes must be those that were sent in any case.
    pub body_size: Option<usize>,
}

/// Headers of a response.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Headers {
    /// Headers with all the values they must have, in order.
    #[serde(default)]
    pub headers: BTreeMap<String, OneOrMore>,
    /// Headers that must not be there.
    #[serde(default)]
    pub absent: Vec<String>,
}

/// The copies that one backend receives.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Copies {
    /// How many: a number or a range; as many as requests were sent where it is left out.
    pub count: Option<Count>,
    /// What each of them looks like.
    #[serde(default)]
    pub received: Seen,
}

/// A number, or the smallest and the largest that will do.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub enum Count {
    /// Exactly so many.
    Exactly(usize),
    /// At least and at most so many.
    Between(usize, usize),
}

/// A header value, or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One.
    One(String),
    /// As many as there are.
    More(Vec<String>),
}

impl Count {
    /// The smallest and the largest number that will do.
    pub fn range(self) -> (usize, usize) {
        match self {
            Count::Exactly(n) => (n, n),
            Count::Between(least, most) => (least, most),
        }
    }

    fn check(self, what: &str, got: usize, problems: &mut Vec<String>) {
        let (least, most) = self.range();
        if !(least..=most).contains(&got) {
            let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
            problems.push(format!("{what}: expected {wanted}, got {got}"));
        }
    }
}

/// What came of a request, sent once or many times.
#[derive(Debug, Default)]
pub struct Observed {
    /// The answers, in order.
    pub answers: Vec<Answer>,
    /// All that the backends received because of it.
    pub received: Vec<Received>,
    /// The rules that won, where they can be seen.
    pub rules: Option<Vec<String>>,
    /// The body that was sent.
    pub sent_body: Vec<u8>,
    /// The port of the listener.
    pub port: u16,
}

impl Expectation {
    /// Compares; each line of the result tells one thing that is not as expected.
    pub fn check(&self, observed: &Observed) -> Vec<String> {
        let mut problems = Vec::new();
        for answer in &observed.answers {
            self.check_answer(answer, observed.port, &mut problems);
        }
        for rule in observed.rules.iter().flatten() {
            check_equal("rule", self.rule.as_ref(), rule, &mut problems);
        }
        self.check_shares(&observed.answers, &mut problems);
        let mut answered: BTreeMap<String, usize> = BTreeMap::new();
        for backend in observed.answers.iter().filter_map(|answer| answer.header(NAME_HEADER)) {
            *answered.entry(backend).or_default() += 1;
        }
        for (name, copies) in &self.mirrors {
            let got: Vec<_> = observed.received.iter().filter(|r| r.backend == *name).collect();
            let wanted = copies.count.unwrap_or(Count::Exactly(observed.answers.len()));
            wanted.check(&format!("copies at {name}"), got.len(), &mut problems);
            for received in got {
                copies.received.check(
                    &format!("copy at {name}"),
                    received,
                    &observed.sent_body,
                    &mut problems,
                );
            }
        }
        let others: Vec<_> =
            observed.received.iter().filter(|r| !self.mirrors.contains_key(&r.backend)).collect();
        for received in &others {
            if answered.contains_key(&received.backend) {
                let what = format!("received by {}", received.backend);
                self.received.check(&what, received, &observed.sent_body, &mut problems);
            }
        }
        for name in others.iter().map(|r| &r.backend).collect::<BTreeSet<_>>() {
            let got = others.iter().filter(|r| r.backend == *name).count();
            let wanted = Count::Exactly(answered.get(name).copied().unwrap_or(0));
            wanted.check(&format!("requests that reached {name}"), got, &mut problems);
        }
        // A thousand requests fail in one way, not in a thousand.
        let mut told = BTreeSet::new();
        problems.retain(|problem| told.insert(problem.clone()));
        problems
    }

    fn check_answer(&self, answer: &Answer, port: u16, problems: &mut Vec<String>) {
        let wanted = self.status.or(self.shares.is_empty().then_some(200));
        if wanted.is_some_and(|wanted| wanted != answer.status) {
            let body = String::from_utf8_lossy(&answer.body);
            let body = body.lines().next().unwrap_or_default();
            problems.push(format!(
                "status: expected {}, got {} ({body})",
                wanted.unwrap_or_default(),
                answer.status
            ));
        }
        let backend = answer.header(NAME_HEADER).unwrap_or_else(|| "none".into());
        check_equal("backend", self.backend.as_ref(), &backend, problems);
        let location = self.location.as_ref().map(|location| location.replace("{port}", &port.to_string()));
        let got = answer.header("location").unwrap_or_else(|| "none".into());
        check_equal("location", location.as_ref(), &got, problems);
        check_headers("response", &self.response.headers, &self.response.absent, &answer.headers, problems);
    }

    fn check_shares(&self, answers: &[Answer], problems: &mut Vec<String>) {
        if self.shares.is_empty() {
            return;
        }
        let mut got: BTreeMap<String, usize> = self.shares.keys().map(|key| (key.clone(), 0)).collect();
        for answer in answers {
            let key = answer.header(NAME_HEADER).unwrap_or_else(|| answer.status.to_string());
            *got.entry(key).or_default() += 1;
        }
        for (key, got) in got {
            let wanted = self.shares.get(&key).copied().unwrap_or(Count::Exactly(0));
            wanted.check(&format!("answers by {key}"), got, problems);
        }
    }
}

impl Seen {
    fn check(&self, what: &str, received: &Received, sent_body: &[u8], problems: &mut Vec<String>) {
        check_equal(&format!("{what}: method"), self.method.as_ref(), &received.method, problems);
        let path = self.path.as_deref().map(raw);
        if path.as_ref().is_some_and(|path| *path != received.target) {
            problems.push(format!(
                "{what}: path: expected {}, got {}",
                show(&path.unwrap_or_default()),
                show(&received.target)
            ));
        }
        let host = wire::values(&received.headers, "host").next().map(show).unwrap_or_default();
        check_equal(&format!("{what}: host"), self.host.as_ref(), &host, problems);
        check_headers(what, &self.headers, &self.absent, &received.headers, problems);
        if let Some(size) = self.body_size {
            Count::Exactly(size).check(&format!("{what}: bytes of body"), received.body.len(), problems);
        }
        if received.body != sent_body {
            let same = received.body.iter().zip(sent_body).take_while(|(a, b)| a == b).count();
            problems.push(format!(
                "{what}: the body differs from what was sent, from byte {same} of {} on ({} came)",
                sent_body.len(),
                received.body.len()
            ));
        }
    }
}

fn check_headers(
    what: &str,
    present: &BTreeMap<String, OneOrMore>,
    absent: &[String],
    lines: &Lines,
    problems: &mut Vec<String>,
) {
    for (name, wanted) in present {
        let wanted: Vec<Vec<u8>> = match wanted {
            OneOrMore::One(value) => vec![raw(value)],
            OneOrMore::More(values) => values.iter().map(|value| raw(value)).collect(),
        };
        let got: Vec<_> = wire::values(lines, name).collect();
        if got != wanted {
            let list = |values: Vec<&[u8]>| values.into_iter().map(show).collect::<Vec<_>>();
            let wanted = list(wanted.iter().map(Vec::as_slice).collect());
            problems.push(format!("{what}: header {name}: expected {wanted:?}, got {:?}", list(got)));
        }
    }
    for name in absent {
        if let Some(value) = wire::values(lines, name).next() {
            problems.push(format!("{what}: header {name}: expected none, got {:?}", show(value)));
        }
    }
}

fn check_equal(what: &str, wanted: Option<&String>, got: &str, problems: &mut Vec<String>) {
    if let Some(wanted) = wanted.filter(|wanted| *wanted != got) {
        problems.push(format!("{what}: expected {wanted}, got {got}"));
    }
}

/// Bytes for people: text as text, other bytes as `\xNN`.
fn show(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("\\x{byte:02x}")));
    }
    out
}

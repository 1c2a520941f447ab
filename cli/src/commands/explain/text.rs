//! An explanation for people.

use std::fmt::Write;

use httproute_manifests::{Answer, BackendShare, Candidate, Explanation, Located, Message};
use httproute_sdk::HeaderOp;

use super::changes;
use crate::diagnostics::{self, number};
use crate::input::Manifests;
use crate::text::{BAD, BOLD, CHANGED, DIM, GOOD, clean};

/// All of it, part by part.
pub(super) fn explanation(explanation: &Explanation, manifests: &Manifests, seed: u64) -> String {
    let mut text = String::new();
    front(&mut text, explanation);
    listener(&mut text, explanation);
    rules(&mut text, explanation);
    elsewhere(&mut text, explanation);
    if let Some(answer) = &explanation.reply {
        reply(&mut text, answer);
    }
    extensions(&mut text, explanation);
    request(&mut text, explanation);
    backend(&mut text, explanation, seed);
    mirrors(&mut text, explanation);
    response(&mut text, explanation);
    problems(&mut text, explanation, manifests);
    text
}

fn heading(text: &mut String, words: &str) {
    let gap = if text.is_empty() { "" } else { "\n" };
    _ = writeln!(text, "{gap}{BOLD}{words}{BOLD:#}");
}

/// What concerns this request: errors, what is wrong in the winner's route, and what is about all files.
fn problems(text: &mut String, explanation: &Explanation, manifests: &Manifests) {
    let winner = explanation.winner().map(|winner| winner.route.as_str());
    let concerns = |problem: &&Located| {
        let document = problem.document.and_then(|document| manifests.parsed.documents.get(document));
        let name = document.and_then(|document| document.value.pointer("/metadata/name")?.as_str());
        let is_winners = name.is_some_and(|name| {
            winner.and_then(|winner| winner.split_once('/')).is_some_and(|(_, winner)| winner == name)
        });
        let gateway = explanation.listener.as_ref().and_then(|listener| listener.gateway.as_deref());
        let is_assumption = problem.problem.code == "MissingSecret"
            && name.is_some_and(|name| {
                gateway
                    .and_then(|gateway| gateway.split_once('/'))
                    .is_some_and(|(_, gateway)| gateway == name)
            });
        problem.is_error() || is_winners || is_assumption || problem.source.is_none()
    };
    let told: Vec<&Located> = explanation.problems.iter().filter(concerns).collect();
    if !explanation.problems.is_empty() {
        heading(text, "Problems");
    }
    for problem in &told {
        text.push_str(&diagnostics::problem(problem, manifests));
    }
    let untold = explanation.problems.len() - told.len();
    if untold > 0 {
        let them = number(untold, "warning");
        _ = writeln!(text, "{DIM}{them} about other objects: httproute check shows all{DIM:#}");
    }
}

/// What the proxy did before the module saw the request.
fn front(text: &mut String, explanation: &Explanation) {
    let Some(report) = &explanation.front else { return };
    heading(text, &format!("{} first", report.proxy.title()));
    for step in &report.steps {
        _ = writeln!(text, "  {CHANGED}~{CHANGED:#} {}", clean(&step.words));
    }
    let Some(received) = &explanation.received else { return };
    let sent = |name: &str| explanation.before.headers.iter().any(|(other, _)| other == name);
    let added = received.headers.iter().filter(|(name, _)| !sent(name));
    for (name, value) in added {
        _ = writeln!(text, "  {GOOD}+ {}: {}{GOOD:#}", clean(name), clean(value));
    }
}

fn listener(text: &mut String, explanation: &Explanation) {
    heading(text, "Listener");
    let Some(listener) = &explanation.listener else {
        _ = writeln!(text, "  {BAD}none{BAD:#} for this port, protocol and host");
        return;
    };
    let name = match (&listener.gateway, &listener.name) {
        (Some(gateway), Some(name)) => format!("{gateway}/{name}"),
        _ => "implicit, for there is no Gateway".to_owned(),
    };
    let hostname = listener.hostname.as_deref().unwrap_or("any host");
    let (name, protocol, hostname) = (clean(&name), clean(&listener.protocol), clean(hostname));
    _ = writeln!(text, "  {name}: {protocol}, port {}, {hostname}", listener.port);
}

fn rules(text: &mut String, explanation: &Explanation) {
    if explanation.listener.is_none() || explanation.ends_in_front() {
        return;
    }
    heading(text, "Rules, in the order of precedence");
    if explanation.candidates.is_empty() {
        _ = writeln!(text, "  {BAD}none{BAD:#}: no route is attached to this listener");
    }
    let names: Vec<String> = explanation.candidates.iter().map(name).collect();
    let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0).min(60);
    let name_width = width(&mut names.iter().map(|name| name.chars().count()));
    let conditions: Vec<String> =
        explanation.candidates.iter().map(|candidate| clean(&candidate.condition)).collect();
    let condition_width = width(&mut conditions.iter().map(|condition| condition.chars().count()));
    for ((candidate, name), condition) in explanation.candidates.iter().zip(&names).zip(&conditions) {
        _ = match &candidate.lost {
            None => {
                writeln!(text, "  {GOOD}✓ {name:name_width$}  {condition:condition_width$}  this one{GOOD:#}")
            }
            Some(lost) => writeln!(
                text,
                "  ✗ {name:name_width$}  {condition:condition_width$}  {DIM}{}{DIM:#}",
                clean(lost)
            ),
        };
    }
}

/// `shop/cart rule 1 "canary" match 0`.
fn name(candidate: &Candidate) -> String {
    let own = candidate.name.as_ref().map(|name| format!(" {name:?}")).unwrap_or_default();
    clean(&format!("{} rule {}{own} match {}", candidate.route, candidate.rule, candidate.matched))
}

fn elsewhere(text: &mut String, explanation: &Explanation) {
    if explanation.elsewhere.is_empty() || explanation.ends_in_front() {
        return;
    }
    heading(text, "Routes that have no part in it");
    for route in &explanation.elsewhere {
        let (name, reason) = (clean(&route.route.to_string()), clean(&route.reason));
        _ = writeln!(text, "  {name}  {DIM}{reason}{DIM:#}");
    }
}

fn reply(text: &mut String, answer: &Answer) {
    heading(text, "Answer of the proxy itself");
    let style = if answer.status < 400 { GOOD } else { BAD };
    _ = write!(text, "  {style}{}{style:#}", answer.status);
    if let Some(location) = &answer.location {
        _ = write!(text, " to {}", clean(location));
    }
    if !answer.body.is_empty() {
        _ = write!(text, " {}", clean(answer.body.trim_end()));
    }
    text.push('\n');
}

/// Filters whose code is not here: what follows holds where they let the request pass as it is.
fn extensions(text: &mut String, explanation: &Explanation) {
    if explanation.extensions.is_empty() {
        return;
    }
    heading(text, "Filters of your own");
    for object in &explanation.extensions {
        _ = writeln!(text, "  {CHANGED}? {}{CHANGED:#}  decided by your module", clean(&object.to_string()));
    }
    _ = writeln!(text, "  {DIM}what follows is said as if they let the request pass{DIM:#}");
}

fn request(text: &mut String, explanation: &Explanation) {
    heading(text, if explanation.after.is_some() { "Request, as the backend gets it" } else { "Request" });
    message(text, received(explanation), explanation.after.as_ref());
}

/// The request as the module gets it, or would get it without a proxy in front.
fn received(explanation: &Explanation) -> &Message {
    explanation.received.as_ref().unwrap_or(&explanation.before)
}

/// A request, with what differs `after` marked.
fn message(text: &mut String, before: &Message, after: Option<&Message>) {
    let line = |message: &Message| {
        let Message { method, scheme, authority, path, .. } = message;
        clean(&format!("{method} {scheme}://{authority}{path}"))
    };
    let now = after.unwrap_or(before);
    _ = match line(before) == line(now) {
        true => writeln!(text, "    {}", line(before)),
        false => writeln!(text, "  {CHANGED}~ {}{CHANGED:#}", line(now))
            .and_then(|()| writeln!(text, "    {DIM}was {}{DIM:#}", line(before))),
    };
    for change in changes::between(&before.headers, &now.headers) {
        let (name, value) = change.line();
        let (name, value) = (clean(name), clean(value));
        _ = match change {
            changes::Change::Kept(_) => writeln!(text, "    {name}: {value}"),
            changes::Change::Added(_) => writeln!(text, "  {GOOD}+ {name}: {value}{GOOD:#}"),
            changes::Change::Removed(_) => writeln!(text, "  {BAD}- {name}: {value}{BAD:#}"),
        };
    }
}

fn backend(text: &mut String, explanation: &Explanation, seed: u64) {
    let destination = &explanation.destination;
    let redirected = explanation.reply.as_ref().is_some_and(|reply| reply.status < 400);
    if redirected && destination.shares.is_empty() {
        return;
    }
    if explanation.winner().is_none() {
        return;
    }
    match destination.shares.len() {
        0 | 1 => heading(text, "Backend"),
        _ => heading(text, &format!("Backends, one of them drawn with seed {seed}")),
    }
    if destination.shares.is_empty() {
        _ = writeln!(text, "  {BAD}none{BAD:#}: the rule has no backendRefs, or their weights are all 0");
    }
    let sum: u64 = destination.shares.iter().map(|share| u64::from(share.weight)).sum();
    let label = |share: &BackendShare| {
        let reference = share.reference.as_deref().or(share.cluster.as_deref());
        clean(reference.unwrap_or("a reference that cannot be resolved"))
    };
    let width = destination.shares.iter().map(|share| label(share).chars().count()).max().unwrap_or(0);
    for (place, share) in destination.shares.iter().enumerate() {
        let percent = f64::from(share.weight) * 100.0 / (sum.max(1) as f64);
        let is_drawn = destination.drawn == Some(place);
        let mark = if is_drawn { "→" } else { " " };
        let (style, unresolved) = match (&share.cluster, is_drawn) {
            (None, _) => (BAD, "  answered with 500"),
            (Some(_), true) => (GOOD, ""),
            (Some(_), false) => (anstyle::Style::new(), ""),
        };
        _ = writeln!(text, "  {style}{mark} {:width$}  {percent:5.1} %{unresolved}{style:#}", label(share));
    }
    for (what, limit) in [
        ("the whole request", destination.timeouts.request),
        ("each try at a backend", destination.timeouts.backend_request),
    ] {
        _ = match limit {
            None => Ok(()),
            Some(0) => writeln!(text, "    {what} may take for ever"),
            Some(limit) if limit % 1000 == 0 => writeln!(text, "    {what} may take {} s", limit / 1000),
            Some(limit) => writeln!(text, "    {what} may take {limit} ms"),
        };
    }
}

fn mirrors(text: &mut String, explanation: &Explanation) {
    for mirror in &explanation.mirrors {
        heading(text, &format!("Copy to {}", clean(&mirror.cluster)));
        message(text, received(explanation), Some(&mirror.request));
    }
}

fn response(text: &mut String, explanation: &Explanation) {
    if explanation.response.is_empty() {
        return;
    }
    heading(text, "Changes to the response");
    for change in &explanation.response {
        _ = match change {
            HeaderOp::Set { name, value } => {
                writeln!(
                    text,
                    "  {CHANGED}= {}: {}{CHANGED:#}",
                    clean(name),
                    clean(&String::from_utf8_lossy(value))
                )
            }
            HeaderOp::Add { name, value } => {
                writeln!(
                    text,
                    "  {GOOD}+ {}: {}{GOOD:#}",
                    clean(name),
                    clean(&String::from_utf8_lossy(value))
                )
            }
            HeaderOp::Remove { name } => writeln!(text, "  {BAD}- {}{BAD:#}", clean(name)),
        };
    }
}

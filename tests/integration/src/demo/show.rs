//! The demo's output: for each request what was sent, which rule won, what changed, and who answered.

use std::collections::BTreeMap;
use std::io::IsTerminal;

use super::{Scene, Shown};
use crate::backend::NAME_HEADER;
use crate::case::RequestSpec;
use crate::expect::{Expectation, Observed};

/// Prints what came of a scene.
pub fn show(scene: &Scene, shown: &Shown) {
    let bold = |text: &str| paint("1", text);
    println!("{}", bold(&scene.title));
    for (exchange, (rule, observed)) in scene.requests.iter().zip(&shown.rows) {
        row("request", &sent(&exchange.request));
        if let Some(about) = &exchange.about {
            row("", &paint("2", &format!("({})", about.trim())));
        }
        row("rule", rule);
        for change in changes(&exchange.expect, observed) {
            row("changed", &change);
        }
        row("answered by", &answered(observed));
        for (name, count) in copies(&exchange.expect, observed) {
            row("copied to", &format!("{name} ({count})"));
        }
        println!();
    }
    for problem in &shown.problems {
        println!("  {} {problem}", paint("31", "✗"));
    }
}

fn row(label: &str, text: &str) {
    println!("  {} {text}", paint("2", &format!("{label:<12}")));
}

/// Colours only where a person looks on.
fn paint(code: &str, text: &str) -> String {
    let coloured = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    if coloured { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

fn sent(request: &RequestSpec) -> String {
    let RequestSpec { method, host, path, .. } = request;
    let mut text = format!("{method} http://{host}{path}");
    for (name, value) in &request.headers {
        text.push_str(&format!("  {name}: {value}"));
    }
    let size = request.body().len();
    if size > 0 {
        text.push_str(&format!("  ({size} bytes of body)"));
    }
    if request.times > 1 {
        text.push_str(&format!("  × {}", request.times));
    }
    text
}

/// The changes that the scene is about, as they were observed.
fn changes(expect: &Expectation, observed: &Observed) -> Vec<String> {
    let mut changes = Vec::new();
    let Some(answer) = observed.answers.first() else { return changes };
    let backend = answer.header(NAME_HEADER).unwrap_or_default();
    if let Some(received) = observed.received.iter().find(|received| received.backend == backend) {
        if expect.received.path.is_some() {
            changes.push(format!("path: {}", String::from_utf8_lossy(&received.target)));
        }
        let value = |name: &str| {
            let values: Vec<_> =
                crate::wire::values(&received.headers, name).map(String::from_utf8_lossy).collect();
            values.join(", ")
        };
        if expect.received.host.is_some() {
            changes.push(format!("host: {}", value("host")));
        }
        for name in expect.received.headers.keys() {
            changes.push(format!("request header {name}: {}", value(name)));
        }
        let gone = expect.received.absent.iter().filter(|name| value(name).is_empty());
        changes.extend(gone.map(|name| format!("request header {name} is gone")));
    }
    for name in expect.response.headers.keys() {
        changes.push(format!("response header {name}: {}", answer.header(name).unwrap_or_default()));
    }
    if let Some(location) = answer.header("location") {
        changes.push(format!("location: {location}"));
    }
    changes
}

fn answered(observed: &Observed) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for answer in &observed.answers {
        let by = answer.header(NAME_HEADER).unwrap_or_else(|| "the module itself".into());
        *counts.entry(format!("{by} with {}", answer.status)).or_default() += 1;
    }
    let many = observed.answers.len() > 1;
    let parts = counts.into_iter().map(|(by, n)| if many { format!("{by}: {n}") } else { by });
    parts.collect::<Vec<_>>().join(", ")
}

fn copies(expect: &Expectation, observed: &Observed) -> Vec<(String, String)> {
    let count = |name: &String| observed.received.iter().filter(|received| received.backend == *name).count();
    let size = |name: &String| {
        let copy = observed.received.iter().find(|received| received.backend == *name);
        copy.map_or(0, |copy| copy.body.len())
    };
    let told = |name: &String| match count(name) {
        1 => format!("1 copy, {} bytes of body", size(name)),
        n => format!("{n} copies"),
    };
    expect.mirrors.keys().map(|name| (name.clone(), told(name))).collect()
}

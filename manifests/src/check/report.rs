//! What was found wrong in an object.

use httproute_sdk::{Problem, Severity};
use serde_json::Value;

use super::Channel;
use super::place::Place;

/// Problems are gathered here.
#[derive(Debug)]
pub(crate) struct Report {
    channel: Channel,
    problems: Vec<Problem>,
}

impl Report {
    pub(crate) fn new(channel: Channel) -> Self {
        Report { channel, problems: Vec::new() }
    }

    pub(crate) fn is_experimental(&self) -> bool {
        self.channel == Channel::Experimental
    }

    /// What the API server would refuse, or the specification forbids.
    pub(crate) fn error(
        &mut self,
        at: &Place<'_>,
        code: &'static str,
        message: String,
        hint: impl Into<String>,
    ) {
        self.push(Severity::Error, at, code, message, hint.into());
    }

    /// What a person should look at.
    pub(crate) fn warn(
        &mut self,
        at: &Place<'_>,
        code: &'static str,
        message: String,
        hint: impl Into<String>,
    ) {
        self.push(Severity::Warning, at, code, message, hint.into());
    }

    /// Adds a problem that was found elsewhere, unless the same fault is known already.
    pub(crate) fn adopt(&mut self, problem: Problem) {
        if !self.problems.iter().any(|known| is_same_fault(known, &problem)) {
            self.problems.push(problem);
        }
    }

    /// Whether a problem with this code was found.
    pub(crate) fn has(&self, code: &str) -> bool {
        self.problems.iter().any(|problem| problem.code == code)
    }

    /// All that was found, for who knows more about it.
    pub(crate) fn problems(&mut self) -> &mut [Problem] {
        &mut self.problems
    }

    /// Whether a problem with the value at this place was found.
    pub(crate) fn is_at(&self, place: &Place<'_>) -> bool {
        let pointer = place.pointer();
        self.problems.iter().any(|problem| problem.pointer == pointer)
    }

    pub(crate) fn into_problems(self) -> impl Iterator<Item = Problem> {
        self.problems.into_iter()
    }

    fn push(
        &mut self,
        severity: Severity,
        at: &Place<'_>,
        code: &'static str,
        message: String,
        hint: String,
    ) {
        self.problems.push(Problem { severity, pointer: at.pointer(), code, message, hint });
    }
}

/// Whether `problem`, which was found elsewhere in the same object, is the fault that `known` reports: the same code at the same
/// place, around it or within it. What is said of a value of the wrong type, or of a field that the API does not have, follows
/// from that.
pub(crate) fn is_same_fault(known: &Problem, problem: &Problem) -> bool {
    let around = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_within = around(&known.pointer, &problem.pointer);
    (known.code == problem.code && (is_within || around(&problem.pointer, &known.pointer)))
        || (is_within && ["ExperimentalChannel", "UnknownField"].contains(&known.code))
        || (known.pointer == problem.pointer && ["UnsupportedValue", "WrongType"].contains(&known.code))
}

/// A value in a message: short.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("{value}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the string {}", quoted(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// Text in quotes, as it is written: a long one is cut, and a line break is shown as a sign of its own.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let (text, rest) = match text.char_indices().nth(LONGEST) {
        None => (text, ""),
        Some((end, _)) => (text.get(..end).unwrap_or_default(), "…"),
    };
    format!("\"{}\"{rest}", text.replace("\r\n", "⏎").replace('\n', "⏎"))
}

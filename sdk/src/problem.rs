//! What is wrong with a configuration, said so that a person can mend it.

use std::fmt;

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A person should look: something is ignored, or answered with 500, as the specification has it.
    Warning,
    /// A part of the configuration is not carried out; a rule that holds it answers 500.
    Error,
}

/// One thing that is wrong with a configuration: where, what, and how to mend it.
///
/// Its text form is one line:
///
/// ```
/// use httproute_sdk::{Problem, Severity};
/// let problem = Problem {
///     severity: Severity::Error,
///     pointer: "/routes/0/spec/rules/1/backendRefs/0/weight".into(),
///     code: "OutOfRange",
///     message: "weight is -1, but must be between 0 and 1000000".into(),
///     hint: "use 0 to send nothing to this backend".into(),
/// };
/// assert_eq!(
///     problem.to_string(),
///     "error[OutOfRange] at /routes/0/spec/rules/1/backendRefs/0/weight: \
///      weight is -1, but must be between 0 and 1000000 (use 0 to send nothing to this backend)"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether a part of the configuration is not carried out.
    pub severity: Severity,
    /// JSON pointer (RFC 6901) to the place in the document that was decoded.
    pub pointer: String,
    /// A stable name for this kind of problem, listed in `docs/configuration.md`.
    pub code: &'static str,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What to do about it; empty where the message says it already.
    pub hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let pointer = if self.pointer.is_empty() { "the document" } else { &self.pointer };
        write!(f, "{severity}[{}] at {pointer}: {}", self.code, self.message)?;
        if !self.hint.is_empty() {
            write!(f, " ({})", self.hint)?;
        }
        Ok(())
    }
}

/// Why a whole configuration is refused: it is not JSON, not of the form that `docs/configuration.md` gives, or of a
/// newer version. Everything smaller is a [`Problem`] of one rule, and the other rules work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A stable name for this kind of refusal.
    pub code: &'static str,
    /// One line for a person: what is wrong, where, and what to do.
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "configuration refused[{}]: {}", self.code, self.message)
    }
}

impl std::error::Error for Refusal {}

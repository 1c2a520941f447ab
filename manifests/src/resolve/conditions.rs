//! Conditions, as a cluster would show them in `status`.

use std::fmt;

/// A condition of a Gateway, a listener, or of a route with respect to a parent.
///
/// The API's `observedGeneration` and `lastTransitionTime` are left out: they belong to an object in a cluster.
///
/// ```
/// use httproute_manifests::Condition;
/// let condition = Condition::no("ResolvedRefs", "BackendNotFound", "there is no Service shop/cart");
/// assert_eq!(condition.to_string(), "ResolvedRefs=False BackendNotFound: there is no Service shop/cart");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `type`, such as `Accepted`.
    pub kind: &'static str,
    /// `status`: `True` or `False`. It is never `Unknown`, for everything is there to be looked at.
    pub status: bool,
    /// `reason`: one of the specification's wherever it has one.
    pub reason: &'static str,
    /// `message`: a sentence for a person; may be empty where all is well.
    pub message: String,
}

impl Condition {
    /// A condition with status `True`.
    pub fn yes(kind: &'static str, reason: &'static str, message: impl Into<String>) -> Self {
        Condition { kind, status: true, reason, message: message.into() }
    }

    /// A condition with status `False`.
    pub fn no(kind: &'static str, reason: &'static str, message: impl Into<String>) -> Self {
        Condition { kind, status: false, reason, message: message.into() }
    }

    /// `True` or `False`, as the API writes it.
    pub fn status_text(&self) -> &'static str {
        if self.status { "True" } else { "False" }
    }

    /// The condition that holds unless there is a `fault`.
    pub(crate) fn unless(kind: &'static str, good: &'static str, fault: Option<&Fault>) -> Self {
        match fault {
            None => Condition::yes(kind, good, ""),
            Some(fault) => Condition::no(kind, fault.reason, &fault.message),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={} {}", self.kind, self.status_text(), self.reason)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

/// Why something does not work: what becomes a condition and a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    pub(crate) hint: String,
}

impl Fault {
    pub(crate) fn new(reason: &'static str, message: String, hint: impl Into<String>) -> Self {
        Fault { reason, message, hint: hint.into() }
    }
}

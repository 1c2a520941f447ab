//! What a person should look at.

use std::fmt;

use httproute_sdk::{Problem, Severity};

/// Something in the manifests that will not work as written, or that could not be looked at.
///
/// ```
/// use httproute_manifests::Warning;
/// let warning = Warning {
///     document: Some(0),
///     pointer: "/spec/rules/0/backendRefs/0".into(),
///     code: "BackendNotFound",
///     message: "there is no Service shop/cart".into(),
///     hint: "add its manifest".into(),
/// };
/// assert_eq!(warning.to_string(), "warning[BackendNotFound]: there is no Service shop/cart (add its manifest)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    /// Index of the document among those given; `None` where it is about all of them.
    pub document: Option<usize>,
    /// JSON pointer (RFC 6901) into the document.
    pub pointer: String,
    /// A stable name for this kind of warning: where a condition has the same cause, its reason.
    pub code: &'static str,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What to do about it; empty where the message says it already.
    pub hint: String,
}

impl From<Warning> for Problem {
    /// The warning in the form in which modules and the check tell theirs.
    fn from(Warning { pointer, code, message, hint, .. }: Warning) -> Problem {
        Problem { severity: Severity::Warning, pointer, code, message, hint }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "warning[{}]: {}", self.code, self.message)?;
        if !self.hint.is_empty() {
            write!(f, " ({})", self.hint)?;
        }
        Ok(())
    }
}

//! Why there is no answer.

use httproute_manifests::InvalidRequest;
use httproute_sdk::Refusal;
use serde_json::{Value, json};

/// Why there is no answer: for a person, and with a stable code for programs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    code: &'static str,
    message: String,
    hint: String,
}

impl Failure {
    /// A request that is not of the documented form.
    pub(crate) fn no_request(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Failure { code: "InvalidRequest", message: message.into(), hint: hint.into() }
    }

    /// An argument that is not of the documented form.
    pub(crate) fn invalid_argument(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Failure { code: "InvalidArgument", message: message.into(), hint: hint.into() }
    }

    pub(crate) fn into_json(self) -> Value {
        json!({ "error": { "code": self.code, "message": self.message, "hint": self.hint } })
    }
}

impl From<InvalidRequest> for Failure {
    fn from(error: InvalidRequest) -> Self {
        Failure::no_request(error.message, error.hint)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure { code: refusal.code, message: refusal.message, hint: String::new() }
    }
}

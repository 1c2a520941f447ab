//! What the problems of manifests mean for what is made of them.

use std::collections::BTreeSet;

use httproute_manifests::{Document, Located};
use httproute_sdk::Severity;
use serde_json::Value;

use crate::diagnostics::number;
use crate::error::Failure;

/// Whether manifests may be used, by what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Whether a part of a file cannot be read: it may hold anything.
    unreadable: bool,
    /// The errors in objects, by what they are about: where in a file an object is does not matter.
    errors: BTreeSet<String>,
}

impl Verdict {
    pub(crate) fn of(problems: &[Located], documents: &[Document]) -> Self {
        let errors = || problems.iter().filter(|problem| problem.is_error());
        Verdict {
            unreadable: errors().any(|error| error.document.is_none() && error.source.is_some()),
            errors: errors().map(|error| subject(error, documents)).collect(),
        }
    }

    /// That manifests may be used for `purpose` ("rendered", "served"), with errors only if `allowed`.
    ///
    /// # Errors
    ///
    /// Why not, and what to do.
    pub(crate) fn accept(&self, purpose: &str, allowed: bool) -> Result<(), Failure> {
        if self.unreadable {
            // It may hold a route whose requests would go to another one.
            let message = format!("nothing is {purpose}: a part of the manifests cannot be read");
            return Err(Failure::new(message).with_hint("fix the errors above"));
        }
        if self.errors.is_empty() || allowed {
            return Ok(());
        }
        let message = format!("nothing is {purpose} because of {}", number(self.errors.len(), "error"));
        Err(Failure::new(message).with_hint(
            "fix what is reported above, or allow it with --allow-errors: rules with errors then answer 500, \
             and what cannot be used at all is left out",
        ))
    }

    /// Whether there is an error that `before` does not have.
    pub(crate) fn is_worse_than(&self, before: &Verdict) -> bool {
        !self.errors.is_subset(&before.errors)
    }

    /// How many errors there are in objects.
    pub(crate) fn errors(&self) -> usize {
        self.errors.len()
    }
}

/// What backends that cannot be resolved are. Requests of theirs are answered with 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unresolved {
    /// An error: what is rendered is a file that somebody will use later.
    Error,
    /// A warning: `run` follows edits, and a Service may come with the next one.
    Warning,
}

/// Makes errors of what answers 500. The API server takes such a rule, so `check` only warns of it: of a filter that nothing
/// implements, of backends that cannot be resolved, and of backends without any weight.
pub(crate) fn raise(problems: &mut [Located], unresolved: Unresolved) {
    for Located { problem, .. } in problems {
        let leads_nowhere = match problem.code {
            "AllWeightsZero" | "NoBackends" => true,
            // A mirror that cannot be resolved is left out, and its requests are served.
            "BackendNotFound" | "InvalidKind" | "RefNotPermitted" | "UnsupportedProtocol" => {
                problem.pointer.contains("/backendRefs/") && !problem.pointer.contains("/filters/")
            }
            _ => false,
        };
        if problem.code == "UnsupportedFilter"
            || problem.pointer.ends_with("/extensionRef")
            || (unresolved == Unresolved::Error && leads_nowhere)
        {
            problem.severity = Severity::Error;
        }
    }
}

/// What an error is about.
fn subject(error: &Located, documents: &[Document]) -> String {
    let document = error.document.and_then(|document| documents.get(document));
    let text = |pointer: &str| {
        document
            .and_then(|document| document.value.pointer(pointer))
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    format!(
        "{} {}/{} {} {} {}",
        text("/kind"),
        text("/metadata/namespace"),
        text("/metadata/name"),
        error.problem.pointer,
        error.problem.code,
        error.problem.message
    )
}

//! What the custom filters of a rule did to a request.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::{Answer, Error, Extension, Level, Notes, ObjectName};
use crate::plan::RuleName;

/// What the custom filters of a rule did to a request, beside the changes that are in the plan as those of any filter.
#[derive(Debug, Default)]
pub struct Effects {
    /// The answer that a filter gave.
    pub(crate) answer: Option<Answer>,
    /// Whether a filter returned an error.
    pub(crate) failed: bool,
    /// The objects of the filters that are known here by their kind alone.
    pub(crate) undecided: Vec<ObjectName>,
    /// What they have to say.
    pub notes: Notes,
    /// Those that wait for the response.
    pub responders: Responders,
}

/// The filters that have seen a request and wait for its response, with what they kept. It outlives the plan.
#[derive(Default)]
pub struct Responders(pub(crate) Vec<(Arc<Extension>, Kept)>);

/// What a filter keeps of a request.
pub(crate) type Kept = Option<Box<dyn Any + Send + Sync>>;

impl fmt::Debug for Responders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(extension, _)| &extension.name)).finish()
    }
}

impl Effects {
    /// Notes that the filter of `object` could not do its work.
    pub(crate) fn fail(&mut self, rule: RuleName<'_>, object: &str, error: &Error) {
        self.failed = true;
        self.notes.log(Level::Error, object, &format!("a request of {rule} is answered with 500: {error}"));
    }
}

//! Reading JSON of which the place is known, so that all that is wrong is told with its place.

pub(crate) mod duration;
pub(crate) mod json;
pub(crate) mod node;
pub(crate) mod report;
pub(crate) mod suggest;
pub(crate) mod text;
pub(crate) mod time;

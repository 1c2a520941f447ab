//! Refuses requests whose headers are too many or too large for the backends.

use httproute_sdk::extension::{Answer, Error, Filter, Flow, Level, Request};
use serde::Deserialize;

/// What the headers of a request may come to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct HeaderBudget {
    /// The most bytes of all names and values together.
    max_bytes: usize,
    /// The most lines.
    #[serde(default = "any")]
    max_lines: usize,
}

fn any() -> usize {
    usize::MAX
}

impl Filter for HeaderBudget {
    fn on_request(&self, request: &mut Request<'_>) -> Result<Flow, Error> {
        let lines = request.arrived().headers().iter().filter(|(name, _)| !name.starts_with(b":"));
        let (mut count, mut bytes) = (0_usize, 0_usize);
        for (name, value) in lines {
            count = count.saturating_add(1);
            bytes = bytes.saturating_add(name.len()).saturating_add(value.len());
        }
        if count <= self.max_lines && bytes <= self.max_bytes {
            return Ok(Flow::Continue);
        }
        request.count("header_budget.exceeded", 1);
        request.log(Level::Debug, &format!("{bytes} bytes in {count} headers"));
        Ok(Flow::Answer(Answer::new(431).body("the headers of the request are too large\n")))
    }
}

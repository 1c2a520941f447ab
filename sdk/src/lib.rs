//! Decodes Kubernetes Gateway API HTTPRoutes, picks the one rule that a request belongs to, and describes the decision as data.

mod config;
mod decision;
mod draw;
mod explain;
mod filters;
mod header_op;
mod kinds;
mod listener;
mod matching;
mod outcome;
mod plan;
mod problem;
mod reading;
mod references;
mod reply;
mod request;
mod route;
mod routes;
mod rule;
mod settings;
mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod timeouts;

pub use decision::{Decision, NoRule};
pub use draw::Draw;
pub use explain::{Contender, Lost};
pub use filters::split::Share;
pub use header_op::{HeaderLines, HeaderOp};
pub use kinds::Kinds;
pub use outcome::{Copy, Outcome};
pub use plan::{Backend, Carrier, Mirror, Plan, Redirection, RuleName, Steps};
pub use problem::{Problem, Refusal, Severity};
pub use reply::Reply;
pub use request::RequestView;
pub use routes::Routes;
pub use settings::{Settings, Unmatched};
pub use timeouts::Timeouts;

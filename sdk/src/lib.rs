//! Decodes Kubernetes Gateway API HTTPRoutes, picks the one rule that a request belongs to, and describes the decision as data.

mod config;
mod decision;
mod draw;
mod explain;
pub mod filters;
mod kinds;
mod listener;
mod matching;
mod outcome;
mod plan;
mod problem;
mod reply;
mod request;
mod routes;
mod settings;
mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod timeouts;

pub use decision::{Decision, NoRule};
pub use draw::Draw;
pub use explain::{Contender, Lost, Share};
pub use filters::headers::{HeaderLines, HeaderOp};
pub use filters::redirect::Redirection;
pub use kinds::Kinds;
pub use outcome::{Copy, Outcome};
pub use plan::{Backend, Carrier, Mirror, Plan, RuleName, Steps};
pub use problem::{Problem, Refusal, Severity};
pub use reply::Reply;
pub use request::RequestView;
pub use routes::Routes;
pub use settings::{Settings, Unmatched};
pub use timeouts::Timeouts;

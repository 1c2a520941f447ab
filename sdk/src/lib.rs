//! Decodes Kubernetes Gateway API HTTPRoutes, picks the one rule that a request belongs to, and describes the decision as data.
//!
//! Pure: no host call, no clock, no randomness. The same code decides in a proxy, on the command line and in a test.
//!
//! 1. [`Routes::decode`] reads a configuration and tells all that is wrong with it ([`Problem`]).
//! 2. [`Routes::plan`] says what becomes of a request ([`RequestView`]): a [`Plan`], which borrows from the configuration.
//! 3. Whoever holds the request carries the plan out: a module in a proxy, or [`Plan::outcome`] on a request in memory.
//!
//! Filters of one's own are a type each: [`extension`].
//!
//! [`Routes::contenders`] tells why a request goes where it goes. Source of every rule is the specification of Gateway API
//! v1.6.1; where it leaves room, `docs/configuration.md` and `docs/filters.md` say what is done.
//!
//! ```
//! use httproute_sdk::{Draw, Outcome, RequestView, Routes};
//!
//! let configuration = br#"{ "kind": "HTTPRoute", "metadata": { "name": "moved" }, "spec": { "rules": [ {
//!     "filters": [ { "type": "RequestRedirect", "requestRedirect": { "scheme": "https" } } ] } ] } }"#;
//! let (routes, problems) = Routes::decode(configuration).unwrap();
//! assert!(problems.is_empty());
//!
//! let headers: [(&[u8], &[u8]); 2] = [(b":authority", b"example.com"), (b":path", b"/a?b")];
//! let request = RequestView::new(&headers, &|| None);
//! let plan = routes.plan(&request, &mut Draw::seeded(1));
//! let Outcome::Answered(reply) = plan.outcome(&request, routes.settings()) else { panic!() };
//! assert_eq!((reply.status, reply.location), (302, Some("https://example.com/a?b")));
//! ```

mod config;
mod decimal;
mod decision;
mod draw;
mod explain;
pub mod extension;
mod filters;
mod hash;
mod header_op;
mod kinds;
mod listener;
mod matching;
mod outcome;
mod plan;
mod problem;
mod proxy_headers;
mod reading;
mod references;
mod regex;
mod reply;
mod request;
mod route;
mod routes;
mod rule;
mod settings;
mod sort;
mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod timeouts;

pub use decimal::Decimal;
pub use decision::{Decision, NoRule};
pub use draw::Draw;
pub use explain::{Contender, Lost};
pub use filters::split::Share;
pub use header_op::{HeaderLines, HeaderOp};
pub use kinds::Kinds;
pub use outcome::{Copy, Outcome};
pub use plan::{Backend, Carrier, Mirror, Plan, Redirection, RuleName, Steps};
pub use problem::{Problem, Refusal, Severity};
pub use reading::suggest::did_you_mean;
pub use reading::time::parse as parse_time;
pub use reply::Reply;
pub use request::RequestView;
pub use routes::Routes;
pub use settings::{Settings, Unmatched};
pub use timeouts::Timeouts;

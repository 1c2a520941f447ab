//! Filters of one's own, for `ExtensionRef`.
//!
//! A filter is a type that holds its configuration: `serde` reads it from the `spec` of the object that the `ExtensionRef` names, and
//! [`Filter`] says what it does to a request. A [`Registry`] says which kind of object is read by which type.
//!
//! ```
//! use httproute_sdk::extension::{Answer, Error, Filter, Flow, Registry, Request};
//! use httproute_sdk::{Draw, Outcome, RequestView, Routes};
//! use serde::Deserialize;
//!
//! /// Lets only those in who say the word.
//! #[derive(Deserialize)]
//! struct Password {
//!     word: String,
//! }
//!
//! impl Filter for Password {
//!     fn on_request(&self, request: &mut Request<'_>) -> Result<Flow, Error> {
//!         if request.header("x-password") == Some(self.word.as_bytes()) {
//!             return Ok(Flow::Continue);
//!         }
//!         Ok(Flow::Answer(Answer::new(403).body("say the word\n")))
//!     }
//! }
//!
//! let registry = Registry::new().with::<Password>("example.com", "Password");
//! let configuration = br#"{
//!     "extensions": [ { "apiVersion": "example.com/v1", "kind": "Password",
//!         "metadata": { "namespace": "shop", "name": "door" }, "spec": { "word": "please" } } ],
//!     "routes": [ { "metadata": { "namespace": "shop", "name": "cart" }, "spec": { "rules": [ {
//!         "filters": [ { "type": "ExtensionRef",
//!             "extensionRef": { "group": "example.com", "kind": "Password", "name": "door" } } ],
//!         "backendRefs": [ { "name": "cart", "port": 8080 } ] } ] } } ] }"#;
//! let (routes, problems) = Routes::decode_with(configuration, &registry).unwrap();
//! assert_eq!(problems, []);
//!
//! let headers: [(&[u8], &[u8]); 2] = [(b":authority", b"example.com"), (b":path", b"/")];
//! let request = RequestView::new(&headers, &|| None);
//! let plan = routes.plan(&request, &mut Draw::seeded(1));
//! let Outcome::Answered(reply) = plan.outcome(&request, routes.settings()) else { panic!() };
//! assert_eq!((reply.status, reply.body), (403, &b"say the word\n"[..]));
//! ```
//!
//! `docs/writing-a-filter.md` leads from here to a module that runs in a proxy.

mod answer;
mod changes;
mod effects;
mod hash;
mod notes;
mod objects;
mod registry;
mod request;
mod response;
#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use effects::{Effects, Responders};
pub use hash::stable_hash;
pub use notes::{Level, Notes};
pub use registry::Registry;
pub use request::Request;
pub use response::{Responded, Response};

pub use objects::ObjectName;
pub(crate) use objects::{Extension, Extensions};
pub(crate) use request::{Before, Changes};

/// What a filter of one's own does to requests, and to their responses.
///
/// The type holds the filter's configuration. It is made once for each object that a configuration holds, and shared by all
/// requests of a worker, so what it keeps between requests it keeps in an atomic or a mutex: a worker is one thread, and never waits for them.
///
/// A panic takes the proxy's worker down with all its traffic until the module is loaded anew. So a filter returns an [`Error`] for
/// what it does not expect: then its own request is answered with 500, and nothing else suffers.
///
/// ```
/// use httproute_sdk::extension::{Error, Filter, Flow, Request, Response};
///
/// /// Gives each response the identifier that its request has.
/// #[derive(serde::Deserialize)]
/// struct SameId {
///     header: String,
/// }
///
/// impl Filter for SameId {
///     fn on_request(&self, request: &mut Request<'_>) -> Result<Flow, Error> {
///         let id = request.header(&self.header).ok_or("the request has no identifier")?.to_vec();
///         request.keep(id);
///         Ok(Flow::Continue)
///     }
///
///     fn on_response(&self, response: &mut Response<'_>) -> Result<(), Error> {
///         let id = response.kept::<Vec<u8>>().cloned().unwrap_or_default();
///         response.set_header(&self.header, id)
///     }
/// }
/// ```
pub trait Filter: Send + Sync + 'static {
    /// What the filter does to a request.
    ///
    /// # Errors
    ///
    /// Whatever keeps the filter from doing its work. The request is answered with 500, none of its changes are made, and the
    /// error is in the log.
    fn on_request(&self, request: &mut Request<'_>) -> Result<Flow, Error>;

    /// What the filter does to the response to a request that it has seen, whoever gave it: the backend, the proxy, this filter or
    /// another. It comes after the changes of `ResponseHeaderModifier` and `CORS` filters.
    ///
    /// # Errors
    ///
    /// Whatever keeps the filter from doing its work. A 500 takes the place of the response, and the error is in the log.
    fn on_response(&self, response: &mut Response<'_>) -> Result<(), Error> {
        let _ = response;
        Ok(())
    }
}

/// Why a filter could not do its work: any error, or text.
///
/// ```
/// use httproute_sdk::extension::Error;
///
/// fn number(value: &[u8]) -> Result<u32, Error> {
///     if value.is_empty() {
///         return Err("there is no number".into());
///     }
///     Ok(str::from_utf8(value)?.parse()?)
/// }
///
/// assert_eq!(number(b"5").unwrap(), 5);
/// assert_eq!(number(b"").unwrap_err().to_string(), "there is no number");
/// assert!(number(b"\xff").is_err());
/// ```
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Whether a request goes on.
///
/// ```
/// use httproute_sdk::extension::{Answer, Flow};
/// let denied = Flow::Answer(Answer::new(403));
/// assert_ne!(denied, Flow::Continue);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It goes on, to the next filter of the rule or to the backend.
    Continue,
    /// It is answered: no later filter and no backend sees it.
    Answer(Answer),
}

//! What the custom filters of a rule did to a request.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::{Answer, Error, Extension, Level, Notes, ObjectName};
use crate::plan::RuleName;

/// What the custom filters of a rule did to a request, beside the changes that are in the plan as those of any filter.
///
/// ```
/// # use httproute_sdk::extension::*;
/// # use httproute_sdk::{Draw, RequestView, Routes};
/// # #[derive(serde::Deserialize)]
/// # struct Own {}
/// # impl Filter for Own {
/// #     fn on_request(&self, request: &mut Request<'_>) -> Result<Flow, Error> {
/// #         request.keep("kept".to_owned());
/// #         request.log(Level::Info, "seen");
/// #         request.count("seen", 1);
/// #         Ok(Flow::Continue)
/// #     }
/// #
/// #     fn on_response(&self, response: &mut Response<'_>) -> Result<(), Error> {
/// #         let kept = response.kept::<String>().cloned().unwrap_or_default();
/// #         if response.status() == 200 { response.set_header("x-own", kept) } else { Err("no success".into()) }
/// #     }
/// # }
/// # let registry = Registry::new().with::<Own>("example.com", "Own");
/// # let (routes, _) = Routes::decode_with(br#"{
/// #     "extensions": [ { "apiVersion": "example.com/v1", "kind": "Own", "metadata": { "name": "o" } } ],
/// #     "routes": [ { "metadata": { "name": "r" }, "spec": { "rules": [ {
/// #         "filters": [ { "type": "ExtensionRef",
/// #             "extensionRef": { "group": "example.com", "kind": "Own", "name": "o" } } ],
/// #         "backendRefs": [ { "name": "b", "port": 80 } ] } ] } } ] }"#, &registry).unwrap();
/// # let headers: [(&[u8], &[u8]); 3] = [(b":authority", b"a"), (b":path", b"/p?q"), (b"cookie", b"a=1; b=2")];
/// # let request = RequestView::new(&headers, &|| None);
/// let plan = routes.plan(&request, &mut Draw::seeded(1));
/// let effects = plan.extensions.unwrap();
/// assert_eq!(effects.notes.counts, [("seen", 1)]);
/// assert!(!effects.responders.is_empty());
/// ```
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

/// The filters that have seen a request and wait for its response, with what they kept. It outlives the plan. See [`Responded`](super::Responded)
/// for what comes of it.
///
/// ```
/// use httproute_sdk::extension::{Responded, Responders};
/// assert_eq!(Responders::default().respond(&Vec::new), Responded::default());
/// ```
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

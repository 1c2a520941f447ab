//! A response as a custom filter sees it.

use std::any::Any;
use std::cell::OnceCell;

use super::{Error, Level, Notes, Responders, changes};
use crate::header_op::{HeaderLines, HeaderOp};

/// A response, as a filter sees and changes it.
///
/// ```
/// # use httproute_sdk::extension::*;
/// # use httproute_sdk::{Draw, RequestView, Routes};
/// # #[derive(serde::Deserialize)]
/// # struct Own {}
/// impl Filter for Own {
///     fn on_request(&self, request: &mut Request<'_>) -> Result<Flow, Error> {
///         request.keep("kept".to_owned());
///         request.log(Level::Info, "seen");
///         request.count("seen", 1);
///         Ok(Flow::Continue)
///     }
///
///     fn on_response(&self, response: &mut Response<'_>) -> Result<(), Error> {
///         let kept = response.kept::<String>().cloned().unwrap_or_default();
///         if response.status() == 200 { response.set_header("x-own", kept) } else { Err("no success".into()) }
///     }
/// }
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
/// let mut response = vec![(b":status".to_vec(), b"200".to_vec())];
/// plan.respond(&mut response).unwrap();
/// assert!(response.contains(&(b"x-own".to_vec(), b"kept".to_vec())));
/// ```
pub struct Response<'a> {
    object: &'a str,
    arrived: &'a Arrived<'a>,
    kept: Option<&'a (dyn Any + Send + Sync)>,
    changes: Vec<HeaderOp>,
    notes: Notes,
}

/// The headers of the response, which are asked for where a filter wants to see them.
struct Arrived<'a> {
    ask: &'a dyn Fn() -> HeaderLines,
    lines: OnceCell<HeaderLines>,
}

/// What filters do to a response, as data.
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
/// let responders = plan.extensions.unwrap().responders;
/// let responded = responders.respond(&|| vec![(b":status".to_vec(), b"200".to_vec())]);
/// assert_eq!(responded.changes.len(), 1);
/// let responded = responders.respond(&|| vec![(b":status".to_vec(), b"500".to_vec())]);
/// assert!(responded.failed && responded.changes.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Responded {
    /// Changes to its headers, in the order of execution.
    pub changes: Vec<HeaderOp>,
    /// What they have to say.
    pub notes: Notes,
    /// Whether one returned an error: then there are no changes, and a 500 takes the place of the response.
    pub failed: bool,
}

impl Response<'_> {
    /// What the filter kept of the request ([`Request::keep`](super::Request::keep)), where it kept something of this type.
    pub fn kept<T: Any>(&self) -> Option<&T> {
        self.kept?.downcast_ref()
    }

    /// The status; 0 where it cannot be told.
    pub fn status(&self) -> u16 {
        let status = self.arrived.lines().iter().find(|(name, _)| name == b":status");
        status.and_then(|(_, value)| str::from_utf8(value).ok()?.parse().ok()).unwrap_or_default()
    }

    /// The first value of the header `name`, as the filters before this one left it.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.header_values(name).first().copied()
    }

    /// All values of the header `name`, one for each line.
    pub fn header_values(&self, name: &str) -> Vec<&[u8]> {
        let name = name.to_ascii_lowercase();
        let lines = self.arrived.lines().iter();
        let lines = lines.filter(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| &**value);
        changes::lines(lines, self.changes.iter(), &name)
    }

    /// Replaces all lines of a header by one.
    ///
    /// # Errors
    ///
    /// Where name or value cannot stand in a header line, and where the header belongs to the proxy (`docs/filters.md` has a list).
    pub fn set_header(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), Error> {
        self.changes.push(changes::set(name, value.as_ref(), None)?);
        Ok(())
    }

    /// Puts a line behind those that a header has.
    ///
    /// # Errors
    ///
    /// As [`Response::set_header`].
    pub fn add_header(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), Error> {
        self.changes.push(changes::add(name, value.as_ref(), None)?);
        Ok(())
    }

    /// Removes all lines of a header.
    ///
    /// # Errors
    ///
    /// As [`Response::set_header`].
    pub fn remove_header(&mut self, name: &str) -> Result<(), Error> {
        self.changes.push(changes::remove(name, None)?);
        Ok(())
    }

    /// Writes a line to the log, as [`Request::log`](super::Request::log) does.
    pub fn log(&mut self, level: Level, message: &str) {
        self.notes.log(level, self.object, message);
    }

    /// Adds to a counter, as [`Request::count`](super::Request::count) does.
    pub fn count(&mut self, name: &'static str, n: u64) {
        self.notes.count(name, n);
    }
}

impl Arrived<'_> {
    fn lines(&self) -> &HeaderLines {
        self.lines.get_or_init(self.ask)
    }
}

impl Responders {
    /// Whether no filter waits for the response.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the filters do to the response, in the order in which they saw the request.
    ///
    /// `headers` are those that it has, `:status` among them. They are asked for once at most, and only where a filter looks at
    /// them, because asking a proxy for them is dear.
    pub fn respond(&self, headers: &dyn Fn() -> HeaderLines) -> Responded {
        let code = self.0.first().map(|(extension, _)| extension.code);
        code.map(|code| (code.respond)(self, headers)).unwrap_or_default()
    }

    pub(super) fn respond_all(&self, headers: &dyn Fn() -> HeaderLines) -> Responded {
        let arrived = Arrived { ask: headers, lines: OnceCell::new() };
        let mut responded = Responded::default();
        for (extension, kept) in &self.0 {
            let Some(filter) = &extension.filter else { continue };
            let object = extension.name.to_string();
            let mut response = Response {
                object: &object,
                arrived: &arrived,
                kept: kept.as_deref(),
                changes: std::mem::take(&mut responded.changes),
                notes: std::mem::take(&mut responded.notes),
            };
            let done = filter.on_response(&mut response);
            (responded.changes, responded.notes) = (response.changes, response.notes);
            if let Err(error) = done {
                responded.notes.log(
                    Level::Error,
                    &object,
                    &format!("the response is answered with 500: {error}"),
                );
                return Responded { changes: Vec::new(), failed: true, ..responded };
            }
        }
        responded
    }
}

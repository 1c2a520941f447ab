//! A request as a custom filter sees it.

use std::any::Any;
use std::borrow::Cow;

use super::effects::Kept;
use super::{Error, Level, Notes, changes};
use crate::draw::Draw;
use crate::filters::split::{Backends, Share};
use crate::header_op::HeaderOp;
use crate::matching::dots::has_dot_segment;
use crate::plan::RuleName;
use crate::reading::text::is_authority;
use crate::request::{RequestView, split_at_byte};
use crate::settings::Settings;

/// A request, as a filter sees and changes it.
///
/// What it shows is the request as the filters before this one left it, and with this filter's own changes.
/// [`Request::arrived`] is what the client sent. Changes are made when the filter has returned without an error: all of them, or none.
///
/// ```
/// # use httproute_sdk::extension::*;
/// # use httproute_sdk::{Draw, RequestView, Routes};
/// # #[derive(serde::Deserialize)]
/// # struct Own {}
/// impl Filter for Own {
///     fn on_request(&self, request: &mut Request<'_>) -> Result<Flow, Error> {
///         assert_eq!((request.path(), request.query()), (&b"/p"[..], Some(&b"q"[..])));
///         assert_eq!(request.cookie("b"), Some(&b"2"[..]));
///         assert_eq!(request.rule().to_string(), "default/r#0");
///         request.set_header("x-own", "1")?;
///         request.set_path("/other")?;
///         assert_eq!(request.path(), b"/other");
///         Ok(Flow::Continue)
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
/// assert_eq!(plan.path.as_deref(), Some(&b"/other"[..]));
/// assert!(!plan.is_failed());
/// ```
pub struct Request<'a> {
    pub(crate) before: Before<'a>,
    pub(crate) changes: Changes,
    pub(crate) draw: Draw,
    pub(crate) notes: Notes,
    pub(crate) kept: Kept,
}

/// What a filter finds.
pub(crate) struct Before<'a> {
    pub(crate) arrived: &'a RequestView<'a>,
    pub(crate) rule: RuleName<'a>,
    /// The object that configures the filter.
    pub(crate) object: &'a str,
    pub(crate) settings: &'a Settings,
    /// What earlier filters changed.
    pub(crate) steps: &'a [Cow<'a, [HeaderOp]>],
    pub(crate) path: Option<&'a [u8]>,
    pub(crate) authority: Option<&'a str>,
    pub(crate) backends: &'a Backends,
    /// The filter stands in the rule, so that the backend is not settled.
    pub(crate) may_choose: bool,
}

/// What a filter changes.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) headers: Vec<HeaderOp>,
    pub(crate) path: Option<Vec<u8>>,
    pub(crate) authority: Option<String>,
    pub(crate) backend: Option<usize>,
}

impl<'a> Request<'a> {
    /// The request as the client sent it.
    pub fn arrived(&self) -> &RequestView<'a> {
        self.before.arrived
    }

    /// The rule that the request belongs to.
    pub fn rule(&self) -> RuleName<'a> {
        self.before.rule
    }

    /// The method.
    pub fn method(&self) -> &[u8] {
        self.before.arrived.method()
    }

    /// The path without the query.
    pub fn path(&self) -> &[u8] {
        self.rewritten().map_or_else(|| self.before.arrived.path(), |path| split_at_byte(path, b'?').0)
    }

    /// What stands behind the first `?`, if there is one.
    pub fn query(&self) -> Option<&[u8]> {
        self.rewritten().map_or_else(|| self.before.arrived.query(), |path| split_at_byte(path, b'?').1)
    }

    fn rewritten(&self) -> Option<&[u8]> {
        self.changes.path.as_deref().or(self.before.path)
    }

    /// Host and port that the request is for.
    pub fn authority(&self) -> &[u8] {
        let rewritten = self.changes.authority.as_deref().or(self.before.authority);
        rewritten
            .map(str::as_bytes)
            .or_else(|| self.values(":authority").first().copied())
            .unwrap_or_else(|| self.before.arrived.authority())
    }

    /// The first value of the header `name`, in any case. Values are bytes: a client may send what is no text.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.header_values(name).first().copied()
    }

    /// All values of the header `name`, one for each line.
    pub fn header_values(&self, name: &str) -> Vec<&[u8]> {
        let name = name.to_ascii_lowercase();
        if name == "host" { vec![self.authority()] } else { self.values(&name) }
    }

    fn values<'s>(&'s self, name: &str) -> Vec<&'s [u8]> {
        let earlier = self.before.steps.iter().flat_map(|step| step.iter());
        let lines = self.before.arrived.headers().iter();
        let lines = lines.filter(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes())).map(|&(_, value)| value);
        changes::lines(lines, earlier.chain(&self.changes.headers), name)
    }

    /// The value of the cookie `name`, where the request has one.
    pub fn cookie(&self, name: &str) -> Option<&[u8]> {
        let lines = self.header_values("cookie").into_iter();
        let pairs = lines.flat_map(|line| line.split(|byte| *byte == b';')).map(<[u8]>::trim_ascii);
        pairs.filter_map(|pair| pair.strip_prefix(name.as_bytes())?.strip_prefix(b"=")).next()
    }

    /// The backends of the rule that get requests, those with weight 0 left out, each with its weight.
    pub fn backends(&self) -> Vec<Share<'a>> {
        self.before.backends.shares()
    }

    /// Random draws of this request's own. They follow from the request's seed and the place of the filter in its rule, so that they can be
    /// replayed, and change nothing for other filters, for the backend and for mirrors.
    pub fn draw(&mut self) -> &mut Draw {
        &mut self.draw
    }

    /// Sends the request to this one of [`Request::backends`], whatever was drawn.
    ///
    /// # Errors
    ///
    /// Where there is no such backend, or where the filter is one of a backendRef: it runs because that backend is settled.
    pub fn choose_backend(&mut self, index: usize) -> Result<(), Error> {
        if !self.before.may_choose {
            return Err("a filter of a backendRef cannot choose another backend".into());
        }
        if index >= self.before.backends.len() {
            return Err(format!("the rule has no backend number {index} that gets requests").into());
        }
        self.changes.backend = Some(index);
        Ok(())
    }

    /// Replaces all lines of a header by one.
    ///
    /// # Errors
    ///
    /// Where name or value cannot stand in a header line, and where the header is not a filter's to change: those that belong to the
    /// proxy (`docs/filters.md` has a list), and `Host` ([`Request::set_authority`] changes it).
    pub fn set_header(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), Error> {
        self.changes.headers.push(changes::set(name, value.as_ref(), Some(self.before.settings))?);
        Ok(())
    }

    /// Puts a line behind those that a header has.
    ///
    /// # Errors
    ///
    /// As [`Request::set_header`].
    pub fn add_header(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), Error> {
        self.changes.headers.push(changes::add(name, value.as_ref(), Some(self.before.settings))?);
        Ok(())
    }

    /// Removes all lines of a header.
    ///
    /// # Errors
    ///
    /// As [`Request::set_header`].
    pub fn remove_header(&mut self, name: &str) -> Result<(), Error> {
        self.changes.headers.push(changes::remove(name, Some(self.before.settings))?);
        Ok(())
    }

    /// Replaces path and query.
    ///
    /// # Errors
    ///
    /// Where it does not begin with one slash, or has a dot segment or bytes that no path has.
    pub fn set_path(&mut self, path: impl Into<Vec<u8>>) -> Result<(), Error> {
        let path = path.into();
        let valid = path.starts_with(b"/")
            && !path.starts_with(b"//")
            && path.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'#')
            && !has_dot_segment(split_at_byte(&path, b'?').0);
        if !valid {
            return Err(format!("{:?} is no path for a request", String::from_utf8_lossy(&path)).into());
        }
        self.changes.path = Some(path);
        Ok(())
    }

    /// Replaces host and port.
    ///
    /// # Errors
    ///
    /// Where it is no host.
    pub fn set_authority(&mut self, authority: &str) -> Result<(), Error> {
        if authority.is_empty() || !is_authority(authority.as_bytes()) {
            return Err(format!("{authority:?} is no host").into());
        }
        self.changes.authority = Some(authority.to_owned());
        Ok(())
    }

    /// Keeps `value` for [`Filter::on_response`](super::Filter::on_response), which does not see the request any more. What the filter kept
    /// before is replaced.
    pub fn keep<T: Any + Send + Sync>(&mut self, value: T) {
        self.kept = Some(Box::new(value));
    }

    /// Writes a line to the log: of the proxy, or of whoever carries the plan out.
    pub fn log(&mut self, level: Level, message: &str) {
        self.notes.log(level, self.before.object, message);
    }

    /// Adds `n` to the counter `name`, which the proxy has as `httproute.MODULE.extensions.NAME`.
    ///
    /// Names are fixed when the module is built: a counter is never removed, and a client must not be able to make one.
    pub fn count(&mut self, name: &'static str, n: u64) {
        self.notes.count(name, n);
    }
}

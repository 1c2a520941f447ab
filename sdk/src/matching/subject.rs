//! A request as it is compared with matches.

use std::borrow::Cow;
use std::cell::Cell;

use super::work::Work;
use crate::request::RequestView;

/// A request as it is compared with matches.
pub(crate) struct Subject<'q, 'a> {
    pub(crate) request: &'q RequestView<'a>,
    /// The path in its [normal form](super::normal).
    pub(crate) path: Cow<'q, [u8]>,
    /// What may still be done to find its rule.
    pub(crate) work: &'q Work,
    /// The values of the headers with several lines that predicates have asked for: thousands may ask for the same.
    joined: Cell<Vec<(Box<str>, Vec<u8>)>>,
}

impl<'q, 'a> Subject<'q, 'a> {
    /// The subject that a request is, whose path in normal form is `path`.
    #[inline]
    pub(crate) fn new(request: &'q RequestView<'a>, path: Cow<'q, [u8]>, work: &'q Work) -> Self {
        Subject { request, path, work, joined: Cell::default() }
    }

    /// Whether `accepts` takes the value of the header `name` (lower case). A request without it has none.
    ///
    /// "Generally, proxies should follow the guidance from the RFC: https://www.rfc-editor.org/rfc/rfc7230.html#section-3.2.2
    /// regarding processing a repeated header, with special handling for "Set-Cookie"." The crumbs of a Cookie header are joined
    /// as RFC 9113, section 8.2.3 says.
    #[inline]
    pub(crate) fn header(&self, name: &str, accepts: &dyn Fn(&[u8]) -> bool) -> bool {
        // Each predicate looks at each line, and a client may send names that differ from the one asked for in their last letter only.
        let compared = Cell::new(0);
        let mut lines = self.request.header_where(name, |line| {
            line.len() == name.len() && {
                compared.set(compared.get() + name.len());
                line.eq_ignore_ascii_case(name.as_bytes())
            }
        });
        let (first, second) = (lines.next(), lines.next());
        let steps = self.request.headers().len() / Work::LINES + compared.get() / Work::NAMES;
        if !self.work.spend(steps) {
            return false;
        }
        let Some(first) = first else { return false };
        if second.is_none() { accepts(first) } else { self.repeated(name, accepts) }
    }

    /// The same for a header with several lines, which are joined once.
    #[cold]
    fn repeated(&self, name: &str, accepts: &dyn Fn(&[u8]) -> bool) -> bool {
        let mut joined = self.joined.take();
        let known = joined.iter().position(|(known, _)| **known == *name);
        let place = known.unwrap_or_else(|| {
            let separator: &[u8] = if name == "cookie" { b"; " } else { b"," };
            let value = self.request.header(name).collect::<Vec<_>>().join(separator);
            self.work.spend(value.len() / Work::COMPARED);
            joined.push((name.into(), value));
            joined.len() - 1
        });
        let accepted = joined.get(place).is_some_and(|(_, value)| accepts(value));
        self.joined.set(joined);
        accepted
    }
}

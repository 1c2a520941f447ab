//! A request as the core sees it: borrowed bytes, nothing else.

use crate::matching::host::normalised_host;

/// A request, borrowed from whoever holds it.
///
/// Everything is bytes, for a client may send bytes that are not UTF-8 in a path or a header value.
///
/// ```
/// use httproute_sdk::RequestView;
/// let headers: [(&[u8], &[u8]); 5] = [
///     (b":method", b"GET"),
///     (b":scheme", b"https"),
///     (b":authority", b"Example.com:8443"),
///     (b":path", b"/cart?item=1"),
///     (b"x-user", b"ada"),
/// ];
/// let request = RequestView::new(&headers, &|| Some(8443));
/// assert_eq!(request.method(), b"GET");
/// assert_eq!(request.path(), b"/cart");
/// assert_eq!(request.query(), Some(&b"item=1"[..]));
/// ```
#[derive(Clone, Copy)]
pub struct RequestView<'a> {
    headers: &'a [(&'a [u8], &'a [u8])],
    method: &'a [u8],
    scheme: &'a [u8],
    authority: &'a [u8],
    has_one_authority: bool,
    path: &'a [u8],
    query: Option<&'a [u8]>,
    local_port: &'a dyn Fn() -> Option<u16>,
}

impl<'a> RequestView<'a> {
    /// A request from its header map with the pseudo-headers in it, as proxies hold it.
    ///
    /// `local_port` tells on which port the proxy received the request. It is asked only where a redirect needs it and the
    /// configuration names no listener port, because asking a proxy for it is dear.
    #[inline]
    pub fn new(headers: &'a [(&'a [u8], &'a [u8])], local_port: &'a dyn Fn() -> Option<u16>) -> Self {
        let mut view = RequestView {
            headers,
            method: b"",
            scheme: b"",
            authority: b"",
            has_one_authority: true,
            path: b"",
            query: None,
            local_port,
        };
        let mut target: &[u8] = b"";
        let (mut shows_authority, mut host) = (false, None);
        for &(name, value) in headers {
            match name {
                [b':', name @ ..] => match name {
                    b"method" => view.method = value,
                    b"scheme" => view.scheme = value,
                    b"authority" => (view.authority, shows_authority) = (value, true),
                    b"path" => target = value,
                    _ => {}
                },
                [b'h' | b'H', _, _, _] if name.eq_ignore_ascii_case(b"host") => {
                    host.get_or_insert(value);
                }
                _ => {}
            }
        }
        if host.is_some() || !shows_authority {
            view.take_host(host);
        }
        // A fragment is never sent; were one to arrive, it is no part of the path that rules speak of.
        let target = split_at_byte(target, b'#').0;
        (view.path, view.query) = split_at_byte(target, b'?');
        if view.path.is_empty() {
            // CONNECT has no path; what rules say of `/` holds for it.
            view.path = b"/";
        }
        view
    }

    /// The same request for another path.
    pub(crate) fn with_path<'b>(&self, path: &'b [u8]) -> RequestView<'b>
    where
        'a: 'b,
    {
        RequestView { path, ..*self }
    }

    /// All headers, pseudo-headers included, in the order in which the proxy holds them.
    pub fn headers(&self) -> &'a [(&'a [u8], &'a [u8])] {
        self.headers
    }

    /// The method, as sent.
    pub fn method(&self) -> &'a [u8] {
        self.method
    }

    /// The scheme that the client used, empty where the proxy does not tell.
    pub fn scheme(&self) -> &'a [u8] {
        self.scheme
    }

    /// Host and port that the client asked for, as sent.
    pub fn authority(&self) -> &'a [u8] {
        self.authority
    }

    /// Whether it is clear which host the client asked for: the proxy shows `:authority` or `Host`, and if it shows both,
    /// they name the same host. Envoy always shows `:authority` and nothing else.
    #[inline]
    pub fn has_one_authority(&self) -> bool {
        self.has_one_authority
    }

    /// Takes the `Host` header of a proxy that shows it into account.
    #[cold]
    fn take_host(&mut self, host: Option<&'a [u8]>) {
        let host = host.unwrap_or_default();
        if self.authority.is_empty() {
            // A proxy that shows no pseudo-header for it still has the Host header.
            self.authority = host;
            self.has_one_authority = !host.is_empty();
        } else {
            self.has_one_authority = normalised_host(self.authority) == normalised_host(host);
        }
    }

    /// The path without the query.
    pub fn path(&self) -> &'a [u8] {
        self.path
    }

    /// What stands behind the first `?`, if there is one.
    pub fn query(&self) -> Option<&'a [u8]> {
        self.query
    }

    /// The port on which the proxy received the request.
    pub fn local_port(&self) -> Option<u16> {
        (self.local_port)()
    }

    /// The values of the header `name` (lower case), one for each line of the request.
    ///
    /// `host` stands for the authority, which proxies hold as a pseudo-header.
    #[inline]
    pub fn header<'n>(&self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        self.header_where(name, move |line| line.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// The same for who decides which names are `name`.
    #[inline]
    pub(crate) fn header_where<F: Fn(&[u8]) -> bool>(
        &self,
        name: &str,
        is_name: F,
    ) -> impl Iterator<Item = &'a [u8]> + use<'a, F> {
        let authority = (name == "host").then_some(self.authority);
        let lines = if authority.is_some() { &[][..] } else { self.headers };
        let lines = lines.iter().filter(move |(line, _)| is_name(line)).map(|&(_, value)| value);
        authority.into_iter().chain(lines)
    }
}

impl std::fmt::Debug for RequestView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = String::from_utf8_lossy;
        write!(f, "{} {}{}", text(self.method), text(self.authority), text(self.path))?;
        self.query.map_or(Ok(()), |query| write!(f, "?{}", text(query)))
    }
}

/// What stands before the first `byte`, and what stands behind it, if it is there.
#[inline]
pub(crate) fn split_at_byte(bytes: &[u8], byte: u8) -> (&[u8], Option<&[u8]>) {
    match bytes.iter().position(|&b| b == byte) {
        Some(at) => (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..)),
        None => (bytes, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hosts_are_one_authority_only_if_they_are_the_same_host() {
        for (authority, host, one) in [
            (None, None, false),
            (Some("a.example"), None, true),
            (None, Some("a.example"), true),
            (Some("a.example:8080"), Some("A.example"), true),
            (Some("a.example"), Some("b.example"), false),
            (Some(""), Some("b.example"), true),
        ] {
            let lines = [(":authority", authority), ("Host", host)];
            let headers: Vec<_> = lines
                .iter()
                .filter_map(|(name, value)| Some((name.as_bytes(), (*value)?.as_bytes())))
                .collect();
            let request = RequestView::new(&headers, &|| None);
            assert_eq!(request.has_one_authority(), one, "{authority:?}, {host:?}");
        }
    }

    #[test]
    fn the_query_starts_at_the_first_question_mark_and_a_fragment_is_dropped() {
        for (target, path, query) in [
            ("/a?b?c", "/a", Some("b?c")),
            ("/a?", "/a", Some("")),
            ("/a#x?y", "/a", None),
            ("", "/", None),
            ("*", "*", None),
        ] {
            let headers = [(&b":path"[..], target.as_bytes())];
            let view = RequestView::new(&headers, &|| None);
            assert_eq!((view.path(), view.query()), (path.as_bytes(), query.map(str::as_bytes)), "{target}");
        }
    }

    #[test]
    fn a_header_is_found_whatever_its_case_and_host_is_the_authority() {
        let headers: [(&[u8], &[u8]); 3] = [(b":authority", b"a.b"), (b"X-One", b"1"), (b"x-one", b"2")];
        let view = RequestView::new(&headers, &|| None);
        assert_eq!(view.header("x-one").collect::<Vec<_>>(), [b"1", b"2"]);
        assert_eq!(view.header("host").collect::<Vec<_>>(), [b"a.b"]);
    }
}

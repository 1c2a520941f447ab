//! Header and query parameter predicates.

use super::pattern::Pattern;
use super::subject::Subject;
use super::work::Work;

/// How a value is compared.
#[derive(Clone, Debug)]
pub(crate) enum ValueMatch {
    /// Byte for byte.
    Exact(Box<str>),
    /// By a regular expression.
    Regex(Pattern),
    /// Any value: stands in for a predicate that cannot be read, so that its rule, which answers 500, still gets only
    /// requests that have what it asks for.
    Present,
}

impl ValueMatch {
    #[inline]
    fn accepts(&self, value: &[u8], work: &Work) -> bool {
        match self {
            ValueMatch::Exact(exact) => {
                exact.len() == value.len()
                    && work.spend(value.len() / Work::COMPARED)
                    && exact.as_bytes() == value
            }
            ValueMatch::Regex(pattern) => pattern.matches(value, work),
            ValueMatch::Present => true,
        }
    }
}

/// `matches[].headers[]`.
#[derive(Clone, Debug)]
pub(crate) struct HeaderMatch {
    /// In lower case: "Name matching MUST be case-insensitive."
    pub(crate) name: Box<str>,
    pub(crate) value: ValueMatch,
}

impl HeaderMatch {
    #[inline]
    pub(crate) fn accepts(&self, subject: &Subject<'_, '_>) -> bool {
        subject.header(&self.name, &|value| self.value.accepts(value, subject.work))
    }
}

/// `matches[].queryParams[]`.
#[derive(Clone, Debug)]
pub(crate) struct QueryParamMatch {
    /// "This must be an exact string match."
    pub(crate) name: Box<str>,
    pub(crate) value: ValueMatch,
}

impl QueryParamMatch {
    /// "If a query param is repeated in an HTTP request, the behavior is purposely left undefined … it is recommended that
    /// this type match against the first value of the param". Names and values are compared as they arrive,
    /// percent-encoding included.
    #[inline]
    pub(crate) fn accepts(&self, subject: &Subject<'_, '_>) -> bool {
        let Some(query) = subject.request.query() else { return false };
        // Each predicate reads it anew.
        if !subject.work.spend(query.len()) {
            return false;
        }
        let value =
            query.split(|&b| b == b'&').find_map(|param| match param.strip_prefix(self.name.as_bytes())? {
                [] => Some(&[][..]),
                [b'=', value @ ..] => Some(value),
                _ => None,
            });
        value.is_some_and(|value| self.value.accepts(value, subject.work))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::RequestView;

    fn accepts(predicate: &HeaderMatch, lines: &[(&[u8], &[u8])]) -> bool {
        let (request, work) = (RequestView::new(lines, &|| None), Work::unlimited());
        let subject = Subject::new(&request, request.path().into(), &work);
        // What was joined for one predicate is there for the next.
        let first = predicate.accepts(&subject);
        assert_eq!(predicate.accepts(&subject), first);
        first
    }

    #[test]
    fn the_lines_of_a_repeated_header_are_one_value() {
        let predicate = HeaderMatch { name: "a".into(), value: ValueMatch::Exact("1,2,3".into()) };
        assert!(accepts(&predicate, &[(b"A", b"1"), (b"b", b"x"), (b"a", b"2"), (b"a", b"3")]));
        assert!(!accepts(&predicate, &[(b"a", b"1"), (b"a", b"2")]));
        assert!(!accepts(&predicate, &[]));
        let cookie = HeaderMatch { name: "cookie".into(), value: ValueMatch::Exact("a=1; b=2".into()) };
        assert!(accepts(&cookie, &[(b"cookie", b"a=1"), (b"cookie", b"b=2")]));
    }

    #[test]
    fn the_first_of_repeated_query_parameters_counts() {
        let predicate = QueryParamMatch { name: "a".into(), value: ValueMatch::Exact("1".into()) };
        for (target, matches) in [
            ("/?a=1", true),
            ("/?b=2&a=1&a=2", true),
            ("/?a=2&a=1", false),
            ("/?A=1", false),
            ("/?a", false),
            ("/", false),
            ("/?a=1=1", false),
            ("/?a=%31", false),
        ] {
            let lines = [(&b":path"[..], target.as_bytes())];
            let (request, work) = (RequestView::new(&lines, &|| None), Work::unlimited());
            let subject = Subject::new(&request, request.path().into(), &work);
            assert_eq!(predicate.accepts(&subject), matches, "{target}");
        }
    }
}

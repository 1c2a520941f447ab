//! Paths: from a request's path to the candidates for it, in the order of precedence, in one look-up.

use std::collections::BTreeMap;
use std::fmt;

use regex_lite::Regex;

use super::Candidate;

/// `matches[].path`.
#[derive(Clone, Debug)]
pub(crate) enum PathMatch {
    /// "Matches the URL path exactly and with case sensitivity."
    Exact(Box<str>),
    /// "Matches based on a URL path prefix split by `/`. Matching is case-sensitive and done on a path element by element
    /// basis." Without the slash at its end, which the specification ignores, so that `/` is empty here.
    Prefix(Box<str>),
    /// A regular expression that matches the whole path.
    Regex(Regex),
}

/// The candidates of one hostname by path.
#[derive(Default)]
pub(crate) struct PathIndex {
    /// From a path to the number of its [`Entry`].
    router: matchit::Router<u32>,
    entries: Vec<Entry>,
    prefixes: Vec<Prefix>,
    /// The number of the prefix `/`.
    root: Option<u32>,
    regexes: Box<[Candidate]>,
}

/// What is known of the paths that one route of the router stands for.
#[derive(Debug, Default)]
struct Entry {
    exact: Box<[Candidate]>,
    /// The longest prefix that covers the path.
    prefix: Option<u32>,
}

#[derive(Debug)]
struct Prefix {
    candidates: Box<[Candidate]>,
    /// The next shorter prefix that covers the same paths: a longer one can lose on method, headers or query parameters.
    shorter: Option<u32>,
}

/// Takes the place of bytes that no path of a rule holds.
const FOREIGN: char = '\u{1}';

impl PathIndex {
    /// The index of candidates that are already in the order of precedence among those of the same path.
    pub(crate) fn new<'m>(candidates: impl Iterator<Item = (Candidate, &'m PathMatch)>) -> Self {
        let mut regexes = Vec::new();
        let mut exact: BTreeMap<&str, Vec<Candidate>> = BTreeMap::new();
        let mut prefix: BTreeMap<&str, Vec<Candidate>> = BTreeMap::new();
        for (candidate, path) in candidates {
            match path {
                PathMatch::Exact(value) => exact.entry(value).or_default().push(candidate),
                PathMatch::Prefix(value) => prefix.entry(value).or_default().push(candidate),
                PathMatch::Regex(_) => regexes.push(candidate),
            }
        }

        let mut index = PathIndex { regexes: regexes.into(), ..Self::default() };
        // A prefix stands behind all that it begins with, so the shorter ones are numbered first.
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        for (value, candidates) in prefix {
            let shorter = covering(value, &numbers);
            numbers.insert(value, index.prefixes.len() as u32);
            index.prefixes.push(Prefix { candidates: candidates.into(), shorter });
        }
        index.root = numbers.get("").copied();
        for (&value, &number) in &numbers {
            for end in ["", "/"] {
                let path = format!("{value}{end}");
                // The empty path is no path, and one that is an exact value too gets its entry below.
                if !path.is_empty() && !exact.contains_key(path.as_str()) {
                    index.insert(escaped(&path), Entry { exact: Box::default(), prefix: Some(number) });
                }
            }
            let rest = format!("{}/{{*rest}}", escaped(value));
            index.insert(rest, Entry { exact: Box::default(), prefix: Some(number) });
        }
        for (value, candidates) in exact {
            let whole = numbers.get(value).copied();
            let prefix = whole.or_else(|| covering(value, &numbers));
            index.insert(escaped(value), Entry { exact: candidates.into(), prefix });
        }
        index
    }

    fn insert(&mut self, route: String, entry: Entry) {
        // Routes conflict only where parameters differ, and there is none but the rest behind a prefix.
        if self.router.insert(route, self.entries.len() as u32).is_ok() {
            self.entries.push(entry);
        }
    }

    /// The candidates for `path` in the order of precedence: "`Exact` path match", then regular expressions, then
    /// "`Prefix` path match with largest number of characters". Whether a regular expression matches is not looked at.
    pub(crate) fn lookup(&self, path: &[u8]) -> impl Iterator<Item = Candidate> {
        let entry = self.entry(path);
        let exact = entry.map_or(&[][..], |entry| &entry.exact);
        // "a prefix path match on "/" … has the effect of matching every HTTP request", `OPTIONS *` too.
        let longest = entry.map_or(self.root, |entry| entry.prefix);
        let longest = self.prefix(longest);
        let prefixes = std::iter::successors(longest, |prefix| self.prefix(prefix.shorter));
        let prefixed = prefixes.flat_map(|prefix| prefix.candidates.iter());
        exact.iter().chain(self.regexes.iter()).chain(prefixed).copied()
    }

    fn entry(&self, path: &[u8]) -> Option<&Entry> {
        let number = match std::str::from_utf8(path) {
            Ok(path) if path.is_ascii() => *self.router.at(path).ok()?.value,
            _ => {
                // The paths of rules are ASCII, and the router takes only UTF-8.
                let ascii: String =
                    path.iter().map(|&b| if b.is_ascii() { char::from(b) } else { FOREIGN }).collect();
                *self.router.at(&ascii).ok()?.value
            }
        };
        self.entries.get(number as usize)
    }

    fn prefix(&self, number: Option<u32>) -> Option<&Prefix> {
        self.prefixes.get(number? as usize)
    }
}

/// The number of the longest prefix that covers `path` and is not `path` itself.
fn covering(path: &str, numbers: &BTreeMap<&str, u32>) -> Option<u32> {
    let mut path = path;
    while let Some((shorter, _)) = path.rsplit_once('/') {
        if let Some(&number) = numbers.get(shorter) {
            return Some(number);
        }
        path = shorter;
    }
    None
}

/// A path as the router takes it: braces stand for parameters there.
fn escaped(path: &str) -> String {
    path.replace('{', "{{").replace('}', "}}")
}

impl fmt::Debug for PathIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PathIndex({} entries, {} regexes)", self.entries.len(), self.regexes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the paths that are candidates for a request's path.
    fn lookup(paths: &[PathMatch], path: &str) -> Vec<u32> {
        let candidates =
            paths.iter().enumerate().map(|(n, path)| (Candidate { rule: n as u32, matched: 0 }, path));
        PathIndex::new(candidates).lookup(path.as_bytes()).map(|candidate| candidate.rule).collect()
    }

    fn exact(value: &str) -> PathMatch {
        PathMatch::Exact(value.into())
    }

    fn prefix(value: &str) -> PathMatch {
        PathMatch::Prefix(value.trim_end_matches('/').into())
    }

    #[test]
    fn a_prefix_matches_whole_elements() {
        // "`/abc`, `/abc/`, and `/abc/def` would match the prefix `/abc`, but the path `/abcd` would not."
        for value in ["/abc", "/abc/"] {
            for (path, matches) in [
                ("/abc", true),
                ("/abc/", true),
                ("/abc/def", true),
                ("/abc//", true),
                ("/abcd", false),
                ("/", false),
                ("/Abc", false),
            ] {
                assert_eq!(!lookup(&[prefix(value)], path).is_empty(), matches, "{value} {path}");
            }
        }
        for path in ["/", "/a", "//", "//a", "/\u{e9}"] {
            assert_eq!(lookup(&[prefix("/")], path), [0], "{path}");
        }
        assert_eq!(lookup(&[prefix("/"), prefix("/a"), exact("/")], "*"), [0]);
    }

    #[test]
    fn exact_comes_first_and_shorter_prefixes_follow_longer_ones() {
        let paths = [
            prefix("/"),
            prefix("/a"),
            prefix("/a/b"),
            exact("/a/b"),
            exact("/a/"),
            prefix("/a/bc"),
            exact("/x"),
        ];
        assert_eq!(lookup(&paths, "/a/b"), [3, 2, 1, 0]);
        assert_eq!(lookup(&paths, "/a/b/c"), [2, 1, 0]);
        assert_eq!(lookup(&paths, "/a/"), [4, 1, 0]);
        assert_eq!(lookup(&paths, "/a"), [1, 0]);
        assert_eq!(lookup(&paths, "/a/bc"), [5, 1, 0]);
        assert_eq!(lookup(&paths, "/a/bcd"), [1, 0]);
        assert_eq!(lookup(&paths, "/x"), [6, 0]);
        assert_eq!(lookup(&paths, "/x/"), [0]);
    }

    #[test]
    fn bytes_that_are_not_ascii_match_no_literal_but_stay_in_their_element() {
        let paths = [prefix("/a"), prefix("/a/b"), exact("/a/b")];
        let found = |path: &[u8]| {
            let candidates =
                paths.iter().enumerate().map(|(n, p)| (Candidate { rule: n as u32, matched: 0 }, p));
            PathIndex::new(candidates).lookup(path).map(|c| c.rule).collect::<Vec<_>>()
        };
        assert_eq!(found(b"/a/b\xff"), [0]);
        assert_eq!(found(b"/a/b/\xff"), [1, 0]);
        assert!(found(b"/a\xff").is_empty());
    }
}

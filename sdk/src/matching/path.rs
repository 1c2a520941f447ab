//! Paths: from a request's path to the candidates for it, in the order of precedence, in one look-up.

use std::cmp::Ordering;
use std::fmt;

use hashbrown::HashTable;

use super::Candidate;
use super::pattern::Pattern;
use crate::hash::hash;
use crate::sort::sort;

/// `matches[].path`.
#[derive(Clone, Debug)]
pub(crate) enum PathMatch {
    /// "Matches the URL path exactly and with case sensitivity."
    Exact(Box<str>),
    /// "Matches based on a URL path prefix split by `/`. Matching is case-sensitive and done on a path element by element
    /// basis." Without the slash at its end, which the specification ignores, so that `/` is empty here.
    Prefix(Box<str>),
    /// A regular expression that matches the whole path.
    Regex(Pattern),
}

/// The candidates of one hostname by path.
///
/// As in a file system: the router finds the deepest folder that holds values of rules, and a hash table finds the path's next
/// element in it. A router alone would need several nodes for each value; with ten thousand of them beside each other, each
/// node is a miss of the processor's cache.
#[derive(Default)]
pub(crate) struct PathIndex {
    /// From a path to the number of the deepest folder above it.
    router: matchit::Router<u32>,
    folders: Vec<Folder>,
    /// From a folder and the name of an element in it to the number of the value that ends there.
    by_name: HashTable<u32>,
    values: Vec<Value>,
    names: String,
    /// Those of each value beside each other.
    candidates: Vec<Candidate>,
    /// The number of the prefix `/`.
    root: Option<u32>,
    regexes: Box<[Candidate]>,
}

#[derive(Debug)]
struct Folder {
    /// The length of its path.
    length: usize,
    /// The longest prefix that covers it.
    prefix: Option<u32>,
}

/// A path that rules name, as Exact or PathPrefix.
#[derive(Debug)]
struct Value {
    folder: u32,
    /// Where its last element stands in the names.
    name: (u32, u32),
    /// Where its candidates begin, those among them for whom it is a prefix, and where they end.
    candidates: (u32, u32, u32),
    /// The longest prefix that covers it, and is not itself: a longer one can lose on method, headers or query parameters.
    shorter: Option<u32>,
}

/// A path of a match.
struct Literal<'m> {
    path: &'m str,
    is_prefix: bool,
    candidate: Candidate,
}

/// Takes the place of bytes that no path of a rule holds.
const FOREIGN: char = '\u{1}';

impl PathIndex {
    /// The index of candidates that are already in the order of precedence among those of the same path.
    pub(crate) fn new<'m>(candidates: impl Iterator<Item = (Candidate, &'m PathMatch)>) -> Self {
        let mut regexes = Vec::new();
        // In the order of precedence.
        let mut literals: Vec<Literal<'m>> = Vec::new();
        for (candidate, path) in candidates {
            match path {
                PathMatch::Exact(path) => literals.push(Literal { path, is_prefix: false, candidate }),
                PathMatch::Prefix(path) => literals.push(Literal { path, is_prefix: true, candidate }),
                PathMatch::Regex(_) => regexes.push(candidate),
            }
        }
        let literal = |number: &u32| literals.get(*number as usize);
        let mut sorted: Vec<u32> = (0..literals.len() as u32).collect();
        sort(&mut sorted, &|a, b| match (literal(&a), literal(&b)) {
            (Some(x), Some(y)) => {
                folders_first(x.path, y.path).then_with(|| (x.is_prefix, a).cmp(&(y.is_prefix, b)))
            }
            _ => Ordering::Equal,
        });
        let path_of = |number: &u32| literal(number).map_or("", |literal| literal.path);

        let values = sorted.chunk_by(|a, b| path_of(a) == path_of(b));
        let mut index = PathIndex { regexes: regexes.into(), ..Self::default() };
        index.values.reserve_exact(values.clone().count());
        index.candidates.reserve_exact(literals.len());
        // The folders and the prefixes above the value at hand.
        let mut folders: Vec<(&str, u32)> = Vec::new();
        let mut prefixes: Vec<(&str, u32)> = Vec::new();
        for group in values {
            let Some(path) = group.first().map(path_of) else { continue };
            while prefixes.pop_if(|(prefix, _)| !covers(prefix, path)).is_some() {}
            let shorter = prefixes.last().map(|&(_, number)| number);
            let number = index.values.len() as u32;
            let (folder, name) = match path.rsplit_once('/') {
                Some((parent, name)) => {
                    while folders.pop_if(|(folder, _)| !covers(folder, parent)).is_some() {}
                    let folder = match folders.last() {
                        Some(&(folder, number)) if folder == parent => number,
                        _ => {
                            let number = index.add_folder(parent, shorter);
                            folders.push((parent, number));
                            number
                        }
                    };
                    (folder, name)
                }
                None => {
                    index.root = Some(number);
                    (u32::MAX, "")
                }
            };
            let start = index.candidates.len();
            let group = group.iter().filter_map(literal);
            let exact = group.clone().filter(|literal| !literal.is_prefix).count();
            index.candidates.extend(group.map(|literal| literal.candidate));
            let place = |place: usize| place as u32;
            index.values.push(Value {
                folder,
                name: (place(index.names.len()), place(index.names.len() + name.len())),
                candidates: (place(start), place(start + exact), place(index.candidates.len())),
                shorter,
            });
            index.names.push_str(name);
            if start + exact < index.candidates.len() {
                prefixes.push((path, number));
            }
        }
        index.names.shrink_to_fit();
        index.by_name = index.named();
        index
    }

    fn add_folder(&mut self, path: &str, prefix: Option<u32>) -> u32 {
        let number = self.folders.len() as u32;
        self.folders.push(Folder { length: path.len(), prefix });
        // Braces stand for parameters in a router.
        let escaped = path.replace('{', "{{").replace('}', "}}");
        for rest in ["/", "/{*rest}"] {
            // Routes conflict only where parameters differ, and there is none but the rest.
            let _ = self.router.insert(format!("{escaped}{rest}"), number);
        }
        number
    }

    fn named(&self) -> HashTable<u32> {
        let hash_of = |number: u32| {
            let value = self.values.get(number as usize);
            value.map_or(0, |value| hash(value.folder, self.name(value)))
        };
        let mut by_name = HashTable::with_capacity(self.values.len());
        for number in 0..self.values.len() as u32 {
            by_name.insert_unique(hash_of(number), number, |&number| hash_of(number));
        }
        by_name
    }

    /// The first of the candidates for `path` that `accepts` takes, in the order of precedence: "`Exact` path match", then regular
    /// expressions, then "`Prefix` path match with largest number of characters". Whether a regular expression matches is not
    /// looked at.
    #[inline]
    pub(crate) fn find(&self, path: &[u8], accepts: &dyn Fn(Candidate) -> bool) -> Option<Candidate> {
        let first =
            |candidates: &[Candidate]| candidates.iter().copied().find(|candidate| accepts(*candidate));
        // "a prefix path match on "/" … has the effect of matching every HTTP request", `OPTIONS *` too.
        let (exact, mut prefix) = self.literal(path).unwrap_or((&[], self.root));
        if let Some(found) = first(exact).or_else(|| first(&self.regexes)) {
            return Some(found);
        }
        while let Some(value) = self.value(prefix) {
            let (_, start, end) = value.candidates;
            if let Some(found) = first(self.candidates(start, end)) {
                return Some(found);
            }
            prefix = value.shorter;
        }
        None
    }

    /// The candidates that ask for exactly this path, and the longest prefix that covers it; `None` where no folder of a rule
    /// is above it.
    #[inline]
    fn literal(&self, path: &[u8]) -> Option<(&[Candidate], Option<u32>)> {
        let number = self.folder(path)?;
        let folder = self.folders.get(number as usize)?;
        let mut rest = path.get(folder.length + 1..)?.splitn(2, |&b| b == b'/');
        let name = rest.next().unwrap_or_default();
        let is_last = rest.next().is_none();
        let found = self.by_name.find(hash(number, name), |&value| {
            let value = self.values.get(value as usize);
            value.is_some_and(|value| value.folder == number && self.name(value) == name)
        });
        let Some((number, value)) = found.and_then(|&number| Some((number, self.value(Some(number))?)))
        else {
            return Some((&[], folder.prefix));
        };
        let (start, prefixed, end) = value.candidates;
        let exact = if is_last { self.candidates(start, prefixed) } else { &[] };
        Some((exact, if prefixed < end { Some(number) } else { value.shorter }))
    }

    #[inline]
    fn folder(&self, path: &[u8]) -> Option<u32> {
        match std::str::from_utf8(path) {
            Ok(path) if path.is_ascii() => Some(*self.router.at(path).ok()?.value),
            _ => {
                // The paths of rules are ASCII, and the router takes only UTF-8.
                let ascii: String =
                    path.iter().map(|&b| if b.is_ascii() { char::from(b) } else { FOREIGN }).collect();
                Some(*self.router.at(&ascii).ok()?.value)
            }
        }
    }

    #[inline]
    fn value(&self, number: Option<u32>) -> Option<&Value> {
        self.values.get(number? as usize)
    }

    #[inline]
    fn name(&self, value: &Value) -> &[u8] {
        let (start, end) = value.name;
        self.names.as_bytes().get(start as usize..end as usize).unwrap_or_default()
    }

    #[inline]
    fn candidates(&self, start: u32, end: u32) -> &[Candidate] {
        self.candidates.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// Whether `path` is `above` or below it.
fn covers(above: &str, path: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// An order in which a path stands before all that is below it, and nothing else between them.
fn folders_first(a: &str, b: &str) -> Ordering {
    let key = |byte: u8| if byte == b'/' { 0 } else { byte };
    a.bytes().map(key).cmp(b.bytes().map(key))
}

impl fmt::Debug for PathIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PathIndex({} values, {} regexes)", self.values.len(), self.regexes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the paths that are candidates for a request's path.
    #[inline]
    fn lookup(paths: &[PathMatch], path: &str) -> Vec<u32> {
        let candidates =
            paths.iter().enumerate().map(|(n, path)| (Candidate { rule: n as u32, matched: 0 }, path));
        found(&PathIndex::new(candidates), path.as_bytes())
    }

    fn found(index: &PathIndex, path: &[u8]) -> Vec<u32> {
        let found = std::cell::RefCell::new(Vec::new());
        index.find(path, &|candidate| {
            found.borrow_mut().push(candidate.rule);
            false
        });
        found.into_inner()
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
        let found_for = |path: &[u8]| {
            let candidates =
                paths.iter().enumerate().map(|(n, p)| (Candidate { rule: n as u32, matched: 0 }, p));
            found(&PathIndex::new(candidates), path)
        };
        assert_eq!(found_for(b"/a/b\xff"), [0]);
        assert_eq!(found_for(b"/a/b/\xff"), [1, 0]);
        assert!(found_for(b"/a\xff").is_empty());
    }
}

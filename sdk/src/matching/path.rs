//! Paths: from a request's path to the candidates for it, in the order of precedence, in one look-up.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;

use hashbrown::HashTable;
use smallvec::SmallVec;

use super::Candidate;
use super::pattern::Pattern;
use crate::hash::hash;
use crate::sort::sort;

/// `matches[].path`, its literals in their [normal form](super::normal).
#[derive(Clone, Debug)]
pub(crate) enum PathMatch {
    /// "Matches the URL path exactly and with case sensitivity."
    Exact(Box<str>),
    /// "Matches based on a URL path prefix split by `/`. Matching is case-sensitive and done on a path element by element
    /// basis." Without the slash at its end, which the specification ignores, so that `/` is empty here.
    Prefix(Box<str>),
    /// A regular expression that matches the whole path in its normal form.
    Regex(Box<Pattern>),
    /// What it says cannot be read, so that it may be any path. It comes before all others: whatever it says, another match may be
    /// less specific.
    Unreadable,
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
    /// By a folder and the name of an element in it, the value that ends there, with all that most requests look at: of ten
    /// thousand values each further look-up is a miss of the processor's cache.
    by_name: HashTable<Value>,
    names: String,
    /// Those that cover folders or other values.
    prefixes: Vec<Prefix>,
    /// The number of the prefix `/`.
    root: Option<u32>,
    regexes: Box<[Candidate]>,
    unreadable: Box<[Candidate]>,
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
    /// Its candidates, first those that ask for exactly this path.
    candidates: Candidates,
    /// How many those are.
    exact: u32,
    /// The longest prefix that covers it, and is not itself: a longer one can lose on method, headers or query parameters.
    shorter: Option<u32>,
}

/// A prefix that covers others.
#[derive(Debug)]
struct Prefix {
    candidates: Candidates,
    /// The longest that covers it.
    shorter: Option<u32>,
}

type Candidates = SmallVec<[Candidate; 2]>;

/// A prefix above the value at hand.
struct Above<'m> {
    path: &'m str,
    prefix: Prefix,
    /// Its number, once it covers something.
    number: Option<u32>,
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
        let (mut regexes, mut unreadable) = (Vec::new(), Vec::new());
        // In the order of precedence.
        let mut literals: Vec<Literal<'m>> = Vec::new();
        for (candidate, path) in candidates {
            match path {
                PathMatch::Exact(path) => literals.push(Literal { path, is_prefix: false, candidate }),
                PathMatch::Prefix(path) => literals.push(Literal { path, is_prefix: true, candidate }),
                PathMatch::Regex(_) => regexes.push(candidate),
                PathMatch::Unreadable => unreadable.push(candidate),
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
        let mut index =
            PathIndex { regexes: regexes.into(), unreadable: unreadable.into(), ..Self::default() };
        let mut by_name: HashTable<Value> = HashTable::with_capacity(values.clone().count());
        // The folders and the prefixes above the value at hand.
        let mut folders: Vec<(&str, u32)> = Vec::new();
        let mut above: Vec<Above<'m>> = Vec::new();
        for group in values {
            let Some(path) = group.first().map(path_of) else { continue };
            while above.pop_if(|above| !covers(above.path, path)).is_some() {}
            let shorter = above.last_mut().map(|above| index.number_of(above));
            let group = group.iter().filter_map(literal);
            let exact = group.clone().filter(|literal| !literal.is_prefix).count();
            let candidates: Candidates = group.map(|literal| literal.candidate).collect();
            let prefixed: Candidates = candidates.iter().skip(exact).copied().collect();
            if !prefixed.is_empty() {
                let prefix = Prefix { candidates: prefixed, shorter };
                above.push(Above { path, prefix, number: None });
            }
            let Some((parent, name)) = path.rsplit_once('/') else {
                index.root = above.last_mut().map(|above| index.number_of(above));
                continue;
            };
            while folders.pop_if(|(folder, _)| !covers(folder, parent)).is_some() {}
            let folder = match folders.last() {
                Some(&(folder, number)) if folder == parent => number,
                _ => {
                    let number = index.add_folder(parent, shorter);
                    folders.push((parent, number));
                    number
                }
            };
            let start = index.names.len() as u32;
            index.names.push_str(name);
            let name = (start, index.names.len() as u32);
            let value = Value { folder, name, candidates, exact: exact as u32, shorter };
            let hash_of = |value: &Value| hash(value.folder, name_in(&index.names, value));
            by_name.insert_unique(hash_of(&value), value, hash_of);
        }
        index.names.shrink_to_fit();
        index.by_name = by_name;
        index
    }

    /// The number of a prefix that covers something.
    fn number_of(&mut self, above: &mut Above<'_>) -> u32 {
        *above.number.get_or_insert_with(|| {
            let Prefix { candidates, shorter } = &above.prefix;
            self.prefixes.push(Prefix { candidates: candidates.clone(), shorter: *shorter });
            self.prefixes.len() as u32 - 1
        })
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

    /// The first of the candidates for `path` (in its normal form) that `accepts` takes, in the order of precedence: "`Exact` path match", then regular
    /// expressions, then "`Prefix` path match with largest number of characters". Whether a regular expression matches is not
    /// looked at.
    #[inline]
    pub(crate) fn find(&self, path: &[u8], accepts: &dyn Fn(Candidate) -> bool) -> Option<Candidate> {
        let first =
            |candidates: &[Candidate]| candidates.iter().copied().find(|candidate| accepts(*candidate));
        if let Some(found) = first(&self.unreadable) {
            return Some(found);
        }
        // "a prefix path match on "/" … has the effect of matching every HTTP request", `OPTIONS *` too.
        let (exact, prefixed, mut shorter) = self.literal(path).unwrap_or((&[], &[], self.root));
        let found = first(exact).or_else(|| first(&self.regexes)).or_else(|| first(prefixed));
        if found.is_some() {
            return found;
        }
        while let Some(prefix) = shorter.and_then(|number| self.prefixes.get(number as usize)) {
            if let Some(found) = first(&prefix.candidates) {
                return Some(found);
            }
            shorter = prefix.shorter;
        }
        None
    }

    /// The candidates that ask for exactly this path, those of the longest prefix that covers it, and the next longest; `None`
    /// where no folder of a rule is above it.
    #[inline]
    fn literal(&self, path: &[u8]) -> Option<(&[Candidate], &[Candidate], Option<u32>)> {
        let number = self.folder(path)?;
        let folder = self.folders.get(number as usize)?;
        let mut rest = path.get(folder.length + 1..)?.splitn(2, |&b| b == b'/');
        let name = rest.next().unwrap_or_default();
        let is_last = rest.next().is_none();
        let found = self
            .by_name
            .find(hash(number, name), |value| value.folder == number && name_in(&self.names, value) == name);
        let Some(value) = found else { return Some((&[], &[], folder.prefix)) };
        let (exact, prefixed) = value.candidates.split_at_checked(value.exact as usize)?;
        Some((if is_last { exact } else { &[] }, prefixed, value.shorter))
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
}

#[inline]
fn name_in<'n>(names: &'n str, value: &Value) -> &'n [u8] {
    let (start, end) = value.name;
    names.as_bytes().get(start as usize..end as usize).unwrap_or_default()
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
        write!(f, "PathIndex({} values, {} regexes)", self.by_name.len(), self.regexes.len())
    }
}

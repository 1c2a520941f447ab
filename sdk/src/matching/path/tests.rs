//! What is found for a path.

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
        let candidates = paths.iter().enumerate().map(|(n, p)| (Candidate { rule: n as u32, matched: 0 }, p));
        found(&PathIndex::new(candidates), path)
    };
    assert_eq!(found_for(b"/a/b\xff"), [0]);
    assert_eq!(found_for(b"/a/b/\xff"), [1, 0]);
    assert!(found_for(b"/a\xff").is_empty());
}

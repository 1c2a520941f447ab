//! "A request path with a `.` or `..` segment, percent-encoded or not, … is answered 400".

use httproute_sdk::NoRule::DotSegment;
use proptest::prelude::*;
use proptest::sample::select;

use crate::matching::{self, Verdict};
use crate::model::{Configuration, Request};
use crate::written::{route, routes};
use crate::{cases, observe};

pub(crate) const PIECES: [&str; 15] =
    [";", "/", "/", "%2f", "%2F", "\\", "%5c", "%5C", ".", "..", "%2e", "%2E", "a", "%25", "%252e"];
/// What is no percent-encoding.
pub(crate) const STRAY: [&str; 4] = ["%", "%2", "%z", "%%"];

fn check(pieces: &[&str]) -> Result<(), TestCaseError> {
    let configuration: Configuration = routes(vec![route("a/x", &[], &["PathPrefix /"])]);
    let request = Request::get("example.com", &format!("/{}", pieces.concat()));
    let expected = matching::verdict(&configuration, &request);
    prop_assert_eq!(
        observe::verdict(&observe::compiled(&configuration), &request),
        expected,
        "{:?}",
        request
    );
    Ok(())
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn dot_segments_are_seen_in_any_spelling(pieces in prop::collection::vec(select(&PIECES[..]), 0..7)) {
        check(&pieces)?;
    }

    #[test]
    fn a_stray_percent_sign_hides_no_dot_segment(
        pieces in prop::collection::vec(prop_oneof![3 => select(&PIECES[..]), 1 => select(&STRAY[..])], 0..7),
    ) {
        check(&pieces)?;
    }
}

/// Worked out by hand: a percent sign that begins no percent-encoding is a character like any other.
#[test]
fn paths_with_stray_percent_signs() {
    let configuration = routes(vec![route("a/x", &[], &["PathPrefix /"])]);
    let dotted = [
        "/%/../b",
        "/a%/../b",
        "/x%2/../b",
        "/%%2f../b",
        "/%2%2f..",
        "/%/.",
        "/%a/..",
        "/%zz/..",
        "/%\\..",
        "/..%2f%",
    ];
    let plain = ["/..%", "/..%%2fb", "/%2e%2e%2", "/%../b", "/.%2", "/%", "/a%"];
    for (targets, is_dotted) in [(&dotted[..], true), (&plain[..], false)] {
        for target in targets {
            let request = Request::get("example.com", target);
            let expected = |verdict| (verdict == Verdict::NoRule(DotSegment)) == is_dotted;
            assert!(expected(matching::verdict(&configuration, &request)), "the oracle for {target}");
            let compiled = observe::compiled(&configuration);
            assert!(expected(observe::verdict(&compiled, &request)), "the core for {target}");
        }
    }
}

//! The specification's own examples, and cases worked out by hand: they hold for the oracle and for the core.

use httproute_sdk::NoRule::Unmatched;

use crate::model::{Match, PathKind, PathMatch, Route, Rule};
use crate::written::{check, route, routes};

#[test]
fn exact_is_the_whole_path_and_prefix_goes_by_elements() {
    let configuration = routes(vec![
        route("a/exact", &["exact.org"], &["Exact /abc"]),
        route("a/prefix", &["prefix.org"], &["PathPrefix /abc", "PathPrefix /match/"]),
    ]);
    check(
        &configuration,
        &[
            ("GET exact.org /abc", Ok("a/exact 0 0")),
            ("GET exact.org /abc?/abc/", Ok("a/exact 0 0")),
            ("GET exact.org /abc/", Err(Unmatched)),
            ("GET exact.org /Abc", Err(Unmatched)),
            ("GET exact.org /abcd", Err(Unmatched)),
            ("GET exact.org /%61bc", Ok("a/exact 0 0")),
            ("GET prefix.org /abc", Ok("a/prefix 0 0")),
            ("GET prefix.org /abc/", Ok("a/prefix 0 0")),
            ("GET prefix.org /abc/def", Ok("a/prefix 0 0")),
            ("GET prefix.org /abc?def", Ok("a/prefix 0 0")),
            ("GET prefix.org /abcd", Err(Unmatched)),
            ("GET prefix.org //abc", Err(Unmatched)),
            ("GET prefix.org /match", Ok("a/prefix 1 0")),
            ("GET prefix.org /match/", Ok("a/prefix 1 0")),
            ("GET prefix.org /matchless", Err(Unmatched)),
        ],
    );
}

#[test]
fn no_rules_and_no_matches_match_every_request() {
    let empty = |matches| vec![Rule { matches }];
    for rules in
        [None, Some(empty(None)), Some(empty(Some(vec![]))), Some(empty(Some(vec![Match::default()])))]
    {
        let configuration = routes(vec![Route { rules, ..route("a/x", &[], &[]) }]);
        let all = Ok("a/x 0 0");
        check(
            &configuration,
            &[("GET example.com /", all), ("CONNECT example.com:443 ", all), ("PATCH  /a//b?c", all)],
        );
    }
}

#[test]
fn criteria_of_one_host_in_their_order() {
    let configuration = routes(vec![route(
        "a/x",
        &[],
        &[
            "PathPrefix / query animal hydra",
            "PathPrefix / header version four",
            "PathPrefix / header version four header color blue",
            "PathPrefix / method PATCH",
            "PathPrefix /a",
            "PathPrefix /a/b/",
            "RegularExpression /a.*",
            "Exact /a/b",
        ],
    )]);
    check(
        &configuration,
        &[
            ("GET example.com /?animal=hydra", Ok("a/x 0 0")),
            ("GET example.com /?animal=hydra; version: four", Ok("a/x 1 0")),
            ("GET example.com /?animal=hydra; version: four; color: blue", Ok("a/x 2 0")),
            ("PATCH example.com /; version: four; color: blue", Ok("a/x 3 0")),
            ("PATCH example.com /a", Ok("a/x 6 0")),
            ("PATCH example.com /a/b", Ok("a/x 7 0")),
            ("PATCH example.com /a/b/c", Ok("a/x 6 0")),
            ("GET example.com /b", Err(Unmatched)),
        ],
    );
    // Which prefix is longer does not depend on a trailing slash.
    let configuration =
        routes(vec![route("a/x", &[], &["PathPrefix /a/ or PathPrefix /a", "PathPrefix /a/b"])]);
    check(
        &configuration,
        &[
            ("GET example.com /a", Ok("a/x 0 0")),
            ("GET example.com /a/b", Ok("a/x 1 0")),
            ("GET example.com /a/bc", Ok("a/x 0 0")),
        ],
    );
}

#[test]
fn hostnames_go_before_paths_and_fall_back() {
    let configuration = routes(vec![
        route("a/any", &[], &["Exact /a", "PathPrefix /"]),
        route("a/wild", &["*.example.com"], &["PathPrefix / method GET"]),
        route("a/wilder", &["*.foo.example.com", "*.com"], &["PathPrefix / header x 1"]),
        route("a/exact", &["bar.foo.example.com", "*.example.com"], &["PathPrefix /b"]),
    ]);
    check(
        &configuration,
        &[
            ("GET example.com /a", Ok("a/any 0 0")),
            ("GET test.example.com /a", Ok("a/wild 0 0")),
            ("GET foo.test.example.com /a", Ok("a/wild 0 0")),
            ("GET FOO.Example.com:8443 /a", Ok("a/wild 0 0")),
            ("POST test.example.com /a", Ok("a/any 0 0")),
            ("GET bar.foo.example.com /a", Ok("a/wild 0 0")),
            ("GET bar.foo.example.com /a; x: 1", Ok("a/wilder 0 0")),
            ("GET bar.foo.example.com /b; x: 1", Ok("a/exact 0 0")),
            ("POST other.com /b; x: 1", Ok("a/wilder 0 0")),
            ("GET test.example.org /b", Ok("a/any 1 0")),
        ],
    );
}

#[test]
fn header_names_in_any_case_and_query_names_as_they_are() {
    let configuration = routes(vec![route(
        "a/x",
        &[],
        &[
            "Exact /first header A 1 header a 2",
            "Exact /joined header x-list one,two",
            "Exact /host header~ HOST example.*:8080",
            "Exact /value header x-value Bar",
            "Exact /query query animal Whale",
            "Exact /coded query~ q a%20b.*",
            "Exact /cookie header~ cookie a=1;.b=2",
        ],
    )]);
    check(
        &configuration,
        &[
            ("GET example.com /first; a: 1", Ok("a/x 0 0")),
            ("GET example.com /first; A: 2", Err(Unmatched)),
            ("GET example.com /first; a: 1; a: 2", Err(Unmatched)),
            ("GET example.com /joined; X-List: one; x-list: two", Ok("a/x 1 0")),
            ("GET example.com /joined; X-List: two; x-list: one", Err(Unmatched)),
            ("GET example.com /joined; x-list: one,two", Ok("a/x 1 0")),
            ("GET example.com:8080 /host", Ok("a/x 2 0")),
            ("GET example.com /host", Err(Unmatched)),
            ("GET example.com /value; x-value: bar", Err(Unmatched)),
            ("GET example.com /query?animal=Whale", Ok("a/x 4 0")),
            ("GET example.com /query?ANIMAL=Whale", Err(Unmatched)),
            ("GET example.com /query?animal=whale", Err(Unmatched)),
            ("GET example.com /query?x&animal=Whale&animal=dog", Ok("a/x 4 0")),
            ("GET example.com /query?animal=dog&animal=Whale", Err(Unmatched)),
            ("GET example.com /coded?q=a%20b?c=d", Ok("a/x 5 0")),
            ("GET example.com /coded?q=a+b", Err(Unmatched)),
            ("GET example.com /cookie; Cookie: a=1; cookie: b=2", Ok("a/x 6 0")),
        ],
    );
}

#[test]
fn equivalent_entries_count_once_for_precedence() {
    let configuration = routes(vec![
        route("b/one", &[], &["PathPrefix / header A 1 header a 2 header b 1"]),
        route("b/two", &[], &["PathPrefix / header a 1 header b 1"]),
        route("a/three", &[], &["PathPrefix / header a 1 header b 1"]),
    ]);
    check(&configuration, &[("GET example.com /; a: 1; b: 1", Ok("a/three 0 0"))]);
}

/// "a prefix path match on “/”, which has the effect of matching every HTTP request"
#[test]
fn a_request_for_the_server_as_a_whole_is_a_request() {
    let configuration = routes(vec![route("a/x", &[], &["PathPrefix / or method OPTIONS"])]);
    check(&configuration, &[("OPTIONS example.com *", Ok("a/x 0 1")), ("GET example.com *", Ok("a/x 0 0"))]);
}

/// "Regular expressions have the syntax of the Rust crate regex-lite": a comment in verbose mode ends with the pattern.
#[test]
fn a_pattern_may_end_with_a_comment() {
    let path =
        PathMatch { kind: Some(PathKind::RegularExpression), value: Some("(?x) /a # a note".to_owned()) };
    let entry = Match { path: Some(path), ..Match::default() };
    let rules = Some(vec![Rule { matches: Some(vec![entry]) }]);
    let configuration = routes(vec![Route { rules, ..route("a/x", &[], &[]) }]);
    check(&configuration, &[("GET example.com /a", Ok("a/x 0 0")), ("GET example.com /ab", Err(Unmatched))]);
}

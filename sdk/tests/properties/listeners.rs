//! Examples of listeners, ties and requests that no rule may get.

use httproute_sdk::NoRule::{DotSegment, Misdirected, Unmatched};

use crate::model::Configuration;
use crate::written::{check, check_at, created, listener, route, routes};

/// The listeners, routes and requests of the conformance test `gateway-http-listener-isolation`.
#[test]
fn a_request_belongs_to_one_listener() {
    let names = ["a/empty", "a/wildcard", "a/wildcard-foo", "a/abc-foo"];
    let configuration = Configuration {
        listeners: vec![
            listener("", names[0]),
            listener("*.example.com", names[1]),
            listener("*.foo.example.com", names[2]),
            listener("abc.foo.example.com", names[3]),
        ],
        routes: vec![
            route(names[0], &[], &["PathPrefix /empty-hostname"]),
            route(names[1], &[], &["PathPrefix /wildcard-example-com"]),
            route(names[2], &[], &["PathPrefix /wildcard-foo-example-com"]),
            route(names[3], &[], &["PathPrefix /abc-foo-example-com"]),
        ],
        misdirected: vec![],
    };
    let none = (None, Err(Unmatched));
    let case = |request, (listener, expected)| (request, listener, expected);
    check_at(
        &configuration,
        &[
            case("GET bar.com /empty-hostname", (Some(0), Ok("a/empty 0 0"))),
            case("GET bar.com /wildcard-example-com", none),
            case("GET bar.example.com /empty-hostname", none),
            case("GET bar.example.com /wildcard-example-com", (Some(1), Ok("a/wildcard 0 0"))),
            case("GET bar.example.com /wildcard-foo-example-com", none),
            case("GET bar.foo.example.com /wildcard-example-com", none),
            case("GET bar.foo.example.com /wildcard-foo-example-com", (Some(2), Ok("a/wildcard-foo 0 0"))),
            case("GET abc.foo.example.com /wildcard-foo-example-com", none),
            case("GET ABC.foo.example.com:81 /abc-foo-example-com", (Some(3), Ok("a/abc-foo 0 0"))),
            case("GET x.abc.foo.example.com /wildcard-foo-example-com", (Some(2), Ok("a/wildcard-foo 0 0"))),
        ],
    );
}

/// The routes and requests of the conformance test `httproute-hostname-intersection`.
#[test]
fn hostnames_of_route_and_listener_intersect() {
    let configuration = Configuration {
        listeners: vec![
            listener("very.specific.com", "a/specific"),
            listener("*.wildcard.io", "a/wildcard"),
            listener("*.anotherwildcard.io", "a/another"),
        ],
        routes: vec![
            route(
                "a/specific",
                &["non.matching.com", "*.nonmatchingwildcard.io", "very.specific.com"],
                &["PathPrefix /s1", "PathPrefix /s3"],
            ),
            route(
                "a/wildcard",
                &[
                    "non.matching.com",
                    "wildcard.io",
                    "foo.wildcard.io",
                    "bar.wildcard.io",
                    "foo.bar.wildcard.io",
                ],
                &["PathPrefix /s2"],
            ),
            route("a/another", &["*.anotherwildcard.io"], &["PathPrefix /s4"]),
        ],
        misdirected: vec![],
    };
    check_at(
        &configuration,
        &[
            ("GET very.specific.com /s1", Some(0), Ok("a/specific 0 0")),
            ("GET very.specific.com:1234 /s3", Some(0), Ok("a/specific 1 0")),
            ("GET Very.Specific.Com.:1234 /s3", Some(0), Ok("a/specific 1 0")),
            ("GET non.matching.com /s1", None, Err(Unmatched)),
            ("GET foo.nonmatchingwildcard.io /s1", None, Err(Unmatched)),
            ("GET foo.wildcard.io /s2", Some(1), Ok("a/wildcard 0 0")),
            ("GET foo.bar.wildcard.io /s2", Some(1), Ok("a/wildcard 0 0")),
            ("GET wildcard.io /s2", None, Err(Unmatched)),
            ("GET baz.wildcard.io /s2", None, Err(Unmatched)),
            ("GET one.anotherwildcard.io /s4", Some(2), Ok("a/another 0 0")),
            ("GET one.two.three.anotherwildcard.io /s4", Some(2), Ok("a/another 0 0")),
            ("GET anotherwildcard.io /s4", None, Err(Unmatched)),
        ],
    );
}

#[test]
fn another_filter_chain_serves_a_host_more_specifically() {
    let misdirected = vec!["*.admin.example.com", "secret.example.com", "*.example.com"];
    let configuration = |hostnames: &[&'static str]| Configuration {
        listeners: hostnames.iter().map(|hostname| listener(hostname, "a/x")).collect(),
        routes: vec![route("a/x", &[], &["PathPrefix /a"])],
        misdirected: misdirected.clone(),
    };
    let x = Ok("a/x 0 0");
    check_at(
        &configuration(&["*.example.com", "1.admin.example.com"]),
        &[
            ("GET www.example.com /a", Some(0), x),
            ("GET www.example.com /b", None, Err(Unmatched)),
            ("GET secret.example.com /a", None, Err(Misdirected)),
            ("GET Secret.Example.com:443 /a", None, Err(Misdirected)),
            ("GET 1.admin.example.com /a", Some(1), x),
            ("GET 2.admin.example.com /a", None, Err(Misdirected)),
            ("GET admin.example.com /a", Some(0), x),
            ("GET other.org /a", None, Err(Unmatched)),
        ],
    );
    for hostnames in [&[][..], &[""], &["other.org"]] {
        check(&configuration(hostnames), &[("GET www.example.com /a", Err(Misdirected))]);
    }
}

#[test]
fn ties_go_to_the_older_route_then_by_the_whole_name_then_by_place() {
    let rules = &["PathPrefix /a or Exact /b or Exact /b", "PathPrefix /a"];
    let (young, old) = ("2024-03-01T00:00:00Z", "2023-12-31T23:59:59Z");
    let case = |expected| [("GET example.com /a", expected)];
    let first = |routes_of| check(&routes(routes_of), &case(Ok("a/x 0 0")));
    // `-` comes before `/`, so that the whole string decides otherwise than namespace and name one by one.
    check(&routes(vec![route("a/x", &[], rules), route("a-b/x", &[], rules)]), &case(Ok("a-b/x 0 0")));
    first(vec![route("a/x-1", &[], rules), route("a/x", &[], rules)]);
    first(vec![created(young, route("a-b/x", &[], rules)), created(old, route("a/x", &[], rules))]);
    first(vec![route("a-b/x", &[], rules), created(young, route("a/x", &[], rules))]);
    check(&routes(vec![route("a/x", &[], rules)]), &[("GET example.com /b", Ok("a/x 0 1"))]);
}

#[test]
fn dot_segments_of_every_spelling() {
    let configuration = routes(vec![route("a/x", &[], &["PathPrefix /", "RegularExpression .*"])]);
    check(
        &configuration,
        &[
            ("GET example.com /a/../b", Err(DotSegment)),
            ("GET example.com /a/..", Err(DotSegment)),
            ("GET example.com /.", Err(DotSegment)),
            ("GET example.com /a/./b?c", Err(DotSegment)),
            ("GET example.com /%2e%2E/b", Err(DotSegment)),
            ("GET example.com /a/%2e", Err(DotSegment)),
            ("GET example.com /a/..%2fb", Err(DotSegment)),
            ("GET example.com /a%2F.%2e", Err(DotSegment)),
            ("GET example.com /a\\..\\b", Err(DotSegment)),
            ("GET example.com /a%5c..", Err(DotSegment)),
            ("GET example.com /a/..%5Cb", Err(DotSegment)),
            ("GET example.com /a/...", Ok("a/x 1 0")),
            ("GET example.com /..a/b..", Ok("a/x 1 0")),
            ("GET example.com /a/%252e%252e/b", Ok("a/x 1 0")),
            ("GET example.com /a?/../", Ok("a/x 1 0")),
        ],
    );
}

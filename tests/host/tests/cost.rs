//! What a request costs: the calls of the host exactly, the instructions as they are recorded, and both at any size.

use std::sync::LazyLock;

use httproute_host::meter::Cost;
use httproute_host::record::{Count, Record, count};
use httproute_host::scenario;

static COUNTS: LazyLock<Vec<Count>> = LazyLock::new(|| count().unwrap_or_else(|told| panic!("{told}")));

fn cost(module: &str, scenario: &str) -> &'static Cost {
    let mut counts = COUNTS.iter();
    let found = counts.find(|count| count.module == module && count.scenario == scenario);
    &found.unwrap_or_else(|| panic!("{module}, {scenario} is not counted")).cost
}

/// One read of the headers, then what follows.
const READ: &str = "proxy_get_header_map_pairs";
const SET: &str = "proxy_replace_header_map_value";
const REPLY: &str = "proxy_send_local_response";

#[test]
fn a_request_costs_one_read_of_its_headers_one_call_for_each_change_and_nothing_else() {
    let forwarded = &[READ, SET][..];
    for (scenario, calls) in [
        ("plain", forwarded),
        ("1,000 prefixes", forwarded),
        ("10,000 prefixes", forwarded),
        ("5,000 hosts", forwarded),
        ("regex", forwarded),
        // Two in the request, the upstream, and one in the response.
        ("headers", &[READ, SET, SET, SET, SET]),
        // Path, host, and the upstream.
        ("rewrite", &[READ, SET, SET, SET]),
        ("redirect", &[READ, REPLY]),
        ("no match", &[READ, REPLY]),
    ] {
        assert_eq!(cost("httproute", scenario).calls, calls, "{scenario}");
    }
}

#[test]
fn what_a_request_comes_to_is_what_the_scenario_is_about() {
    for scenario in scenario::all() {
        let cost = cost("httproute", scenario.name);
        assert_eq!(cost.answered, scenario.answered, "{}", scenario.name);
        let upstream = cost.request.iter().find(|(name, _)| name == b"x-httproute-cluster");
        assert_eq!(upstream.is_some(), scenario.answered.is_none(), "{}: {upstream:?}", scenario.name);
        assert_eq!(cost.copies, u32::from(scenario.name == "mirror"), "{}", scenario.name);
    }
    let has = |lines: &[(Vec<u8>, Vec<u8>)], line: (&str, &str)| {
        lines.iter().any(|(name, value)| name == line.0.as_bytes() && value == line.1.as_bytes())
    };
    for module in ["httproute", "header-modifier"] {
        let headers = cost(module, "headers");
        assert!(
            has(&headers.request, ("x-team", "cart")) && has(&headers.request, ("x-tier", "front")),
            "{module}"
        );
        assert!(has(&headers.response, ("x-served-by", "cart")), "{module}");
    }
    assert!(has(&cost("httproute", "rewrite").request, (":path", "/inside/b?c=d")));
    assert!(has(&cost("httproute", "redirect").response, ("location", "https://www.example.com/a/b?c=d")));
    assert!(has(
        &cost("httproute", "preflight").response,
        ("access-control-allow-origin", "https://www.example.com")
    ));
}

#[test]
fn a_single_module_shares_its_decision_in_two_calls_more() {
    let shared = [READ, "proxy_get_property", "proxy_set_property"];
    assert_eq!(cost("header-modifier", "plain").calls, shared);
    assert_eq!(cost("header-modifier", "headers").calls, [&shared[..], &[SET, SET, SET]].concat());
}

#[test]
fn the_number_of_routes_hardly_shows() {
    for module in ["httproute", "header-modifier"] {
        let fuel = |scenario| cost(module, scenario).fuel as f64;
        for (scenario, most) in [("1,000 prefixes", 1.4), ("10,000 prefixes", 1.4), ("5,000 hosts", 2.0)] {
            let ratio = fuel(scenario) / fuel("plain");
            assert!(
                ratio <= most,
                "{module}: {scenario} costs {ratio:.2} times the plain request, at most {most}"
            );
        }
    }
}

#[test]
fn a_request_costs_what_is_recorded() {
    let now = Record::of(&COUNTS).unwrap();
    match Record::read().unwrap().judge(&now) {
        Ok(told) => println!("{told}"),
        Err(told) => panic!("{told}"),
    }
}

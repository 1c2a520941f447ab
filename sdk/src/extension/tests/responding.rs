//! The response phase.

use super::*;

fn response(routes: &Routes, lines: &[(&str, &str)]) -> Result<Vec<(String, String)>, u16> {
    plan(routes, &[], 1, |plan, _| {
        let mut response: HeaderLines =
            lines.iter().map(|(n, v)| (n.as_bytes().to_vec(), v.as_bytes().to_vec())).collect();
        plan.respond(&mut response).map_err(|reply| reply.status)?;
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ok(response.into_iter().map(|(name, value)| (text(name), text(value))).collect())
    })
}

fn has(response: &[(String, String)], name: &str, value: &str) -> bool {
    response.contains(&(name.to_owned(), value.to_owned()))
}

#[test]
fn a_filter_sees_and_changes_the_response_and_has_what_it_kept() {
    let routes = scripted(
        json!([{ "keep": "of the request" }]),
        json!([{ "kept": "x-kept" }, { "see": "x-status" }, { "copy": ["Server", "x-server"] }, { "remove": "server" }, { "add": ["x-add", "2"] }]),
    );
    let got = response(&routes, &[(":status", "418"), ("server", "teapot"), ("x-add", "1")]).unwrap();
    for (name, value) in [
        ("x-kept", "of the request"),
        ("x-status", "418"),
        ("x-server", "teapot"),
        ("x-add", "1"),
        ("x-add", "2"),
    ] {
        assert!(has(&got, name, value), "{name}: {got:?}");
    }
    assert!(!got.iter().any(|(name, _)| name == "server"));
}

#[test]
fn filters_have_their_own_turn_behind_the_rules_changes_and_see_what_was_done() {
    let modifier = json!({ "type": "ResponseHeaderModifier", "responseHeaderModifier": { "set": [{ "name": "x-m", "value": "rule" }] } });
    let rule = json!({
        "filters": [reference("a"), reference("b"), modifier],
        "backendRefs": [{ "name": "svc", "port": 80 }],
    });
    let a = json!({ "request": [{ "keep": "a" }], "response": [{ "copy": ["x-m", "x-a"] }, { "kept": "x-kept-a" }] });
    let b = json!({ "request": [{ "keep": "b" }], "response": [{ "copy": ["x-a", "x-b"] }, { "kept": "x-kept-b" }] });
    let routes = routes(rule, json!([object("a", a), object("b", b)]));
    let got = response(&routes, &[(":status", "200")]).unwrap();
    for (name, value) in [("x-a", "rule"), ("x-b", "rule"), ("x-kept-a", "a"), ("x-kept-b", "b")] {
        assert!(has(&got, name, value), "{name}: {got:?}");
    }
}

#[test]
fn an_error_puts_a_500_in_the_place_of_the_response() {
    let routes = scripted(json!([]), json!([{ "set": ["x-a", "1"] }, { "fail": "no" }]));
    assert_eq!(response(&routes, &[(":status", "200")]), Err(500));
    let routes = scripted(json!([]), json!([{ "set": ["x-a", "1\n2"] }]));
    assert_eq!(response(&routes, &[(":status", "200")]), Err(500));
    plan(&routes, &[], 1, |plan, _| {
        let responded = plan.extensions.unwrap().responders.respond(&HeaderLines::new);
        assert!(responded.failed && responded.changes.is_empty());
        assert!(responded.notes.log[0].1.starts_with("Script ns/s: the response is answered with 500: "));
    });
}

#[test]
fn the_response_is_looked_at_once_and_only_where_a_filter_asks() {
    let asked = std::cell::Cell::new(0);
    let headers = || {
        asked.set(asked.get() + 1);
        vec![(b":status".to_vec(), b"200".to_vec())]
    };
    let quiet = scripted(json!([]), json!([{ "set": ["x-a", "1"] }]));
    plan(&quiet, &[], 1, |plan, _| plan.extensions.unwrap().responders.respond(&headers));
    assert_eq!(asked.get(), 0);
    let curious = scripted(json!([]), json!([{ "see": "x-a" }, { "see": "x-b" }]));
    plan(&curious, &[], 1, |plan, _| plan.extensions.unwrap().responders.respond(&headers));
    assert_eq!(asked.get(), 1);
}

#[test]
fn a_filter_that_answers_sees_its_own_answer_and_later_filters_do_not() {
    let rule = json!({ "filters": [reference("a"), reference("b")], "backendRefs": [{ "name": "svc", "port": 80 }] });
    let a = json!({ "request": [{ "answer": [401, ""] }], "response": [{ "see": "x-a" }] });
    let b = json!({ "response": [{ "see": "x-b" }] });
    let got =
        response(&routes(rule, json!([object("a", a), object("b", b)])), &[(":status", "401")]).unwrap();
    assert!(has(&got, "x-a", "401") && !got.iter().any(|(name, _)| name == "x-b"), "{got:?}");
}

#[test]
fn looking_at_a_decision_once_more_does_not_ask_filters_again() {
    let modifier = json!({ "type": "ResponseHeaderModifier", "responseHeaderModifier": { "set": [{ "name": "x-m", "value": "1" }] } });
    let rule =
        json!({ "filters": [reference("s"), modifier], "backendRefs": [{ "name": "svc", "port": 80 }] });
    // On an empty request this would fail, and the changes behind it would be gone.
    let routes =
        routes(rule, json!([object("s", json!({ "request": [{ "copy": ["x-bytes", "x-copy"] }] }))]));
    plan(&routes, &[], 1, |plan, _| {
        let mut changes = 0;
        routes.response_headers(plan.decision, false, &mut |_| changes += 1);
        assert_eq!(changes, 1);
    });
}

use httproute_sdk::HeaderLines;

use super::path::{Normalised, normalise};
use super::*;

fn target(path: &str, settings: &FrontSettings) -> String {
    match normalise(path.as_bytes(), settings) {
        Normalised::Path(path) => String::from_utf8(path).unwrap(),
        Normalised::Redirect(path) => format!("307 {}", String::from_utf8(path).unwrap()),
        Normalised::Refused(_) => "400".to_owned(),
    }
}

#[test]
fn paths_are_normalised_as_envoy_does() {
    // Each measured with Envoy 1.40.0.
    for (path, normalised) in [
        ("/%7Ejohn", "/~john"),
        ("/a%2Db%41", "/a-bA"),
        ("/%c3%A9", "/%c3%A9"),
        ("/%zz%", "/%zz%"),
        ("/a\"<>^`{|}", "/a%22%3C%3E%5E%60%7B%7C%7D"),
        ("/a/../b/./c", "/b/c"),
        ("/a/%2e%2E/b", "/b"),
        ("/..", "/"),
        ("/a/..;x/b", "/b"),
        ("/a/%2e%2e;/b", "/a/..;/b"),
        ("/a\\b", "/a/b"),
        ("//a///b//", "/a/b/"),
        ("//", "//"),
        ("/a//../b", "/a/b"),
        ("/a?b//c%2f/../%41", "/a?b//c%2f/../%41"),
        ("/%2%66", "/%252f"),
        ("/%%300", "/%2500"),
        ("/%%41%41", "/%25AA"),
        ("/a%2Fb", "307 /a/b"),
        ("/a%5c..%5Cb?q", "307 /b?q"),
        ("/%00", "400"),
        ("/a#b", "400"),
    ] {
        assert_eq!(target(path, &FrontSettings::default()), normalised, "{path}");
    }
    let with = |escaped_slashes| FrontSettings { escaped_slashes, ..FrontSettings::default() };
    assert_eq!(target("/@a%2fb//c", &with(EscapedSlashes::Keep)), "/@a%2fb/c");
    assert_eq!(target("/a%2fb", &with(EscapedSlashes::Reject)), "400");
    assert_eq!(target("/a%2f%2fb", &with(EscapedSlashes::Decode)), "/a/b");
    let unmerged = FrontSettings { merge_slashes: false, ..FrontSettings::default() };
    assert_eq!(target("//a//../b", &unmerged), "//a/b");
}

fn received(headers: &[&str], settings: &FrontSettings) -> Result<HeaderLines, u16> {
    let request = Request::new("GET", "http://a.example/").unwrap();
    let request = headers.iter().fold(request, |request, header| request.with_header(header).unwrap());
    let underscores = settings.underscores.unwrap_or(Underscores::Reject);
    let front = Front { settings: settings.clone(), underscores, is_tls: false };
    match front.receive(&request).end {
        FrontEnd::Module(lines) => Ok(lines),
        FrontEnd::Answer(answer, _) => Err(answer.status),
        FrontEnd::Reset => Err(0),
    }
}

#[test]
fn headers_of_the_proxy_are_its_own_and_others_go_on() {
    let settings = FrontSettings::default();
    let sent = [
        "X-Request-Id: abc",
        "X-Request-Id: def",
        "X-Forwarded-Proto: https",
        "X-Forwarded-For: 1.2.3.4",
        "X-Envoy-Foo: 1",
        "X-HTTPRoute-Cluster: a",
        "Connection: x-gone",
        "X-Gone: 1",
        "TE: gzip, trailers",
        "Accept: a",
        "Accept: b",
        "X-Foo: 1",
        "X-Foo: 2",
    ];
    let lines = received(&sent, &settings).unwrap();
    let of = |name: &str| -> Vec<String> {
        let lines = lines.iter().filter(|(other, _)| other == name.as_bytes());
        lines.map(|(_, value)| String::from_utf8(value.clone()).unwrap()).collect()
    };
    assert_eq!(of("x-request-id"), ["00000000-0000-4000-8000-000000000000"]);
    assert_eq!(of("x-forwarded-proto"), ["http"]);
    assert_eq!(of("x-forwarded-for"), ["1.2.3.4,192.0.2.1"]);
    assert_eq!((of("te"), of("accept")), (vec!["trailers".into()], vec!["a,b".into()]));
    assert_eq!(of("x-foo"), ["1", "2"]);
    for gone in ["x-envoy-foo", "x-httproute-cluster", "x-gone", "connection"] {
        assert!(of(gone).is_empty(), "{gone}");
    }
    assert_eq!(received(&["a_b: 1"], &settings), Err(400));
    let behind_a_balancer = FrontSettings { trusted_hops: 1, ..FrontSettings::default() };
    let lines = received(&sent, &behind_a_balancer).unwrap();
    assert!(lines.contains(&(b"x-forwarded-proto".to_vec(), b"https".to_vec())), "{lines:?}");
    assert!(lines.contains(&(b"x-envoy-external-address".to_vec(), b"1.2.3.4".to_vec())), "{lines:?}");
}

/// Condition and hint of each warning about a match that cannot hold, for rules with these matches on an HTTP listener.
fn never(matches: &[&str], settings: FrontSettings) -> Vec<(String, String)> {
    let rules: String = matches
        .iter()
        .map(|one| format!("\n  - matches: [{one}]\n    backendRefs: [{{name: web, port: 80}}]"))
        .collect();
    let text = format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: edge}}\nspec:\n  gatewayClassName: any\n  \
         listeners: [{{name: http, port: 80, protocol: HTTP}}]\n---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
         metadata: {{name: r}}\nspec:\n  parentRefs: [{{name: edge}}]\n  rules:{rules}\n"
    );
    let options = crate::Options { front: Some(settings), ..crate::Options::default() };
    let (problems, _) = crate::judge(&crate::parse("r.yaml", text.as_bytes()), Default::default(), &options);
    let never = problems.into_iter().filter(|problem| problem.problem.code == "NeverMatches");
    never.map(|problem| (problem.problem.message, problem.problem.hint)).collect()
}

#[test]
fn a_match_that_no_request_fulfils_in_this_proxy_is_a_warning_with_cause_and_remedy() {
    for (one, says) in [
        ("path: {value: /a/..;x/b}", "no request matches the path /a/..;x/b: Envoy makes /b of it"),
        ("path: {value: /a%00}", "Envoy answers 400: the path has an escaped zero byte"),
        ("method: CONNECT", "no request matches the method CONNECT: Envoy answers 404"),
        ("headers: [{name: X-Request-Id, value: abc}]", "Envoy replaces x-request-id by one of its own"),
        (
            "headers: [{name: x-forwarded-proto, value: https}]",
            "Envoy replaces x-forwarded-proto: https by http",
        ),
        ("headers: [{name: x-forwarded-for, value: local}]", "to x-forwarded-for"),
        (
            "headers: [{name: x-forwarded-client-cert, type: RegularExpression, value: .*}]",
            "Envoy removes x-forwarded-client-cert",
        ),
        ("headers: [{name: te, value: gzip}]", "Envoy removes te"),
        ("headers: [{name: x-envoy-foo, value: '1'}]", "Envoy removes x-envoy-foo"),
        ("headers: [{name: connection, value: x-foo}]", "Envoy removes connection"),
    ] {
        let found = never(&[one], FrontSettings::default());
        let [(message, hint)] = found.as_slice() else { panic!("{one}: {found:?}") };
        assert!(message.contains(says) && !hint.is_empty(), "{one}: {message} ({hint})");
    }
    let rejecting = FrontSettings { underscores: Some(Underscores::Reject), ..FrontSettings::default() };
    let found = never(&["headers: [{name: a_b, value: '1'}]"], rejecting);
    assert!(found[0].0.contains("(--underscores allow passes it on)"), "{found:?}");
    let keeping = FrontSettings {
        escaped_slashes: EscapedSlashes::Keep,
        merge_slashes: false,
        trusted_hops: 1,
        ..FrontSettings::default()
    };
    for one in ["headers: [{name: x-forwarded-proto, value: https}]", "headers: [{name: a_b, value: '1'}]"] {
        assert_eq!(never(&[one], keeping.clone()), [], "{one}");
    }
}

#[test]
fn a_match_that_some_request_fulfils_is_no_warning() {
    for one in [
        "path: {value: /%7Ejohn}",
        "path: {type: Exact, value: /a%2Db}",
        "path: {value: /caf%c3%a9/}",
        "path: {type: RegularExpression, value: /a//b}",
        "method: OPTIONS",
        "headers: [{name: a_b, value: '1'}]",
        "headers: [{name: te, value: trailers}]",
        "headers: [{name: upgrade, value: websocket}]",
        "headers: [{name: x-forwarded-proto, value: http}]",
        "headers: [{name: x-forwarded-for, value: 10.0.0.1}]",
        "headers: [{name: x-envoy-external-address, value: 10.0.0.1}]",
        "headers: [{name: x-request-id, type: RegularExpression, value: '^0'}]",
        "headers: [{name: host, value: a.example}]",
        "headers: [{name: cookie, value: a=1}]",
        // Not a header value at all, which the check says.
        "headers: [{name: x-a, value: \"b\\n\"}]",
    ] {
        assert_eq!(never(&[one], FrontSettings::default()), [], "{one}");
    }
}

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
    assert_ne!(of("x-request-id"), ["abc"]);
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

//! `RequestRedirect`: status and location.

use httproute_sdk::Outcome;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::documents::{carry_out, of_rule, replacement, rest_of_path, sent_query};
use crate::model::Request;
use crate::paths::{Protocol, Redirect, Replacement, location};
use crate::rewrites::prefix;
use crate::{cases, observe};

fn document(prefix: &str, redirect: &Redirect, status: Option<u16>, listener: Option<Protocol>) -> Value {
    let mut filter = Map::new();
    redirect.scheme.map(|scheme| filter.insert("scheme".into(), scheme.into()));
    redirect.hostname.map(|hostname| filter.insert("hostname".into(), hostname.into()));
    redirect.port.map(|port| filter.insert("port".into(), port.into()));
    status.map(|status| filter.insert("statusCode".into(), status.into()));
    match &redirect.path {
        Replacement::None => None,
        Replacement::Full(value) => {
            filter.insert("path".into(), json!({ "type": "ReplaceFullPath", "replaceFullPath": value }))
        }
        Replacement::Prefix(value) => {
            filter.insert("path".into(), json!({ "type": "ReplacePrefixMatch", "replacePrefixMatch": value }))
        }
    };
    let mut document = of_rule(&json!({
        "matches": [{ "path": { "type": "PathPrefix", "value": prefix } }],
        "filters": [{ "type": "RequestRedirect", "requestRedirect": filter }],
    }));
    if let Some((protocol, port)) = listener {
        document["listeners"] =
            json!([{ "gateway": "infra/public", "name": "web", "port": port, "protocol": protocol }]);
    }
    document
}

fn answer(document: &Value, request: &Request) -> (u16, String) {
    carry_out(&observe::decoded(document), request, 1, |_, outcome| match outcome {
        Outcome::Answered(reply) => (reply.status, reply.location.unwrap_or_default().to_owned()),
        Outcome::Forwarded { .. } => panic!("the request was sent on"),
    })
}

/// The matrix of the conformance test `httproute-redirect-port-and-scheme`, and the default status.
#[test]
fn port_and_scheme_are_inferred() {
    let (http, https, other) = (("HTTP", 80), ("HTTPS", 443), ("HTTP", 8080));
    for (listener, scheme, port, expected) in [
        (http, None, None, "http://example.org/"),
        (http, None, Some(80), "http://example.org/"),
        (http, None, Some(8080), "http://example.org:8080/"),
        (http, Some("https"), None, "https://example.org/"),
        (http, Some("https"), Some(443), "https://example.org/"),
        (http, Some("https"), Some(8443), "https://example.org:8443/"),
        (other, None, None, "http://example.org:8080/"),
        (other, None, Some(80), "http://example.org/"),
        (other, Some("https"), None, "https://example.org/"),
        (https, None, None, "https://example.org/"),
        (https, None, Some(443), "https://example.org/"),
        (https, None, Some(8443), "https://example.org:8443/"),
        (https, Some("http"), None, "http://example.org/"),
        (https, Some("http"), Some(80), "http://example.org/"),
        (https, Some("http"), Some(8080), "http://example.org:8080/"),
    ] {
        let redirect = Redirect { scheme, port, hostname: Some("example.org"), path: Replacement::None };
        let request = Request {
            scheme: if listener == https { "https" } else { "http" },
            // In a proxy behind a Service neither the port in the Host header nor the socket's is the listener's.
            local_port: Some(10_080),
            ..Request::get("example.com:1234", "/")
        };
        assert_eq!(location(&redirect, "/", Some(listener), &request), expected, "the oracle");
        let answered = answer(&document("/", &redirect, None, Some(listener)), &request);
        assert_eq!(answered, (302, expected.to_owned()), "the core for {redirect:?} at {listener:?}");
    }
}

fn redirect() -> impl Strategy<Value = Redirect> {
    let path = prop_oneof![
        1 => Just(Replacement::None),
        1 => replacement().prop_map(Replacement::Full),
        2 => replacement().prop_map(Replacement::Prefix),
    ];
    let scheme = of(select(&["http", "https"][..]));
    let hostname = of(select(&["example.org", "sub.example.net"][..]));
    let port = of(select(&[80, 443, 8080, 8443][..]));
    (scheme, hostname, port, path).prop_map(|(scheme, hostname, port, path)| Redirect {
        scheme,
        hostname,
        port,
        path,
    })
}

const ODD_AUTHORITIES: [&[u8]; 8] =
    [b"example.com", b"", b"a b", b"a\xff", b"a:x", b"a/b", b"[::1", b"a\r\nb: c"];

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn a_redirect_goes_where_the_oracle_says(
        (prefix, sent_prefix) in prefix(),
        redirect in redirect(),
        status in of(select(&[301, 302, 303, 307, 308][..])),
        listener in of((select(&["HTTP", "HTTPS"][..]), select(&[80, 443, 8080][..]))),
        told in any::<bool>(),
        secure in any::<bool>(),
        authority in select(&["example.com", "Example.com:8443", "example.com:80", "[2001:db8::1]:80", "[::1]"][..]),
        rest in rest_of_path(),
        query in sent_query(),
        local_port in of(select(&[80, 443, 8080, 10_080][..])),
    ) {
        let path = [&sent_prefix[..], &rest].concat();
        // The scheme of the request is the listener's; a proxy may not tell it.
        let scheme = match listener {
            Some(_) if !told => "",
            Some(("HTTPS", _)) => "https",
            Some(_) => "http",
            None => if secure { "https" } else { "http" },
        };
        let target = [&path, query].concat();
        let request = Request { scheme, target, local_port, ..Request::get(authority, "") };
        let (got, location_got) = answer(&document(&prefix, &redirect, status, listener), &request);
        prop_assert_eq!(got, status.unwrap_or(302));
        // Hosts are case-insensitive, and nothing else in these locations has capital letters but percent-encodings.
        let expected = location(&redirect, &prefix, listener, &request);
        prop_assert_eq!(location_got.to_ascii_lowercase(), expected.to_ascii_lowercase());
        prop_assert!(location_got.ends_with(&expected[expected.rfind("://").unwrap() + 3..].split_once('/').unwrap().1));
    }

    /// A client can send any byte: nothing but URI characters comes back in the header.
    #[test]
    fn a_location_is_always_a_uri(
        authority in prop_oneof![
            select(&ODD_AUTHORITIES[..]).prop_map(<[u8]>::to_vec),
            prop::collection::vec(any::<u8>(), 0..12),
        ],
        target in prop::collection::vec(any::<u8>(), 0..12),
        path in prop_oneof![Just(Replacement::None), "\\PC{0,8}".prop_map(Replacement::Prefix)],
    ) {
        let redirect = Redirect { path, ..Redirect::default() };
        let request = Request { authority, target: [b"/", &target[..]].concat(), ..Request::get("", "") };
        let document = document("/", &redirect, None, None);
        let (routes, _) = httproute_sdk::Routes::decode(document.to_string().as_bytes()).unwrap();
        let location = carry_out(&routes, &request, 1, |_, outcome| match outcome {
            Outcome::Answered(reply) => reply.location.map(str::to_owned),
            Outcome::Forwarded { .. } => panic!("the request was sent on"),
        });
        if let Some(location) = location {
            prop_assert!(location.starts_with("http://"), "{}", location);
            prop_assert!(location.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte)), "{}", location);
        }
    }
}

//! Requests from the alphabets of the configurations, and what clients send beside them.

use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;

use crate::model::Request;
use crate::strategies::{plain_path, respelled};

pub(crate) const HOSTS: [&[u8]; 18] = [
    b"example.com",
    b"a.example.com",
    b"b.a.example.com",
    b"c.b.a.example.com",
    b"aa.example.com",
    b"aexample.com",
    b"a.example.com.evil.net",
    b"other.org",
    b"A.example.com.",
    b"com",
    b"",
    b"[2001:db8::1]",
    b"a\xff.example.com",
    b"user@a.example.com",
    b"[::1",
    b"[a.example.com]",
    b"a.example%2ecom",
    b".",
];

pub(crate) const ODD_PATHS: [&[u8]; 28] = [
    b"*",
    b"a",
    b"",
    b"//",
    b"//a",
    b"/a//",
    b"/a//b",
    b"/\xc3\xa9",
    b"/%C3%A9",
    b"/%c3%a9",
    b"/\xff",
    b"/a/\xff",
    b"/a%2fb",
    b"/a%20b",
    b"/a.",
    b"/...",
    b"/a/..b",
    b"/a/../b",
    b"/a/./b",
    b"/..",
    b"/a/.",
    b"/a/%2e%2E/b",
    b"/a/.%2e",
    b"/a%2F..%2fb",
    b"/a/..%2fb",
    b"/a\\..\\b",
    b"/a%5C..%5cb",
    b"/a/%252e%252e/b",
];

pub(crate) const SENT_VALUES: [&[u8]; 7] = [b"1", b"2", b"12", b"1,2", b"", b"\xc3\xa9", b"1\xff"];
pub(crate) const KEYS: [&[u8]; 5] = [b"a", b"b", b"A", b"%61", b""];
pub(crate) const ODD_PAIRS: [&[u8]; 4] = [b"a=1=2", b"a=%31", b"a=1?b=2", b"a=1;b=2"];

/// A request, with or without anything to do with a configuration.
pub(crate) fn request() -> impl Strategy<Value = Request> {
    let method = prop_oneof![4 => Just("GET"), 2 => Just("POST"), 1 => Just("OPTIONS"), 1 => Just("get")];
    let name = select(&["x-a", "X-A", "x-b", "X-b", "cookie"][..]);
    let headers = prop::collection::vec((name, value().prop_map(<[u8]>::to_vec)), 0..=3);
    (method, authority(), target(), headers).prop_map(|(method, authority, target, headers)| Request {
        method,
        scheme: "http",
        authority,
        target,
        headers,
        local_port: Some(80),
    })
}

/// A host in any case, with or without a port.
fn authority() -> impl Strategy<Value = Vec<u8>> {
    let host = prop_oneof![3 => select(&HOSTS[..5]), 1 => select(&HOSTS[..])];
    let port = prop_oneof![
        15 => Just(""),
        4 => select(&[":80", ":8443", ":", ":0080"][..]),
        1 => select(&[":x", ":65536", ":80:80", ":80].x"][..]),
    ];
    (host, prop::bool::weighted(0.2), port).prop_map(|(host, upper, port)| {
        let host = if upper { host.to_ascii_uppercase() } else { host.to_vec() };
        [&host, port.as_bytes()].concat()
    })
}

/// Most often the value that matches ask for.
fn value() -> impl Strategy<Value = &'static [u8]> {
    prop_oneof![Just(SENT_VALUES[0]), select(&SENT_VALUES[..])]
}

fn target() -> impl Strategy<Value = Vec<u8>> {
    let path = prop_oneof![
        3 => plain_path().prop_map(String::into_bytes),
        1 => plain_path().prop_flat_map(|path| respelled(&path)),
        1 => select(&ODD_PATHS[..]).prop_map(<[u8]>::to_vec),
    ];
    let key = prop_oneof![select(&KEYS[..2]), select(&KEYS[..])];
    let pair = (key, of(value()))
        .prop_map(|(key, value)| value.map_or(key.to_vec(), |value| [key, b"=", value].concat()));
    let odd = select(&ODD_PAIRS[..]).prop_map(<[u8]>::to_vec);
    let pairs = prop::collection::vec(prop_oneof![9 => pair, 1 => odd], 0..=4);
    let query = weighted(0.8, pairs.prop_map(|pairs| pairs.join(&b'&')));
    let fragment = prop_oneof![30 => Just(&b""[..]), 1 => Just(&b"#a?a=1"[..])];
    (path, query, fragment).prop_map(|(path, query, fragment)| {
        let query = query.map_or(Vec::new(), |query| [b"?", &query[..]].concat());
        [&path, &query, fragment].concat()
    })
}

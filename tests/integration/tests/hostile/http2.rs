//! HTTP/2 that no honest client sends.

use std::io;
use std::net::SocketAddr;

use crate::http1::unsplit;
use crate::rig::{HOST, MARKER, Rig};
use httproute_integration::frames::{
    CONTINUATION, Connection, DATA, END_HEADERS, END_STREAM, End, HEADERS, Line, RST_STREAM, block,
};

/// The pseudo-headers of an honest request.
const HONEST: [Line<'static>; 4] =
    [(b":method", b"GET"), (b":scheme", b"http"), (b":authority", b"shop.example.com"), (b":path", b"/page")];

/// `HONEST` with other values, without some (`None`), and with more behind.
fn with(
    changes: &[(&'static str, Option<&'static str>)],
    more: &[(&'static str, &'static str)],
) -> Vec<Line<'static>> {
    let mut lines = HONEST.to_vec();
    for (name, value) in changes {
        lines.retain_mut(|(n, v)| match value {
            _ if *n != name.as_bytes() => true,
            Some(value) => {
                *v = value.as_bytes();
                true
            }
            None => false,
        });
    }
    lines.extend(more.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
    lines
}

fn send(listener: SocketAddr, lines: &[Line<'_>], body: Option<&[u8]>) -> io::Result<End> {
    let mut connection = Connection::open(listener)?;
    let end = if body.is_none() { END_STREAM } else { 0 };
    // Who is refused may find the connection closed.
    let _ = connection.write(HEADERS, END_HEADERS | end, 1, &block(lines));
    if let Some(body) = body {
        let _ = connection.write(DATA, END_STREAM, 1, body);
    }
    connection.end(1)
}

/// Pseudo-headers that are missing, doubled, misplaced or unknown, and headers that HTTP/2 has no place for.
pub(crate) fn pseudo_headers(rig: &mut Rig) -> Result<(), String> {
    let upper: Vec<Line<'_>> = [HONEST.as_slice(), &[(b"X-Upper", b"1")]].concat();
    let late: Vec<Line<'_>> = [&HONEST[..3], &[(b"x-a", b"1")], &HONEST[3..]].concat();
    let attacks: Vec<(&str, Vec<Line<'_>>, &[u16])> = vec![
        ("no :method", with(&[(":method", None)], &[]), &[0, 400]),
        ("no :path", with(&[(":path", None)], &[]), &[0, 400]),
        ("no :scheme", with(&[(":scheme", None)], &[]), &[0, 400]),
        ("no host at all", with(&[(":authority", None)], &[]), &[0, 400]),
        ("two :path", with(&[], &[(":path", "/admin")]), &[0, 400]),
        ("two :authority", with(&[], &[(":authority", "admin.example.com")]), &[0, 400]),
        ("two :method", with(&[], &[(":method", "POST")]), &[0, 400]),
        (":path behind a header", late, &[0, 400]),
        ("an unknown pseudo-header", with(&[], &[(":admin", "1")]), &[0, 400]),
        (":status", with(&[], &[(":status", "200")]), &[0, 400]),
        (":protocol", with(&[], &[(":protocol", "websocket")]), &[0, 400]),
        ("a name in capitals", upper, &[0, 400]),
        (":path empty", with(&[(":path", Some(""))], &[]), &[0, 400]),
        (":path without a slash", with(&[(":path", Some("admin"))], &[]), &[0, 400]),
        (":path *", with(&[(":path", Some("*"))], &[]), &[0, 400]),
        (":path absolute", with(&[(":path", Some("http://admin.example.com/"))], &[]), &[0, 400]),
        (
            ":path with a space",
            with(&[(":path", Some("/page HTTP/1.1\r\nx-injected: 1\r\n"))], &[]),
            &[0, 400],
        ),
        (":path with a line break", with(&[(":path", Some("/page\r\nx-injected: 1"))], &[]), &[0, 400]),
        (":path with a zero byte", with(&[(":path", Some("/page\0x-injected"))], &[]), &[0, 400]),
        (":path with a fragment", with(&[(":path", Some("/page#/../admin"))], &[]), &[0, 400]),
        (":path with dots", with(&[(":path", Some("/x/../admin"))], &[]), &[200]),
        (":authority with userinfo", with(&[(":authority", Some("shop@admin.example.com"))], &[]), &[0, 400]),
        (":authority with a path", with(&[(":authority", Some("shop.example.com/admin"))], &[]), &[0, 400]),
        (":authority with a line break", with(&[(":authority", Some("a\r\nx-injected: 1"))], &[]), &[0, 400]),
        (":authority empty", with(&[(":authority", Some(""))], &[]), &[0, 400]),
        (
            ":method with a line break",
            with(&[(":method", Some("GET / HTTP/1.1\r\nx-injected: 1\r\n"))], &[]),
            &[0, 400],
        ),
        (":method empty", with(&[(":method", Some(""))], &[]), &[0, 400]),
        (":scheme with a line break", with(&[(":scheme", Some("http\r\nx-injected: 1"))], &[]), &[0, 400]),
        (":scheme of nobody", with(&[(":scheme", Some("admin"))], &[]), &[0, 200, 400]),
        ("host against :authority", with(&[], &[("host", "admin.example.com")]), &[0, 200, 400]),
        ("two hosts", with(&[], &[("host", "admin.example.com"), ("host", HOST)]), &[0, 200, 400]),
        ("host in the place of :authority", with(&[(":authority", None)], &[("host", HOST)]), &[0, 200]),
        ("connection", with(&[], &[("connection", "x-a"), ("x-a", "1")]), &[0, 400]),
        ("transfer-encoding", with(&[], &[("transfer-encoding", "chunked")]), &[0, 400]),
        ("upgrade", with(&[], &[("upgrade", "h2c")]), &[0, 400]),
        ("te", with(&[], &[("te", "gzip")]), &[0, 200, 400]),
        ("a value with a line break", with(&[], &[("x-a", "1\r\nx-injected: 1")]), &[0, 400]),
        ("a value with a line feed", with(&[], &[("x-a", "1\nx-injected: 1")]), &[0, 400]),
        ("a value with a zero byte", with(&[], &[("x-a", "1\0x-injected: 1")]), &[0, 400]),
        ("a name with a line break", with(&[], &[("x-a: 1\r\nx-injected", "1")]), &[0, 400]),
        ("a name with a colon", with(&[], &[("x-a:b", "1")]), &[0, 400]),
        ("a name with a space", with(&[], &[("x-a b", "1")]), &[0, 400]),
        ("an empty name", with(&[], &[("", "1")]), &[0, 400]),
        ("a private header", with(&[], &[("x-httproute-cluster", "shop/admin/8080")]), &[200]),
        ("a private header of a copy", with(&[], &[("x-httproute-mirror-1", "shop/forged/8080")]), &[200]),
        (
            "CONNECT",
            vec![(b":method", b"CONNECT"), (b":authority", b"admin.example.com:443")],
            &[0, 400, 403, 404],
        ),
        (
            "extended CONNECT",
            with(&[(":method", Some("CONNECT"))], &[(":protocol", "websocket")]),
            &[0, 400, 403, 404, 503],
        ),
        (
            "an Origin with a line break",
            with(&[(":path", Some("/cors"))], &[("origin", "https://a\r\nx-injected: 1")]),
            &[0, 400],
        ),
        (
            "asked headers with a line break",
            with(
                &[(":method", Some("OPTIONS")), (":path", Some("/cors"))],
                &[
                    ("origin", "https://a.example"),
                    ("access-control-request-method", "GET"),
                    ("access-control-request-headers", "x-a\r\nx-injected: 1"),
                ],
            ),
            &[0, 400],
        ),
    ];
    let mut told = Vec::new();
    drop(rig.received());
    let listener = rig.listener;
    // Many at a time: Envoy keeps a connection that it has refused for another second.
    let verdicts = std::thread::scope(|scope| {
        let begun: Vec<_> =
            attacks.iter().map(|attack| scope.spawn(move || verdict(listener, attack))).collect();
        begun.into_iter().map(|attack| attack.join().map_err(|_| "a panic".to_owned())?).collect::<Vec<_>>()
    });
    let received = rig.received();
    told.extend(verdicts.into_iter().chain([rig.unharmed(&received)]).filter_map(Result::err));
    if told.is_empty() { Ok(()) } else { Err(told.join("\n")) }
}

fn verdict(
    listener: SocketAddr,
    (name, lines, expected): &(&str, Vec<Line<'_>>, &[u16]),
) -> Result<(), String> {
    match send(listener, lines, None) {
        Ok(end) if !expected.contains(&end.status()) => Err(format!("{name}: {end:?}, not {expected:?}")),
        Ok(End::Answer(_, lines, _)) => unsplit(&lines).map_err(|e| format!("{name}: {e}")),
        Ok(End::Refused) => Ok(()),
        Err(e) => Err(format!("{name}: {e}")),
    }
}

/// Bodies that contradict their headers, heads without end, streams that are reset as soon as they begin.
pub(crate) fn streams(rig: &mut Rig) -> Result<(), String> {
    drop(rig.received());
    let told = |e: io::Error| e.to_string();
    let inner = format!("GET /{MARKER} HTTP/1.1\r\nHost: admin.example.com\r\n\r\n");
    for length in ["0", "3", "99999"] {
        let lines = with(&[(":method", Some("POST"))], &[]);
        let lines = [lines.as_slice(), &[(b"content-length", length.as_bytes())]].concat();
        let end = send(rig.listener, &lines, Some(inner.as_bytes())).map_err(told)?;
        if !matches!(end.status(), 0 | 400 | 502) {
            return Err(format!("content-length {length}: {end:?}"));
        }
    }
    // Until there is what Envoy's allocator keeps for the next time, which takes one to three rounds (Envoy 1.40.0); the module
    // has 1.7 MB throughout.
    for _ in 0..3 {
        endless_heads_and_resets(rig).map_err(told)?;
        rig.wait_until_idle()?;
    }
    // More of the same must not make it more.
    let before = rig.memory()?;
    endless_heads_and_resets(rig).map_err(told)?;
    rig.wait_until_idle()?;
    let grown = rig.memory()?.saturating_sub(before);
    if grown > 32 * 1024 {
        return Err(format!("{grown} KiB more memory"));
    }
    let received = rig.received();
    rig.unharmed(&received)
}

fn endless_heads_and_resets(rig: &Rig) -> io::Result<()> {
    // A head that goes on and on, on a few connections at once.
    for _ in 0..10 {
        let mut connection = Connection::open(rig.listener)?;
        let _ = connection.write(HEADERS, END_STREAM, 1, &block(&HONEST));
        let piece = block(&[(b"x-more", &[b'v'; 16_000])]);
        let refused = (0..1_000).any(|_| connection.write(CONTINUATION, 0, 1, &piece).is_err());
        if !refused && connection.end(1)? != End::Refused {
            return Err(io::Error::other("a head of 16 MB is taken"));
        }
    }
    // Streams that begin and are reset at once, to rules of every kind.
    let paths = ["/page", "/rewritten", "/copied", "/module/copied", "/cors", "/admin"];
    for number in 0..100_u32 {
        let mut connection = Connection::open(rig.listener)?;
        for n in 0..100 {
            let path = paths[(number as usize + n as usize) % paths.len()];
            let lines = with(&[(":path", Some(path))], &[]);
            let stream = 1 + 2 * n;
            let sent = connection.write(HEADERS, END_HEADERS | END_STREAM, stream, &block(&lines));
            if sent.and_then(|()| connection.write(RST_STREAM, 0, stream, &8_u32.to_be_bytes())).is_err() {
                break;
            }
        }
    }
    Ok(())
}

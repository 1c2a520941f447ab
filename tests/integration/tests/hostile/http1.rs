//! HTTP/1.1 that no honest client sends.

use std::io::{self, BufReader, Write};
use std::net::{SocketAddr, TcpStream};

use httproute_integration::wire::{self, Head, Kind, Lines, Start, connect};

use crate::rig::{HOST, MARKER, Rig, await_that};

/// What came back of one connection.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    /// The status of each answer, in order.
    pub(crate) statuses: Vec<u16>,
    /// The headers of the first.
    pub(crate) headers: Lines,
    /// The body of the first.
    pub(crate) body: String,
}

/// Sends `bytes` and behind them an honest request, and reads all answers until the connection ends. Where the bytes are
/// one request, there are two answers; where they are refused, there is one, or none.
pub(crate) fn exchange(listener: SocketAddr, bytes: &[u8]) -> Result<Exchange, String> {
    let end = format!("GET /end HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n");
    let mut connection = connect(listener).map_err(|e| e.to_string())?;
    // Who is refused may find the connection closed before all is written.
    let _ = connection.get_mut().write_all(&[bytes, end.as_bytes()].concat());
    let mut exchange = Exchange::default();
    loop {
        match answer(&mut connection) {
            Ok(Some((status, headers, body))) => {
                if exchange.statuses.is_empty() {
                    (exchange.headers, exchange.body) = (headers, body);
                }
                exchange.statuses.push(status);
            }
            Ok(None) => return Ok(exchange),
            Err(e) if e.kind() == io::ErrorKind::ConnectionReset => return Ok(exchange),
            Err(e) => return Err(format!("{e} after {:?}", exchange.statuses)),
        }
    }
}

pub(crate) fn answer(connection: &mut BufReader<TcpStream>) -> io::Result<Option<(u16, Lines, String)>> {
    let Some(head) = wire::read_head(connection, Kind::Response)? else { return Ok(None) };
    let Head { start: Start::Response(status), ref headers } = head else { return Ok(None) };
    let body = wire::read_body(connection, &head, matches!(status, 100..=199 | 204 | 304))?;
    Ok(Some((status, headers.clone(), String::from_utf8_lossy(&body.bytes).into_owned())))
}

/// An attack: its name, the bytes, and the statuses that may come back.
struct Attack(String, Vec<u8>, &'static [&'static [u16]]);

/// Refused, with or without a word.
const REFUSED: &[&[u16]] = &[&[400], &[], &[426], &[501]];
/// One request, answered by the backend or the module.
const OK: &[&[u16]] = &[&[200, 200]];

fn head(lines: &str) -> Vec<u8> {
    format!("GET / HTTP/1.1\r\nHost: {HOST}\r\n{lines}\r\n").into_bytes()
}

fn target(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: {HOST}\r\n\r\n").into_bytes()
}

/// Carries the attacks out, many at a time: Envoy keeps a connection that it has refused for another second.
fn run(rig: &mut Rig, attacks: Vec<Attack>) -> Result<(), String> {
    let mut told = Vec::new();
    drop(rig.received());
    let listener = rig.listener;
    for some in attacks.chunks(64) {
        let verdicts = std::thread::scope(|scope| {
            let begun: Vec<_> =
                some.iter().map(|attack| scope.spawn(move || verdict(listener, attack))).collect();
            begun
                .into_iter()
                .map(|attack| attack.join().map_err(|_| "a panic".to_owned())?)
                .collect::<Vec<_>>()
        });
        let received = rig.received();
        told.extend(verdicts.into_iter().chain([rig.unharmed(&received)]).filter_map(Result::err));
    }
    if told.is_empty() { Ok(()) } else { Err(told.join("\n")) }
}

fn verdict(listener: SocketAddr, Attack(name, bytes, expected): &Attack) -> Result<(), String> {
    let exchange = exchange(listener, bytes).map_err(|e| format!("{name}: {e}"))?;
    if !expected.contains(&exchange.statuses.as_slice()) {
        return Err(format!("{name}: answers {:?}, {}", exchange.statuses, exchange.body));
    }
    unsplit(&exchange.headers).map_err(|e| format!("{name}: {e}"))
}

/// No header of an answer is one that the client wrote.
pub(crate) fn unsplit(headers: &Lines) -> Result<(), String> {
    let split = headers
        .iter()
        .find(|(name, value)| name.contains(MARKER) || value.iter().any(|b| b"\r\n\0".contains(b)));
    split.map_or(Ok(()), |line| Err(format!("the answer is split: {line:?}")))
}

/// Two readings of where a request ends: the next one would be smuggled.
pub(crate) fn smuggling(rig: &mut Rig) -> Result<(), String> {
    let inner = format!("GET /{MARKER} HTTP/1.1\r\nHost: admin.example.com\r\nx-{MARKER}: 1\r\n\r\n");
    let post = |lines: &str, body: &str| {
        format!("POST / HTTP/1.1\r\nHost: {HOST}\r\n{lines}\r\n{body}").into_bytes()
    };
    let length = inner.len();
    let chunked = format!("{length:x}\r\n{inner}\r\n0\r\n\r\n");
    let mut attacks = vec![
        Attack(
            "a body that looks like a request".into(),
            post(&format!("Content-Length: {length}\r\n"), &inner),
            OK,
        ),
        Attack("the same in a chunk".into(), post("Transfer-Encoding: chunked\r\n", &chunked), OK),
    ];
    for lines in [
        "Content-Length: 0\r\nContent-Length: LENGTH\r\n",
        "Content-Length: LENGTH\r\nContent-Length: 0\r\n",
        "Content-Length: LENGTH\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: LENGTH\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: identity, chunked, chunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding: \x0bchunked\r\n",
        "Content-Length: +LENGTH\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 0x10\r\n",
        "Content-Length: 1, LENGTH\r\n",
        "Content-Length: LENGTH junk\r\n",
        "Content-Length : LENGTH\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content\r\n-Length: 5\r\n",
    ] {
        let name = lines.replace("\r\n", " ");
        attacks.push(Attack(name, post(&lines.replace("LENGTH", &length.to_string()), &inner), REFUSED));
    }
    for body in [
        "zz\r\n",
        "-1\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "fffffffffffffffff\r\n",
        "5\nhello\n0\n\n",
        "5\r\nhelloXX0\r\n\r\n",
    ] {
        attacks.push(Attack(
            format!("chunks {body:?}"),
            post("Transfer-Encoding: chunked\r\n", body),
            &[&[400], &[], &[200, 400], &[200], &[200, 200]],
        ));
    }
    run(rig, attacks)
}

/// A head in which lines end, fold or repeat as they should not.
pub(crate) fn heads(rig: &mut Rig) -> Result<(), String> {
    let mut attacks = Vec::new();
    for lines in [
        format!("Host: {HOST}\r\n"),
        "Host: admin.example.com\r\n".into(),
        "host: admin.example.com\r\n".into(),
        format!("x-a: 1\0x-{MARKER}: 2\r\n"),
        format!("x-a\0{MARKER}: 2\r\n"),
        "x-a b: 1\r\n".into(),
        "x-a : 1\r\n".into(),
        ": 1\r\n".into(),
        "no-colon\r\n".into(),
        "x_httproute_cluster: shop/admin/8080\r\n".into(),
    ] {
        attacks.push(Attack(format!("{lines:?}"), head(&lines), REFUSED));
    }
    for lines in [
        "x-httproute-cluster: shop/admin/8080\r\n",
        "X-HTTPROUTE-CLUSTER: shop/admin/8080\r\nx-httproute-cluster: shop/forged/8080\r\n",
        "x-httproute-mirror-2: shop/forged/8080\r\n",
        "x-httproute-anything: shop/forged/8080\r\n",
        "connection: x-httproute-cluster\r\nx-httproute-cluster: shop/admin/8080\r\n",
        "x-forwarded-host: admin.example.com\r\nx-original-url: /admin\r\nx-rewrite-url: /admin\r\n",
        "forwarded: host=admin.example.com\r\nx-envoy-original-path: /admin\r\n",
        "x-http-method-override: DELETE\r\n",
    ] {
        attacks.push(Attack(format!("{lines:?}"), head(lines), OK));
    }
    // "A user agent that receives an obs-fold … MUST replace each received obs-fold with one or more SP", and of "a bare CR"
    // it "MUST consider that element to be invalid or replace each bare CR with SP" (RFC 9112, sections 5.2 and 2.2): either
    // way it is one header.
    for lines in ["x-a: 1\r\n x-MARK: 2\r\n", "x-a: 1\r\n\tx-MARK: 2\r\n", "x-a: 1\rx-MARK: 2\r\n"] {
        attacks.push(Attack(
            format!("{lines:?}"),
            head(&lines.replace("MARK", MARKER)),
            &[&[400], &[], &[200, 200]],
        ));
    }
    attacks.push(Attack("a lone line feed".into(), head("x-a: 1\nx-b: 2\r\n"), &[&[400], &[], &[200, 200]]));
    for first in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: \r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: user@admin.example.com\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: shop.example.com/admin\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: shop.example.com\radmin.example.com\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: shop.example.com\0admin.example.com\r\n\r\n",
        "GET / HTTP/0.9\r\nHost: shop.example.com\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: shop.example.com\r\n\r\n",
        "GET /\r\nHost: shop.example.com\r\n\r\n",
        "G\rET / HTTP/1.1\r\nHost: shop.example.com\r\n\r\n",
        "G\0ET / HTTP/1.1\r\nHost: shop.example.com\r\n\r\n",
        "\0\r\n\r\n",
    ] {
        attacks.push(Attack(
            format!("{first:?}"),
            first.into(),
            &[&[400], &[], &[400, 200], &[404, 200], &[426], &[505]],
        ));
    }
    run(rig, attacks)
}

/// Targets in every form, and hosts that contradict them.
pub(crate) fn targets(rig: &mut Rig) -> Result<(), String> {
    let mut attacks = Vec::new();
    const TARGETS: &[(&str, &[&[u16]])] = &[
        // The absolute form names the host (RFC 9112, section 3.2.2), whatever the Host header says.
        ("http://shop.example.com/page", OK),
        ("http://admin.example.com/page", OK),
        ("http://other.example.com/", &[&[404, 200]]),
        ("http://shop.example.com", OK),
        // Whoever the user is, the host is the one that the rules see.
        ("http://user@admin.example.com/", ANY),
        ("http:///admin", REFUSED),
        ("ftp://shop.example.com/", REFUSED),
        ("shop.example.com:80", REFUSED),
        ("*", REFUSED),
        ("admin", REFUSED),
        ("?a=b", REFUSED),
        ("", REFUSED),
        ("//admin/x", OK),
        ("/./admin/x", OK),
        ("/x/../admin/x", OK),
        ("/x/%2e%2e/admin", OK),
        ("/%61dmin", OK),
        ("\\admin", REFUSED),
        ("/\\admin", OK),
        ("/x/..;/admin", ANY),
        ("/x/..%00/admin", REFUSED_BY_MODULE),
        ("/%2fadmin", &[&[307, 200]]),
        ("/x%5c..%5cadmin", &[&[307, 200]]),
        ("/x%2f..%2fadmin", &[&[307, 200]]),
        ("/admin#x", REFUSED_BY_MODULE),
        ("/page#/../admin", REFUSED_BY_MODULE),
        ("/page?/../admin", OK),
        ("/page?x#/admin", REFUSED_BY_MODULE),
        ("/%2561dmin", OK),
        ("/page/\x7f", REFUSED),
        ("/page /admin", REFUSED),
    ];
    for (of, expected) in TARGETS {
        attacks.push(Attack(format!("{of:?}"), target(of), expected));
    }
    for method in
        ["OPTIONS *", "CONNECT admin.example.com:443", "CONNECT /admin", "TRACE /", "PRI *", "FOO /", "get /"]
    {
        let bytes = format!("{method} HTTP/1.1\r\nHost: {HOST}\r\n\r\n").into_bytes();
        let expected: &[&[u16]] = match method {
            // To no backend: no rule of this configuration is for it.
            "CONNECT admin.example.com:443" => &[&[404], &[404, 200], &[400], &[403], &[]],
            "OPTIONS *" => &[&[200, 200], &[400], &[404, 200]],
            _ => &[&[200, 200], &[400], &[]],
        };
        attacks.push(Attack(method.to_owned(), bytes, expected));
    }
    run(rig, attacks)
}

/// Refused, or one request that must be with the backend of its rule.
const ANY: &[&[u16]] = &[&[400], &[], &[400, 200], &[200, 200]];
/// Envoy or the module, with or without the end of the connection.
const REFUSED_BY_MODULE: &[&[u16]] = &[&[400], &[], &[400, 200]];

/// Line breaks and zero bytes in all that filters copy into a header.
pub(crate) fn line_breaks(rig: &mut Rig) -> Result<(), String> {
    let mut attacks = Vec::new();
    let marks = [
        format!("\rx-{MARKER}: 1"),
        format!("\nx-{MARKER}: 1"),
        format!("\r\nx-{MARKER}: 1"),
        format!("\0x-{MARKER}: 1"),
    ];
    let escaped = [
        format!("%0d%0ax-{MARKER}:%201"),
        format!("%0Ax-{MARKER}:1"),
        format!("%E5%98%8A%E5%98%8Dx-{MARKER}:1"),
        format!("\u{560a}\u{560d}x-{MARKER}:1"),
    ];
    for path in
        ["/rewritten", "/replaced", "/redirected", "/secure", "/copied", "/module/copied", "/cors", "/page"]
    {
        for mark in &marks {
            for of in [format!("{path}/{mark}"), format!("{path}?a={mark}")] {
                attacks.push(Attack(format!("{of:?}"), target(&of), REFUSED));
            }
        }
        for mark in &escaped {
            for of in [format!("{path}/{mark}"), format!("{path}?a={mark}")] {
                attacks.push(Attack(
                    format!("{of:?}"),
                    target(&of),
                    &[&[200, 200], &[302, 200], &[400], &[400, 200]],
                ));
            }
        }
        attacks.push(Attack(
            format!("{path}/%00"),
            target(&format!("{path}/%00{MARKER}")),
            &[&[400], &[400, 200]],
        ));
    }
    for (method, line) in [
        ("GET", "Origin: https://a.exampleMARK"),
        ("OPTIONS", "Origin: https://a.exampleMARK\r\nAccess-Control-Request-Method: GET"),
        ("OPTIONS", "Origin: https://a.example\r\nAccess-Control-Request-Method: GETMARK"),
        (
            "OPTIONS",
            "Origin: https://a.example\r\nAccess-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: x-aMARK",
        ),
    ] {
        let bytes = |mark: &str| {
            format!("{method} /cors HTTP/1.1\r\nHost: {HOST}\r\n{}\r\n\r\n", line.replace("MARK", mark))
                .into_bytes()
        };
        // With \r\n or \n the line ends, and the next is a header of the request: the client's right, and in no answer.
        for mark in [&marks[0], &marks[3]] {
            attacks.push(Attack(
                format!("{line} {mark:?}"),
                bytes(mark),
                &[&[400], &[], &[200, 200], &[204, 200]],
            ));
        }
        for mark in &escaped {
            attacks.push(Attack(format!("{line} {mark:?}"), bytes(mark), &[&[200, 200], &[204, 200]]));
        }
    }
    for path in ["/secure", "/redirected/x"] {
        for mark in marks.iter().chain(&escaped) {
            let bytes = format!("GET {path} HTTP/1.1\r\nHost: {HOST}{mark}\r\n\r\n").into_bytes();
            attacks.push(Attack(
                format!("host {mark:?}"),
                bytes,
                &[&[400], &[], &[400, 200], &[404, 200], &[302, 200]],
            ));
        }
    }
    run(rig, attacks)
}

/// As many and as large headers and parameters as go.
pub(crate) fn large(rig: &mut Rig) -> Result<(), String> {
    drop(rig.received());
    for path in ["/page", "/rewritten/x", "/copied", "/module/copied"] {
        let hundred: String = (0..90).map(|n| format!("x-{n}: {}\r\n", "v".repeat(n))).collect();
        let bytes = format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{hundred}\r\n");
        let exchanged = exchange(rig.listener, bytes.as_bytes())?;
        let told = format!("{path}: {:?} {}", exchanged.statuses, exchanged.body);
        if exchanged.statuses != [200, 200]
            || !exchanged.body.contains(&format!("\nx-89: {}\n", "v".repeat(89)))
        {
            return Err(told);
        }
        // Each of Envoy's limits is one that clients are told: 431.
        let more: String = (0..101).map(|n| format!("x-{n}: 1\r\n")).collect();
        let value =
            |size: usize| format!("x-large: {}\r\nOrigin: {}\r\n", "v".repeat(size), "o".repeat(size));
        for (lines, status) in [(more, 431), (value(29_000), 200), (value(40_000), 431)] {
            let bytes = format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{lines}\r\n");
            let got = exchange(rig.listener, bytes.as_bytes())?.statuses;
            if got.first() != Some(&status) {
                return Err(format!("{path}, {} bytes of headers: {got:?}, not {status}", lines.len()));
            }
        }
    }
    let params: String = (0..1000).map(|n| format!("p{n}={n}&")).collect();
    for (path, backend) in
        [("/query", "x-rule: query"), ("/rewritten", "GET /?p0"), ("/admin", "backend: shop/admin/8080")]
    {
        let of = format!("{path}?{params}last=yes");
        let exchanged = exchange(rig.listener, &target(&of))?;
        if !exchanged.body.contains(backend) || !exchanged.body.contains("&p999=999&last=yes") {
            return Err(format!("{path}: {:?} {}", exchanged.statuses, exchanged.body));
        }
    }
    let exchanged = exchange(rig.listener, &target(&format!("/redirected/x?{params}")))?;
    let location = wire::values(&exchanged.headers, "location").next().unwrap_or_default();
    if !location.ends_with(format!("/x?{params}").as_bytes()) {
        return Err(format!("location: {}", String::from_utf8_lossy(location)));
    }
    let copies = ["/copied", "/module/copied"].len() * 2;
    if !rig.wait_for("shop/recorder/8080", copies) {
        return Err("not all copies came".into());
    }
    let received = rig.received();
    let whole = received.iter().filter(|r| r.backend == "shop/recorder/8080").all(|r| {
        wire::values(&r.headers, "x-89").next().is_some()
            || wire::values(&r.headers, "x-large").any(|v| v.len() == 29_000)
    });
    if !whole {
        return Err("a copy is not whole".into());
    }
    rig.unharmed(&received)
}

/// Bodies that end in the middle: a copy of half an order would be worse than none.
pub(crate) fn cut_off(rig: &mut Rig) -> Result<(), String> {
    drop(rig.received());
    let aborted = rig.count("mirrors.aborted")?;
    let mut copied_by_module = 0;
    for path in ["/page", "/rewritten/x", "/copied", "/module/copied", "/redirected/x"] {
        for (framing, begun) in [
            ("Content-Length: 100", "half of it"),
            ("Transfer-Encoding: chunked", "5\r\nhello\r\n64\r\nhalf"),
        ] {
            for _ in 0..20 {
                let mut connection = connect(rig.listener).map_err(|e| e.to_string())?;
                let bytes = format!("POST {path} HTTP/1.1\r\nHost: {HOST}\r\n{framing}\r\n\r\n{begun}");
                connection.get_mut().write_all(bytes.as_bytes()).map_err(|e| e.to_string())?;
                copied_by_module += u64::from(path == "/module/copied");
            }
        }
    }
    // Each copy that the module has begun is given up, which it counts.
    await_that("end of all that was begun", || {
        Ok(rig.count("mirrors.aborted")? >= aborted + copied_by_module)
    })?;
    rig.wait_until_idle()?;
    let received = rig.received();
    // What backends record is whole.
    match received.is_empty() {
        true => rig.unharmed(&received),
        false => Err(format!("a request that was cut off is whole to a backend: {} of them", received.len())),
    }
}

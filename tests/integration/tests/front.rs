//! What Envoy does to a request before the module sees it: generated requests through a real Envoy, and through the model that
//! `httproute explain` has of it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use httproute_integration::backend::{Behaviour, NAME_HEADER};
use httproute_integration::command_line;
use httproute_integration::envoy::{self, Envoy};
use httproute_integration::fleet::Fleet;
use httproute_integration::frames::{Connection, END_HEADERS, END_STREAM, End, HEADERS, block};
use httproute_integration::record::{ID_HEADER, Received};
use httproute_integration::wire::{self, Head, Kind, Start, connect};
use httproute_manifests::{
    EscapedSlashes, ExplainOptions, FrontSettings, HttpVersion, Options, Parsed, Request, Underscores,
    explain, parse,
};

const MANIFESTS: &str = include_str!("front.yaml");
const BACKENDS: [&str; 10] =
    ["web", "admin", "exact", "deep", "secure", "id", "te", "joined", "forged", "cookie"];
const HOST: &str = "app.example.com";

/// How many requests are generated for each Envoy and version of HTTP.
const REQUESTS: u64 = 200;

/// How many of them are sent at once.
const CONNECTIONS: usize = 20;

/// What came of a request, in a form that both sides can have.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    /// 0 for none.
    status: u16,
    location: Option<String>,
    /// Of an answer that no backend gave.
    body: String,
    grpc_status: Option<String>,
    backend: Option<String>,
    /// Method, path, host and headers of what the backend received.
    received: Option<(String, String, String, Vec<String>)>,
}

#[test]
fn generated_requests_are_what_the_model_says() {
    let strict = (FrontSettings::default(), &[][..]);
    let loose = (
        FrontSettings {
            underscores: Some(Underscores::Drop),
            escaped_slashes: EscapedSlashes::Keep,
            merge_slashes: false,
            trusted_hops: 1,
            ..FrontSettings::default()
        },
        &[
            "--underscores",
            "drop",
            "--escaped-slashes",
            "keep",
            "--merge-slashes=false",
            "--trusted-hops",
            "1",
        ][..],
    );
    let open = (
        FrontSettings {
            underscores: Some(Underscores::Allow),
            escaped_slashes: EscapedSlashes::Decode,
            trusted_hops: 2,
            ..FrontSettings::default()
        },
        &["--underscores", "allow", "--escaped-slashes", "decode", "--trusted-hops", "2"][..],
    );
    let refusing = (
        FrontSettings {
            underscores: Some(Underscores::Reject),
            escaped_slashes: EscapedSlashes::Reject,
            ..FrontSettings::default()
        },
        &["--underscores", "reject", "--escaped-slashes", "reject"][..],
    );
    let manifests = parse("front.yaml", MANIFESTS.as_bytes());
    let mut differences = Vec::new();
    for (number, (settings, flags)) in (0..).zip([strict, loose, open, refusing]) {
        let rig = Rig::start(flags).unwrap();
        for version in [HttpVersion::Http1, HttpVersion::Http2] {
            let listed = if version == HttpVersion::Http1 { listed() } else { Vec::new() };
            let generated = (0..REQUESTS).map(|n| Generator(n + number * REQUESTS).request(version));
            let requests = (0..).zip(listed.into_iter().chain(generated)).map(|(id, mut request)| {
                request.headers.push((ID_HEADER.into(), format!("{version:?}-{id}").into()));
                request
            });
            let requests: Vec<Request> = requests.collect();
            // Of a connection that Envoy ends, the end takes a second: so some are open at once.
            std::thread::scope(|scope| {
                let compare = |request: &Request| {
                    let wanted = model(&manifests, &settings, request);
                    let seen = rig.send(request).unwrap_or_else(|error| panic!("{error}: {}", text(request)));
                    (seen != wanted)
                        .then(|| format!("{flags:?}\n{}\nEnvoy {seen:?}\nmodel {wanted:?}\n", text(request)))
                };
                let chunks = requests.chunks(REQUESTS as usize / CONNECTIONS);
                let threads: Vec<_> = chunks
                    .map(|chunk| scope.spawn(move || chunk.iter().filter_map(compare).collect::<Vec<_>>()))
                    .collect();
                differences.extend(threads.into_iter().flat_map(|thread| thread.join().unwrap()));
            });
        }
    }
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
}

/// What the model says.
fn model(manifests: &Parsed, settings: &FrontSettings, request: &Request) -> Seen {
    let options = ExplainOptions {
        resolve: Options { front: Some(settings.clone()), ..Options::default() },
        ..ExplainOptions::default()
    };
    let explanation = explain(manifests, request, &options);
    let grpc_status = explanation.response.iter().find_map(|change| match change {
        httproute_sdk::HeaderOp::Set { name, value } if &**name == "grpc-status" => {
            Some(String::from_utf8_lossy(value).into_owned())
        }
        _ => None,
    });
    if let Some(reply) = explanation.reply {
        let body = if request.method == b"HEAD" { String::new() } else { reply.body };
        let (status, location) = (reply.status, reply.location);
        return Seen { status, location, body, grpc_status, backend: None, received: None };
    }
    let status = if explanation.after.is_some() { 200 } else { 0 };
    let received = explanation.after.map(|after| {
        let headers = after.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        (after.method.clone(), after.path.clone(), after.authority.clone(), visible(headers))
    });
    let backend = explanation.destination.chosen;
    Seen { status, location: None, body: String::new(), grpc_status: None, backend, received }
}

/// The headers that both sides know alike: not the id that Envoy makes up, nor the address that it takes for its own.
fn visible<'h>(headers: impl Iterator<Item = (&'h str, &'h str)>) -> Vec<String> {
    let unlike = ["host", "content-length", "transfer-encoding"];
    let headers = headers.filter(|(name, _)| !unlike.contains(name));
    let line = |(name, value): (&str, &str)| match name {
        "x-request-id" => name.to_owned(),
        "x-forwarded-for" => format!("{name}: {}", value.rsplit_once(',').map_or("", |(before, _)| before)),
        _ => format!("{name}: {value}"),
    };
    let mut lines: Vec<String> = headers.map(line).collect();
    lines.sort();
    lines
}

fn text(request: &Request) -> String {
    let line = |(name, value): &(Vec<u8>, Vec<u8>)| format!("{:?}: {:?}", show(name), show(value));
    let headers: Vec<String> = request.headers.iter().map(line).collect();
    let (method, target) = (show(&request.method), show(&request.target));
    format!("{:?} {method:?} {target:?} {}", request.version, headers.join(", "))
}

fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An Envoy with the flags of `httproute render envoy`, and backends.
struct Rig {
    _envoy: Envoy,
    listener: SocketAddr,
    fleet: Fleet,
}

impl Rig {
    fn start(flags: &[&str]) -> Result<Self, String> {
        let backends = BACKENDS.map(|name| (format!("default/{name}/8080"), Behaviour::Echo));
        let fleet = Fleet::start(&BTreeMap::from(backends), IpAddr::V4(Ipv4Addr::LOCALHOST), |_| 0)?;
        let flags = [&["--port", "80=0"], flags].concat();
        let config =
            command_line::render(&command_line::cli()?, MANIFESTS, flags, &fleet.places("127.0.0.1"))?;
        let binary = envoy::find("1.40.0")?;
        let envoy = Envoy::start_from(&binary, "front", ("envoy.yaml", &config))?;
        let listener = envoy.admin.listeners()?["http-80"];
        Ok(Rig { _envoy: envoy, listener, fleet })
    }

    fn send(&self, request: &Request) -> io::Result<Seen> {
        let (status, headers, body) = match request.version {
            HttpVersion::Http1 => self.http1(request)?,
            HttpVersion::Http2 => self.http2(request)?,
        };
        let id = request.headers.last().map(|(_, id)| show(id)).unwrap_or_default();
        let received = self.fleet.record.take(&id);
        let value = |name: &str| {
            let line = headers.iter().find(|(other, _)| other == name);
            line.map(|(_, value)| show(value))
        };
        let Some(received) = received.first() else {
            let (location, grpc_status) = (value("location"), value("grpc-status"));
            return Ok(Seen { status, location, body, grpc_status, backend: None, received: None });
        };
        let Received { backend, method, target, headers, .. } = received;
        let host = show(wire::values(headers, "host").next().unwrap_or_default());
        let lines: Vec<(&str, String)> =
            headers.iter().map(|(name, value)| (name.as_str(), show(value))).collect();
        let lines = visible(lines.iter().map(|(name, value)| (*name, value.as_str())));
        let received = Some((method.clone(), show(target), host, lines));
        let (body, backend) = (String::new(), Some(backend.clone()));
        Ok(Seen { status, location: None, body, grpc_status: None, backend, received })
    }

    fn http1(&self, request: &Request) -> io::Result<(u16, wire::Lines, String)> {
        let mut bytes = [&request.method, &b" "[..], &request.target, b" HTTP/1.1\r\n"].concat();
        for (name, value) in &request.headers {
            bytes.extend([name.as_slice(), b": ", value, b"\r\n"].concat());
        }
        bytes.extend(b"\r\n");
        let is_chunked = |(name, _): &(Vec<u8>, Vec<u8>)| name == b"transfer-encoding";
        if request.headers.iter().any(is_chunked) {
            bytes.extend(b"0\r\n\r\n");
        }
        let mut connection = connect(self.listener)?;
        connection.get_mut().write_all(&bytes)?;
        loop {
            let Some(head) = wire::read_head(&mut connection, Kind::Response)? else {
                return Ok((0, Vec::new(), String::new()));
            };
            let Head { start: Start::Response(status), ref headers } = head else { continue };
            if status == 100 {
                continue;
            }
            // A backend's is not compared, and after a request for an upgrade it has no end.
            let bodiless = request.method == b"HEAD" || headers.iter().any(|(name, _)| name == NAME_HEADER);
            let body = wire::read_body(&mut connection, &head, bodiless)?;
            return Ok((status, headers.clone(), show(&body.bytes)));
        }
    }

    fn http2(&self, request: &Request) -> io::Result<(u16, wire::Lines, String)> {
        let mut host = None;
        let mut lines: Vec<(&[u8], &[u8])> =
            vec![(b":method", &request.method), (b":scheme", b"http"), (b":path", &request.target)];
        for (name, value) in &request.headers {
            match name.as_slice() {
                b"host" if host.is_none() => host = Some(value.as_slice()),
                _ => lines.push((name, value)),
            }
        }
        if let Some(host) = host {
            lines.insert(0, (b":authority", host));
        }
        let mut connection = Connection::open(self.listener)?;
        // Who is refused may find the connection closed.
        let _ = connection.write(HEADERS, END_HEADERS | END_STREAM, 1, &block(&lines));
        match connection.end(1)? {
            End::Answer(status, headers, body) => Ok((status, headers, body)),
            End::Refused => Ok((0, Vec::new(), String::new())),
        }
    }
}

/// Requests that are drawn from their number.
struct Generator(u64);

impl Generator {
    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    fn request(mut self, version: HttpVersion) -> Request {
        // Numbers that are close to each other draw alike at first.
        self.next();
        let mut request = Request::new("GET", &format!("http://{HOST}/")).unwrap();
        request.version = version;
        request.client = Ipv4Addr::LOCALHOST.into();
        request.target = self.target();
        if self.below(6) == 0 {
            request.method = self.one(METHODS).into();
        }
        if self.below(8) == 0 {
            request.headers[0].1 = self.one(HOSTS).into();
        }
        for _ in 0..self.below(4) {
            let (name, values) = HEADER_LINES[self.below(HEADER_LINES.len())];
            let value = self.one(values).to_vec();
            request.headers.push((name.as_bytes().to_vec(), value));
        }
        request
    }

    fn target(&mut self) -> Vec<u8> {
        match self.below(20) {
            0 => self.one(TARGETS).into(),
            1..6 => b"/".to_vec(),
            _ => {
                let mut target = vec![b'/'];
                for _ in 0..=self.below(7) {
                    let piece = self.one(PIECES);
                    target.extend_from_slice(piece);
                    if self.below(12) == 0 {
                        let escape = format!("%{:02x}", self.below(256));
                        target.extend_from_slice(escape.as_bytes());
                    }
                }
                target
            }
        }
    }
}

const PIECES: &[&[u8]] = &[
    b"admin",
    b"a",
    b"b",
    b"exact",
    b"old",
    b"x",
    b"/",
    b"/",
    b"/",
    b"//",
    b"/./",
    b"/../",
    b"..",
    b".",
    b"%2e",
    b"%2E%2e",
    b"%2F",
    b"%2f",
    b"%5c",
    b"%5C",
    b"\\",
    b"%7E",
    b"%2d",
    b"%41",
    b"%61dmin",
    b"%00",
    b"%ff",
    b"%zz",
    b"%",
    b"%2",
    b"%%32f",
    b";",
    b";x=1",
    b"..;",
    b"/..;/",
    b"/.;y/",
    b"?",
    b"?q=%2f",
    b"#",
    b" ",
    b"\xc3\xa9",
    b"\xff",
    b"\"",
    b"<",
    b"|",
    b"^",
    b"`",
    b"{",
    b"}",
    b"~",
    b"[",
    b"]",
    b"@",
    b"!",
    b"$",
    b"&",
    b"'",
    b"(",
    b")",
    b"*",
    b"+",
    b",",
    b"=",
    b":",
    b"\x01",
    b"\x7f",
    b"\t",
    b"%c3%A9",
    b"%25",
    b"%3F",
    b"%23",
];

const TARGETS: &[&[u8]] = &[
    b"*",
    b"",
    b"a",
    b"?x",
    b"http://h.com/x",
    b"http://h.com",
    b"https://h.com/x",
    b"ftp://h.com/",
    b"http://h.com?x",
    b"HTTP://H.com:80/../x",
    b"http://u:p@h.com/x",
    b"http:///x",
    b"http://a_b/",
    b"http://[::1]:80/",
    b"http://h.com/#f",
    b"http://h.com:x/",
    b"app.example.com:443",
    b"http://app.example.com/admin//x",
];

const METHODS: &[&[u8]] = &[
    b"HEAD",
    b"POST",
    b"PUT",
    b"DELETE",
    b"OPTIONS",
    b"TRACE",
    b"PATCH",
    b"CONNECT",
    b"get",
    b"FOO",
    b"PROPFIND",
    b"QUERY",
    b"UNSUBSCRIBE",
    b"G,T",
    b"M-SEARCH",
];

const HOSTS: &[&[u8]] = &[
    b"APP.example.com",
    b"app.example.com:8080",
    b"app.example.com.",
    b"a b",
    b"a/b",
    b"a@b",
    b"a,b",
    b"\xc3\xa9.com",
    b"a\\b",
    b"[::1]:80",
    b"a_b",
    b"a?b",
    b"10.0.0.1",
    b"*.example.com",
    b"a\"b",
    b"a%41",
];

/// Names of headers, each with values to choose from.
const HEADER_LINES: &[(&str, &[&[u8]])] = &[
    ("a_b", &[b"1"]),
    ("x-foo", &[b"1", b"", b"a b", b"\xff", b"a\tb", b"a\x01b", b"a\x7fb"]),
    ("x-envoy-foo", &[b"1"]),
    ("x-envoy-retry-on", &[b"5xx"]),
    ("x-envoy-external-address", &[b"1.1.1.1"]),
    ("x-envoy-internal", &[b"true"]),
    ("x-httproute-cluster", &[b"default/forged/8080"]),
    ("x-forwarded-for", &[b"1.2.3.4", b"1.2.3.4, 5.6.7.8", b"", b"foo"]),
    ("x-forwarded-proto", &[b"https", b"http", b"HTTPS", b"foo"]),
    ("x-forwarded-host", &[b"h.com"]),
    ("x-forwarded-port", &[b"1"]),
    ("x-forwarded-client-cert", &[b"Hash=1"]),
    ("x-request-id", &[b"abc", b""]),
    ("x-real-ip", &[b"1.1.1.1"]),
    ("te", &[b"trailers", b"gzip", b"gzip, trailers", b"Trailers", b""]),
    (
        "connection",
        &[
            b"x-foo",
            b"close",
            b"keep-alive",
            b"upgrade",
            b"x-forwarded-for",
            b"te",
            b"a,b,c,d,e,f,g,h,i,j",
            b":path",
            b"",
            b"x-foo, upgrade",
            b"cookie",
            b"host",
            b"Connection, accept",
        ],
    ),
    ("upgrade", &[b"websocket", b"h2c", b"foo", b"WebSocket", b"websocket, foo"]),
    ("http2-settings", &[b"AAMAAABkAAQAAP__"]),
    ("keep-alive", &[b"timeout=5"]),
    ("proxy-connection", &[b"keep-alive"]),
    ("expect", &[b"100-continue", b"100-Continue", b"foo", b""]),
    (
        "referer",
        &[
            b"http://a.b/x",
            b"foo",
            b"",
            b"about:blank",
            b"http://a b/",
            b"/x",
            b"https://a.b:8443",
            b"http://a_b/",
            b"http://a/#f",
            b"a?x:y",
            b"http://[::1]/",
            b"x@y",
            b"http://u@a/",
        ],
    ),
    ("cookie", &[b"a=1", b"b=2; c=3", b""]),
    ("accept", &[b"a", b"b", b""]),
    ("accept-language", &[b"de", b"en"]),
    ("user-agent", &[b"curl/8"]),
    ("authorization", &[b"Basic eA=="]),
    (
        "content-type",
        &[b"application/grpc", b"application/grpc+proto", b"application/grpc-web", b"text/plain"],
    ),
    ("content-length", &[b"0", b"abc", b"", b"-1", b"+0"]),
    ("transfer-encoding", &[b"chunked", b"Chunked", b"gzip"]),
    ("host", &[b"h.com"]),
    ("origin", &[b"null", b"http://a.b"]),
    ("via", &[b"1.1 x"]),
    ("x foo", &[b"1"]),
    ("x(foo", &[b"1"]),
    ("x.foo", &[b"1"]),
    ("forwarded", &[b"for=1.1.1.1"]),
    ("traceparent", &[b"00-1"]),
];

/// Requests that the generator rarely draws.
fn listed() -> Vec<Request> {
    let request = |headers: Vec<(Vec<u8>, Vec<u8>)>| {
        let mut request = Request::new("GET", &format!("http://{HOST}/")).unwrap();
        request.client = Ipv4Addr::LOCALHOST.into();
        request.headers.extend(headers);
        request
    };
    let many = |count: usize| (0..count).map(|n| (format!("x-{n}").into(), b"1".to_vec())).collect();
    let long = |name: &str, length: usize| vec![(name.as_bytes().to_vec(), vec![b'a'; length])];
    let mut nobody = request(Vec::new());
    nobody.headers.clear();
    let upgrade = |to: &str| {
        let header = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
        vec![header("connection", "upgrade"), header("upgrade", to)]
    };
    let named_te = vec![(b"connection".to_vec(), b"te".to_vec()), (b"te".to_vec(), vec![b'x'; 256])];
    vec![
        request(many(98)),
        request(many(99)),
        request(long("x-long", 62_000)),
        request(long("x-long", 50_000)),
        request(named_te),
        request(upgrade("websocket")),
        request(upgrade("foo")),
        request(upgrade("h2c")),
        nobody,
    ]
}

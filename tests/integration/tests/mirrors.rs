//! Mirrors that are slow, dead or hostile, on an Envoy as `httproute render envoy` sets it up: none holds up the request, but for
//! the time that the user grants with a body above the buffer.
//!
//! `HTTPROUTE_ENVOYS` lists the versions, as for the cases.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use httproute_integration::command_line;
use httproute_integration::envoy::{self, Envoy, default_version};

/// How long what is awaited may take.
const PATIENCE: Duration = Duration::from_secs(60);

const MB: usize = 1 << 20;

/// A mirror: its name, whether it speaks HTTP/2, and what it does with a connection. Without the last, connections to it are
/// never accepted.
type Mirror = (&'static str, bool, Option<fn(&mut TcpStream) -> io::Result<()>>);

const MIRRORS: [Mirror; 15] = [
    ("honest", false, Some(|stream| answer(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", true))),
    (
        "late",
        false,
        Some(|stream| {
            drain(stream, None)?;
            hang()
        }),
    ),
    ("unread", false, Some(|_| hang())),
    ("trickling", false, Some(|stream| drain(stream, Some(Duration::from_millis(100))))),
    (
        "resetting",
        false,
        Some(|stream| {
            stream.read_exact(&mut [0; 100])?;
            // What was not read makes the end a reset.
            Ok(())
        }),
    ),
    ("closing", false, Some(|stream| stream.take(MB as u64 / 2).read_to_end(&mut Vec::new()).map(drop))),
    ("early", false, Some(|stream| answer(stream, b"HTTP/1.1 413 No\r\ncontent-length: 2\r\n\r\nno", false))),
    (
        "promising",
        false,
        Some(|stream| answer(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\nno", false)),
    ),
    (
        "excessive",
        false,
        Some(|stream| answer(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nmore than one", false)),
    ),
    ("garbled", false, Some(|stream| answer(stream, b"\0\x01\r\n\r\n", false))),
    ("refusing", false, None),
    ("unreachable", false, None),
    ("h2-silent", true, Some(|_| hang())),
    // A window for everything, and nothing of it is read.
    (
        "h2-unread",
        true,
        Some(|stream| {
            let window = (1_u32 << 30).to_be_bytes();
            stream.write_all(&frame(4, &[&[0, 4][..], &window].concat()))?;
            stream.write_all(&frame(8, &window))?;
            hang()
        }),
    ),
    // Everything is read, and no window granted again.
    (
        "h2-stingy",
        true,
        Some(|stream| {
            stream.write_all(&frame(4, b""))?;
            drain(stream, None)
        }),
    ),
];

fn hang() -> io::Result<()> {
    loop {
        std::thread::park();
    }
}

fn drain(stream: &mut TcpStream, pause: Option<Duration>) -> io::Result<()> {
    let mut some = vec![0; if pause.is_some() { 1024 } else { 64 * 1024 }];
    while stream.read(&mut some)? > 0 {
        if let Some(pause) = pause {
            std::thread::sleep(pause);
        }
    }
    Ok(())
}

/// Answers each request with `text`; whoever does not read bodies leaves it at the first.
fn answer(stream: &mut TcpStream, text: &[u8], reads: bool) -> io::Result<()> {
    loop {
        let length = head(stream)?.1;
        if !reads {
            stream.write_all(text)?;
            return hang();
        }
        io::copy(&mut stream.take(length), &mut io::sink())?;
        stream.write_all(text)?;
    }
}

/// A frame of HTTP/2 for the whole connection.
fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    [&[0, 0, payload.len() as u8, kind, 0, 0, 0, 0, 0], payload].concat()
}

/// A head, byte by byte so that nothing of the body is lost, and the length of the body.
fn head(stream: &mut TcpStream) -> io::Result<(String, u64)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    Ok((head, length.unwrap_or(0)))
}

fn serve(
    listener: TcpListener,
    behaviour: impl Fn(&mut TcpStream) -> io::Result<()> + Clone + Send + 'static,
) {
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(mut stream), behaviour) = (stream, behaviour.clone()) else { continue };
            // A connection that breaks is its own end.
            std::thread::spawn(move || drop(behaviour(&mut stream)));
        }
    });
}

/// The backend: it says how much of a body came, and sends back what comes through a WebSocket. It remembers heads.
fn backend(stream: &mut TcpStream, heads: &Mutex<Vec<String>>) -> io::Result<()> {
    loop {
        let (head, length) = head(stream)?;
        let is_web_socket = head.contains("upgrade: websocket");
        heads.lock().unwrap().push(head);
        if is_web_socket {
            stream.write_all(b"HTTP/1.1 101 Yes\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")?;
            let mut writer = stream.try_clone()?;
            return io::copy(stream, &mut writer).map(drop);
        }
        let got = io::copy(&mut stream.take(length), &mut io::sink())?.to_string();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{got}", got.len())?;
    }
}

/// An Envoy with a path for each mirror, `/MIRROR`, and others: `/plain` without a mirror, `/two` with two of them.
struct Rig {
    envoy: Envoy,
    listener: SocketAddr,
    /// What the backend got, and the honest mirror.
    heads: [Arc<Mutex<Vec<String>>>; 2],
    /// Ports that nobody listens on, and one whose queue is full.
    _kept: Vec<TcpStream>,
    _full: TcpListener,
}

impl Rig {
    fn start(version: &str, timeout: &str) -> Rig {
        let local = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let heads: [Arc<Mutex<Vec<String>>>; 2] = Default::default();
        let mut places = vec![("web", local())];
        let web = Arc::clone(&heads[0]);
        serve(places[0].1.try_clone().unwrap(), move |stream| backend(stream, &web));
        let (full, kept) = full_queue();
        for (name, _, behaviour) in MIRRORS {
            let listener = if name == "unreachable" { full.try_clone().unwrap() } else { local() };
            places.push((name, listener));
            let listener = places.last().unwrap().1.try_clone().unwrap();
            match (name, behaviour) {
                ("honest", _) => {
                    let honest = Arc::clone(&heads[1]);
                    serve(listener, move |stream| backend(stream, &honest));
                }
                (_, Some(behaviour)) => serve(listener, behaviour),
                (_, None) => {}
            }
        }
        let flags = ["--port", "80=0", "--mirror-timeout", timeout];
        let at = places.iter().map(|(name, listener)| {
            let port = match *name {
                // Nobody listens there once this is dropped.
                "refusing" => envoy::bootstrap::CLOSED_PORT,
                _ => listener.local_addr().unwrap().port(),
            };
            (format!("default/{name}/8080"), ("127.0.0.1".to_owned(), port))
        });
        let config =
            command_line::render(&command_line::cli().unwrap(), &self::manifests(), flags, &at.collect())
                .unwrap();
        let envoy =
            Envoy::start_from(&envoy::find(version).unwrap(), "mirrors", ("envoy.yaml", &config)).unwrap();
        let listener = envoy.admin.listeners().unwrap()["http-80"];
        Rig { envoy, listener, heads, _kept: kept, _full: full }
    }

    /// Sends a body of `size` bytes, and says how long it took until the answer.
    fn post(&self, path: &str, size: usize) -> Duration {
        let begun = Instant::now();
        let mut stream = self.connect();
        write!(stream, "POST {path} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\nContent-Length: {size}\r\n\r\n")
            .unwrap();
        io::copy(&mut io::repeat(b'b').take(size as u64), &mut stream)
            .unwrap_or_else(|e| panic!("{path}: {e}"));
        let head = head(&mut stream).unwrap_or_else(|e| panic!("{path}, {size} bytes: {e}")).0;
        assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
        let mut got = String::new();
        stream.take(size.to_string().len() as u64).read_to_string(&mut got).unwrap();
        assert_eq!(got, size.to_string(), "{path}");
        begun.elapsed()
    }

    /// Sends `size` bytes through a WebSocket, and waits until they have come back.
    fn web_socket(&self, path: &str, size: usize) -> Duration {
        let begun = Instant::now();
        let mut stream = self.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            .unwrap();
        assert!(head(&mut stream).unwrap().0.starts_with("http/1.1 101"), "{path}");
        let mut writer = stream.try_clone().unwrap();
        let sent = std::thread::spawn(move || io::copy(&mut io::repeat(b'w').take(size as u64), &mut writer));
        let came = io::copy(&mut stream.take(size as u64), &mut io::sink());
        assert_eq!(came.unwrap_or_else(|e| panic!("{path}: {e}")), size as u64, "{path}");
        sent.join().unwrap().unwrap();
        begun.elapsed()
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.listener).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// A counter of the upstream for copies to `mirror`.
    fn count(&self, mirror: &str, counter: &str) -> u64 {
        let name = format!("cluster.mirror/default/{mirror}/8080.{counter}");
        self.envoy.admin.stats(&format!("^{name}$")).unwrap().get(&name).copied().unwrap_or(0)
    }

    /// Polls, for Envoy has no event for it.
    fn await_that(&self, what: &str, is: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is() {
            assert!(Instant::now() < deadline, "no {what}\n{}", self.envoy.log_tail());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A listener that accepts nobody, with so many connections in its queue that Linux lets no further one in.
fn full_queue() -> (TcpListener, Vec<TcpStream>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let mut kept = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        kept.push(stream);
    }
    (listener, kept)
}

fn manifests() -> String {
    let rule = |path: &str, filters: &str| {
        format!(
            "  - matches: [{{path: {{type: PathPrefix, value: /{path}}}}}]\n    backendRefs: [{{name: web, port: 8080}}]\n{filters}"
        )
    };
    let mirror = |names: &[&str]| {
        let filter = |name: &&str| {
            format!(
                "    - {{type: RequestMirror, requestMirror: {{backendRef: {{name: {name}, port: 8080}}}}}}\n"
            )
        };
        format!("    filters:\n{}", names.iter().map(filter).collect::<String>())
    };
    let services: Vec<(&str, &str)> = MIRRORS
        .iter()
        .map(|(name, is_http2, _)| (*name, if *is_http2 { "kubernetes.io/h2c" } else { "http" }))
        .chain([("web", "kubernetes.io/ws")])
        .collect();
    // At most 16 rules in a route.
    let mut routes: Vec<String> = MIRRORS.iter().map(|(name, ..)| rule(name, &mirror(&[name]))).collect();
    routes.push(rule("plain", ""));
    routes.push(rule("two", &mirror(&["unread", "h2-unread"])));
    let later =
        "    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-later, value: a}]}}\n";
    routes.push(rule("module", &(mirror(&["honest"]) + later)));
    let hidden = "    - {type: RequestHeaderModifier, requestHeaderModifier: {remove: [x-forwarded-for]}}\n";
    routes.push(rule("hidden", &mirror(&["honest"]).replace("filters:\n", &format!("filters:\n{hidden}"))));
    let mut text = String::from(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge}\nspec:\n  gatewayClassName: any\n  \
         listeners: [{name: http, port: 80, protocol: HTTP}]\n",
    );
    for (number, rules) in routes.chunks(10).enumerate() {
        text += &format!(
            "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: r{number}}}\nspec:\n  \
             parentRefs: [{{name: edge}}]\n  rules:\n{}",
            rules.concat()
        );
    }
    for (name, protocol) in services {
        text += &format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{ports: [{{port: 8080, appProtocol: {protocol}}}]}}\n"
        );
    }
    text
}

fn versions() -> Vec<String> {
    let listed = std::env::var("HTTPROUTE_ENVOYS").unwrap_or_default();
    match listed.trim() {
        "none" => Vec::new(),
        "" => vec![default_version().to_owned()],
        listed => listed.split_whitespace().map(str::to_owned).collect(),
    }
}

/// With an hour for each copy, a request that waits for its mirror is not answered within the test.
#[test]
fn bodies_up_to_the_buffer_wait_for_no_mirror() {
    for version in versions() {
        let rig = Rig::start(&version, "1h");
        for path in MIRRORS.iter().map(|(name, ..)| *name).chain(["two"]) {
            let path = format!("/{path}");
            // Twice, for what the first copy has filled is full for the next.
            for size in [MB, 3 * MB, 39 * MB / 10, MB, 3 * MB] {
                rig.post(&path, size);
                // Its connections are given up after five seconds: the request has not waited for that.
                let is_pending = || rig.count("unreachable", "upstream_rq_pending_active") > 0;
                assert!(path != "/unreachable" || is_pending(), "{size} bytes wait for a connection");
            }
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| rig.post(&path, 3 * MB));
                }
            });
            rig.web_socket(&path, 3 * MB);
        }
    }
}

/// "With 1 s, 64 MB below 1.2 times the time without a mirror, plus 1.5 s." A busy machine delays whom it likes, so each pair has
/// several tries; a mirror that holds the request up does so in all of them.
#[test]
fn larger_bodies_wait_no_longer_than_the_user_says() {
    for version in versions() {
        let rig = Rig::start(&version, "1s");
        let holds = |what: &str, path: &str, send: &dyn Fn(&str) -> Duration| {
            let mut tries = Vec::new();
            while tries.len() < 5 {
                let (without, with) = (send("/plain"), send(path));
                tries.push((without, with));
                if with < without.mul_f64(1.2) + Duration::from_millis(1500) {
                    return;
                }
            }
            panic!("{path}, {what}: without and with the mirror {tries:?}");
        };
        for path in MIRRORS.iter().map(|(name, ..)| *name).chain(["two"]) {
            let path = format!("/{path}");
            holds("16 MB", &path, &|path| rig.post(path, 16 * MB));
            holds("64 MB", &path, &|path| rig.post(path, 64 * MB));
            holds("a WebSocket", &path, &|path| rig.web_socket(path, 16 * MB));
        }
    }
}

#[test]
fn copies_that_are_lost_are_counted_once() {
    for version in versions() {
        let rig = Rig::start(&version, "1s");
        let lost = [
            "late",
            "unread",
            "trickling",
            "closing",
            "promising",
            "garbled",
            "refusing",
            "unreachable",
            "h2-silent",
            "h2-unread",
        ];
        for mirror in lost {
            for _ in 0..2 {
                rig.post(&format!("/{mirror}"), MB);
            }
        }
        for mirror in lost {
            let lost = || {
                rig.count(mirror, "upstream_rq_5xx") + rig.count(mirror, "upstream_rq_max_duration_reached")
            };
            rig.await_that(&format!("end of the copies for {mirror}: {}", lost()), || lost() == 2);
        }
        rig.post("/honest", MB);
        rig.await_that("copy", || rig.count("honest", "upstream_rq_2xx") == 1);
    }
}

/// "The copy shows the request as it is forwarded": neither the proxy's address twice, nor that the request is internal.
#[test]
fn a_copy_shows_what_the_request_shows() {
    for version in versions() {
        let rig = Rig::start(&version, "1m");
        for (path, only_forwarded) in [
            ("/honest", vec!["x-httproute-mirror-1: mirror/default/honest/8080"]),
            ("/module", vec!["x-later: a"]),
            ("/hidden", vec!["x-httproute-mirror-1: mirror/default/honest/8080"]),
        ] {
            rig.post(path, 10);
            let [forwarded, copy] = rig.heads.each_ref().map(|heads| {
                rig.await_that("request", || !heads.lock().unwrap().is_empty());
                let head = heads.lock().unwrap().remove(0);
                let mut lines: Vec<String> = head.trim().lines().map(str::to_owned).collect();
                lines.sort();
                lines
            });
            let missing: Vec<&String> = forwarded.iter().filter(|line| !copy.contains(line)).collect();
            let added: Vec<&String> = copy.iter().filter(|line| !forwarded.contains(line)).collect();
            assert_eq!(missing, only_forwarded, "{path}, Envoy {version}");
            assert_eq!(added, Vec::<&String>::new(), "{path}, Envoy {version}");
            let told = copy.iter().filter(|line| line.starts_with("x-forwarded-for: 203.0.113.9")).count();
            assert_eq!(told, usize::from(path != "/hidden"), "{copy:?}");
        }
    }
}

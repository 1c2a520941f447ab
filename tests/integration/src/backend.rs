//! Backends that say what they received, and remember it.

use std::io::{self, BufReader, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Deserialize;

use crate::record::{ID_HEADER, Received, Record};
use crate::wire::{self, Body, Head, Kind, Start};

/// The response header that names the backend.
pub const NAME_HEADER: &str = "x-case-backend";

/// How a backend behaves.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Behaviour {
    /// Answers 200 with what it received.
    #[default]
    Echo,
    /// Answers with this status.
    Status(u16),
    /// Answers after so many milliseconds.
    Slow(u64),
    /// Reads the body, and answers, only after the client has its answer: who waits for this backend waits forever.
    Held,
    /// Reads everything and never answers.
    Silent,
    /// Answers as `Echo` does, behind a proxy that speaks HTTP/2 only. For conformance tests.
    Http2,
    /// Agrees to speak WebSocket, and sends back every byte.
    WebSocket,
    /// Nothing listens on its port.
    Closed,
    /// The proxy has no upstream of this name.
    Missing,
}

impl Behaviour {
    /// Whether a backend is to be started for it.
    pub fn listens(self) -> bool {
        !matches!(self, Behaviour::Closed | Behaviour::Missing)
    }
}

/// A running backend; it stops when it is dropped.
#[derive(Debug)]
pub struct Backend {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
}

impl Backend {
    /// Starts a backend on `ip` and `port` (0 picks a free one).
    pub fn start(
        name: &str,
        behaviour: Behaviour,
        (ip, port): (IpAddr, u16),
        record: &Arc<Record>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((ip, port))?;
        let address = listener.local_addr()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let (name, record, stop) = (name.to_owned(), Arc::clone(record), Arc::clone(&stopping));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (name, record) = (name.clone(), Arc::clone(&record));
                // A connection that breaks is the proxy's business: it ends this thread and nothing else.
                std::thread::spawn(move || serve(&name, behaviour, stream, &record));
            }
        });
        Ok(Backend { address, stopping })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for connections.
        drop(TcpStream::connect_timeout(&self.address, Duration::from_secs(1)));
    }
}

fn serve(name: &str, behaviour: Behaviour, stream: TcpStream, record: &Record) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut connection = BufReader::new(stream);
    while let Some(head) = wire::read_head(&mut connection, Kind::Request)? {
        let id = wire::values(&head.headers, ID_HEADER).next().unwrap_or_default();
        let id = String::from_utf8_lossy(id).into_owned();
        if behaviour == Behaviour::Held {
            record.wait_for_release(Some(&id));
        }
        let body = wire::read_body(&mut connection, &head, false)?;
        let received = received(name, head, body);
        let answer = answer(name, behaviour, &received);
        record.add(id, received);
        if behaviour == Behaviour::WebSocket && answer.starts_with(b"HTTP/1.1 101") {
            connection.get_mut().write_all(&answer)?;
            let mut writer = connection.get_ref().try_clone()?;
            return io::copy(&mut connection, &mut writer).map(drop);
        }
        match behaviour {
            Behaviour::Slow(milliseconds) => std::thread::sleep(Duration::from_millis(milliseconds)),
            Behaviour::Silent => record.wait_for_release(None),
            _ => {}
        }
        connection.get_mut().write_all(&answer)?;
    }
    Ok(())
}

fn received(name: &str, head: Head, body: Body) -> Received {
    let (method, target) = match head.start {
        Start::Request { method, target } => (method, target),
        Start::Response(_) => Default::default(),
    };
    let Body { bytes, trailers } = body;
    Received { backend: name.to_owned(), method, target, headers: head.headers, body: bytes, trailers }
}

/// What the backend's answer says: everything it received, as text.
pub fn text(received: &Received) -> String {
    let mut text = format!(
        "backend: {}\n{} {}\n",
        received.backend,
        received.method,
        String::from_utf8_lossy(&received.target)
    );
    for (name, value) in &received.headers {
        text.push_str(&format!("{name}: {}\n", String::from_utf8_lossy(value)));
    }
    text.push_str(&format!("\n{} bytes of body\n", received.body.len()));
    text
}

/// One line about a request that a backend received, for people who watch.
pub fn line(received: &Received) -> String {
    format!("{}  {} {}", received.backend, received.method, String::from_utf8_lossy(&received.target))
}

/// The status and the headers with which a backend answers; the native run answers with the same.
pub fn reply(name: &str, behaviour: Behaviour) -> (u16, wire::Lines) {
    let status = match behaviour {
        Behaviour::Status(status) => status,
        Behaviour::Closed | Behaviour::Missing => return (503, Vec::new()),
        _ => 200,
    };
    let headers = [
        (NAME_HEADER, name),
        ("content-type", "text/plain"),
        // For response header modifiers to change.
        ("x-from-backend", "one"),
        ("x-from-backend", "two"),
        ("x-secret", "backend"),
    ];
    (status, headers.map(|(n, v)| (n.to_owned(), v.into())).into())
}

fn answer(name: &str, behaviour: Behaviour, received: &Received) -> Vec<u8> {
    let body = if received.method == "HEAD" { String::new() } else { text(received) };
    let (mut status, mut headers) = reply(name, behaviour);
    if behaviour == Behaviour::WebSocket && wire::values(&received.headers, "upgrade").next().is_some() {
        status = 101;
        headers.push(("connection".into(), "Upgrade".into()));
        headers.push(("upgrade".into(), "websocket".into()));
    }
    let mut out = format!("HTTP/1.1 {status} Answer\r\n");
    for (name, value) in headers {
        out.push_str(&format!("{name}: {}\r\n", String::from_utf8_lossy(&value)));
    }
    if !matches!(status, 101 | 204 | 304) {
        out.push_str(&format!("content-length: {}\r\n", body.len()));
        out.push_str("\r\n");
        out.push_str(&body);
    } else {
        out.push_str("\r\n");
    }
    out.into_bytes()
}

//! A client that sends exactly the bytes it is given.

use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;

use crate::tls::{self, Stream};
use crate::wire::{self, Body, Head, Kind, Lines, Start};

/// How long a client waits for an answer before it calls the request failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request, as raw as it goes over the wire.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The request target.
    pub target: Vec<u8>,
    /// All header lines but the framing, in order.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the body is sent in chunks.
    pub chunked: bool,
    /// Trailers, which only a chunked body can have.
    pub trailers: Vec<(Vec<u8>, Vec<u8>)>,
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The response's header lines.
    pub headers: Lines,
    /// The response's body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first value of the header `name` (lower case), as text.
    pub fn header(&self, name: &str) -> Option<String> {
        wire::values(&self.headers, name).next().map(|value| String::from_utf8_lossy(value).into_owned())
    }
}

impl Request {
    /// `GET target` for `host`.
    pub fn get(host: &str, target: &str) -> Self {
        Request {
            method: "GET".into(),
            target: target.into(),
            headers: vec![(b"Host".to_vec(), host.into())],
            ..Request::default()
        }
    }

    /// The same with one more header line.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.body.len() + 512);
        out.extend_from_slice(self.method.as_bytes());
        out.push(b' ');
        out.extend_from_slice(&self.target);
        out.extend_from_slice(b" HTTP/1.1\r\n");
        push_lines(&mut out, &self.headers);
        if self.chunked {
            out.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
            // Several chunks, so that the proxy's filters see the body in several parts.
            for chunk in self.body.chunks(self.body.len().div_ceil(3).max(1)) {
                out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                out.extend_from_slice(chunk);
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(b"0\r\n");
            push_lines(&mut out, &self.trailers);
            out.extend_from_slice(b"\r\n");
        } else {
            if !self.body.is_empty() {
                out.extend_from_slice(format!("Content-Length: {}\r\n", self.body.len()).as_bytes());
            }
            out.extend_from_slice(b"\r\n");
            out.extend_from_slice(&self.body);
        }
        out
    }
}

fn push_lines(out: &mut Vec<u8>, lines: &[(Vec<u8>, Vec<u8>)]) {
    for (name, value) in lines {
        out.extend_from_slice(name);
        out.extend_from_slice(b": ");
        out.extend_from_slice(value);
        out.extend_from_slice(b"\r\n");
    }
}

/// A client of one server, whose connection is kept alive from request to request.
#[derive(Debug)]
pub struct Client {
    server: SocketAddr,
    tls: Option<(Arc<ClientConfig>, String)>,
    connection: Option<BufReader<Box<dyn Stream>>>,
}

impl Client {
    /// A client of `server`; it connects with its first request.
    pub fn new(server: SocketAddr) -> Self {
        Client { server, tls: None, connection: None }
    }

    /// Where it connects to.
    pub fn server(&self) -> SocketAddr {
        self.server
    }

    /// A client of `server` that speaks TLS and asks for `server_name`.
    pub fn with_tls(server: SocketAddr, trust: &Arc<ClientConfig>, server_name: &str) -> Self {
        Client { tls: Some((Arc::clone(trust), server_name.to_owned())), ..Client::new(server) }
    }

    fn connect(&self) -> io::Result<BufReader<Box<dyn Stream>>> {
        let stream = TcpStream::connect_timeout(&self.server, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(BufReader::new(match &self.tls {
            Some((trust, server_name)) => tls::connect(stream, trust, server_name)?,
            None => Box::new(stream),
        }))
    }

    /// Asks for another protocol on a connection of its own. Where the server agrees, sends `bytes` in it, and returns the
    /// answer with the bytes that came back, as many as were sent, as its body.
    pub fn upgrade(&self, request: &Request, bytes: &[u8]) -> io::Result<Answer> {
        let mut connection = self.connect()?;
        connection.get_mut().write_all(&request.bytes())?;
        let head = wire::read_head(&mut connection, Kind::Response)?;
        let head = head.ok_or_else(|| io::Error::other("the connection was closed without an answer"))?;
        let Start::Response(status) = head.start else { return Err(io::Error::other("no response")) };
        let mut body = Vec::new();
        if status == 101 {
            connection.get_mut().write_all(bytes)?;
            body.resize(bytes.len(), 0);
            connection.read_exact(&mut body)?;
        }
        Ok(Answer { status, headers: head.headers, body })
    }

    /// Sends `request` and waits for the whole answer.
    pub fn send(&mut self, request: &Request) -> io::Result<Answer> {
        let bytes = request.bytes();
        if let Some(connection) = &mut self.connection {
            // The server may have closed a connection that was idle: then nothing has been answered, and a new one is due.
            match exchange(connection, &bytes, &request.method) {
                Ok(Some((answer, keep))) => return Ok(self.answered(answer, keep)),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Err(no_answer()),
                Ok(None) | Err(_) => self.connection = None,
            }
        }
        let connection = self.connect()?;
        let connection = self.connection.insert(connection);
        match exchange(connection, &bytes, &request.method) {
            Ok(Some((answer, keep))) => Ok(self.answered(answer, keep)),
            Ok(None) => Err(io::Error::other("the connection was closed without an answer")),
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => Err(no_answer()),
            Err(e) => Err(e),
        }
    }

    fn answered(&mut self, answer: Answer, keep: bool) -> Answer {
        if !keep {
            self.connection = None;
        }
        answer
    }
}

fn no_answer() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} s", PATIENCE.as_secs()))
}

/// One request and its answer, and whether the connection lives on; `None` where the server closed it before it answered.
fn exchange(
    connection: &mut BufReader<Box<dyn Stream>>,
    request: &[u8],
    method: &str,
) -> io::Result<Option<(Answer, bool)>> {
    // A server may answer, and close, before it has read a large body: what it answered counts.
    let written = connection.get_mut().write_all(request);
    let head = loop {
        match wire::read_head(connection, Kind::Response) {
            Ok(None) => return written.map(|()| None),
            Ok(Some(Head { start: Start::Response(100..=199), .. })) => {}
            Ok(Some(head)) => break head,
            Err(e) => return Err(written.err().unwrap_or(e)),
        }
    };
    let Start::Response(status) = head.start else { return Ok(None) };
    let bodiless = method == "HEAD" || matches!(status, 204 | 304);
    let Body { bytes, .. } = wire::read_body(connection, &head, bodiless)?;
    let close = wire::values(&head.headers, "connection").any(|v| v.eq_ignore_ascii_case(b"close"));
    Ok(Some((Answer { status, headers: head.headers, body: bytes }, !close && written.is_ok())))
}

//! HTTP/1.1 messages on a socket, byte for byte.
//!
//! Libraries that do HTTP well also tidy it up: they refuse bytes that are not UTF-8, fold header lines and drop trailers.
//! The cases are about exactly that, so messages are read and written here as they are.

use std::io::{self, BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Name (lower case) and value of each header line, in order.
pub type Lines = Vec<(String, Vec<u8>)>;

/// More header lines than Envoy lets through by default.
const MAX_LINES: usize = 128;
/// A message head above this is not one of ours.
const MAX_HEAD: usize = 256 * 1024;

/// How long a peer may be silent.
const PATIENCE: Duration = Duration::from_secs(20);

/// Connects to a proxy.
pub fn connect(listener: SocketAddr) -> io::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect_timeout(&listener, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(BufReader::new(stream))
}

/// The first line of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Method and target of a request.
    Request {
        /// As sent.
        method: String,
        /// As sent: path and query, with any bytes.
        target: Vec<u8>,
    },
    /// Status of a response.
    Response(u16),
}

/// Whether a head is a request's or a response's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What a backend reads.
    Request,
    /// What a client reads.
    Response,
}

/// First line and headers of a message.
#[derive(Clone, Debug)]
pub struct Head {
    /// The first line.
    pub start: Start,
    /// The header lines.
    pub headers: Lines,
}

/// Body and trailers of a message.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// The bytes, without the framing.
    pub bytes: Vec<u8>,
    /// The trailers of a chunked body.
    pub trailers: Lines,
}

fn bad(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

/// The values of the header `name` (lower case).
pub fn values<'a>(lines: &'a Lines, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    lines.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_slice())
}

/// Reads a head; `None` where the other side closed the connection before it.
pub fn read_head(from: &mut impl BufRead, kind: Kind) -> io::Result<Option<Head>> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        if from.by_ref().take(MAX_HEAD as u64).read_until(b'\n', &mut bytes)? == 0 {
            return if bytes.is_empty() { Ok(None) } else { Err(bad("the connection ended inside a head")) };
        }
        if bytes.len() >= MAX_HEAD {
            return Err(bad("a head without end"));
        }
    }
    match kind {
        Kind::Request => request_head(&bytes),
        Kind::Response => {
            let mut lines = [httparse::EMPTY_HEADER; MAX_LINES];
            let mut parsed = httparse::Response::new(&mut lines);
            parsed.parse(&bytes).map_err(|e| bad(format!("a response that is none: {e}")))?;
            Ok(Head { start: Start::Response(parsed.code.unwrap_or(0)), headers: owned(parsed.headers) })
        }
    }
    .map(Some)
}

/// The request line is taken apart here, for httparse refuses targets that are not UTF-8.
fn request_head(bytes: &[u8]) -> io::Result<Head> {
    let end = bytes.iter().position(|&b| b == b'\n').ok_or_else(|| bad("a request without a line"))?;
    let (line, rest) = bytes.split_at(end + 1);
    let mut parts = line.trim_ascii_end().splitn(2, |&b| b == b' ');
    let method = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let target = parts.next().unwrap_or_default();
    let target =
        target.strip_suffix(b" HTTP/1.1").ok_or_else(|| bad("a request line that is none"))?.to_vec();
    let mut lines = [httparse::EMPTY_HEADER; MAX_LINES];
    match httparse::parse_headers(rest, &mut lines) {
        Ok(httparse::Status::Complete((_, headers))) => {
            Ok(Head { start: Start::Request { method, target }, headers: owned(headers) })
        }
        other => Err(bad(format!("request headers that are none: {other:?}"))),
    }
}

fn owned(headers: &[httparse::Header<'_>]) -> Lines {
    headers.iter().map(|header| (header.name.to_ascii_lowercase(), header.value.to_vec())).collect()
}

/// Reads the body that belongs to `head`. `bodiless` says that there is none whatever the headers say (HEAD, 204, 304).
pub fn read_body(from: &mut impl BufRead, head: &Head, bodiless: bool) -> io::Result<Body> {
    if bodiless {
        return Ok(Body::default());
    }
    if values(&head.headers, "transfer-encoding").any(|v| v.eq_ignore_ascii_case(b"chunked")) {
        return read_chunks(from);
    }
    let mut bytes = Vec::new();
    match values(&head.headers, "content-length").next() {
        Some(length) => {
            let length = std::str::from_utf8(length).ok().and_then(|l| l.parse().ok());
            bytes.resize(length.ok_or_else(|| bad("a content-length that is no number"))?, 0);
            from.read_exact(&mut bytes)?;
        }
        None if matches!(head.start, Start::Request { .. }) => {}
        // A response without a length ends with its connection.
        None => drop(from.read_to_end(&mut bytes)?),
    }
    Ok(Body { bytes, trailers: Vec::new() })
}

fn read_chunks(from: &mut impl BufRead) -> io::Result<Body> {
    let mut body = Body::default();
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let size = line.trim_end().split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size, 16).map_err(|_| bad(format!("chunk size {line:?}")))?;
        if size == 0 {
            break;
        }
        let start = body.bytes.len();
        body.bytes.resize(start + size, 0);
        from.read_exact(&mut body.bytes[start..])?;
        from.read_exact(&mut [0; 2])?;
    }
    loop {
        let mut line = Vec::new();
        from.read_until(b'\n', &mut line)?;
        let line = line.trim_ascii_end();
        let Some(colon) = line.iter().position(|&b| b == b':') else { return Ok(body) };
        let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
        body.trailers.push((name, line[colon + 1..].trim_ascii().to_vec()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_chunks_and_trailers_arrive_as_they_are() {
        let raw = b"POST /\xff?a HTTP/1.1\r\nX-Raw: \xfe\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-End: 1\r\n\r\n";
        let mut from = &raw[..];
        let head = read_head(&mut from, Kind::Request).unwrap().unwrap();
        assert_eq!(head.start, Start::Request { method: "POST".into(), target: b"/\xff?a".to_vec() });
        assert_eq!(values(&head.headers, "x-raw").collect::<Vec<_>>(), [b"\xfe"]);
        let body = read_body(&mut from, &head, false).unwrap();
        assert_eq!(body.bytes, b"abcde");
        assert_eq!(body.trailers, [("x-end".to_owned(), b"1".to_vec())]);
        assert!(read_head(&mut from, Kind::Request).unwrap().is_none());
    }
}

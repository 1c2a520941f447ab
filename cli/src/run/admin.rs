//! Envoy's administration interface.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

/// How long Envoy may be busy with something else.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the interface is.
#[derive(Clone, Debug)]
pub(crate) enum Admin {
    /// A socket that only its owner can reach.
    Private(PathBuf),
    Port(SocketAddr),
}

/// Statistics by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stats(HashMap<String, String>);

impl Admin {
    /// What `GET path` answers.
    pub(crate) fn get(&self, path: &str) -> io::Result<String> {
        self.send("GET", path)
    }

    /// Has Envoy do something.
    pub(crate) fn post(&self, path: &str) -> io::Result<()> {
        self.send("POST", path).map(drop)
    }

    /// The statistics whose names have one of these parts.
    pub(crate) fn stats(&self, parts: &[&str]) -> io::Result<Stats> {
        let text = self.get(&format!("/stats?filter={}", parts.join("|")))?;
        let entries = text.lines().filter_map(|line| line.rsplit_once(": "));
        Ok(Stats(
            entries.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned())).collect(),
        ))
    }

    /// The address of each listener.
    pub(crate) fn listeners(&self) -> io::Result<Vec<(String, SocketAddr)>> {
        let answer: Value = serde_json::from_str(&self.get("/listeners?format=json")?)?;
        let listeners = answer.get("listener_statuses").and_then(Value::as_array).into_iter().flatten();
        let of = |listener: &Value| {
            let socket = listener.pointer("/local_address/socket_address")?;
            let port = u16::try_from(socket.get("port_value")?.as_u64()?).ok()?;
            let address = socket.get("address")?.as_str()?.parse().ok()?;
            Some((listener.get("name")?.as_str()?.to_owned(), SocketAddr::new(address, port)))
        };
        Ok(listeners.filter_map(of).collect())
    }

    /// Where it is, if others can reach it.
    pub(crate) fn port(&self) -> Option<SocketAddr> {
        match self {
            Admin::Private(_) => None,
            Admin::Port(address) => Some(*address),
        }
    }

    fn send(&self, method: &str, path: &str) -> io::Result<String> {
        match self {
            Admin::Private(socket) => {
                let stream = UnixStream::connect(socket)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                exchange(stream, method, path)
            }
            Admin::Port(address) => {
                let stream = TcpStream::connect_timeout(address, PATIENCE)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                exchange(stream, method, path)
            }
        }
    }
}

impl Stats {
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A number; 0 where there is none of this name.
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.text(name).and_then(|value| value.parse().ok()).unwrap_or(0)
    }

    /// The sum of the numbers whose names `is_meant` says to be meant; `None` where there is none.
    pub(crate) fn sum(&self, is_meant: impl Fn(&str) -> bool) -> Option<u64> {
        let meant = self.0.iter().filter(|(name, _)| is_meant(name));
        meant.map(|(_, value)| value.parse().unwrap_or(0)).reduce(|a: u64, b| a + b)
    }
}

/// One request on a connection of its own.
fn exchange(mut stream: impl Read + Write, method: &str, path: &str) -> io::Result<String> {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut reader = BufReader::new(stream);
    let mut status = String::new();
    reader.read_line(&mut status)?;
    let mut chunked = false;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end() {
            "" => break,
            line => chunked |= line.eq_ignore_ascii_case("transfer-encoding: chunked"),
        }
    }
    let body = match chunked {
        true => chunks(&mut reader)?,
        false => {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes)?;
            bytes
        }
    };
    let body = String::from_utf8_lossy(&body).into_owned();
    match status.split(' ').nth(1) {
        Some("200") => Ok(body),
        _ => Err(io::Error::other(format!("{path}: {} {body}", status.trim_end()))),
    }
}

fn chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let size = u64::from_str_radix(line.trim_end(), 16).map_err(io::Error::other)?;
        if size == 0 {
            return Ok(body);
        }
        reader.by_ref().take(size).read_to_end(&mut body)?;
        // The line break behind a chunk.
        reader.read_line(&mut line)?;
    }
}

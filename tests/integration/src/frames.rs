//! HTTP/2, frame by frame, with nothing between a test and the wire that would set it right.

use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use fluke_hpack::Decoder;

use crate::wire::connect;

/// The flag for the end of the stream's body.
pub const END_STREAM: u8 = 0x1;
/// The flag for the end of headers.
pub const END_HEADERS: u8 = 0x4;

/// A frame of a body.
pub const DATA: u8 = 0;
/// A frame of headers.
pub const HEADERS: u8 = 1;
/// A frame that ends a stream early.
pub const RST_STREAM: u8 = 3;
/// The first frame of a connection.
pub const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
/// A frame of more headers.
pub const CONTINUATION: u8 = 9;

/// Name and value of a header.
pub type Line<'a> = (&'a [u8], &'a [u8]);

/// How a stream ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// With an answer.
    Answer(u16, Vec<(String, Vec<u8>)>, String),
    /// With a reset of the stream, or of the whole connection.
    Refused,
}

impl End {
    /// The status; 0 where the stream was refused.
    pub fn status(&self) -> u16 {
        match self {
            End::Answer(status, ..) => *status,
            End::Refused => 0,
        }
    }
}

/// A connection on which frames are written as they are given.
#[allow(missing_debug_implementations)]
pub struct Connection {
    stream: BufReader<TcpStream>,
    decoder: Decoder<'static>,
}

impl Connection {
    /// Connects, and sends what a connection begins with.
    pub fn open(listener: SocketAddr) -> io::Result<Self> {
        let mut connection = Connection { stream: connect(listener)?, decoder: Decoder::new() };
        connection.stream.get_mut().write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")?;
        connection.write(SETTINGS, 0, 0, b"")?;
        Ok(connection)
    }

    /// Writes a frame.
    pub fn write(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> io::Result<()> {
        let length = u32::try_from(payload.len()).map_err(io::Error::other)?.to_be_bytes();
        let mut frame = vec![length[1], length[2], length[3], kind, flags];
        frame.extend_from_slice(&stream.to_be_bytes());
        frame.extend_from_slice(payload);
        self.stream.get_mut().write_all(&frame)
    }

    /// Reads until `stream` has ended.
    pub fn end(&mut self, stream: u32) -> io::Result<End> {
        let (mut status, mut lines, mut body) = (0, Vec::new(), Vec::new());
        loop {
            let mut head = [0; 9];
            match self.stream.read_exact(&mut head) {
                Err(e)
                    if e.kind() == io::ErrorKind::UnexpectedEof
                        || e.kind() == io::ErrorKind::ConnectionReset =>
                {
                    return Ok(End::Refused);
                }
                other => other?,
            }
            let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
            self.stream.read_exact(&mut payload)?;
            let (kind, flags) = (head[3], head[4]);
            let of = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            if kind == HEADERS {
                // Of each stream, for the decoder remembers.
                let decoded =
                    self.decoder.decode(&payload).map_err(|e| io::Error::other(format!("{e:?}")))?;
                if of == stream {
                    lines = decoded
                        .into_iter()
                        .map(|(n, v)| (String::from_utf8_lossy(&n).into_owned(), v))
                        .collect();
                    let value =
                        lines.iter().find(|(name, _)| name == ":status").map(|(_, value)| value.clone());
                    status = String::from_utf8_lossy(&value.unwrap_or_default()).parse().unwrap_or(0);
                }
            }
            match kind {
                DATA if of == stream => body.extend_from_slice(&payload),
                RST_STREAM if of == stream && status == 0 => return Ok(End::Refused),
                GOAWAY if status == 0 => return Ok(End::Refused),
                _ => {}
            }
            if of == stream && matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0 {
                return Ok(End::Answer(status, lines, String::from_utf8_lossy(&body).into_owned()));
            }
        }
    }
}

/// Headers as literals, whatever bytes they are.
pub fn block(lines: &[Line<'_>]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in lines {
        block.push(0);
        for text in [name, value] {
            length(text.len(), &mut block);
            block.extend_from_slice(text);
        }
    }
    block
}

/// A number with a prefix of seven bits (RFC 7541, section 5.1).
fn length(mut length: usize, block: &mut Vec<u8>) {
    if length < 127 {
        block.push(length as u8);
        return;
    }
    block.push(127);
    length -= 127;
    while length >= 128 {
        block.push((length % 128) as u8 | 128);
        length /= 128;
    }
    block.push(length as u8);
}

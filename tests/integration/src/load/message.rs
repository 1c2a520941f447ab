//! Messages as they arrive, in pieces: when one is whole, and what it says.

use httparse::{EMPTY_HEADER, Header, Status};

/// More header lines than Envoy lets through by default.
const MAX_LINES: usize = 128;

/// An answer of the proxy.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The header lines.
    pub headers: &'a [Header<'a>],
    /// The body as it came over the wire, with its chunks.
    pub body: &'a [u8],
}

/// A request as a backend got it.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The method.
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// The header lines.
    pub headers: &'a [Header<'a>],
    /// The body as it came over the wire, with its chunks.
    pub body: &'a [u8],
}

fn value<'a>(headers: &'a [Header<'a>], name: &str) -> Option<&'a [u8]> {
    headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
}

impl Answer<'_> {
    /// The first value of the header `name`.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        value(self.headers, name)
    }

    /// The same as text, for comparisons and messages; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.header(name).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default()
    }
}

impl Asked<'_> {
    /// The first value of the header `name`.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        value(self.headers, name)
    }
}

/// What stands in a buffer.
pub(super) enum Arrived<T> {
    /// A part of a message.
    Part,
    /// A message of so many bytes, and what was made of it.
    Whole(usize, T),
}

/// Reads an answer; `bodiless` says that the request was a HEAD.
pub(super) fn answer<T>(
    bytes: &[u8],
    bodiless: bool,
    make: impl FnOnce(&Answer<'_>) -> T,
) -> Result<Arrived<T>, String> {
    let mut lines = [EMPTY_HEADER; MAX_LINES];
    let mut parsed = httparse::Response::new(&mut lines);
    let head = match parsed.parse(bytes).map_err(|e| format!("an answer that is none: {e}"))? {
        Status::Complete(head) => head,
        Status::Partial => return Ok(Arrived::Part),
    };
    let status = parsed.code.unwrap_or(0);
    let bodiless = bodiless || matches!(status, 100..=199 | 204 | 304);
    let rest = bytes.get(head..).unwrap_or_default();
    let Some(length) = (if bodiless { Some(0) } else { body_length(rest, parsed.headers)? }) else {
        return Ok(Arrived::Part);
    };
    let body = &rest[..length];
    Ok(Arrived::Whole(head + length, make(&Answer { status, headers: parsed.headers, body })))
}

/// Reads a request.
pub(super) fn asked<T>(bytes: &[u8], make: impl FnOnce(&Asked<'_>) -> T) -> Result<Arrived<T>, String> {
    let mut lines = [EMPTY_HEADER; MAX_LINES];
    let mut parsed = httparse::Request::new(&mut lines);
    let head = match parsed.parse(bytes).map_err(|e| format!("a request that is none: {e}"))? {
        Status::Complete(head) => head,
        Status::Partial => return Ok(Arrived::Part),
    };
    let rest = bytes.get(head..).unwrap_or_default();
    let Some(length) = body_length(rest, parsed.headers)? else { return Ok(Arrived::Part) };
    let (method, target) = (parsed.method.unwrap_or_default(), parsed.path.unwrap_or_default());
    let body = &rest[..length];
    Ok(Arrived::Whole(head + length, make(&Asked { method, target, headers: parsed.headers, body })))
}

/// How many of the bytes behind the head are the body; `None` where some of it is still to come.
fn body_length(rest: &[u8], headers: &[Header<'_>]) -> Result<Option<usize>, String> {
    if value(headers, "transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case(b"chunked")) {
        return chunks_length(rest);
    }
    let Some(length) = value(headers, "content-length") else { return Ok(Some(0)) };
    let length = std::str::from_utf8(length).ok().and_then(|text| text.parse().ok());
    let length: usize = length.ok_or("a content-length that is no number")?;
    Ok((rest.len() >= length).then_some(length))
}

fn chunks_length(rest: &[u8]) -> Result<Option<usize>, String> {
    let mut at = 0;
    loop {
        let from = rest.get(at..).unwrap_or_default();
        match httparse::parse_chunk_size(from).map_err(|_| "a chunk that is none")? {
            Status::Partial => return Ok(None),
            Status::Complete((line, size)) => {
                let end = at + line + size as usize + 2;
                if rest.len() < end {
                    return Ok(None);
                }
                if size == 0 {
                    return Ok(Some(end));
                }
                at = end;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(bytes: &[u8]) -> Option<(usize, Vec<u8>)> {
        match answer(bytes, false, |answer| answer.body.to_vec()).unwrap() {
            Arrived::Part => None,
            Arrived::Whole(length, body) => Some((length, body)),
        }
    }

    #[test]
    fn an_answer_is_whole_with_its_last_byte() {
        for whole in [
            &b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc"[..],
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            b"HTTP/1.1 304 Not Modified\r\n\r\n",
        ] {
            for part in 0..whole.len() {
                assert_eq!(length(&whole[..part]), None, "{part} bytes");
            }
            let two = [whole, whole].concat();
            assert_eq!(length(&two).unwrap().0, whole.len(), "what follows is the next one's");
        }
    }
}

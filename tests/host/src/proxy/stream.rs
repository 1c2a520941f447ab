//! What a module finds of one request, and may do to it, by the ABI's own rules: each header map and buffer in its callback
//! and in no other. Envoy lets modules do more.

use std::collections::BTreeMap;

use httproute_integration::case::{RequestSpec, raw};
use proxy_wasm_host::abi::v0_2_1::types::{BufferType, MapType, Status};
use proxy_wasm_host::abi::v0_2_1::{Access, Callback, Invocation, LocalResponse, StreamState};
use proxy_wasm_host::{Buffer, HeaderMap, VecHeaderMap};

use super::router::FORWARDED_PROTO;
use super::{Lines, PORT};

/// One request, and the response to it.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// The port that the request came in by.
    pub(super) port: u16,
    /// The headers of the request.
    pub(super) request: VecHeaderMap,
    /// The piece of the body that comes by.
    pub(super) piece: Vec<u8>,
    /// The trailers of the request.
    pub(super) trailers: VecHeaderMap,
    /// The headers of the response.
    pub(super) response: VecHeaderMap,
    /// A module's own answer.
    pub(super) answer: Option<LocalResponse<'static>>,
    /// Why the response is what it is.
    pub(super) details: Vec<u8>,
    /// What modules keep with the stream.
    kept: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Stream {
    /// A request that begins.
    pub(super) fn of(spec: &RequestSpec, early_header_mutation: bool) -> Self {
        let request = VecHeaderMap::from(arrived(spec, early_header_mutation));
        Stream { port: PORT, request, ..Stream::default() }
    }
}

/// A request as proxies hold it: pseudo-headers first, names in lower case, and the framing of the body.
fn arrived(spec: &RequestSpec, early_header_mutation: bool) -> Lines {
    let pseudo = |name: &str, value: Vec<u8>| (name.as_bytes().to_vec(), value);
    let mut headers = vec![
        pseudo(":authority", raw(&spec.host)),
        pseudo(":path", raw(&spec.path)),
        pseudo(":method", spec.method.clone().into_bytes()),
        pseudo(":scheme", b"http".to_vec()),
    ];
    headers.extend(lines(&spec.headers));
    // An edge takes no client's word for it.
    headers.retain(|(name, _)| name != FORWARDED_PROTO.as_bytes());
    headers.push((FORWARDED_PROTO.as_bytes().to_vec(), b"http".to_vec()));
    if spec.chunked || !spec.trailers.is_empty() {
        headers.push((b"transfer-encoding".to_vec(), b"chunked".to_vec()));
    } else if !spec.body().is_empty() {
        headers.push((b"content-length".to_vec(), spec.body().len().to_string().into_bytes()));
    }
    if early_header_mutation {
        headers.retain(|(name, _)| !name.starts_with(b"x-httproute-"));
    }
    headers
}

/// Header lines as a case writes them.
pub(super) fn lines(lines: &[(String, String)]) -> Lines {
    lines.iter().map(|(name, value)| (raw(&name.to_ascii_lowercase()), raw(value))).collect()
}

impl StreamState for Stream {
    fn header_map(
        &mut self,
        call: Invocation,
        _: Access,
        map: MapType,
    ) -> Result<&mut dyn HeaderMap, Status> {
        match (map, call.callback) {
            (MapType::HttpRequestHeaders, Some(Callback::RequestHeaders)) => Ok(&mut self.request),
            (MapType::HttpRequestTrailers, Some(Callback::RequestTrailers)) => Ok(&mut self.trailers),
            (MapType::HttpResponseHeaders, Some(Callback::ResponseHeaders)) => Ok(&mut self.response),
            _ => Err(Status::BadArgument),
        }
    }

    fn buffer(&mut self, call: Invocation, _: Access, buffer: BufferType) -> Result<&mut dyn Buffer, Status> {
        match (buffer, call.callback) {
            (BufferType::HttpRequestBody, Some(Callback::RequestBody)) => Ok(&mut self.piece),
            _ => Err(Status::NotFound),
        }
    }

    fn send_local_response(&mut self, call: Invocation, response: LocalResponse<'_>) -> Result<(), Status> {
        if self.answer.is_some() || call.callback != Some(Callback::RequestHeaders) {
            return Err(Status::BadArgument);
        }
        self.answer = Some(response.into_owned());
        Ok(())
    }

    fn property(&mut self, _: Invocation, path: &[&[u8]], out: &mut Vec<u8>) -> Result<(), Status> {
        match path {
            [b"response", b"code_details"] if !self.details.is_empty() => out.extend(&self.details),
            [b"destination", b"port"] => out.extend(i64::from(self.port).to_le_bytes()),
            [name] => out.extend(self.kept.get(*name).ok_or(Status::NotFound)?),
            _ => return Err(Status::NotFound),
        }
        Ok(())
    }

    fn set_property(&mut self, _: Invocation, path: &[&[u8]], value: &[u8]) -> Result<(), Status> {
        // Proxies do not give back what was set under a longer name.
        let [name] = path else { return Err(Status::NotFound) };
        self.kept.insert(name.to_vec(), value.to_vec());
        Ok(())
    }
}

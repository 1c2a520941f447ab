//! One request through a chain of modules and back.

use std::borrow::Cow;

use httproute_integration::backend::Behaviour;
use httproute_integration::case::{Case, RequestSpec};
use httproute_integration::client::Answer;
use httproute_integration::expect::Observed;
use proxy_wasm_host::abi::v0_2_1::types::Action;
use proxy_wasm_host::abi::v0_2_1::{
    CallScope, ContextId, GuestError, HeaderPairs, HttpCall, HttpCallResponse, LocalResponse, StreamKind,
};
use proxy_wasm_host::{HeaderMap, HeaderMapExt, VecHeaderMap};

use super::Lines;
use super::module::Running;
use super::router::{self, Request, Response};
use super::stream::{Stream, lines};

/// The largest piece of a body that comes by at once.
const PIECE: usize = 16 * 1024;

/// The modules of a case, in their order.
pub(super) struct Chain<'c> {
    pub(super) case: &'c Case,
    pub(super) modules: Vec<Running>,
}

impl Chain<'_> {
    /// Sends one request. What comes of it is added to `observed`.
    pub(super) fn exchange(&mut self, spec: &RequestSpec, observed: &mut Observed) -> Result<(), String> {
        let mut stream = Stream::of(spec, self.case.early_header_mutation);
        let contexts = self.request_headers(&mut stream, ends_with_headers(spec))?;
        let response = match stream.answer.take() {
            Some(answer) => {
                stream.details = answer.status_code_details.to_vec();
                answered(&answer)
            }
            None => {
                let body = self.request_body(&mut stream, &contexts, spec)?;
                let (headers, trailers) = (stream.request.pairs(), stream.trailers.pairs());
                router::route(self.case, Request { headers, body, trailers }, &mut observed.received)?
            }
        };
        observed.answers.push(self.respond(&mut stream, &contexts, response)?);
        self.end(stream, &contexts)?;
        // Only now, so that a module which waits for the answer of a copy would wait for ever.
        self.carry_out_calls(observed)
    }

    /// Runs `call` for one module, to which the stream belongs meanwhile.
    fn with<R>(
        &mut self,
        module: usize,
        stream: &mut Stream,
        call: impl FnOnce(&mut CallScope<'_, Stream>) -> Result<R, GuestError>,
    ) -> Result<R, String> {
        let (result, back) = self.modules[module].guest.with(std::mem::take(stream), call);
        *stream = back;
        result.map_err(|e| format!("module {module} of the chain: {e}"))
    }

    /// The headers, from module to module until one answers. The contexts are those of the modules that saw them: a proxy
    /// calls no other for this request.
    pub(super) fn request_headers(
        &mut self,
        stream: &mut Stream,
        end: bool,
    ) -> Result<Vec<ContextId>, String> {
        let mut contexts = Vec::new();
        for module in 0..self.modules.len() {
            let (root, count) = (self.modules[module].root, stream.request.len() as u32);
            let (context, action) = self.with(module, stream, |scope| {
                let context = scope.on_context_create(Some(root))?;
                scope.expect_stream_kind(context, StreamKind::Http)?;
                Ok((context, scope.on_request_headers(context, count, end)?))
            })?;
            contexts.push(context);
            if stream.answer.is_some() {
                return Ok(contexts);
            }
            goes_on(module, action)?;
        }
        Ok(contexts)
    }

    /// The body in pieces, and the trailers. Returns the body as the modules let it through.
    fn request_body(
        &mut self,
        stream: &mut Stream,
        contexts: &[ContextId],
        spec: &RequestSpec,
    ) -> Result<Vec<u8>, String> {
        let sent = spec.body();
        let mut passed = Vec::new();
        let mut pieces: Vec<_> = sent.chunks(sent.len().div_ceil(3).clamp(1, PIECE)).collect();
        if spec.chunked {
            // The end of a body in chunks comes by itself.
            pieces.push(&[]);
        }
        let last = pieces.len().saturating_sub(1);
        for (number, piece) in pieces.into_iter().enumerate() {
            stream.piece = piece.to_vec();
            let end = number == last && spec.trailers.is_empty();
            for (module, &context) in contexts.iter().enumerate() {
                let size = stream.piece.len() as u32;
                let action = self.with(module, stream, |scope| scope.on_request_body(context, size, end))?;
                goes_on(module, action)?;
            }
            passed.append(&mut stream.piece);
        }
        if !spec.trailers.is_empty() {
            stream.trailers = VecHeaderMap::from(lines(&spec.trailers));
            for (module, &context) in contexts.iter().enumerate() {
                let count = stream.trailers.len() as u32;
                let action = self.with(module, stream, |scope| scope.on_request_trailers(context, count))?;
                goes_on(module, action)?;
            }
        }
        Ok(passed)
    }

    /// The response, through the modules in their opposite order.
    pub(super) fn respond(
        &mut self,
        stream: &mut Stream,
        contexts: &[ContextId],
        response: Response,
    ) -> Result<Answer, String> {
        let mut headers = vec![(b":status".to_vec(), response.status.to_string().into_bytes())];
        headers.extend(response.headers);
        stream.response = VecHeaderMap::from(headers);
        for (module, &context) in contexts.iter().enumerate().rev() {
            let (count, end) = (stream.response.len() as u32, response.body.is_empty());
            let action = self.with(module, stream, |scope| scope.on_response_headers(context, count, end))?;
            goes_on(module, action)?;
        }
        let headers = stream.response.pairs();
        let status = stream.response.get(b":status").map(|status| String::from_utf8_lossy(&status).parse());
        let Some(Ok(status)) = status else { return Err("the response has no status any more".into()) };
        let headers = headers.into_iter().filter(|(name, _)| !name.starts_with(b":"));
        Ok(Answer { status, headers: headers.map(router::text_name).collect(), body: response.body })
    }

    pub(super) fn end(&mut self, mut stream: Stream, contexts: &[ContextId]) -> Result<(), String> {
        for (module, &context) in contexts.iter().enumerate() {
            let ended = self.with(module, &mut stream, |scope| {
                let done = scope.on_done(context)?;
                scope.on_log(context)?;
                Ok((done, scope.on_delete(context)?))
            })?;
            if ended != (true, Vec::new()) {
                return Err(format!("module {module} of the chain holds on to a stream: {ended:?}"));
            }
        }
        Ok(())
    }

    /// Sends what the modules send by themselves, and brings them the answers.
    pub(super) fn carry_out_calls(&mut self, observed: &mut Observed) -> Result<(), String> {
        for module in &mut self.modules {
            for (context, id, call) in module.outside.take_waiting() {
                let response = call_upstream(self.case, call, observed);
                let mut root = module.guest.enter_root();
                root.on_http_call_response(context, id, response).map_err(|e| format!("an answer: {e}"))?;
            }
        }
        Ok(())
    }
}

fn call_upstream(case: &Case, call: HttpCall<'static>, observed: &mut Observed) -> HttpCallResponse<'static> {
    let upstream = String::from_utf8_lossy(&call.upstream).into_owned();
    let owned = |pairs: HeaderPairs<'static>| -> Lines {
        pairs.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    };
    let request = Request {
        headers: owned(call.headers),
        body: call.body.into_owned(),
        trailers: owned(call.trailers),
    };
    let response = router::arrive(case, &upstream, &request, &mut observed.received);
    if router::behaviour(case, &upstream) == Behaviour::Silent {
        return HttpCallResponse::failed();
    }
    let mut headers = vec![(b":status".to_vec(), response.status.to_string().into_bytes())];
    headers.extend(response.headers);
    let headers = headers.into_iter().map(|(name, value)| (Cow::Owned(name), Cow::Owned(value)));
    HttpCallResponse::received(headers.collect()).with_body(response.body)
}

/// No module of this project holds a request that it does not answer.
fn goes_on(module: usize, action: Action) -> Result<(), String> {
    match action {
        Action::Continue => Ok(()),
        Action::Pause => {
            Err(format!("module {module} of the chain holds the stream, and nothing will wake it"))
        }
    }
}

/// A module's own answer, as it goes through the response phase.
fn answered(answer: &LocalResponse<'_>) -> Response {
    let headers = answer.headers.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
    Response { status: answer.status_code as u16, headers, body: answer.body.to_vec() }
}

fn ends_with_headers(spec: &RequestSpec) -> bool {
    spec.body().is_empty() && spec.trailers.is_empty() && !spec.chunked
}

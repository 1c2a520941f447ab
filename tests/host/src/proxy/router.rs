//! What a proxy does behind its filters: one catch-all route, as the examples configure it, and upstreams in memory.

use httproute_integration::backend::{self, Behaviour};
use httproute_integration::case::Case;
use httproute_integration::record::Received;
use httproute_integration::wire;
use serde_json::Value;

use super::Lines;

/// How many mirrors of a rule the route carries.
const MIRRORS: usize = 4;
/// What Envoy gives every request.
pub(super) const FORWARDED_PROTO: &str = "x-forwarded-proto";
/// The headers by which a module sets the route's timeouts.
const TIMEOUTS: [&str; 2] = ["x-envoy-upstream-rq-timeout-ms", "x-envoy-upstream-rq-per-try-timeout-ms"];

/// A request that is complete.
pub(super) struct Request {
    pub(super) headers: Lines,
    pub(super) body: Vec<u8>,
    pub(super) trailers: Lines,
}

/// What an upstream answered.
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Lines,
    pub(super) body: Vec<u8>,
}

impl Response {
    /// The proxy's own answer.
    fn own(status: u16) -> Self {
        Response { status, headers: Lines::new(), body: Vec::new() }
    }
}

fn first<'l>(lines: &'l Lines, name: &str) -> Option<&'l [u8]> {
    lines.iter().find(|(other, _)| other == name.as_bytes()).map(|(_, value)| value.as_slice())
}

/// Sends a request where its headers say, and the copies that the route carries. What arrives is noted in `received`.
pub(super) fn route(
    case: &Case,
    mut request: Request,
    received: &mut Vec<Received>,
) -> Result<Response, String> {
    let cluster_header = &case.setting("clusterHeader", "x-httproute-cluster").to_ascii_lowercase();
    let without_proto = format!("{cluster_header}-without-proto");
    let named = |header| first(&request.headers, header).map(<[u8]>::to_vec);
    let chosen = match &case.default_cluster {
        Some(cluster) => Some(cluster.clone().into_bytes()),
        None => {
            named(cluster_header).or_else(|| named(&without_proto)).or_else(|| native_route(case, &request))
        }
    };
    // Like Envoy, which looks for no route if this header is missing.
    let (Some(cluster), Some(_)) = (&chosen, first(&request.headers, FORWARDED_PROTO)) else {
        return Ok(Response::own(404));
    };
    let cluster = String::from_utf8_lossy(cluster).into_owned();
    if named(&without_proto).is_some() {
        request.headers.retain(|(name, _)| name != FORWARDED_PROTO.as_bytes());
    }
    if behaviour(case, &cluster) == Behaviour::Missing {
        return Ok(Response::own(503));
    }
    let limit = TIMEOUTS.iter().filter_map(|name| milliseconds(&request.headers, name)).min();
    let mut private = vec![cluster_header.to_owned(), without_proto];
    private.extend(TIMEOUTS.map(str::to_owned));
    request.headers.retain(|(name, _)| !private.iter().any(|private| private.as_bytes() == name));

    let template = case.config.get("mirrorHeader").and_then(Value::as_str).map(str::to_ascii_lowercase);
    let named = |n: usize| template.as_ref().map(|template| template.replace("{n}", &n.to_string()));
    let mirrors: Vec<_> = (1..=MIRRORS).filter_map(named).collect();
    for mirror in mirrors.iter().filter_map(|name| first(&request.headers, name)) {
        let mut headers = request.headers.clone();
        headers.retain(|(name, _)| !mirrors.iter().any(|mirror| mirror.as_bytes() == name));
        let copy = Request { headers, body: request.body.clone(), trailers: request.trailers.clone() };
        arrive(case, &String::from_utf8_lossy(mirror), &copy, received);
    }

    let response = arrive(case, &cluster, &request, received);
    let takes = match behaviour(case, &cluster) {
        Behaviour::Slow(milliseconds) => Some(milliseconds),
        Behaviour::Silent => None,
        _ => Some(0),
    };
    match (takes, limit) {
        (None, None) => Err(format!("a request to {cluster} would wait for ever")),
        (takes, Some(limit)) if takes.is_none_or(|takes| takes > limit) => Ok(Response::own(504)),
        _ => Ok(response),
    }
}

/// The upstream by the proxy's own routes, for a request that no module has an upstream for.
fn native_route(case: &Case, request: &Request) -> Option<Vec<u8>> {
    let path = first(&request.headers, ":path")?;
    let (_, cluster) = case.native_routes.iter().find(|(prefix, _)| path.starts_with(prefix.as_bytes()))?;
    Some(cluster.clone().into_bytes())
}

/// A timeout; 0 is none.
fn milliseconds(headers: &Lines, name: &str) -> Option<u64> {
    let value = std::str::from_utf8(first(headers, name)?).ok()?;
    value.parse().ok().filter(|&milliseconds| milliseconds > 0)
}

/// How the upstream of this name behaves.
pub(super) fn behaviour(case: &Case, cluster: &str) -> Behaviour {
    case.backends.get(cluster).copied().unwrap_or(Behaviour::Missing)
}

/// Hands a request to the upstream of this name.
pub(super) fn arrive(
    case: &Case,
    cluster: &str,
    request: &Request,
    received: &mut Vec<Received>,
) -> Response {
    let behaviour = behaviour(case, cluster);
    if !behaviour.listens() {
        return Response::own(503);
    }
    let pseudo = |name: &str| first(&request.headers, name).unwrap_or_default().to_vec();
    let lines = request.headers.iter().filter(|(name, _)| !name.starts_with(b":"));
    let mut headers: wire::Lines = vec![("host".into(), pseudo(":authority"))];
    headers.extend(lines.cloned().map(text_name));
    let arrived = Received {
        backend: cluster.to_owned(),
        method: String::from_utf8_lossy(&pseudo(":method")).into_owned(),
        target: pseudo(":path"),
        headers,
        body: request.body.clone(),
        trailers: request.trailers.iter().cloned().map(text_name).collect(),
    };
    let body = backend::text(&arrived).into_bytes();
    received.push(arrived);
    let (status, headers) = backend::reply(cluster, behaviour);
    let headers = headers.into_iter().map(|(name, value)| (name.into_bytes(), value)).collect();
    Response { status, headers, body }
}

/// A header line as the comparison has it.
pub(super) fn text_name((name, value): (Vec<u8>, Vec<u8>)) -> (String, Vec<u8>) {
    (String::from_utf8_lossy(&name).into_owned(), value)
}

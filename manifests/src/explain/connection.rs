//! Which filter chain a client meets.

use crate::resolve::{FilterChain, Resolution};
use httproute_sdk::{Problem, Severity};

use super::request::Request;

/// The filter chain that serves the connection of a request, or why there is none.
///
/// Of the chains of the port it is the one whose server name fits best what the client asks for: the name itself, the longest
/// wildcard, none.
pub(super) fn chain<'r>(
    resolution: &'r Resolution,
    request: &Request,
    is_implicit: bool,
) -> Result<&'r FilterChain, Problem> {
    let of_port = || resolution.chains.iter().filter(|chain| chain.port == request.port);
    // What stands in for a missing Gateway serves both.
    let of_protocol = || of_port().filter(|chain| is_implicit || chain.https == request.https);
    let fitting = of_protocol().filter_map(|chain| Some((fit(chain, request)?, chain)));
    // Of equals the first: Gateways with addresses of their own may share a port.
    let best = fitting.reduce(|best, next| if next.0 > best.0 { next } else { best });
    if let Some((_, chain)) = best {
        return Ok(chain);
    }
    let protocol = request.scheme().to_uppercase();
    let port = request.port;
    let message = if of_protocol().next().is_some() {
        let name = request.server_name.as_deref().unwrap_or("a client that asks for no name");
        format!("the TLS handshake fails: no HTTPS listener on port {port} is for {name}")
    } else if of_port().next().is_some() {
        format!("the listeners on port {port} do not speak {protocol}")
    } else {
        format!("nothing listens on port {port}, so no connection is made")
    };
    Err(Problem {
        severity: Severity::Error,
        pointer: String::new(),
        code: "NoListener",
        message,
        hint: hint(resolution),
    })
}

/// How well the server name of a chain fits; `None` where it does not.
fn fit(chain: &FilterChain, request: &Request) -> Option<(bool, usize)> {
    let Some(wanted) = chain.server_name.as_deref().filter(|_| chain.https) else { return Some((false, 0)) };
    let asked = request.server_name.as_deref()?;
    match wanted.strip_prefix('*') {
        Some(suffix) => {
            let is_below = asked.strip_suffix(suffix).is_some_and(|labels| !labels.is_empty());
            is_below.then_some((false, suffix.len()))
        }
        None => (wanted == asked).then_some((true, wanted.len())),
    }
}

/// What there is instead.
fn hint(resolution: &Resolution) -> String {
    let listeners = resolution.gateways.iter().flat_map(|gateway| &gateway.listeners);
    let served = listeners
        .filter(|listener| resolution.chains.iter().any(|chain| chain.listeners.contains(&listener.name)));
    let served: Vec<String> = served
        .map(|listener| {
            let hostname = listener.hostname.as_deref().unwrap_or("any host");
            format!("{} ({}, port {}, {hostname})", listener.name, listener.protocol, listener.port)
        })
        .collect();
    match served.is_empty() {
        true => "no listener is served: httproute check --status says why".to_owned(),
        false => format!("the listeners are {}", served.join(", ")),
    }
}

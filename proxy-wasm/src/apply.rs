//! Carries out a plan on the request that the proxy holds.

use std::borrow::Cow;

use httproute_sdk::{Backend, Carrier, HeaderLines, HeaderOp, Kinds, Plan, Reply, RequestView, Settings};

use crate::host::{Host, LocalReply};
use crate::metrics::Counter;
use crate::trust::{Fault, Trust};

/// What [`apply`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// What the request counts as.
    pub counter: Counter,
    /// Whether the module answered the request, so that it goes no further.
    pub answered: bool,
}

/// Carries out what `plan` says of the kinds that the module is for.
///
/// Either the module answers, and changes nothing; or it changes the request, and all of it.
/// Mirrors that the module sends by itself are not sent here, for they outlive this callback
/// ([`mirror`](crate::mirror)).
///
/// # Errors
///
/// The proxy did not make a change. The request must be answered with 500: half of what a rule says, forwarded, could defeat
/// what the rule is for.
pub fn apply<H: Host>(
    plan: &Plan<'_>,
    kinds: Kinds,
    settings: &Settings,
    request: &RequestView<'_>,
    trust: &Trust,
    host: &H,
) -> Result<Applied, Fault> {
    if let Some(reply) = plan.reply(kinds, settings.unmatched) {
        if reply.is_by_a_filter() && !plan.broken.is_none() {
            // With this answer the request ends, so the modules behind that what is wrong belongs to would never say so.
            return Ok(answer(&Reply::BROKEN_RULE, &[], host));
        }
        return Ok(answer(&reply, reply_steps(&reply, plan, kinds), host));
    }
    change(plan, kinds, settings, request, trust, host)?;
    let counter = if plan.rule.is_some() { Counter::Forwarded } else { Counter::Passed };
    Ok(Applied { counter, answered: false })
}

/// Answers the request, with the header changes of `steps` on the answer.
#[cold]
pub fn answer<H: Host>(reply: &Reply<'_>, steps: &[Cow<'_, [HeaderOp]>], host: &H) -> Applied {
    let mut headers = HeaderLines::from(reply.headers);
    if !reply.body.is_empty() && !headers.iter().any(|(name, _)| name == b"content-type") {
        headers.push((b"content-type".to_vec(), b"text/plain".to_vec()));
    }
    if let Some(location) = reply.location {
        headers.push((b"location".to_vec(), location.as_bytes().to_vec()));
    }
    steps.iter().flat_map(|step| step.iter()).for_each(|op| op.apply(&mut headers));
    let local = LocalReply { status: reply.status, headers, body: reply.body, details: reply.details };
    if host.reply(&local).is_err() {
        // The request must not go on, and a client that gets neither answer nor end would wait for its own timeout.
        host.reset();
    }
    Applied { counter: Counter::of(reply), answered: true }
}

/// The rule's response header changes that the module makes on its own answer, because nobody else will.
///
/// A module that carries out header changes sees its own answers in the response phase. But a proxy does not call the
/// response phase of modules that stand behind the one that answered (Envoy 1.36.4 and 1.40.0: their request phase has not
/// run). In the documented order `cors` and `redirect` stand before `header-modifier`, so they make the changes themselves:
/// else the chain would not do what the combined module does.
fn reply_steps<'p>(reply: &Reply<'_>, plan: &'p Plan<'_>, kinds: Kinds) -> &'p [Cow<'p, [HeaderOp]>] {
    if reply.is_by_a_filter() && !kinds.has(Kinds::HEADERS) { &plan.response_headers } else { &[] }
}

fn change<H: Host>(
    plan: &Plan<'_>,
    kinds: Kinds,
    settings: &Settings,
    request: &RequestView<'_>,
    trust: &Trust,
    host: &H,
) -> Result<(), Fault> {
    if kinds.has(Kinds::HEADERS) {
        for step in &plan.request_headers {
            for op in step.iter() {
                match op {
                    HeaderOp::Set { name, value } => trust.set(name, value, request, host)?,
                    HeaderOp::Add { name, value } => trust.add(name, value, request, host)?,
                    HeaderOp::Remove { name } => trust.remove(name, request, host)?,
                }
            }
        }
    }
    if kinds.has(Kinds::REWRITE) {
        if let Some(path) = &plan.path {
            trust.set_path(path, host)?;
        }
        if let Some(authority) = &plan.authority {
            trust.set_authority(authority.as_bytes(), host)?;
        }
    }
    if kinds.has(Kinds::MIRROR) {
        let carries = proxy_carries_mirrors(plan);
        for (n, name) in settings.mirror_headers.iter().enumerate() {
            let mirror = plan.mirrors.iter().find(|mirror| carries && mirror.carrier == Carrier::Proxy(n));
            own(name, mirror.map(|mirror| mirror.cluster), request, trust, host)?;
        }
    }
    if kinds.has(Kinds::BACKENDS) {
        let cluster = match plan.backend {
            Backend::Cluster(cluster) => Some(cluster),
            Backend::None | Backend::Unresolved => None,
        };
        for (name, timeout) in [
            ("x-envoy-upstream-rq-timeout-ms", plan.timeouts.request),
            ("x-envoy-upstream-rq-per-try-timeout-ms", plan.timeouts.backend_request),
        ] {
            if let Some(milliseconds) = timeout {
                trust.set(name, milliseconds.to_string().as_bytes(), request, host)?;
            }
        }
        let (mut used, mut unused) = (&settings.cluster_header, &settings.cluster_header_without_proto);
        if plan.removes_proto {
            std::mem::swap(&mut used, &mut unused);
            keep_route(request, trust, host)?;
        }
        own(unused, None, request, trust, host)?;
        own(used, cluster, request, trust, host)?;
    }
    Ok(())
}

/// Whether the proxy sends the copies that it is to carry.
///
/// It sends them with the request, so not where the module, or in a chain a later one, answers in the backend's place: such
/// copies are the module's. A broken rule has none, so that nothing is sent by itself there; a module that stands alone and
/// leaves what is broken to others still has the proxy carry them.
pub fn proxy_carries_mirrors(plan: &Plan<'_>) -> bool {
    matches!(plan.backend, Backend::Cluster(_)) || !plan.broken.is_none()
}

/// Gives a header that is the module's alone its value, or removes what a client put there.
fn own<H: Host>(
    name: &str,
    value: Option<&str>,
    request: &RequestView<'_>,
    trust: &Trust,
    host: &H,
) -> Result<(), Fault> {
    match value {
        Some(value) => trust.set(name, value.as_bytes(), request, host),
        // A call of the host for each request is saved where there is nothing to remove, which is nearly always.
        None if request.header(name).next().is_some() => trust.remove(name, request, host),
        None => Ok(()),
    }
}

/// Envoy has no route for a request without `X-Forwarded-Proto`, whatever stands in it. So the header is put back, and the route
/// that the upstream's header chooses removes it for good.
#[cold]
fn keep_route<H: Host>(request: &RequestView<'_>, trust: &Trust, host: &H) -> Result<(), Fault> {
    let scheme = if request.scheme().is_empty() { b"http" } else { request.scheme() };
    trust.set("x-forwarded-proto", scheme, request, host)
}

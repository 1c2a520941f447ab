//! Why a request goes where it goes, from manifests.

mod condition;
mod connection;
mod explanation;
mod json;
mod request;
#[cfg(test)]
mod tests;
mod unattached;
mod url;

use std::collections::BTreeMap;

use httproute_sdk::extension::Registry;
use httproute_sdk::{Draw, HeaderLines, Outcome, Plan, Problem, Reply, RequestView, Routes, Severity};
use serde_json::Value;

pub use explanation::{
    Answer, BackendShare, Candidate, Destination, Elsewhere, Explanation, FrontReport, Message, MirrorCopy,
    ServingListener,
};
pub use json::change_to_json;
pub use request::{InvalidRequest, Request};

use crate::check::report::is_same_fault;
use crate::front::{Front, FrontEnd, FrontSettings, Received, is_grpc, to_grpc};
use crate::resolve::{CertificateSource, FilterChain, Options, Resolution, resolve};
use crate::{Channel, Located, Parsed, check};

/// How to explain a request.
#[derive(Clone, Debug, Default)]
pub struct ExplainOptions {
    /// How to resolve the manifests, and what the proxy does before the module sees the request. Where they hold no Gateway, a listener on the port of the request stands in.
    pub resolve: Options,
    /// What the manifests are checked against.
    pub channel: Channel,
    /// What the draws of the request follow from: which backend of several is chosen, and which mirrors get a copy.
    pub seed: u64,
}

/// Explains why `request` goes where it goes.
///
/// ```
/// use httproute_manifests::{ExplainOptions, Request, explain, parse};
///
/// let parsed = parse("shop.yaml", br#"
/// apiVersion: gateway.networking.k8s.io/v1
/// kind: HTTPRoute
/// metadata: {name: cart, namespace: shop}
/// spec:
///   rules:
///   - matches: [{path: {value: /cart}}]
///     backendRefs: [{name: cart, port: 8080}]
///   - backendRefs: [{name: web, port: 8080}]
/// "#);
/// let request = Request::new("GET", "http://shop.example.com/cart").unwrap();
/// let explanation = explain(&parsed, &request, &ExplainOptions::default());
/// assert_eq!(explanation.winner().unwrap().rule, 0);
/// let lost = explanation.candidates[1].lost.as_deref();
/// assert_eq!(lost, Some("it matches, but the winner has a longer path prefix"));
/// assert_eq!(explanation.to_json()["backend"]["chosen"], "shop/cart/8080");
/// ```
pub fn explain(manifests: &Parsed, request: &Request, options: &ExplainOptions) -> Explanation {
    let resolve_options = Options {
        implicit_gateway: Some(request.port),
        // What becomes of a request does not depend on what is in a certificate.
        certificates: CertificateSource::SecretsIfPresent,
        ..options.resolve.clone()
    };
    let resolution = resolve(&manifests.documents, &resolve_options);
    let findings = check(&manifests.documents, options.channel);
    let problems = Located::all(manifests, findings, resolution.warnings.clone());
    let mut explanation = Explanation {
        listener: None,
        candidates: Vec::new(),
        before: Message::new(&request.lines()),
        front: None,
        received: None,
        after: None,
        reply: None,
        destination: Destination::default(),
        mirrors: Vec::new(),
        response: Vec::new(),
        extensions: Vec::new(),
        elsewhere: Vec::new(),
        problems,
    };
    let is_implicit = resolution.gateways.iter().all(|gateway| gateway.document.is_none());
    match connection::chain(&resolution, request, is_implicit) {
        Ok(chain) => {
            let numbers =
                resolution.routes.iter().map(|route| (route.name.to_string(), route.document)).collect();
            let registry = registry(&options.resolve);
            let cx = Context { manifests, numbers, chain, request, is_implicit, registry };
            let received = cx.front(options.resolve.front.as_ref(), &mut explanation);
            cx.explain(received, options.seed, &mut explanation);
        }
        Err(problem) => explanation.problems.push(Located::nowhere(problem)),
    }
    explanation.elsewhere = unattached::routes(&resolution, explanation.listener.as_ref());
    explanation
}

/// The filter chain that serves the connection of a request.
pub(crate) fn chain_of<'r>(resolution: &'r Resolution, request: &Request) -> Option<&'r FilterChain> {
    connection::chain(resolution, request, false).ok()
}

/// What an explanation is made of.
struct Context<'c> {
    manifests: &'c Parsed,
    /// The index of the document of each route.
    numbers: BTreeMap<String, usize>,
    chain: &'c FilterChain,
    request: &'c Request,
    /// Whether a listener stands in for a missing Gateway.
    is_implicit: bool,
    /// The kinds of extensions that a module answers to.
    registry: Registry,
}

/// The code of their filters is in a module, and not here.
fn registry(options: &Options) -> Registry {
    let kinds = options.extensions.iter();
    kinds.fold(Registry::new(), |registry, (group, kind)| registry.with_unknown(group, kind))
}

impl Context<'_> {
    /// What the module gets of the request; `None` if the proxy answers it by itself.
    fn front(&self, settings: Option<&FrontSettings>, explanation: &mut Explanation) -> Option<HeaderLines> {
        let Some(settings) = settings else { return Some(self.request.lines()) };
        // What stands in for a missing Gateway serves HTTP and HTTPS.
        let front = Front::new(settings, self.chain).with_tls(self.request.https);
        let Received { steps, end } = front.receive(self.request);
        let is_reset = end == FrontEnd::Reset;
        explanation.front = Some(FrontReport { proxy: settings.proxy, steps, is_reset });
        match end {
            FrontEnd::Module(lines) => {
                explanation.received = Some(Message::new(&lines));
                return Some(lines);
            }
            FrontEnd::Answer(answer, headers) => {
                explanation.reply = Some(answer);
                explanation.response = headers;
            }
            FrontEnd::Reset => {}
        }
        None
    }

    /// Explains what becomes of what the module gets.
    fn explain(&self, received: Option<HeaderLines>, seed: u64, explanation: &mut Explanation) {
        let configuration = self.configuration();
        let (routes, problems) =
            match Routes::decode_with(configuration.to_string().as_bytes(), &self.registry) {
                Ok(decoded) => decoded,
                Err(refusal) => {
                    let problem = Problem {
                        severity: Severity::Error,
                        pointer: String::new(),
                        code: refusal.code,
                        message: refusal.message,
                        hint: String::new(),
                    };
                    return explanation.problems.push(Located::nowhere(problem));
                }
            };
        // The check says what the modules say, and more.
        let is_known = |new: &Located| {
            let of_document = explanation.problems.iter().filter(|known| known.document == new.document);
            new.document.is_some()
                && of_document.into_iter().any(|known| is_same_fault(&known.problem, &new.problem))
        };
        let located = problems.into_iter().map(|problem| self.located(problem));
        let new: Vec<Located> = located.filter(|new| !is_known(new)).collect();
        explanation.problems.extend(new);
        let ends_in_front = received.is_none();
        let lines = received.unwrap_or_else(|| self.request.lines());
        let lines: Vec<_> = lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
        let local_port = || Some(self.request.port);
        let view = RequestView::new(&lines, &local_port);
        explanation.listener = self.listener(&configuration, routes.listener_of(&view));
        if ends_in_front {
            return;
        }
        let plan = routes.plan(&view, &mut Draw::seeded(seed));
        explanation.candidates = self.candidates(&routes, &plan, &view);
        match plan.outcome(&view, routes.settings()) {
            Outcome::Answered(reply) => explanation.reply = Some(Answer::from(reply)),
            Outcome::Forwarded { cluster, headers } => {
                explanation.after = Some(Message::new(&headers));
                explanation.destination.chosen = cluster.map(str::to_owned);
            }
        }
        explanation.extensions = plan.undecided().to_vec();
        explanation.destination.timeouts = plan.timeouts;
        explanation.destination.shares = self.shares(&routes, &plan);
        explanation.destination.drawn = drawn(explanation);
        let copies = plan.copies(&view, routes.settings()).into_iter();
        explanation.mirrors = copies
            .map(|copy| MirrorCopy { cluster: copy.cluster.to_owned(), request: Message::new(&copy.headers) })
            .collect();
        explanation.response = plan.response_changes().cloned().collect();
        // Envoy answers a gRPC request in the form of gRPC, whoever answers it.
        let is_grpc = lines.iter().any(|(name, value)| *name == b"content-type" && is_grpc(value));
        if let Some(reply) = explanation.reply.take_if(|_| is_grpc && explanation.front.is_some()) {
            let (reply, headers) = to_grpc(reply);
            explanation.reply = Some(reply);
            explanation.response.extend(headers);
        }
    }

    /// The configuration of the module. What stands in for a missing Gateway has no listeners: then the request itself says
    /// what scheme and port are.
    fn configuration(&self) -> Value {
        let mut configuration = self.chain.configuration.clone();
        if let Some(members) = configuration.as_object_mut().filter(|_| self.is_implicit) {
            members.remove("listeners");
        }
        configuration
    }

    fn listener(&self, configuration: &Value, number: Option<usize>) -> Option<ServingListener> {
        if self.is_implicit {
            return Some(ServingListener {
                gateway: None,
                name: None,
                port: self.request.port,
                protocol: self.request.scheme().to_uppercase(),
                hostname: None,
            });
        }
        let listener = configuration.get("listeners")?.get(number?)?;
        let text = |key: &str| listener.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(ServingListener {
            gateway: text("gateway"),
            name: text("name"),
            port: self.chain.port,
            protocol: text("protocol").unwrap_or_default(),
            hostname: text("hostname"),
        })
    }

    fn candidates(&self, routes: &Routes, plan: &Plan<'_>, view: &RequestView<'_>) -> Vec<Candidate> {
        let contenders = routes.contenders(plan.decision, view).into_iter();
        contenders
            .map(|contender| {
                let name = contender.rule;
                let route = self.route(name.route).unwrap_or(&Value::Null);
                Candidate {
                    route: name.route.to_owned(),
                    rule: name.rule,
                    name: name.name.map(str::to_owned),
                    matched: name.matched,
                    condition: condition::of_match(route, name.rule, name.matched),
                    lost: contender.lost.map(|lost| lost.to_string()),
                }
            })
            .collect()
    }

    fn shares(&self, routes: &Routes, plan: &Plan<'_>) -> Vec<BackendShare> {
        let shares = routes.shares(plan.decision);
        let references = plan.rule.map(|rule| self.references(rule.route, rule.rule)).unwrap_or_default();
        // They are as many unless a reference is no object: then none can be told.
        let known = references.len() == shares.len();
        let share = |(place, share): (usize, httproute_sdk::Share<'_>)| BackendShare {
            cluster: share.cluster.map(str::to_owned),
            reference: references.get(place).filter(|_| known).cloned(),
            weight: share.weight,
        };
        shares.into_iter().enumerate().map(share).collect()
    }

    /// The backendRefs of a rule that get requests, as `shop/cart:8080`.
    fn references(&self, route: &str, rule: usize) -> Vec<String> {
        let pointer = format!("/spec/rules/{rule}/backendRefs");
        let written = self.route(route).and_then(|route| route.pointer(&pointer)).and_then(Value::as_array);
        let written = written.into_iter().flatten();
        let weighty = written.filter(|reference| reference.get("weight").and_then(Value::as_i64) != Some(0));
        let own_namespace = route.split('/').next().unwrap_or_default();
        weighty
            .map(|reference| {
                let text = |key: &str| reference.get(key).and_then(Value::as_str);
                let port = reference.get("port").map(|port| format!(":{port}")).unwrap_or_default();
                let namespace = text("namespace").unwrap_or(own_namespace);
                format!("{namespace}/{}{port}", text("name").unwrap_or_default())
            })
            .collect()
    }

    /// The object of the route of this name.
    fn route(&self, name: &str) -> Option<&Value> {
        self.manifests.documents.get(*self.numbers.get(name)?).map(|document| &document.value)
    }

    /// A problem of the configuration, at its place in the manifests.
    fn located(&self, problem: Problem) -> Located {
        let mut parts = problem.pointer.splitn(4, '/').skip(1);
        let (list, number, within) = (parts.next(), parts.next(), parts.next());
        let route = match (list, number.and_then(|number| number.parse::<usize>().ok())) {
            (Some("routes"), Some(number)) => self.chain.routes.get(number),
            _ => None,
        };
        let number = route.and_then(|route| self.numbers.get(&route.to_string()));
        let Some(number) = number else { return Located::nowhere(problem) };
        let pointer = within.map(|within| format!("/{within}")).unwrap_or_default();
        Located::within(*number, &self.manifests.documents, Problem { pointer, ..problem })
    }
}

/// The share that a request fell into: that of its upstream, or one that is answered with 500.
fn drawn(explanation: &Explanation) -> Option<usize> {
    let chosen = &explanation.destination.chosen;
    let is_unresolved =
        || explanation.reply.as_ref()?.details.eq(Reply::UNRESOLVED_BACKEND.details).then_some(());
    if chosen.is_none() {
        is_unresolved()?;
    }
    explanation.destination.shares.iter().position(|share| share.cluster == *chosen)
}

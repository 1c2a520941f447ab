//! Configurations that follow each other under load, and requests that tell from which of them an answer comes.
//!
//! Everything about a generation has its number in it: the path that its rule rewrites to, the header that the rule sets for
//! the backend, the header that it sets on the answer, and the backends themselves. An answer in which two of these differ has
//! seen half of a configuration.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::load::{Answer, Asked, LeanBackend, Traffic, echo};
use crate::run::Manifests;

/// How many backends there are. A generation has two of them: the one that its predecessor brought, and one that is new to it.
const BACKENDS: u64 = 8;
/// How many backends for copies there are. A generation has one of them.
const MIRRORS: u64 = 4;

/// The host that is asked for.
pub const HOST: &str = "shop.example.com";

/// A Gateway with one HTTP listener on port 80.
pub const GATEWAY: &str = "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec:
  gatewayClassName: any
  listeners:
  - {name: web, port: 80, protocol: HTTP}
";

/// Which generations may answer, and what came of the copies.
#[derive(Debug, Default)]
pub struct Window {
    /// The last generation that is known to be in use everywhere.
    oldest: AtomicU64,
    /// The last generation that has been written.
    newest: AtomicU64,
    copies: AtomicU64,
    mixed_copies: AtomicU64,
}

/// The backends of all generations.
#[derive(Debug)]
pub struct Backends(Vec<(String, LeanBackend)>);

impl Window {
    /// How many copies of requests arrived.
    pub fn copies(&self) -> u64 {
        self.copies.load(Ordering::Relaxed)
    }

    /// How many of them had something of two generations.
    pub fn mixed_copies(&self) -> u64 {
        self.mixed_copies.load(Ordering::Relaxed)
    }

    /// Says that a generation is about to be written.
    pub fn begins(&self, generation: u64) {
        self.newest.store(generation, Ordering::SeqCst);
    }

    /// Says that no earlier generation answers requests that are sent from now on.
    pub fn is_in_use(&self, generation: u64) {
        self.oldest.store(generation, Ordering::SeqCst);
    }
}

impl Backends {
    /// Starts them.
    pub fn start(window: &Arc<Window>) -> Result<Self, String> {
        let mut all = Vec::new();
        for number in 0..BACKENDS {
            let name = format!("b{number}");
            all.push((name.clone(), LeanBackend::start(echo(&name)).map_err(|e| e.to_string())?));
        }
        for number in 0..MIRRORS {
            let window = Arc::clone(window);
            let answer = move |asked: &Asked<'_>, out: &mut Vec<u8>| {
                let generation = number_in(asked.header("x-generation").unwrap_or_default());
                let is_whole =
                    generation.is_some_and(|g| g % MIRRORS == number && is_path_of(asked.target, g));
                window.copies.fetch_add(1, Ordering::Relaxed);
                window.mixed_copies.fetch_add(u64::from(!is_whole), Ordering::Relaxed);
                out.extend_from_slice(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
            };
            all.push((format!("m{number}"), LeanBackend::start(answer).map_err(|e| e.to_string())?));
        }
        Ok(Backends(all))
    }

    /// The flags that tell the command line where they are.
    pub fn flags(&self) -> Vec<String> {
        let flag = |(name, backend): &(String, LeanBackend)| {
            format!("--backend=shop/{name}:80={}", backend.address())
        };
        self.0.iter().map(flag).collect()
    }
}

/// A folder with the manifests of the first generation.
pub fn manifests() -> Result<Manifests, String> {
    Manifests::new(&[("gateway.yaml", GATEWAY), ("route.yaml", &route(0))])
}

/// The route of a generation: its rule, weights, backends, mirror, and every change that it makes.
pub fn route(generation: u64) -> String {
    let (g, weight) = (generation, 1 + generation % 3);
    let (old, new, mirror) = (g % BACKENDS, (g + 1) % BACKENDS, g % MIRRORS);
    format!(
        "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: all, namespace: shop}}
spec:
  parentRefs: [{{name: public}}]
  hostnames: [{HOST}]
  rules:
  - matches: [{{path: {{type: PathPrefix, value: /cart}}}}]
    filters:
    - {{type: URLRewrite, urlRewrite: {{path: {{type: ReplacePrefixMatch, replacePrefixMatch: /g{g}}}}}}}
    - {{type: RequestHeaderModifier, requestHeaderModifier: {{set: [{{name: x-generation, value: \"{g}\"}}]}}}}
    - {{type: ResponseHeaderModifier, responseHeaderModifier: {{set: [{{name: x-generation, value: \"{g}\"}}]}}}}
    - {{type: RequestMirror, requestMirror: {{backendRef: {{name: m{mirror}, port: 80}}, percent: 20}}}}
    backendRefs:
    - {{name: b{old}, port: 80, weight: {weight}}}
    - {{name: b{new}, port: 80, weight: 2}}
"
    )
}

/// Requests for `/cart/N`, each of which must be answered by one generation that was in use meanwhile.
#[derive(Debug)]
pub struct Generations {
    window: Arc<Window>,
    /// The oldest generation that may answer each of the requests in flight.
    oldest: HashMap<u64, u64>,
}

impl Generations {
    /// Requests in this window.
    pub fn new(window: &Arc<Window>) -> Self {
        Generations { window: Arc::clone(window), oldest: HashMap::new() }
    }
}

impl Traffic for Generations {
    fn request(&mut self, number: u64, out: &mut Vec<u8>) {
        self.oldest.insert(number, self.window.oldest.load(Ordering::SeqCst));
        out.extend_from_slice(format!("GET /cart/{number} HTTP/1.1\r\nhost: {HOST}\r\n\r\n").as_bytes());
    }

    fn check(&mut self, number: u64, answer: &Answer<'_>) -> Result<(), String> {
        let oldest = self.oldest.remove(&number).unwrap_or(0);
        if answer.status != 200 {
            return Err(format!("{} {}", answer.status, String::from_utf8_lossy(answer.body)));
        }
        let told = answer.text("x-generation");
        let generation = number_in(told.as_bytes()).ok_or("no generation in the answer")?;
        let newest = self.window.newest.load(Ordering::SeqCst);
        if !(oldest..=newest).contains(&generation) {
            return Err(format!("generation {generation}, but {oldest} to {newest} were in use"));
        }
        let body = String::from_utf8_lossy(answer.body);
        let target = body.split(' ').nth(1).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let seen = body.lines().find_map(|line| line.strip_prefix("x-generation: "));
        let backend = number_in(answer.text("x-backend").trim_start_matches('b').as_bytes());
        let is_whole = target == format!("/g{generation}/{number}")
            && seen == Some(told)
            && backend.is_some_and(|b| b == generation % BACKENDS || b == (generation + 1) % BACKENDS);
        match is_whole {
            true => Ok(()),
            false => Err(format!("half of generation {generation}: {} got {body}", answer.text("x-backend"))),
        }
    }
}

fn is_path_of(target: &str, generation: u64) -> bool {
    target.starts_with(&format!("/g{generation}/"))
}

fn number_in(bytes: &[u8]) -> Option<u64> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

//! Redirects that lead back to where they begin.

use std::collections::BTreeMap;

use httproute_sdk::{Draw, Outcome, RequestView, Routes};
use serde_json::Value;

use super::hostname::is_within;
use super::json::{items, member, text, within};
use super::{FilterChain, Resolution, Warning};
use crate::explain::{Request, chain_of};
use crate::front::{Front, FrontEnd, FrontSettings};

/// How many redirects are followed: browsers give up after about twenty, and people write one or two.
const HOPS: usize = 6;
/// How many redirects of one set of manifests are looked at.
const MOST: usize = 1000;

/// A warning for each redirect that leads to a request which it redirects again, to the same place or to a longer path.
pub(super) fn warnings(resolution: &Resolution, front: Option<&FrontSettings>) -> Vec<Warning> {
    let mut walk = Walk { resolution, front, decoded: BTreeMap::new() };
    let mut found: BTreeMap<(usize, String), Warning> = BTreeMap::new();
    let redirects = resolution.chains.iter().enumerate().flat_map(|(number, chain)| redirects(number, chain));
    for redirect in redirects.take(MOST) {
        let name = redirect.route.as_str();
        let route = resolution.routes.iter().find(|route| route.name.to_string() == name);
        let Some(document) = route.map(|route| route.document) else { continue };
        let pointer = format!("/spec/rules/{}/filters/{}", redirect.rule, redirect.filter);
        if found.contains_key(&(document, pointer.clone())) {
            continue;
        }
        let Some(path) = redirect.urls.iter().find_map(|url| walk.follow(&redirect, url)) else { continue };
        let hint = match redirect.scheme {
            Some(scheme) => format!(
                "serve the route on the listeners without {scheme} only: name them by sectionName in parentRefs"
            ),
            None => {
                "redirect to another scheme, hostname, port or path, or give that place a rule of its own"
                    .to_owned()
            }
        };
        let warning = Warning {
            document: Some(document),
            pointer: pointer.clone(),
            code: "RedirectLoop",
            message: format!("the redirect never ends: {}", path.join(" → ")),
            hint,
        };
        found.insert((document, pointer), warning);
    }
    found.into_values().collect()
}

/// A redirect of a rule, and requests that it is for.
struct Redirect<'c> {
    /// The number of the chain that serves it.
    chain: usize,
    route: String,
    rule: usize,
    filter: usize,
    scheme: Option<&'c str>,
    urls: Vec<String>,
}

/// The redirects of the rules that a chain serves.
fn redirects(number: usize, chain: &FilterChain) -> Vec<Redirect<'_>> {
    let mut found = Vec::new();
    for listener in items(&chain.configuration, "listeners") {
        let attached: Vec<&str> = items(listener, "routes").iter().filter_map(Value::as_str).collect();
        for route in items(&chain.configuration, "routes") {
            let part = |key| within(route, &["metadata", key]).and_then(Value::as_str).unwrap_or_default();
            let name = format!("{}/{}", part("namespace"), part("name"));
            if !attached.contains(&name.as_str()) {
                continue;
            }
            let spec = member(route, "spec").unwrap_or(&Value::Null);
            for (rule, value) in items(spec, "rules").iter().enumerate() {
                for (filter, value_of_filter) in items(value, "filters").iter().enumerate() {
                    let Some(redirect) = member(value_of_filter, "requestRedirect") else { continue };
                    let to = text(redirect, "hostname");
                    let hosts = hosts(text(listener, "hostname"), spec, to);
                    let origins = hosts.iter().map(|host| origin(chain, host));
                    let urls = origins
                        .flat_map(|origin| paths(value).into_iter().map(move |path| origin.clone() + &path))
                        .collect();
                    let (route, scheme) = (name.clone(), text(redirect, "scheme"));
                    found.push(Redirect { chain: number, route, rule, filter, scheme, urls });
                }
            }
        }
    }
    found
}

fn origin(chain: &FilterChain, host: &str) -> String {
    let (scheme, usual) = if chain.https { ("https", 443) } else { ("http", 80) };
    match chain.port == usual {
        true => format!("{scheme}://{host}"),
        false => format!("{scheme}://{host}:{}", chain.port),
    }
}

/// A host for each hostname of the route on the listener; first the one that the redirect leads to, if it is among them.
fn hosts(listener: Option<&str>, spec: &Value, to: Option<&str>) -> Vec<String> {
    let hostnames = items(spec, "hostnames").iter().filter_map(Value::as_str);
    let mut wanted: Vec<&str> = hostnames.collect();
    if wanted.is_empty() {
        wanted.push(listener.unwrap_or("*.example"));
    }
    let any = listener.is_none() && items(spec, "hostnames").is_empty();
    let reached = to.filter(|to| any || wanted.iter().any(|hostname| is_within(to, hostname)));
    let concrete = |hostname: &&str| {
        hostname.strip_prefix("*.").map_or((*hostname).to_owned(), |rest| format!("a.{rest}"))
    };
    reached.map(str::to_owned).into_iter().chain(wanted.iter().map(concrete)).collect()
}

/// Paths that a rule matches without more being asked of the request.
fn paths(rule: &Value) -> Vec<String> {
    let matches = items(rule, "matches");
    if matches.is_empty() {
        return vec!["/".to_owned()];
    }
    let is_of_path =
        |one: &&Value| ["headers", "queryParams", "method"].iter().all(|key| member(one, key).is_none());
    let path = |one: &Value| {
        let Some(path) = member(one, "path") else { return Some("/".to_owned()) };
        let value = text(path, "value").unwrap_or("/");
        (text(path, "type") != Some("RegularExpression")).then(|| value.to_owned())
    };
    matches.iter().filter(is_of_path).filter_map(path).collect()
}

/// Redirects are followed as a client does, with the proxy and the core: a rule may let requests with the
/// `X-Forwarded-Proto: https` of the proxy pass.
struct Walk<'r> {
    resolution: &'r Resolution,
    front: Option<&'r FrontSettings>,
    /// By chain.
    decoded: BTreeMap<String, Option<Routes>>,
}

impl<'r> Walk<'r> {
    /// The URLs from `url` on, up to the one that comes again, or the first of those that become longer and longer; `None` if
    /// the redirects end, or if others go round in circles.
    fn follow(&mut self, redirect: &Redirect<'_>, url: &str) -> Option<Vec<String>> {
        let mut visited = vec![url.to_owned()];
        let mut is_ours = Vec::new();
        for hop in 0..HOPS {
            let request = Request::new("GET", visited.last()?).ok()?;
            let chain = match hop {
                0 => self.resolution.chains.get(redirect.chain)?,
                _ => chain_of(self.resolution, &request)?,
            };
            let (location, is_this) = self.location(chain, &request, redirect)?;
            is_ours.push(is_this);
            let begin = visited.iter().position(|url| *url == location);
            visited.push(location);
            if let Some(begin) = begin {
                return is_ours.iter().skip(begin).any(|is_ours| *is_ours).then_some(visited);
            }
        }
        // From `/old` to `/old/new`, from there to `/old/new/new`, and on.
        visited.truncate(3);
        visited.push("…".to_owned());
        is_ours.iter().all(|is_ours| *is_ours).then_some(visited)
    }

    /// Where a request is redirected to, and whether by `redirect`.
    fn location(
        &mut self,
        chain: &'r FilterChain,
        request: &Request,
        redirect: &Redirect<'_>,
    ) -> Option<(String, bool)> {
        let decode =
            || Routes::decode(chain.configuration.to_string().as_bytes()).ok().map(|(routes, _)| routes);
        let routes = self.decoded.entry(chain.name.clone()).or_insert_with(decode).as_ref()?;
        let lines = match self.front {
            Some(settings) => match Front::new(settings, chain).receive(request).end {
                FrontEnd::Module(lines) => lines,
                FrontEnd::Answer(..) | FrontEnd::Reset => return None,
            },
            None => request.lines(),
        };
        let lines: Vec<_> = lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
        let local_port = || Some(request.port);
        let view = RequestView::new(&lines, &local_port);
        let plan = routes.plan(&view, &mut Draw::seeded(0));
        let is_this =
            plan.rule.is_some_and(|rule| (rule.route, rule.rule) == (redirect.route.as_str(), redirect.rule));
        match plan.outcome(&view, routes.settings()) {
            Outcome::Answered(reply) => {
                Some((String::from_utf8_lossy(reply.location?.as_ref()).into_owned(), is_this))
            }
            Outcome::Forwarded { .. } => None,
        }
    }
}

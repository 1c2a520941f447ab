//! What is promised to those who write filters.

mod configuration;
mod deciding;
mod responding;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Error, Filter, Flow, Level, Registry, Request, Response};
use crate::testing::one_rule;
use crate::{Draw, HeaderLines, Outcome, Plan, Problem, RequestView, Routes};

/// A filter that does what its configuration says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    #[serde(default)]
    request: Vec<Step>,
    #[serde(default)]
    response: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Step {
    Set(String, String),
    Add(String, String),
    Remove(String),
    /// Copies a header to another.
    Copy(String, String),
    Path(String),
    Authority(String),
    Choose(usize),
    Answer(u16, String),
    Fail(String),
    Keep(String),
    /// Sets a header to what was kept.
    Kept(String),
    /// Sets a header to a draw below a million.
    Draw(String),
    Log(String),
    /// Sets a header to all that a filter can see of a request or a response.
    See(String),
}

impl Filter for Script {
    fn on_request(&self, request: &mut Request<'_>) -> Result<Flow, Error> {
        for step in &self.request {
            match step {
                Step::Set(name, value) => request.set_header(name, value)?,
                Step::Add(name, value) => request.add_header(name, value)?,
                Step::Remove(name) => request.remove_header(name)?,
                Step::Copy(from, to) => {
                    let value = request.header(from).ok_or("there is nothing to copy")?.to_vec();
                    request.set_header(to, value)?;
                }
                Step::Path(path) => request.set_path(path.as_bytes())?,
                Step::Authority(authority) => request.set_authority(authority)?,
                Step::Choose(index) => request.choose_backend(*index)?,
                Step::Answer(status, body) => {
                    return Ok(Flow::Answer(
                        Answer::new(*status).header("X-Why", "script").body(body.as_str()),
                    ));
                }
                Step::Fail(why) => return Err(why.as_str().into()),
                Step::Keep(text) => request.keep(text.clone()),
                Step::Draw(name) => {
                    let drawn = request.draw().below(1_000_000).to_string();
                    request.set_header(name, drawn)?;
                }
                Step::Log(line) => {
                    request.log(Level::Warn, line);
                    request.count("lines", 1);
                }
                Step::See(name) => {
                    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                    let seen = format!(
                        "{} {} {} {:?} {} {:?} {:?}",
                        text(request.method()),
                        text(request.authority()),
                        text(request.path()),
                        request.query().map(text),
                        request.rule(),
                        request.cookie("session").map(text),
                        request
                            .backends()
                            .iter()
                            .map(|share| (share.cluster, share.weight))
                            .collect::<Vec<_>>(),
                    );
                    request.set_header(name, seen)?;
                }
                Step::Kept(_) => return Err("there is no response yet".into()),
            }
        }
        Ok(Flow::Continue)
    }

    fn on_response(&self, response: &mut Response<'_>) -> Result<(), Error> {
        for step in &self.response {
            match step {
                Step::Set(name, value) => response.set_header(name, value)?,
                Step::Add(name, value) => response.add_header(name, value)?,
                Step::Remove(name) => response.remove_header(name)?,
                Step::Copy(from, to) => {
                    let value = response.header(from).ok_or("there is nothing to copy")?.to_vec();
                    response.set_header(to, value)?;
                }
                Step::Fail(why) => return Err(why.as_str().into()),
                Step::Kept(name) => {
                    let kept = response.kept::<String>().ok_or("nothing was kept")?.clone();
                    response.set_header(name, kept)?;
                }
                Step::See(name) => {
                    let status = response.status().to_string();
                    response.set_header(name, status)?;
                }
                Step::Log(line) => response.log(Level::Info, line),
                _ => return Err("not with a response".into()),
            }
        }
        Ok(())
    }
}

fn registry() -> Registry {
    Registry::new().with::<Script>("example.com", "Script")
}

/// The object `ns/NAME` with this `spec`.
fn object(name: &str, spec: Value) -> Value {
    json!({ "apiVersion": "example.com/v1", "kind": "Script",
        "metadata": { "namespace": "ns", "name": name }, "spec": spec })
}

/// A filter that names it.
fn reference(name: &str) -> Value {
    json!({ "type": "ExtensionRef", "extensionRef": { "group": "example.com", "kind": "Script", "name": name } })
}

fn decode(configuration: &Value) -> (Routes, Vec<Problem>) {
    Routes::decode_with(configuration.to_string().as_bytes(), &registry()).unwrap()
}

/// A configuration of one rule in which nothing is wrong.
fn routes(rule: Value, objects: Value) -> Routes {
    let mut configuration = one_rule(rule);
    configuration["extensions"] = objects;
    let (routes, problems) = decode(&configuration);
    assert_eq!(problems, []);
    routes
}

/// A rule whose one filter does this to requests, and its answer to responses.
fn scripted(request: Value, response: Value) -> Routes {
    let rule = json!({ "filters": [reference("s")], "backendRefs": [{ "name": "svc", "port": 80 }] });
    routes(rule, json!([object("s", json!({ "request": request, "response": response }))]))
}

const ARRIVED: [(&[u8], &[u8]); 5] = [
    (b":method", b"GET"),
    (b":scheme", b"http"),
    (b":authority", b"a.example"),
    (b":path", b"/p?q=1"),
    (b"x-bytes", b"\xff\xfe"),
];

/// A look at the plan of a request with `more` headers.
fn plan<T>(
    routes: &Routes,
    more: &[(&str, &str)],
    seed: u64,
    look: impl FnOnce(Plan<'_>, &RequestView<'_>) -> T,
) -> T {
    let mut headers = ARRIVED.to_vec();
    headers.extend(more.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
    let request = RequestView::new(&headers, &|| None);
    look(routes.plan(&request, &mut Draw::seeded(seed)), &request)
}

/// The upstream and the headers with which a request is forwarded, or the status and the details with which it is answered.
fn outcome(routes: &Routes, more: &[(&str, &str)]) -> Result<(String, HeaderLines), (u16, &'static str)> {
    plan(routes, more, 1, |plan, request| match plan.outcome(request, routes.settings()) {
        Outcome::Forwarded { cluster, headers } => Ok((cluster.unwrap_or_default().to_owned(), headers)),
        Outcome::Answered(reply) => Err((reply.status, reply.details)),
    })
}

/// The value of a header of a request that is forwarded.
fn sent(routes: &Routes, more: &[(&str, &str)], name: &str) -> Option<String> {
    let (_, headers) = outcome(routes, more).unwrap();
    let line = headers.into_iter().find(|(n, _)| n == name.as_bytes());
    line.map(|(_, value)| String::from_utf8_lossy(&value).into_owned())
}

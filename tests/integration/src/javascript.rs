//! Runs cases on the JavaScript package, in Node.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use httproute_sdk::{HeaderLines, HeaderOp};
use serde_json::{Value, json};

use crate::case::{Case, RequestSpec};
use crate::in_memory::{self, Decided, Decider, Fate, PORT, Refused, Told};

/// A Node with the package in `dist/js/`; it ends when it is dropped.
#[derive(Debug)]
pub struct Node {
    process: Child,
    calls: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Node {
    /// Starts Node.
    pub fn start() -> Result<Self, String> {
        let script = crate::root().join("bindings/js/tests/answer.js");
        let process = Command::new("node").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = process.map_err(|e| format!("node: {e}"))?;
        let (Some(calls), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("node has no standard input and output".into());
        };
        Ok(Node { process, calls, answers: BufReader::new(answers) })
    }

    /// What a function of the package returns for these arguments and each of the seeds from 0 up to `seeds`: JSON, as
    /// `JSON.stringify(answer, null, 2)` writes it.
    pub fn call(&mut self, name: &str, arguments: &Value, seeds: usize) -> Result<Vec<String>, String> {
        let call = json!({ "name": name, "arguments": arguments, "seeds": seeds });
        let mut line = String::new();
        let answered =
            writeln!(self.calls, "{call}").and_then(|()| self.answers.read_line(&mut line).map(drop));
        answered.map_err(|e| format!("node: {e}"))?;
        serde_json::from_str(&line).map_err(|e| format!("node ended, or said {line:?}: {e}"))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// Runs a case; the error tells all that is not as expected.
pub fn run(case: &Case, node: &mut Node) -> Result<(), String> {
    let config = case.config_text();
    let first = RequestSpec::default();
    let answer = plans(node, &config, &first)?.remove(0);
    let decoded = match answer.get("error") {
        Some(error) => Err(Refused { code: text(&error["code"]), text: error.to_string() }),
        None => {
            let problems = answer["problems"].as_array().into_iter().flatten().map(|problem| Told {
                pointer: text(&problem["pointer"]),
                code: text(&problem["code"]),
                text: problem.to_string(),
            });
            Ok(problems.collect())
        }
    };
    in_memory::run(case, decoded.map(|problems| (Package { node, config }, problems)))
}

/// The package with a configuration.
struct Package<'n> {
    node: &'n mut Node,
    config: String,
}

impl Decider for Package<'_> {
    fn decide(&mut self, request: &RequestSpec) -> Result<Vec<Decided>, String> {
        let plans = plans(self.node, &self.config, request)?;
        plans
            .iter()
            .map(|plan| decided(plan).ok_or_else(|| format!("a plan of another form: {plan:#}")))
            .collect()
    }
}

fn plans(node: &mut Node, config: &str, request: &RequestSpec) -> Result<Vec<Value>, String> {
    let bytes =
        |bytes: Vec<u8>| String::from_utf8(bytes).map_or_else(|e| Value::from(e.into_bytes()), Value::from);
    let headers = in_memory::lines(request).into_iter();
    let headers: Vec<_> = headers.map(|(name, value)| json!([bytes(name), bytes(value)])).collect();
    let url = format!("http://example.com:{PORT}/");
    let request_of_js = json!({ "method": request.method, "url": url, "headers": headers });
    let plans = node.call("plan", &json!([config, request_of_js]), request.times)?;
    plans.iter().map(|plan| serde_json::from_str(plan).map_err(|e| e.to_string())).collect()
}

fn decided(plan: &Value) -> Option<Decided> {
    let rule = match &plan["winner"] {
        Value::Null => "none".to_owned(),
        winner => format!("{}#{}", winner["route"].as_str()?, winner["rule"]),
    };
    let fate = match (&plan["reply"], &plan["request"]["after"]) {
        (Value::Null, after) => Fate::Forwarded {
            cluster: plan["backend"]["chosen"].as_str().map(str::to_owned),
            headers: lines(after)?,
        },
        (reply, Value::Null) => Fate::Answered {
            status: reply["status"].as_u64()?.try_into().ok()?,
            location: reply["location"].as_str().map(str::to_owned),
            headers: HeaderLines::new(),
            body: reply["body"].as_str()?.into(),
        },
        _ => return None,
    };
    let copy = |mirror: &Value| Some((mirror["cluster"].as_str()?.to_owned(), lines(&mirror["request"])?));
    Some(Decided {
        rule,
        fate,
        copies: plan["mirrors"].as_array()?.iter().map(copy).collect::<Option<_>>()?,
        response: plan["response"].as_array()?.iter().map(change).collect::<Option<_>>()?,
    })
}

fn lines(message: &Value) -> Option<HeaderLines> {
    let pseudo = ["method", "scheme", "authority", "path"];
    let pseudo = pseudo.iter().map(|name| Some((format!(":{name}").into_bytes(), bytes(&message[name])?)));
    let headers = message["headers"].as_array()?.iter();
    let headers = headers.map(|header| Some((bytes(&header["name"])?, bytes(&header["value"])?)));
    pseudo.chain(headers).collect()
}

fn change(change: &Value) -> Option<HeaderOp> {
    let name = change["name"].as_str()?.into();
    let value = || Some(change["value"].as_str()?.as_bytes().into());
    Some(match change["action"].as_str()? {
        "set" => HeaderOp::Set { name, value: value()? },
        "add" => HeaderOp::Add { name, value: value()? },
        "remove" => HeaderOp::Remove { name },
        _ => return None,
    })
}

/// Text, or bytes as a list of numbers.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value.as_str() {
        Some(text) => Some(text.as_bytes().to_vec()),
        None => value.as_array()?.iter().map(|byte| u8::try_from(byte.as_u64()?).ok()).collect(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

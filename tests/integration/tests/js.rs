//! The JavaScript package in Node: every case, what `httproute explain` says of the same manifests, and the package's own tests.
//!
//! `./just test-js` builds the package and runs this.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::{Arc, Mutex};

use httproute_integration::case::{Case, RequestSpec, Side};
use httproute_integration::command_line;
use httproute_integration::conformance::{self, Test};
use httproute_integration::javascript::{self, Node};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match trials() {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(told) => {
            eprintln!("{told}");
            ExitCode::FAILURE
        }
    }
}

fn trials() -> Result<Vec<Trial>, String> {
    let node = Arc::new(Mutex::new(Node::start()?));
    let cli = Arc::new(command_line::cli()?);
    let mut trials = Vec::new();
    for case in Case::read_all(&httproute_integration::cases())? {
        if case.runs_on(Side::Native) {
            let node = Arc::clone(&node);
            trials.push(Trial::test(format!("node::{}", case.name), move || {
                let mut node = node.lock().map_err(|_| "node failed in another test")?;
                Ok(javascript::run(&case, &mut node)?)
            }));
        }
    }
    for Manifests { name, text, requests } in manifests()? {
        let (node, cli) = (Arc::clone(&node), Arc::clone(&cli));
        trials.push(Trial::test(format!("explain::{name}"), move || {
            let mut node = node.lock().map_err(|_| "node failed in another test")?;
            requests.iter().try_for_each(|request| same(&cli, &mut node, &text, request))
        }));
    }
    for script in scripts()? {
        let name = script.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        trials.push(Trial::test(format!("package::{name}"), move || runs(&script)));
    }
    Ok(trials)
}

/// The scripts of the package's own tests, each of which fails by its exit code.
fn scripts() -> Result<Vec<PathBuf>, String> {
    let folder = httproute_integration::root().join("bindings/js/tests");
    let entries = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(".test.js"));
    paths.sort();
    Ok(paths)
}

fn runs(script: &Path) -> Result<(), Failed> {
    let output = Command::new("node").arg(script).output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(told(&output).into()),
    }
}

fn told(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Manifests, and requests to explain with them.
struct Manifests {
    name: String,
    text: String,
    requests: Vec<Asked>,
}

struct Asked {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
}

/// The manifests of the examples and of the conformance suite.
fn manifests() -> Result<Vec<Manifests>, String> {
    let mut all = Vec::new();
    let root = httproute_integration::root();
    for (name, hosts) in
        [("shop", &["shop.example.com", "other.example.com"][..]), ("article", &["www.example.com"])]
    {
        let files = folder(&root.join("examples/gateway").join(name))?;
        let paths = ["/", "/cart/items?x=1", "/api/orders/7", "/account/login", "/a/../b"];
        let headers: [&[(&str, &str)]; 3] = [
            &[],
            &[("x-preview", "yes"), ("X-HTTPRoute-Cluster", "forged")],
            &[("origin", "https://www.partner.example"), ("access-control-request-method", "POST")],
        ];
        let mut requests = Vec::new();
        for (host, path) in hosts.iter().flat_map(|host| paths.iter().map(move |path| (host, path))) {
            for (method, headers) in ["GET", "POST", "OPTIONS"].into_iter().zip(headers) {
                let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
                let url = format!("http://{host}{path}");
                requests.push(Asked { method: method.into(), url, headers: headers.collect() });
            }
        }
        all.push(Manifests { name: name.into(), text: files.join("---\n"), requests });
    }
    let read = |name: &str| {
        let path = conformance::folder().join(name);
        std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
    };
    for test in Test::read_all()? {
        let gateway = if test.own_gateways { String::new() } else { read("gateway.yaml")? };
        let text = [gateway, read("services.yaml")?, test.manifests.clone()].join("\n---\n");
        let requests = test.requests.iter().map(|step| {
            let scheme = if step.sni.is_some() { "https" } else { "http" };
            let RequestSpec { method, host, path, headers, .. } = &step.request;
            Asked {
                method: method.clone(),
                url: format!("{scheme}://{host}{path}"),
                headers: headers.clone(),
            }
        });
        all.push(Manifests { name: test.test.clone(), text, requests: requests.collect() });
    }
    Ok(all)
}

/// The texts of the YAML files in a folder.
fn folder(folder: &Path) -> Result<Vec<String>, String> {
    let told = |e: std::io::Error| format!("{}: {e}", folder.display());
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).map_err(told)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).map_err(told)).collect()
}

/// The package and the command line say the same, to the letter.
fn same(cli: &Path, node: &mut Node, text: &str, request: &Asked) -> Result<(), Failed> {
    let Asked { method, url, headers } = request;
    let answers =
        node.call("explain", &json!([text, { "method": method, "url": url, "headers": headers }]), 2)?;
    for (seed, answer) in answers.iter().enumerate() {
        let seed = seed.to_string();
        let mut command = Command::new(cli);
        command.args(["explain", "-f", "-", "-o", "json", "--seed", &seed, "-X", method, url]);
        for (name, value) in headers {
            command.arg("-H").arg(format!("{name}:{value}"));
        }
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        // A command line that refuses the request reads no manifests.
        _ = child.stdin.take().ok_or("no standard input")?.write_all(text.as_bytes());
        let output = child.wait_with_output()?;
        if output.status.code() == Some(2) {
            let error = serde_json::from_str::<Value>(answer)?["error"].clone();
            let message = error["message"].as_str().ok_or_else(|| format!("{method} {url} is explained"))?;
            let said = told(&output);
            if !said.contains(message) {
                return Err(format!("{method} {url}: {message}\nbut the command line says\n{said}").into());
            }
        } else if format!("{answer}\n").as_bytes() != output.stdout {
            let said = told(&output);
            return Err(
                format!("{method} {url}, seed {seed}:\n{answer}\nbut the command line says\n{said}").into()
            );
        }
    }
    Ok(())
}

//! Examples that a person can copy: their README is carried out as it stands.
//!
//! A block ```` ```console ```` holds commands behind `$ ` and, below each, lines that its output must hold. Of commands, `curl` with
//! `-s`, `-i`, `-k`, `-X`, `-H`, `-d` and `--resolve` is understood; others are for people. A block ```` ```backends ```` holds lines that the terminal of the
//! backends must show: a backend, and the request that it received.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::client::{Client, Request};
use crate::record::{ID_HEADER, Record};

/// One step of a README.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A request, and lines that must stand in what curl prints.
    Curl {
        /// The command, as it is written.
        command: String,
        /// Lines of the output.
        expected: Vec<String>,
    },
    /// Lines that the terminal of the backends must show for the last request.
    Backends(Vec<String>),
}

impl Step {
    /// The request of the step, where it is one.
    pub fn request(&self) -> Option<Request> {
        match self {
            Step::Curl { command, .. } => curl(command).ok().map(|(request, _)| request),
            Step::Backends(_) => None,
        }
    }
}

/// An example: a folder with `envoy.yaml` and `README.md`.
#[derive(Clone, Debug)]
pub struct Example {
    /// The folder.
    pub folder: PathBuf,
    /// The text of `envoy.yaml`.
    pub config: String,
    /// The steps of `README.md`.
    pub steps: Vec<Step>,
}

/// The port of the listener in every example.
pub const LISTENER_PORT: u16 = 10000;
/// The port of the administration interface in every example.
pub const ADMIN_PORT: u16 = 9901;
/// The upstreams of the examples, and their ports.
pub const UPSTREAMS: [(&str, u16); 3] =
    [("shop/stable/8080", 9001), ("shop/canary/8080", 9002), ("shop/audit/8080", 9003)];

impl Example {
    /// Reads the example in `folder`.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let text = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
        };
        let steps = steps(&text("README.md")?);
        Ok(Example { folder: folder.to_owned(), config: text("envoy.yaml")?, steps })
    }

    /// All examples for Envoy.
    pub fn all() -> Result<Vec<Self>, String> {
        let folder = crate::root().join("examples/envoy");
        let entries = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let mut folders: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        folders.retain(|path| path.join("envoy.yaml").is_file());
        folders.sort();
        folders.iter().map(|folder| Example::read(folder)).collect()
    }

    /// The configuration with free ports in the place of the written ones, and the upstreams at `places`.
    pub fn config_for(&self, places: &BTreeMap<String, (String, u16)>) -> String {
        let port = |written: u16, real: u16, text: String| {
            text.replace(&format!("port_value: {written} "), &format!("port_value: {real} "))
        };
        let mut config = port(LISTENER_PORT, 0, port(ADMIN_PORT, 0, self.config.clone()));
        for (name, written) in UPSTREAMS {
            if let Some((_, real)) = places.get(name) {
                config = port(written, *real, config);
            }
        }
        config.replace("filename: dist/", &format!("filename: {}/", crate::dist().display()))
    }
}

/// Carries the steps of an example out with `client`.
pub fn run(steps: &[Step], client: &mut Client, record: &Record) -> Result<(), String> {
    let mut id = String::new();
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::Curl { command, expected } => {
                id = format!("example-{number}");
                let (mut request, with_head) = curl(command)?;
                request.headers.push((ID_HEADER.into(), id.clone().into()));
                let answer = client.send(&request).map_err(|e| format!("{command}: {e}"))?;
                let mut output = Vec::new();
                if with_head {
                    output.push(format!("HTTP/1.1 {}", answer.status));
                    let line = |(name, value): &(String, Vec<u8>)| {
                        format!("{name}: {}", String::from_utf8_lossy(value))
                    };
                    output.extend(answer.headers.iter().map(line));
                }
                let body = String::from_utf8_lossy(&answer.body).into_owned();
                output.extend(body.lines().map(str::to_owned));
                for line in expected {
                    let found = output.iter().any(|shown| shown == line || is_status(line, shown));
                    if !found {
                        return Err(format!(
                            "{command}\ndoes not show\n  {line}\nbut\n  {}",
                            output.join("\n  ")
                        ));
                    }
                }
            }
            Step::Backends(lines) => {
                for line in lines {
                    let backend = line.split(' ').next().unwrap_or_default();
                    if !record.wait_for(&id, backend, 1, PATIENCE) {
                        return Err(format!("{backend} received nothing, but should show\n  {line}"));
                    }
                }
                let shown: Vec<_> = record.take(&id).iter().map(crate::backend::line).collect();
                if let Some(line) = lines.iter().find(|line| !shown.contains(line)) {
                    return Err(format!("the backends do not show\n  {line}\nbut\n  {}", shown.join("\n  ")));
                }
            }
        }
    }
    Ok(())
}

/// How long a copy may take to reach its backend.
const PATIENCE: Duration = Duration::from_secs(10);

/// `HTTP/1.1 301 Moved Permanently` stands for any reason phrase.
fn is_status(line: &str, shown: &str) -> bool {
    shown.starts_with("HTTP/1.1 ") && line.starts_with(shown)
}

/// The steps of a README.
pub(crate) fn steps(readme: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut block: Option<&str> = None;
    for line in readme.lines() {
        match (block, line) {
            (None, line) => block = line.strip_prefix("```").filter(|kind| !kind.is_empty()),
            (Some(_), "```") => block = None,
            (Some("console"), line) => match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => {
                    let expected = Vec::new();
                    steps.push(Step::Curl { command: command.to_owned(), expected });
                }
                (None, Some(Step::Curl { expected, .. })) => expected.push(line.to_owned()),
                (None, _) => {}
            },
            (Some("backends"), line) => match steps.last_mut() {
                Some(Step::Backends(lines)) => lines.push(line.to_owned()),
                _ => steps.push(Step::Backends(vec![line.to_owned()])),
            },
            (Some(_), _) => {}
        }
    }
    steps.retain(|step| !matches!(step, Step::Curl { command, .. } if !command.starts_with("curl ")));
    steps
}

/// The request that a curl command sends, and whether it shows the head of the answer.
fn curl(command: &str) -> Result<(Request, bool), String> {
    let mut request = Request { method: "GET".to_owned(), ..Request::default() };
    let (mut with_head, mut host) = (false, None);
    let words = words(command);
    let mut words = words.iter().map(String::as_str).skip(1);
    while let Some(word) = words.next() {
        let mut next = || words.next().ok_or_else(|| format!("{command}: nothing behind {word}"));
        match word {
            "-s" | "-sk" => {}
            "-i" | "-si" | "-sik" => with_head = true,
            // Where to connect to is for who carries it out.
            "--resolve" => drop(next()?),
            "-X" => request.method = next()?.to_owned(),
            "-d" => {
                request.method = "POST".to_owned();
                request.body = next()?.into();
            }
            "-H" => {
                let header = next()?;
                let (name, value) =
                    header.split_once(": ").ok_or_else(|| format!("{command}: {header:?}"))?;
                if name.eq_ignore_ascii_case("host") {
                    host = Some(value.to_owned());
                } else {
                    request.headers.push((name.into(), value.into()));
                }
            }
            url => {
                let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
                let rest = rest.ok_or_else(|| format!("{command}: {url:?}"))?;
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                host.get_or_insert_with(|| authority.to_owned());
                request.target = if path.is_empty() { b"/".to_vec() } else { path.into() };
            }
        }
    }
    let host = host.ok_or_else(|| format!("{command}: no URL"))?;
    request.headers.insert(0, (b"Host".to_vec(), host.into()));
    Ok((request, with_head))
}

/// The words of a command, as a shell splits them where nothing but single quotes is used.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in command.split('\'').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_readme_is_read_as_a_person_reads_it() {
        let readme = "Try\n```console\n$ curl -si http://h:1/a -H 'x-y: a b'\nHTTP/1.1 200 OK\n$ ls\nx\n```\n```backends\na  GET /a\nb  GET /a\n```\n";
        let command = "curl -si http://h:1/a -H 'x-y: a b'".to_owned();
        let expected = vec!["HTTP/1.1 200 OK".to_owned()];
        let lines = ["a  GET /a", "b  GET /a"].map(str::to_owned).into();
        assert_eq!(steps(readme), [Step::Curl { command: command.clone(), expected }, Step::Backends(lines)]);
        let (request, with_head) = curl(&command).unwrap();
        assert!(with_head);
        assert_eq!(request.target, b"/a");
        assert_eq!(
            request.headers,
            [(b"Host".to_vec(), b"h:1".to_vec()), (b"x-y".to_vec(), b"a b".to_vec())]
        );
    }
}

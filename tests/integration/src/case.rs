//! The form of a case file: routes, requests, and what must come of them.
//!
//! `tests/integration/README.md` describes it for people who write cases.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::backend::Behaviour;
use crate::expect::Expectation;

/// One scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Case {
    /// The name of its file.
    #[serde(skip)]
    pub name: String,
    /// What it shows, with the sentence of the specification that says so.
    pub about: String,
    /// The configuration of the modules.
    #[serde(default)]
    pub config: Value,
    /// The configuration as raw text, for what is no JSON.
    pub config_text: Option<String>,
    /// The upstreams of the proxy by name, and how the backend behind each behaves. No other upstream exists.
    #[serde(default)]
    pub backends: BTreeMap<String, Behaviour>,
    /// The modules to run it with.
    #[serde(default = "default_variants")]
    pub run: Vec<Variant>,
    /// Where it can be shown, if not in both.
    pub only_on: Option<Side>,
    /// Whether the proxy removes what clients send in `x-httproute-*` headers before any module sees it, as every example
    /// does. Off by default: a module has to stand on its own.
    #[serde(default)]
    pub early_header_mutation: bool,
    /// The upstream of requests where the modules under test choose none.
    pub default_cluster: Option<String>,
    /// Routes of the proxy's own after those of the modules: the prefix of a path, and the upstream of such requests.
    #[serde(default)]
    pub native_routes: Vec<(String, String)>,
    /// The requests, sent one after the other.
    #[serde(default)]
    pub requests: Vec<Exchange>,
    /// The problems that decoding must report, all of them and no other.
    #[serde(default)]
    pub problems: Vec<ExpectedProblem>,
    /// The code of the refusal, where the whole configuration must be refused.
    pub refused: Option<String>,
}

/// The modules that a case is run with.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// The combined module.
    Httproute,
    /// The six single modules, in their documented order.
    Chain,
    /// `cors` alone.
    Cors,
    /// `header-modifier` alone.
    HeaderModifier,
    /// `redirect` alone.
    Redirect,
    /// `url-rewrite` alone.
    UrlRewrite,
    /// `mirror` alone.
    Mirror,
    /// `weighted-split` alone.
    WeightedSplit,
    /// The module of `examples/custom-filter/`, under the name that a build gives it.
    CustomFilter,
}

/// Where a case is run.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// On a real proxy.
    Proxy,
    /// On the SDK, without a proxy.
    Native,
}

fn default_variants() -> Vec<Variant> {
    vec![Variant::Httproute, Variant::Chain]
}

impl Variant {
    /// The modules, in the order of the filter chain.
    pub fn modules(self) -> &'static [&'static str] {
        match self {
            Variant::Httproute => &["httproute"],
            Variant::Chain => {
                &["cors", "redirect", "header-modifier", "mirror", "url-rewrite", "weighted-split"]
            }
            Variant::Cors => &["cors"],
            Variant::HeaderModifier => &["header-modifier"],
            Variant::Redirect => &["redirect"],
            Variant::UrlRewrite => &["url-rewrite"],
            Variant::Mirror => &["mirror"],
            Variant::WeightedSplit => &["weighted-split"],
            Variant::CustomFilter => &["custom_filter"],
        }
    }

    /// Its name in case files and test names.
    pub fn name(self) -> &'static str {
        if self == Variant::Chain { "chain" } else { self.modules()[0] }
    }
}

/// A request and what must come of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exchange {
    /// What this request shows, where the case's sentence does not say it.
    pub about: Option<String>,
    /// Where it can be shown, if not in both.
    pub only_on: Option<Side>,
    /// The request.
    pub request: RequestSpec,
    /// What must come of it.
    #[serde(default)]
    pub expect: Expectation,
}

impl Exchange {
    /// Whether the request is sent on this side.
    pub fn runs_on(&self, side: Side) -> bool {
        self.only_on.is_none_or(|only| only == side)
    }

    /// How a failure names it.
    pub fn label(&self, index: usize) -> String {
        let RequestSpec { method, host, path, .. } = &self.request;
        let about = self.about.as_ref().map(|about| format!(" ({})", about.trim())).unwrap_or_default();
        format!("request {index}: {method} {host}{path}{about}")
    }
}

/// A request. In `path` and in header values `\xNN` stands for that byte.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestSpec {
    /// The method, GET where it is left out.
    #[serde(default = "get")]
    pub method: String,
    /// The Host header.
    #[serde(default = "example_com")]
    pub host: String,
    /// The request target: path and query.
    #[serde(default = "slash")]
    pub path: String,
    /// Header lines.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<String>,
    /// The size of a generated body.
    pub body_size: Option<usize>,
    /// Whether the body is sent in chunks.
    #[serde(default)]
    pub chunked: bool,
    /// Trailers; the body is then sent in chunks.
    #[serde(default)]
    pub trailers: Vec<(String, String)>,
    /// How often the request is sent.
    #[serde(default = "once")]
    pub times: usize,
}

fn get() -> String {
    "GET".into()
}
fn example_com() -> String {
    "example.com".into()
}
fn slash() -> String {
    "/".into()
}
fn once() -> usize {
    1
}

/// The request in which everything is left out.
impl Default for RequestSpec {
    fn default() -> Self {
        RequestSpec {
            method: get(),
            host: example_com(),
            path: slash(),
            headers: Vec::new(),
            body: None,
            body_size: None,
            chunked: false,
            trailers: Vec::new(),
            times: once(),
        }
    }
}

impl RequestSpec {
    /// The body, as bytes.
    pub fn body(&self) -> Vec<u8> {
        match self.body_size {
            // Text that repeats nowhere nearby, so that lost and doubled parts show.
            Some(size) => (0..).flat_map(|n: usize| format!("{n};").into_bytes()).take(size).collect(),
            None => self.body.clone().unwrap_or_default().into_bytes(),
        }
    }
}

/// A problem that decoding must report.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedProblem {
    /// Its JSON pointer.
    pub pointer: String,
    /// Its code.
    pub code: Option<String>,
}

/// Text with `\xNN` for bytes, as bytes.
pub fn raw(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escape = tail.strip_prefix(b"x").and_then(|hex| hex.get(..2)).filter(|_| byte == b'\\');
        let escape = escape.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        out.push(escape.unwrap_or(byte));
        rest = if escape.is_some() { &tail[3..] } else { tail };
    }
    out
}

impl Case {
    /// Reads one case file.
    pub fn read(path: &Path) -> Result<Case, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Case::parse(&name, &text).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// Reads the text of a case file.
    pub fn parse(name: &str, text: &str) -> Result<Case, String> {
        // By way of JSON, so that a configuration reaches the module as `kubectl -o json` would print it.
        // As YAML 1.2 has it: `y` and `on` are text.
        let options = serde_saphyr::options! { strict_booleans: true };
        let value: Value = serde_saphyr::from_str_with_options(text, options).map_err(|e| e.to_string())?;
        let mut case: Case = serde_json::from_value(value).map_err(|e| e.to_string())?;
        case.name = name.to_owned();
        Ok(case)
    }

    /// Reads all case files of a folder, in order of their names.
    pub fn read_all(folder: &Path) -> Result<Vec<Case>, String> {
        let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|e| e == "yaml"));
        paths.sort();
        paths.iter().map(|path| Case::read(path)).collect()
    }

    /// The configuration as the modules get it.
    pub fn config_text(&self) -> String {
        self.config_text.clone().unwrap_or_else(|| self.config.to_string())
    }

    /// Whether the case is run on this side.
    pub fn runs_on(&self, side: Side) -> bool {
        self.only_on.is_none_or(|only| only == side)
    }

    /// The string member `key` of the configuration, or what it is by default.
    pub fn setting<'a>(&'a self, key: &str, default: &'a str) -> &'a str {
        self.config.get(key).and_then(Value::as_str).unwrap_or(default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stand_for_bytes_and_other_backslashes_for_themselves() {
        assert_eq!(raw(r"/a\xff\x00b\n\x"), b"/a\xff\x00b\\n\\x");
    }

    #[test]
    fn an_unknown_field_is_an_error_and_not_a_check_that_never_runs() {
        let case = "about: x\nrequests: [{request: {}, expect: {statsu: 200}}]";
        assert!(Case::parse("x", case).unwrap_err().contains("statsu"));
    }
}

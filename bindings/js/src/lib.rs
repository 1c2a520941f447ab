//! The decision core for JavaScript: what goes in and comes out is JSON in strings, made and read by `package/api.js`.

mod ask;
mod failure;
mod front;
mod message;
mod plan;

use httproute_manifests::{CertificateSource, ExplainOptions, Located, Options, judge, parse};
use serde_json::Value;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::ask::Ask;
use crate::failure::Failure;

/// How problems name the text: as the command line names its standard input.
const SOURCE: &str = "-";

/// All that is wrong with manifests, as a list.
#[wasm_bindgen]
pub fn check(text: &[u8]) -> String {
    // As `explain` has it, so that the page says one thing.
    let options = Options { certificates: CertificateSource::SecretsIfPresent, ..Options::default() };
    let (problems, _) = judge(&parse(SOURCE, text), Default::default(), &options);
    Value::from_iter(problems.iter().map(Located::to_json)).to_string()
}

/// Why a request goes where it goes: what `httproute explain -o json` prints. `front` says what the proxy does first.
#[wasm_bindgen]
pub fn explain(text: &[u8], request: &str, seed: u64, front: &str) -> String {
    let explained = Ask::read(request).and_then(Ask::into_request).and_then(|request| {
        let resolve = Options { front: front::settings(front)?, ..ExplainOptions::default().resolve };
        let options = ExplainOptions { seed, resolve, ..ExplainOptions::default() };
        Ok(httproute_manifests::explain(&parse(SOURCE, text), &request, &options).to_json())
    });
    explained.unwrap_or_else(Failure::into_json).to_string()
}

/// What a module with this configuration does with a request.
#[wasm_bindgen]
pub fn plan(config: &[u8], request: &str, seed: u64) -> String {
    let planned = Ask::read(request).and_then(|ask| plan::plan(config, ask, seed));
    planned.unwrap_or_else(Failure::into_json).to_string()
}

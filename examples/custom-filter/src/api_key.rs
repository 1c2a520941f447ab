//! Lets only requests pass that bring a key.

use httproute_sdk::extension::{Answer, Error, Filter, Flow, Request, Response};
use serde::Deserialize;

/// Who may call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyPolicy {
    /// The header that brings the key.
    #[serde(default = "x_api_key")]
    header: String,
    /// The keys, and whose they are.
    keys: Vec<Key>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    value: String,
    owner: String,
}

fn x_api_key() -> String {
    "x-api-key".to_owned()
}

impl Filter for ApiKeyPolicy {
    fn on_request(&self, request: &mut Request<'_>) -> Result<Flow, Error> {
        let brought = request.header(&self.header).unwrap_or_default();
        let Some(key) = self.keys.iter().find(|key| same(key.value.as_bytes(), brought)) else {
            request.count("api_key.denied", 1);
            let denied = Answer::new(401).header("www-authenticate", "ApiKey");
            return Ok(Flow::Answer(denied.body("an API key is needed\n")));
        };
        // The backend is told who calls, and never sees the key.
        request.set_header("x-caller", &key.owner)?;
        request.remove_header(&self.header)?;
        Ok(Flow::Continue)
    }

    // What one caller may see, no cache is to give to another.
    fn on_response(&self, response: &mut Response<'_>) -> Result<(), Error> {
        response.add_header("vary", &self.header)
    }
}

/// Takes as long wherever two keys of one length differ, so that nobody finds a key byte by byte. An empty key is nobody's.
fn same(a: &[u8], b: &[u8]) -> bool {
    !a.is_empty() && a.len() == b.len() && a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

//! Sends each user to the same backend every time, and keeps to the weights of the rule.

use httproute_sdk::Share;
use httproute_sdk::extension::{Error, Filter, Flow, Request, stable_hash};
use serde::Deserialize;

/// What a user is known by.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StickyCanary {
    /// The value of a cookie.
    Cookie(String),
    /// The value of a header.
    Header(String),
}

impl Filter for StickyCanary {
    fn on_request(&self, request: &mut Request<'_>) -> Result<Flow, Error> {
        let key = match self {
            StickyCanary::Cookie(name) => request.cookie(name),
            StickyCanary::Header(name) => request.header(name),
        };
        // Whoever is not known goes where chance, by the weights, would have them go.
        let Some(key) = key.map(<[u8]>::to_vec) else { return Ok(Flow::Continue) };
        let scores = request.backends().into_iter().enumerate().map(|(n, share)| (score(n, &share, &key), n));
        let best = scores.max_by(|(a, _), (b, _)| a.total_cmp(b));
        best.map_or(Ok(()), |(_, n)| request.choose_backend(n))?;
        Ok(Flow::Continue)
    }
}

/// Weighted rendezvous hashing: each backend throws a die for the user, and the highest wins as often as the weights say. Where a weight
/// changes, only users of the share that moves see another backend.
fn score(n: usize, share: &Share<'_>, key: &[u8]) -> f64 {
    let name = share.cluster.map_or_else(|| n.to_string(), str::to_owned);
    let thrown = ((stable_hash(&[name.as_bytes(), key]) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    -f64::from(share.weight) / thrown.ln()
}

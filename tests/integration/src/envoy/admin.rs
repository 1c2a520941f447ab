//! Envoy's administration interface.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::Value;

use crate::client::{Client, Request};

/// Envoy's administration interface.
#[derive(Clone, Copy, Debug)]
pub struct Admin(pub SocketAddr);

impl Admin {
    /// The body that `GET path` answers with 200.
    pub fn get(&self, path: &str) -> Result<String, String> {
        let request = Request::get("localhost", path).with("Connection", "close");
        let answer =
            Client::new(self.0).send(&request).map_err(|e| format!("Envoy's admin interface: {e}"))?;
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.status == 200 { Ok(body) } else { Err(format!("{path}: {} {body}", answer.status)) }
    }

    /// Whether Envoy serves requests.
    pub fn is_ready(&self) -> bool {
        self.get("/ready").is_ok()
    }

    /// The address of each listener by name.
    pub fn listeners(&self) -> Result<BTreeMap<String, SocketAddr>, String> {
        let body: Value =
            serde_json::from_str(&self.get("/listeners?format=json")?).map_err(|e| e.to_string())?;
        let listeners = body["listener_statuses"].as_array().into_iter().flatten();
        let entries = listeners.filter_map(|listener| {
            let socket = &listener["local_address"]["socket_address"];
            let port = u16::try_from(socket["port_value"].as_u64()?).ok()?;
            let address = SocketAddr::new(socket["address"].as_str()?.parse().ok()?, port);
            Some((listener["name"].as_str()?.to_owned(), address))
        });
        Ok(entries.collect())
    }

    /// All counters and gauges whose names match `filter`, a regular expression without characters that a URL escapes.
    pub fn stats(&self, filter: &str) -> Result<BTreeMap<String, u64>, String> {
        let body = self.get(&format!("/stats?filter={filter}"))?;
        let lines = body.lines().filter_map(|line| line.rsplit_once(": "));
        Ok(lines.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect())
    }

    /// Whether no request is on its way to the upstream `cluster`.
    pub fn is_idle(&self, cluster: &str) -> Result<bool, String> {
        // What means something in a regular expression or in a URL is left to match itself by `.`.
        let cluster = cluster.replace(|c: char| !c.is_ascii_alphanumeric() && !"-_/".contains(c), ".");
        let stats = self.stats(&format!("^cluster.{cluster}.upstream_rq_.*active$"))?;
        Ok(stats.values().all(|&count| count == 0))
    }
}

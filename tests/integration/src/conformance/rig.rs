//! An Envoy with the rendered configuration of every test, and its backends.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::bridge::bridge;
use super::form::{Step, Test};
use super::render::{self, Rendered};
use crate::backend::Behaviour;
use crate::client::Client;
use crate::command_line;
use crate::envoy::{self, Envoy};
use crate::expect::Observed;
use crate::fleet::Fleet;
use crate::proxy::request;
use crate::tls::Identity;

/// How long a copy may take to arrive, and a request to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// The hosts that the certificate is for.
const HOSTS: [&str; 4] = ["*.example.org", "example.org", "*.wild.example.org", "other.example.net"];

/// What is spoken where a WebSocket connection is.
const FRAME: &[u8] = b"\x81\x05hello";

/// A running Envoy, its backends, and what was rendered.
#[derive(Debug)]
pub struct Rig {
    /// The proxy.
    pub envoy: Envoy,
    _bridge: Option<Envoy>,
    fleet: Fleet,
    identity: Identity,
    listeners: BTreeMap<String, SocketAddr>,
    rendered: BTreeMap<String, Rendered>,
    /// What cannot be rendered, and why.
    failed: BTreeMap<String, String>,
}

impl Rig {
    /// Renders all tests and starts everything, with Envoy `version`.
    pub fn start(tests: &[Test], version: &str) -> Result<Rig, String> {
        let binary = envoy::find(version)?;
        let cli = command_line::cli()?;
        let identity = Identity::generate(&HOSTS)?;
        let backends = backends(tests)?;
        let fleet = Fleet::start(&backends, [127, 0, 0, 1].into(), |_| 0)?;
        let mut places = fleet.places("127.0.0.1");
        let http2 = backends.iter().filter(|&(_, &behaviour)| behaviour == Behaviour::Http2);
        let http2: Vec<&String> = http2.map(|(name, _)| name).collect();
        let bridge = bridge(&binary, &http2, &mut places)?;
        let scratch =
            crate::root().join(format!("target/integration/manifests-{version}-{}", std::process::id()));
        fs::create_dir_all(&scratch).map_err(|e| format!("{}: {e}", scratch.display()))?;
        let secret = scratch.join("secret.json");
        fs::write(&secret, secret_manifest(&identity)).map_err(|e| e.to_string())?;
        let (mut rendered, mut failed) = (BTreeMap::new(), BTreeMap::new());
        for test in tests.iter().filter(|test| test.not_yet.is_none()) {
            let mut files = vec![super::folder().join("services.yaml"), secret.clone()];
            if !test.own_gateways {
                files.push(super::folder().join("gateway.yaml"));
            }
            match Rendered::new(&cli, test, &places, &files) {
                Ok(one) => drop(rendered.insert(test.test.clone(), one)),
                Err(e) => drop(failed.insert(test.test.clone(), e)),
            }
        }
        drop(fs::remove_dir_all(&scratch));
        let envoy = Envoy::start(&binary, "conformance", &render::together(&rendered))?;
        let listeners = envoy.admin.listeners()?;
        Ok(Rig { envoy, _bridge: bridge, fleet, identity, listeners, rendered, failed })
    }

    /// Runs a test; the error tells all that is not as expected.
    pub fn run(&self, test: &Test) -> Result<(), String> {
        if let Some(failed) = self.failed.get(&test.test) {
            return Err(failed.clone());
        }
        let rendered = self.rendered.get(&test.test).ok_or("the test was not rendered")?;
        let mut failures = Vec::new();
        for (index, step) in test.requests.iter().enumerate() {
            let label = step.label(index);
            let observed = self.observe(test, rendered, index, step).map_err(|e| format!("{label}: {e}"))?;
            let told = step.expect.check(&observed);
            failures.extend(told.into_iter().map(|told| format!("{label}: {told}")));
        }
        if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
    }

    fn observe(
        &self,
        test: &Test,
        rendered: &Rendered,
        index: usize,
        step: &Step,
    ) -> Result<Observed, String> {
        let address = self.listener(test, rendered, step)?;
        let mut client = match &step.sni {
            Some(name) => Client::with_tls(address, &self.identity.trust, name),
            None => Client::new(address),
        };
        let id = format!("{}/{index}", test.test);
        let mut request = request(&step.request, &id);
        let mut observed = Observed { port: address.port(), ..Observed::default() };
        if step.web_socket {
            for (name, value) in [
                ("Connection", "Upgrade"),
                ("Upgrade", "websocket"),
                ("Sec-WebSocket-Version", "13"),
                ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ] {
                request.headers.push((name.into(), value.into()));
            }
            let answer = client.upgrade(&request, FRAME).map_err(|e| e.to_string())?;
            if answer.status == 101 && answer.body != FRAME {
                return Err(format!("sent {FRAME:?} through the WebSocket, got {:?}", answer.body));
            }
            observed.answers.push(answer);
        } else {
            for _ in 0..step.request.times {
                observed.answers.push(client.send(&request).map_err(|e| e.to_string())?);
            }
        }
        observed.sent_body = request.body;
        for (mirror, copies) in &step.expect.mirrors {
            let least = copies.count.map_or(step.request.times, |count| count.range().0);
            self.fleet.record.wait_for(&id, mirror, least, PATIENCE);
        }
        if !step.web_socket {
            self.wait_until_idle(test, rendered)?;
        }
        observed.received = self.fleet.record.take(&id);
        Ok(observed)
    }

    fn listener(&self, test: &Test, rendered: &Rendered, step: &Step) -> Result<SocketAddr, String> {
        let name = match (&step.listener, rendered.listeners.as_slice()) {
            (Some(name), _) => name,
            (None, [only]) => only,
            (None, several) => return Err(format!("say to which listener: {}", several.join(", "))),
        };
        let found = self.listeners.get(&format!("{}/{name}", test.test)).copied();
        found.ok_or_else(|| format!("there is no listener {name}, but {}", rendered.listeners.join(", ")))
    }

    /// Waits until nothing is on its way to the backends: from then on, a copy that has not come will not come.
    fn wait_until_idle(&self, test: &Test, rendered: &Rendered) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        // To a backend that is slow on purpose, a request may be on its way for long.
        let is_prompt = |name: &&String| !test.backends.contains_key(*name);
        for name in rendered.clusters.iter().filter(is_prompt) {
            while !self.envoy.admin.is_idle(name)? {
                if Instant::now() > deadline {
                    return Err(format!("requests to {name} are not answered in time"));
                }
                std::thread::yield_now();
            }
        }
        Ok(())
    }
}

/// The backends of `services.yaml`, and those that tests add: all tests share one proxy, so a name behaves alike in all.
fn backends(tests: &[Test]) -> Result<BTreeMap<String, Behaviour>, String> {
    let names = ["shop/one/8080", "shop/two/8080", "shop/three/8080", "other/one/8080"];
    let mut all: BTreeMap<String, Behaviour> =
        names.into_iter().map(|name| (name.to_owned(), Behaviour::Echo)).collect();
    for test in tests {
        for (name, &behaviour) in &test.backends {
            if all.insert(name.clone(), behaviour).is_some_and(|earlier| earlier != behaviour) {
                return Err(format!("{}: backend {name} behaves otherwise in another test", test.test));
            }
        }
    }
    Ok(all)
}

fn secret_manifest(identity: &Identity) -> String {
    let secret = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": { "namespace": "shop", "name": "certificate" },
        "stringData": { "tls.crt": identity.certificate, "tls.key": identity.key },
    });
    secret.to_string()
}

//! The shop of `examples/gateway/`, rendered and running: Envoy, its backends, and the same routes in the SDK, to name the rule
//! that wins.

use std::net::SocketAddr;
use std::time::Duration;

use httproute_sdk::{Draw, RequestView, Routes};
use serde_json::Value;

use super::Scene;
use super::scenes;
use crate::case::{Exchange, RequestSpec, raw};
use crate::client::Client;
use crate::command_line::cli;
use crate::envoy::{self, Envoy};
use crate::expect::Observed;
use crate::fleet::Fleet;
use crate::gateway_example::GatewayExample;
use crate::proxy::request;

/// How long a copy may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// Everything that the demo runs; it stops when this is dropped.
#[derive(Debug)]
pub struct Stage {
    /// The proxy.
    pub envoy: Envoy,
    /// Its version.
    pub version: String,
    /// Where it listens.
    pub listener: SocketAddr,
    fleet: Fleet,
    routes: Routes,
    sent: usize,
}

/// What came of the requests of a scene.
#[derive(Debug, Default)]
pub struct Shown {
    /// For each request: the rule that won, and what was observed.
    pub rows: Vec<(String, Observed)>,
    /// All that is not as the scene expects.
    pub problems: Vec<String>,
}

impl Stage {
    /// Starts the backends and Envoy.
    pub fn set() -> Result<Self, String> {
        let dist = crate::dist();
        if !dist.join("httproute.wasm").exists() {
            return Err(format!("no modules in {}: build them with `./just build`", dist.display()));
        }
        let binary = envoy::find(envoy::default_version())?;
        let example = GatewayExample::read("shop")?;
        let fleet = Fleet::start(&example.backends(), [127, 0, 0, 1].into(), |_| 0)?;
        let config = example.config(&cli()?, &fleet.places("127.0.0.1"))?;
        let routes = routes_in(&config)?;
        let envoy = Envoy::start_from(&binary, "demo", ("envoy.yaml", &config))?;
        let listeners = envoy.admin.listeners()?;
        let &listener = listeners.values().next().ok_or("Envoy has no listener")?;
        Ok(Stage { envoy, version: binary.version, listener, fleet, routes, sent: 0 })
    }

    /// What the demo shows.
    pub fn scenes(&self) -> Result<Vec<Scene>, String> {
        scenes::read()
    }

    /// Sends the requests of a scene, and compares.
    pub fn play(&mut self, scene: &Scene) -> Result<Shown, String> {
        let mut shown = Shown::default();
        for exchange in &scene.requests {
            let observed = self.send(exchange)?;
            shown.problems.extend(exchange.expect.check(&observed));
            shown.rows.push((self.rule(&exchange.request), observed));
        }
        Ok(shown)
    }

    fn send(&mut self, exchange: &Exchange) -> Result<Observed, String> {
        self.sent += 1;
        let id = format!("demo-{}", self.sent);
        let request = request(&exchange.request, &id);
        let mut client = Client::new(self.listener);
        let mut observed = Observed { port: self.listener.port(), ..Observed::default() };
        for _ in 0..exchange.request.times {
            let answer = client.send(&request).map_err(|e| format!("{}: {e}", exchange.request.path))?;
            observed.answers.push(answer);
        }
        observed.sent_body = request.body;
        for mirror in exchange.expect.mirrors.keys() {
            self.fleet.record.wait_for(&id, mirror, exchange.request.times, PATIENCE);
        }
        observed.received = self.fleet.record.take(&id);
        Ok(observed)
    }

    /// The rule that the SDK picks for a request, as people name it.
    fn rule(&self, spec: &RequestSpec) -> String {
        let mut lines = vec![
            (b":authority".to_vec(), raw(&spec.host)),
            (b":path".to_vec(), raw(&spec.path)),
            (b":method".to_vec(), spec.method.clone().into_bytes()),
        ];
        lines.extend(spec.headers.iter().map(|(name, value)| (name.to_lowercase().into_bytes(), raw(value))));
        let lines: Vec<_> = lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
        let plan = self.routes.plan(&RequestView::new(&lines, &|| None), &mut Draw::seeded(0));
        plan.rule.map_or_else(
            || "no rule".to_owned(),
            |rule| match rule.name {
                Some(name) => format!("{} rule {} \"{name}\"", rule.route, rule.rule),
                None => format!("{} rule {}", rule.route, rule.rule),
            },
        )
    }

    /// Says how to play with what is left running.
    pub fn explain(&self) {
        let address = self.listener;
        println!("\nEverything keeps running until Ctrl-C. Try, in another terminal:\n");
        for (path, more) in [
            ("/", " -i"),
            ("/cart", ""),
            ("/cart", " -H 'x-preview: yes'"),
            ("/account/login", " -i"),
            ("/api/orders/7", " -d 'two apples'"),
        ] {
            println!("  curl -s http://{address}{path} -H 'host: shop.example.com'{more}");
        }
        println!("\nEnvoy's administration interface: http://{}/", self.envoy.admin.0);
        println!("Its configuration and log:        {}", self.envoy.folder().display());
    }
}

/// The routes of the first Wasm filter in an Envoy configuration.
fn routes_in(config: &str) -> Result<Routes, String> {
    let options = serde_saphyr::options! { strict_booleans: true };
    let config: Value = serde_saphyr::from_str_with_options(config, options).map_err(|e| e.to_string())?;
    let filters = "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config/http_filters";
    let configuration = config.pointer(&format!("{filters}/0/typed_config/config/configuration/value"));
    let configuration =
        configuration.and_then(Value::as_str).ok_or("the example has no module configuration")?;
    Routes::decode(configuration.as_bytes()).map(|(routes, _)| routes).map_err(|refusal| refusal.to_string())
}

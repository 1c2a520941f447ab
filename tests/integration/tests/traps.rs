//! What users get when a module traps, on real Envoys: a module with faults (`tests/trap-module/`) in the place of the real one.
//!
//! `HTTPROUTE_ENVOYS` lists the versions, as for the cases; with `--nocapture` each outage is told in numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use httproute_integration::backend::Behaviour;
use httproute_integration::client::{Client, Request};
use httproute_integration::command_line::cli;
use httproute_integration::envoy::{self, Envoy};
use httproute_integration::example::{Example, UPSTREAMS};
use httproute_integration::fleet::Fleet;
use httproute_integration::gateway_example::GatewayExample;
use httproute_integration::record::ID_HEADER;
use httproute_integration::trap_module::trap_module;
use libtest_mimic::{Arguments, Failed, Trial};

/// How long traffic may take to be back. Generous: a second is usual, and a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(30);

/// So many connections that each of Envoy's two workers gets some of them.
const CONNECTIONS: usize = 32;

/// The header in which the trap module reads where to panic.
const TRAP: &str = "x-trap";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let told = arguments.nocapture;
    let listed = std::env::var("HTTPROUTE_ENVOYS").unwrap_or_default();
    let versions: Vec<_> = match listed.trim() {
        "none" => Vec::new(),
        "" => vec![envoy::default_version()],
        listed => listed.split_whitespace().collect(),
    };
    let mut trials = Vec::new();
    let mut add = |version: &str, name: String, test: Box<dyn Fn(&str) -> Outage + Send>| {
        let version = version.to_owned();
        trials.push(Trial::test(format!("envoy {version}::{name}"), move || {
            let outage = test(&version);
            if told {
                println!("Envoy {version}, {name}: {outage}");
            }
            Ok::<(), Failed>(())
        }));
    };
    for version in versions {
        for place in ["request", "body", "response", "answer"] {
            add(
                version,
                format!("reloaded after a trap at the {place}"),
                Box::new(|version| reloaded(version, place)),
            );
        }
        add(version, "requests under way".into(), Box::new(under_way));
        add(version, "FAIL_CLOSED".into(), Box::new(|version| for_good(version, "FAIL_CLOSED")));
        add(version, "FAIL_OPEN".into(), Box::new(|version| for_good(version, "FAIL_OPEN")));
        add(version, "FAIL_OPEN without our safety".into(), Box::new(what_the_safety_is_for));
        if version == envoy::default_version() {
            for example in Example::all().expect("examples") {
                let name = example.folder.file_name().expect("a name").to_string_lossy().into_owned();
                add(
                    version,
                    format!("example {name}"),
                    Box::new(move |version| of_an_example(version, &example)),
                );
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// An Envoy with the module that traps, and what is behind it.
struct Rig {
    envoy: Envoy,
    listener: SocketAddr,
    fleet: Fleet,
    /// What is asked for all the time.
    request: Request,
    /// What comes of it in a round where all is well.
    well: BTreeMap<String, usize>,
}

/// What was answered from the trap until all was well again, or the observation ended.
#[derive(Default)]
struct Outage {
    /// How many requests had which outcome: a status, or what happened to the connection.
    outcomes: BTreeMap<String, usize>,
    /// When the last request failed.
    lasted: Duration,
}

impl std::fmt::Display for Outage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}, the last failure after {} ms", self.outcomes, self.lasted.as_millis())
    }
}

impl Rig {
    /// The shop of `examples/gateway/`, as `httproute render envoy` writes it, but for `change`.
    fn shop(version: &str, behaviour: Behaviour, change: impl Fn(String) -> String) -> Self {
        let example = GatewayExample::read("shop").unwrap();
        let mut backends = example.backends();
        for cart in ["shop/cart/8080", "shop/cart-canary/8080"] {
            backends.insert(cart.to_owned(), behaviour);
        }
        let fleet = Fleet::start(&backends, IpAddr::V4(Ipv4Addr::LOCALHOST), |_| 0).unwrap();
        let config = example.config(&cli().unwrap(), &fleet.places("127.0.0.1")).unwrap();
        let real = httproute_integration::dist().join("httproute.wasm");
        let trapping = config.replace(&*real.to_string_lossy(), &trap_module().unwrap().to_string_lossy());
        assert_ne!(config, trapping, "the configuration has no module");
        let rig = Rig::start(
            version,
            &change(trapping),
            "http-80",
            fleet,
            Request::get("shop.example.com", "/page"),
        );
        assert!(rig.well.keys().eq(["200"]), "{:?}", rig.well);
        assert_eq!(rig.receivers("watched"), BTreeSet::from(["shop/web/8080".to_owned()]));
        rig
    }

    fn start(version: &str, config: &str, listener: &str, fleet: Fleet, request: Request) -> Self {
        let binary = envoy::find(version).unwrap();
        let envoy = Envoy::start_from(&binary, "traps", ("envoy.yaml", config)).unwrap();
        let listener = envoy.admin.listeners().unwrap()[listener];
        let mut rig = Rig { envoy, listener, fleet, request, well: BTreeMap::new() };
        rig.well = rig.round();
        rig
    }

    /// Sends a request that tries to choose the upstream by itself on each connection, and says what came of them. The
    /// connections are new: those that Envoy closes would gather at the worker that is well.
    fn round(&self) -> BTreeMap<String, usize> {
        let mut forged = self.request.clone().with(ID_HEADER, "watched");
        for name in ["x-httproute-cluster", "X-HTTPRoute-Mirror-1", "x-httproute-mirror-4"] {
            forged = forged.with(name, "mirror/audit/recorder/8080").with(name, "shop/audit/8080");
        }
        let mut outcomes = BTreeMap::new();
        for _ in 0..CONNECTIONS {
            *outcomes.entry(send(self.listener, &forged)).or_default() += 1;
        }
        outcomes
    }

    /// Sends the request that traps on a connection of its own.
    fn trap(&self, place: &str, request: Request) -> String {
        send(self.listener, &request.with(TRAP, place))
    }

    /// Rounds of requests while `go_on` says so, which gets what came of the last one.
    fn watch(&self, mut go_on: impl FnMut(&Envoy, &BTreeMap<String, usize>) -> bool) -> Outage {
        let start = Instant::now();
        let mut outage = Outage::default();
        loop {
            let round = self.round();
            for (outcome, count) in &round {
                if outcome != "200" {
                    outage.lasted = start.elapsed();
                }
                *outage.outcomes.entry(outcome.clone()).or_default() += count;
            }
            if !go_on(&self.envoy, &round) {
                return outage;
            }
        }
    }

    /// Watches until every connection is answered as before the trap.
    fn watch_until_back(&self) -> Outage {
        let deadline = Instant::now() + PATIENCE;
        let well = self.well.clone();
        self.watch(|envoy, round| {
            assert!(
                Instant::now() < deadline,
                "not back after {} s: {round:?}, not {well:?}",
                PATIENCE.as_secs()
            );
            // Each connection had an answer, so all workers have taken part.
            !(reloads(envoy) > 0 && *round == well)
        })
    }

    /// Which backends received the requests of this id.
    fn receivers(&self, id: &str) -> BTreeSet<String> {
        self.fleet.record.take(id).into_iter().map(|received| received.backend).collect()
    }
}

/// The status of the answer on a new connection, or what happened instead.
fn send(listener: SocketAddr, request: &Request) -> String {
    match Client::new(listener).send(request) {
        Ok(answer) => answer.status.to_string(),
        Err(e) => e.to_string(),
    }
}

/// How often a virtual machine was made in the place of one that failed.
fn reloads(envoy: &Envoy) -> u64 {
    envoy.admin.stats("vm_reload_success").unwrap().values().sum()
}

fn only(outcomes: &BTreeMap<String, usize>, allowed: &[&str]) {
    assert!(outcomes.keys().all(|outcome| allowed.contains(&outcome.as_str())), "{outcomes:?}");
}

/// With the configuration as it is rendered, traffic is back; until then requests fail, and none goes where its client wants.
fn reloaded(version: &str, place: &str) -> Outage {
    // For the answer to a copy to come to the module, the module must send it.
    let by_module = |config: String| config.replace("x-httproute-mirror-{n}", "x-carried-{n}");
    let rig = match place {
        "answer" => Rig::shop(version, Behaviour::Echo, by_module),
        _ => Rig::shop(version, Behaviour::Echo, |config| config),
    };
    let mut request = rig.request.clone();
    match place {
        "body" => (request.method, request.body) = ("POST".into(), b"a body".to_vec()),
        "answer" => request.target = b"/api/orders/1".to_vec(),
        _ => {}
    }
    let trapped = rig.trap(place, request);
    // The backend's answer may overtake the mirror's.
    assert!(trapped == "503" || place == "answer" && trapped == "200", "{trapped}");
    let outage = rig.watch_until_back();
    only(&outage.outcomes, &["200", "503"]);
    assert_eq!(rig.receivers("watched"), BTreeSet::from(["shop/web/8080".to_owned()]));
    outage
}

/// The real examples, too.
fn of_an_example(version: &str, example: &Example) -> Outage {
    let upstreams: BTreeMap<_, _> =
        UPSTREAMS.iter().map(|(name, _)| ((*name).to_owned(), Behaviour::Echo)).collect();
    let fleet = Fleet::start(&upstreams, IpAddr::V4(Ipv4Addr::LOCALHOST), |_| 0).unwrap();
    let config = example.config_for(&fleet.places("127.0.0.1"));
    let module = trap_module().unwrap().to_string_lossy().into_owned();
    let real = format!("{}/", httproute_integration::dist().display());
    let trapping: Vec<_> = config
        .lines()
        .map(|line| match line.split_once(&real) {
            Some((before, _)) => format!("{before}{module} }} }}"),
            None => line.to_owned(),
        })
        .collect();
    let request =
        example.steps.iter().find_map(|step| step.request()).expect("the README has something to try");
    let rig = Rig::start(version, &trapping.join("\n"), "web", fleet, request.clone());
    let receivers = rig.receivers("watched");
    assert_eq!(rig.trap("request", request), "503");
    let outage = rig.watch_until_back();
    assert!(rig.receivers("watched").is_subset(&receivers), "a client chose the upstream");
    outage
}

/// What becomes of requests that wait for a backend while the module traps.
fn under_way(version: &str) -> Outage {
    let rig = Rig::shop(version, Behaviour::Held, |config| config);
    let request = Request::get("shop.example.com", "/cart").with(ID_HEADER, "held");
    let waiting: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (listener, request) = (rig.listener, request.clone());
            std::thread::spawn(move || send(listener, &request))
        })
        .collect();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let active = rig.envoy.admin.stats("^cluster.shop/cart.*.upstream_rq_active").unwrap();
        if active.values().sum::<u64>() == CONNECTIONS as u64 {
            break;
        }
        assert!(Instant::now() < deadline, "{active:?}");
    }
    assert_eq!(rig.trap("request", rig.request.clone()), "503");
    rig.fleet.record.release("held");
    let mut outage = Outage::default();
    for waiting in waiting {
        *outage.outcomes.entry(waiting.join().unwrap()).or_default() += 1;
    }
    only(&outage.outcomes, &["200", "503"]);
    rig.watch_until_back();
    outage
}

/// Without FAIL_RELOAD a worker whose module has trapped answers 503 from then on; our configuration lets no request pass by
/// the module even where Envoy is told to go on without it.
fn for_good(version: &str, policy: &str) -> Outage {
    let rig = Rig::shop(version, Behaviour::Echo, |config| config.replace("FAIL_RELOAD", policy));
    assert_eq!(rig.trap("request", rig.request.clone()), "503");
    // Three times as long as a reload takes.
    let end = Instant::now() + Duration::from_secs(3);
    let outage = rig.watch(|_, round| {
        assert!(round.contains_key("503"), "{round:?}");
        Instant::now() < end
    });
    only(&outage.outcomes, &["200", "503"]);
    assert_eq!(rig.receivers("watched"), BTreeSet::from(["shop/web/8080".to_owned()]));
    assert_eq!(reloads(&rig.envoy), 0);
    outage
}

/// The forged headers that the tests above send do reach what they name, where our configurations' safety is taken away: with
/// FAIL_OPEN, and without removing these headers early.
fn what_the_safety_is_for(version: &str) -> Outage {
    let rig = Rig::shop(version, Behaviour::Echo, |config| {
        config.replace("FAIL_RELOAD", "FAIL_OPEN").replace("prefix: x-httproute-", "prefix: x-nothing-")
    });
    // What it sends before the trap goes where the rule says, which the module sees to.
    assert_eq!(rig.trap("request", rig.request.clone()), "503");
    let outage = rig.watch(|_, _| false);
    assert!(rig.receivers("watched").contains("audit/recorder/8080"));
    outage
}

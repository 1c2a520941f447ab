//! An Envoy as users have it, with what clients attack behind it, and the proof that nobody else was harmed.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use httproute_integration::backend::Behaviour;
use httproute_integration::client::{Client, Request};
use httproute_integration::command_line;
use httproute_integration::envoy::{self, Envoy};
use httproute_integration::fleet::Fleet;
use httproute_integration::load::LeanBackend;
use httproute_integration::record::{ID_HEADER, Received};
use httproute_integration::wire;

use crate::patterns;

/// How long what is awaited may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The host whose rules are attacked.
pub(crate) const HOST: &str = "shop.example.com";

/// The marker in all that a client tries to smuggle or to inject.
pub(crate) const MARKER: &str = "injected";

/// A running Envoy and a client that wants nothing but its answers.
pub(crate) struct Rig {
    pub(crate) envoy: Envoy,
    pub(crate) listener: SocketAddr,
    fleet: Fleet,
    _silent: LeanBackend,
    machines: u64,
    witness: Option<Witness>,
}

struct Witness {
    answered: Arc<AtomicU64>,
    stopping: Arc<AtomicBool>,
    thread: JoinHandle<Result<(), String>>,
}

impl Rig {
    pub(crate) fn start(version: &str) -> Result<Rig, String> {
        let backends =
            ["web", "admin", "recorder"].map(|name| (format!("shop/{name}/8080"), Behaviour::Echo));
        let fleet = Fleet::start(&backends.into(), IpAddr::V4(Ipv4Addr::LOCALHOST), |_| 0)?;
        let silent = LeanBackend::start(|_, _| {}).map_err(|e| e.to_string())?;
        let config = render(&fleet, silent.address())?;
        let binary = envoy::find(version)?;
        let envoy = Envoy::start_from(&binary, "hostile", ("envoy.yaml", &config))?;
        let listener = envoy.admin.listeners()?["http-80"];
        let machines = machines(&envoy)?;
        let witness = Some(Witness::start(listener));
        Ok(Rig { envoy, listener, fleet, _silent: silent, machines, witness })
    }

    /// What backends received since the last time, without what the witness sent.
    pub(crate) fn received(&self) -> Vec<Received> {
        drop(self.fleet.record.take("witness"));
        self.fleet.record.take("")
    }

    /// Waits until a backend has received a request without an id.
    pub(crate) fn wait_for(&self, backend: &str, count: usize) -> bool {
        self.fleet.record.wait_for("", backend, count, PATIENCE)
    }

    /// Waits until no request is on its way to a backend that answers.
    pub(crate) fn wait_until_idle(&self) -> Result<(), String> {
        let idle = |name: &str| self.envoy.admin.is_idle(name);
        await_that("a backend that is idle", || {
            Ok(idle("shop/admin/8080")? && idle("mirror/shop/recorder/8080")?)
        })
    }

    /// The counter of the module with this name.
    pub(crate) fn count(&self, name: &str) -> Result<u64, String> {
        let stats = self.envoy.admin.stats("wasmcustom.httproute.httproute")?;
        Ok(stats.get(&format!("wasmcustom.httproute.httproute.{name}")).copied().unwrap_or(0))
    }

    /// Kilobytes of memory that Envoy, with its modules, has of the machine.
    pub(crate) fn memory(&self) -> Result<u64, String> {
        let ps = Command::new("ps").args(["-o", "rss=", "-p", &self.envoy.id().to_string()]).output();
        let text = String::from_utf8_lossy(&ps.map_err(|e| format!("ps: {e}"))?.stdout).into_owned();
        text.trim().parse().map_err(|_| format!("ps says {text:?}"))
    }

    /// Looks that nothing but what was sent came of an attack: `received` is what backends got meanwhile. The error tells
    /// all that is not as it should be.
    pub(crate) fn unharmed(&mut self, received: &[Received]) -> Result<(), String> {
        let mut told: Vec<_> =
            received.iter().filter_map(|received| escaped(received).err()).take(5).collect();
        let witness = self.witness.as_ref().ok_or("the witness is gone")?;
        let before = witness.answered.load(Ordering::Relaxed);
        let goes_on =
            || witness.answered.load(Ordering::Relaxed) > before + 2 || witness.thread.is_finished();
        await_that("another client's answers", || Ok(goes_on()))?;
        if witness.thread.is_finished()
            && let Some(witness) = self.witness.replace(Witness::start(self.listener))
        {
            told.extend(witness.end().err());
        }
        let machines = machines(&self.envoy)?;
        if machines != self.machines {
            told.push(format!(
                "the module trapped: {machines} virtual machines were made, not {}",
                self.machines
            ));
            self.machines = machines;
        }
        if told.is_empty() { Ok(()) } else { Err(told.join("\n")) }
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        drop(self.witness.take().map(Witness::end));
    }
}

impl Witness {
    /// Asks for answers that no other request has, one after the other, until it is told to stop.
    fn start(listener: SocketAddr) -> Self {
        let (answered, stopping) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let thread = std::thread::spawn({
            let (answered, stopping) = (Arc::clone(&answered), Arc::clone(&stopping));
            move || {
                let mut client = Client::new(listener);
                while !stopping.load(Ordering::Relaxed) {
                    let number = answered.load(Ordering::Relaxed);
                    ask(&mut client, number)
                        .map_err(|e| format!("another client's request {number}: {e}"))?;
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            }
        });
        Witness { answered, stopping, thread }
    }

    fn end(self) -> Result<(), String> {
        self.stopping.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| "the other client panicked".to_owned())?
    }
}

/// One request of the witness, by turns to a rule that rewrites, and one that leaves it alone.
fn ask(client: &mut Client, number: u64) -> Result<(), String> {
    let nonce = number.to_string();
    let (path, seen) = match number % 2 {
        0 => (format!("/rewritten/{nonce}"), format!("POST /{nonce}\nhost: web.internal\n")),
        _ => (format!("/page/{nonce}"), format!("POST /page/{nonce}\nhost: {HOST}\n")),
    };
    let request = Request::get(HOST, &path).with(ID_HEADER, "witness").with("x-nonce", &nonce);
    let request = Request { method: "POST".into(), body: nonce.clone().into_bytes(), ..request };
    let answer = client.send(&request).map_err(|e| e.to_string())?;
    let body = String::from_utf8_lossy(&answer.body);
    let right = answer.status == 200
        && body.starts_with(&format!("backend: shop/web/8080\n{seen}"))
        && body.contains(&format!("\nx-nonce: {nonce}\n"))
        && body.ends_with(&format!("\n{} bytes of body\n", nonce.len()));
    if right { Ok(()) } else { Err(format!("{} {body}", answer.status)) }
}

/// Whether a request that a backend got is one that it must not get.
fn escaped(received: &Received) -> Result<(), String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let target = text(&received.target);
    let host = wire::values(&received.headers, "host").next().unwrap_or_default();
    let of_admin = host.starts_with(b"admin.example.com") || target.starts_with("/admin");
    let told = |what: &str| {
        let lines = received.headers.iter().map(|(name, value)| format!("{name}: {}", text(value)));
        let lines: String = lines.collect::<Vec<_>>().join("; ").chars().take(1000).collect();
        Err(format!("{what}: {} {target} {lines}", received.backend))
    };
    if of_admin != (received.backend == "shop/admin/8080") {
        return told("a request is with a backend that its rule does not name");
    }
    if target == format!("/{MARKER}")
        || received.method.contains(MARKER)
        || received.headers.iter().any(|(name, _)| name.contains(MARKER))
    {
        return told("a header or a request is smuggled in");
    }
    if received.headers.iter().any(|(_, value)| value.iter().any(|byte| b"\r\n\0".contains(byte))) {
        return told("a header has a line break or a zero byte");
    }
    if wire::values(&received.headers, "host").count() != 1 {
        return told("not one host");
    }
    let private = |name: &str| {
        ["x-httproute-", "x-envoy-upstream-"].iter().any(|start| name.starts_with(start))
            && (received.backend == "shop/recorder/8080" || name != "x-httproute-mirror-1")
    };
    if received.headers.iter().any(|(name, value)| private(name) || value.as_slice() == b"shop/forged/8080") {
        return told("a private header is passed on");
    }
    Ok(())
}

/// Polls, for Envoy has no event for it.
pub(crate) fn await_that(what: &str, is: impl Fn() -> Result<bool, String>) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    while !is()? {
        if Instant::now() > deadline {
            return Err(format!("no {what} within {} s", PATIENCE.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// How many virtual machines Envoy has made. One that traps is made anew with the next request.
fn machines(envoy: &Envoy) -> Result<u64, String> {
    let stats = envoy.admin.stats("wasm.envoy.wasm.runtime.v8.created|vm_reload_backoff")?;
    Ok(stats.values().sum())
}

fn render(fleet: &Fleet, silent: SocketAddr) -> Result<String, String> {
    let mut places: BTreeMap<_, _> = fleet.places("127.0.0.1");
    places.insert("shop/silent/8080".into(), ("127.0.0.1".into(), silent.port()));
    let gateway = httproute_integration::root().join("tests/integration/hostile/gateway.yaml");
    let gateway = gateway.to_str().ok_or("the checkout has a path that is not UTF-8")?;
    // As many copies at once as there are slow clients, and none that waits longer than a test has.
    let flags = ["--port", "80=0", "-f", gateway, "--mirror-buffer", "1M", "--mirror-timeout", "6s"];
    command_line::render(&command_line::cli()?, &patterns::routes(), flags, &places)
}

//! The cases against an Envoy in a container: writes Envoy's configuration, and is the container of the backends and the
//! client.
//!
//! - `cases-in-containers bootstrap CASES FOLDER` writes `FOLDER/bootstrap.json` for the cases in the folder `CASES`.
//! - `cases-in-containers run CASES` runs the backends, waits for Envoy, and runs the cases.

use std::collections::BTreeMap;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use httproute_integration::backend::Behaviour;
use httproute_integration::case::Case;
use httproute_integration::envoy::Admin;
use httproute_integration::envoy::bootstrap::{CLOSED_PORT, Net, Site, bootstrap, sites, upstreams};
use httproute_integration::fleet::Fleet;
use httproute_integration::proxy::Proxy;
use libtest_mimic::{Arguments, Trial};

// Ports inside of containers: each has a network address of its own, so nothing else can have them.
const ADMIN_PORT: u16 = 9901;
const FIRST_LISTENER: u16 = 10_000;
const FIRST_BACKEND: u16 = 20_000;
/// How long Envoy may take until it serves.
const PATIENCE: Duration = Duration::from_secs(180);

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[1..] {
        ["bootstrap", cases, folder] => write_bootstrap(cases, folder),
        ["run", cases] => run(cases),
        _ => Err("usage: cases-in-containers bootstrap CASES FOLDER | run CASES".into()),
    };
    result.unwrap_or_else(|e| {
        eprintln!("{e}");
        ExitCode::FAILURE
    })
}

/// The port of each backend: by the order of their names, so that both containers agree.
fn backend_ports(upstreams: &BTreeMap<String, Behaviour>) -> BTreeMap<String, u16> {
    upstreams.keys().cloned().zip(FIRST_BACKEND..).collect()
}

fn write_bootstrap(cases: &str, folder: &str) -> Result<ExitCode, String> {
    let cases = Case::read_all(Path::new(cases))?;
    let upstreams = upstreams(&cases)?;
    let ports = backend_ports(&upstreams);
    let known = upstreams.iter().filter(|&(_, &behaviour)| behaviour != Behaviour::Missing);
    let place = |(name, behaviour): (&String, &Behaviour)| {
        let port = if behaviour.listens() { ports[name] } else { CLOSED_PORT };
        (name.clone(), ("cases".to_owned(), port))
    };
    let net = Net {
        bind: "0.0.0.0",
        admin_port: ADMIN_PORT,
        first_port: Some(FIRST_LISTENER),
        backends: known.map(place).collect(),
        modules: "/modules".into(),
    };
    let path = Path::new(folder).join("bootstrap.json");
    let text = bootstrap(&sites(&cases), &net).to_string();
    std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn run(folder: &str) -> Result<ExitCode, String> {
    let cases = Arc::new(Case::read_all(Path::new(folder))?);
    let upstreams = upstreams(&cases)?;
    let ports = backend_ports(&upstreams);
    let fleet = Fleet::start(&upstreams, [0, 0, 0, 0].into(), |name| ports[name])?;
    let envoy = wait_for_envoy()?;
    let names: Vec<_> = sites(&cases).iter().map(Site::name).collect();
    let listeners = names
        .into_iter()
        .zip(FIRST_LISTENER..)
        .map(|(name, port)| (name, SocketAddr::new(envoy.ip(), port)))
        .collect();
    let proxy = Arc::new(Proxy { listeners, admin: Admin(envoy), record: Arc::clone(&fleet.record) });
    let mut trials = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        for site in sites(std::slice::from_ref(case)) {
            let (cases, proxy, variant) = (Arc::clone(&cases), Arc::clone(&proxy), site.variant);
            let test = move || Ok(proxy.run(&Site { case: &cases[index], variant })?);
            trials.push(Trial::test(format!("containers::{}::{}", variant.name(), case.name), test));
        }
    }
    Ok(libtest_mimic::run(&Arguments::default(), trials).exit_code())
}

/// Containers start in no order that one could rely on, so Envoy is asked until it serves.
fn wait_for_envoy() -> Result<SocketAddr, String> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let found = ("envoy", ADMIN_PORT).to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
        if let Some(address) = found.filter(|&address| Admin(address).is_ready()) {
            return Ok(address);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(format!("Envoy did not serve within {} s", PATIENCE.as_secs()))
}

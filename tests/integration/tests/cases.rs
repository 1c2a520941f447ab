//! Every case, on the SDK alone and on real proxies: each a test of its own.
//!
//! `HTTPROUTE_ENVOYS` lists the versions to run, `none` for no proxy at all; without it the default version is used.
//! Arguments are those of any Rust test: `cargo test -p httproute-integration --test cases -- mirror`.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use httproute_integration::case::{Case, Side};
use httproute_integration::envoy::bootstrap::{Net, Site, bootstrap, sites, upstreams};
use httproute_integration::envoy::{self, Binary, Envoy};
use httproute_integration::fleet::Fleet;
use httproute_integration::native;
use httproute_integration::proxy::Proxy;
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let cases = match Case::read_all(&httproute_integration::cases()) {
        Ok(cases) => Arc::new(cases),
        Err(e) => {
            eprintln!("a case file that cannot be read: {e}");
            return ExitCode::FAILURE;
        }
    };
    let mut trials = Vec::new();
    for index in (0..cases.len()).filter(|&index| cases[index].runs_on(Side::Native)) {
        let cases = Arc::clone(&cases);
        let name = format!("native::{}", cases[index].name);
        trials.push(Trial::test(name, move || told(&cases[index], native::run(&cases[index]))));
    }
    let rigs: Vec<_> = versions().into_iter().map(|version| Arc::new(Rig::new(version, &cases))).collect();
    for rig in &rigs {
        trials.extend(trials_on(rig, &cases));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    let failed = conclusion.has_failed();
    // Ends the proxies before the process ends.
    rigs.iter().for_each(|rig| rig.stop(failed));
    conclusion.exit_code()
}

fn versions() -> Vec<String> {
    let listed = std::env::var("HTTPROUTE_ENVOYS").unwrap_or_default();
    match listed.trim() {
        "none" => Vec::new(),
        "" => vec![envoy::default_version().to_owned()],
        listed => listed.split_whitespace().map(str::to_owned).collect(),
    }
}

fn trials_on(rig: &Arc<Rig>, cases: &Arc<Vec<Case>>) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (index, case) in cases.iter().enumerate().filter(|(_, case)| case.runs_on(Side::Proxy)) {
        for &variant in &case.run {
            let name = format!("envoy {}::{}::{}", rig.version, variant.name(), case.name);
            let (rig, cases) = (Arc::clone(rig), Arc::clone(cases));
            trials.push(Trial::test(name, move || {
                let site = Site { case: &cases[index], variant };
                let result = match &site.case.refused {
                    Some(code) => rig.refuses(&site, code),
                    None => rig.run(&site),
                };
                told(site.case, result)
            }));
        }
    }
    trials
}

fn told(case: &Case, result: Result<(), String>) -> Result<(), Failed> {
    result
        .map_err(|e| format!("tests/integration/cases/{}.yaml\n{}\n{e}", case.name, case.about.trim()).into())
}

/// One version of Envoy with a listener for each case, started when the first case asks for it.
struct Rig {
    version: String,
    cases: Arc<Vec<Case>>,
    running: Mutex<Option<Result<Running, String>>>,
}

struct Running {
    envoy: Envoy,
    proxy: Arc<Proxy>,
    _fleet: Fleet,
}

impl Rig {
    fn new(version: String, cases: &Arc<Vec<Case>>) -> Self {
        Rig { version, cases: Arc::clone(cases), running: Mutex::new(None) }
    }

    fn run(&self, site: &Site<'_>) -> Result<(), String> {
        let proxy = {
            let mut running = self.running.lock().map_err(|_| "the proxy's start-up failed")?;
            match running.get_or_insert_with(|| self.start()) {
                Ok(running) => Arc::clone(&running.proxy),
                Err(e) => {
                    let told =
                        std::mem::replace(e, "the proxy did not start: the first failure says why".into());
                    return Err(told);
                }
            }
        };
        proxy.run(site)
    }

    fn start(&self) -> Result<Running, String> {
        let binary = self.binary()?;
        let fleet = Fleet::start(&upstreams(&self.cases)?, [127, 0, 0, 1].into(), |_| 0)?;
        let config = bootstrap(&sites(&self.cases), &net(fleet.places("127.0.0.1")));
        let envoy = Envoy::start(&binary, &format!("cases-{}", self.version), &config)?;
        let listeners = envoy.admin.listeners()?;
        let proxy = Proxy { listeners, admin: envoy.admin, record: Arc::clone(&fleet.record) };
        Ok(Running { envoy, proxy: Arc::new(proxy), _fleet: fleet })
    }

    fn binary(&self) -> Result<Binary, String> {
        let folder = httproute_integration::dist();
        if !folder.join("httproute.wasm").exists() {
            return Err(format!("no modules in {}: build them with `./just build`", folder.display()));
        }
        envoy::find(&self.version)
    }

    /// An Envoy of its own must refuse the case's configuration, and say why in one line.
    fn refuses(&self, site: &Site<'_>, code: &str) -> Result<(), String> {
        let label = format!("refusal-{}", site.name().replace('/', "-"));
        match Envoy::start(&self.binary()?, &label, &bootstrap(&[*site], &net(BTreeMap::new()))) {
            Ok(_) => Err("Envoy started with a configuration that must be refused".into()),
            Err(log) => {
                let lines = log.lines().filter(|line| line.contains(&format!("refused[{code}]")));
                // Envoy asks the main thread's copy of the module first, and stops at its no.
                match lines.count() {
                    1 => Ok(()),
                    n => Err(format!(
                        "\"configuration refused[{code}]\" is logged {n} times, not once:\n{log}"
                    )),
                }
            }
        }
    }

    fn stop(&self, failed: bool) {
        let Ok(mut running) = self.running.lock() else { return };
        if let Some(Ok(running)) = running.as_mut()
            && failed
        {
            running.envoy.keep_files = true;
            eprintln!(
                "what Envoy {} logged, and its configuration: {}",
                self.version,
                running.envoy.folder().display()
            );
        }
        *running = None;
    }
}

fn net(backends: BTreeMap<String, (String, u16)>) -> Net {
    let modules = httproute_integration::dist();
    let modules = modules.canonicalize().unwrap_or(modules).to_string_lossy().into_owned();
    Net { bind: "127.0.0.1", admin_port: 0, first_port: None, backends, modules }
}

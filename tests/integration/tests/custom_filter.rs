//! `examples/custom-filter/`: what its README says is done as it stands, and its cases are run on the SDK and in Envoy with its module.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use httproute_integration::case::Case;
use httproute_integration::client::{Client, Request};
use httproute_integration::command_line::cli;
use httproute_integration::envoy::bootstrap::{Net, bootstrap, sites, upstreams};
use httproute_integration::envoy::{self, Envoy};
use httproute_integration::fleet::Fleet;
use httproute_integration::gateway_example::GatewayExample;
use httproute_integration::proxy::Proxy;
use httproute_integration::run::{Manifests, Run};
use httproute_integration::{example, native, root};

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn folder() -> PathBuf {
    root().join("examples/custom-filter")
}

fn cases() -> Vec<Case> {
    let cases = Case::read_all(&folder().join("cases")).unwrap();
    assert_eq!(cases.len(), 3, "one for each filter");
    cases
}

fn readme() -> String {
    std::fs::read_to_string(folder().join("README.md")).unwrap()
}

/// Runs a command of the README in the project's folder.
fn carry_out(line: &str, program: &Path) {
    let words = line.split_whitespace().skip(1);
    let output = Command::new(program).args(words).current_dir(root()).output().unwrap();
    assert!(
        output.status.success(),
        "{line}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Carries out the README's `cargo` commands, once: the native tests of the example, and the build of its module. Returns the module's folder.
fn built() -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let cargo = PathBuf::from(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let readme = readme();
        let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("cargo ")).collect();
        assert_eq!(commands.len(), 2, "{commands:?}");
        commands.iter().for_each(|command| carry_out(command, &cargo));
    });
    root().join("target/custom-filter/wasm32-unknown-unknown/release")
}

#[test]
fn the_cases_hold_without_a_proxy() {
    for case in cases() {
        let told = native::run_with(&case, &custom_filter::filters());
        told.unwrap_or_else(|e| panic!("{}: {e}", case.name));
    }
}

#[test]
fn the_cases_hold_in_envoy_with_the_module() {
    let cases = cases();
    let fleet = Fleet::start(&upstreams(&cases).unwrap(), LOCALHOST, |_| 0).unwrap();
    let modules = built().to_string_lossy().into_owned();
    let backends = fleet.places("127.0.0.1");
    let net = Net { bind: "127.0.0.1", admin_port: 0, first_port: None, backends, modules };
    let sites = sites(&cases);
    let binary = envoy::find(envoy::default_version()).unwrap();
    let envoy = Envoy::start(&binary, "custom-filter", &bootstrap(&sites, &net)).unwrap();
    let listeners = envoy.admin.listeners().unwrap();
    let proxy = Proxy { listeners, admin: envoy.admin, record: Arc::clone(&fleet.record) };
    for site in sites {
        proxy.run(&site).unwrap_or_else(|e| panic!("{}: {e}", site.case.name));
    }
}

#[test]
fn the_readme_does_what_it_says() {
    built();
    let readme = readme();
    let check = readme.lines().find(|line| line.starts_with("target/release/httproute check ")).unwrap();
    carry_out(check, &cli().unwrap());

    let example = GatewayExample::read_in(folder()).unwrap();
    let fleet = Fleet::start(&example.backends(), LOCALHOST, |_| 0).unwrap();
    let config = example.config(&cli().unwrap(), &fleet.places("127.0.0.1")).unwrap();
    let binary = envoy::find(envoy::default_version()).unwrap();
    let envoy = Envoy::start_from(&binary, "custom-filter-readme", ("envoy.yaml", &config)).unwrap();
    let mut client = Client::new(envoy.admin.listeners().unwrap()["http-80"]);
    assert_eq!(example.steps.len(), 4);
    example::run(&example.steps, &mut client, &fleet.record).unwrap();
}

/// "three filters, each at most 20 lines": what a stranger has to write for one.
#[test]
fn each_filter_is_short() {
    for name in ["api_key", "header_budget", "sticky_canary"] {
        let text = std::fs::read_to_string(folder().join(format!("src/{name}.rs"))).unwrap();
        let (_, filter) = text.split_once("\nimpl Filter for ").unwrap();
        let lines = filter.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
        let lines = lines.count();
        assert!(lines <= 20, "{name} has {lines} lines");
    }
}

/// Only the module can judge objects of its own kinds: `run` asks it before it serves them.
#[test]
fn a_wrong_object_is_a_wrong_edit() {
    let module = built().join("custom_filter.wasm");
    let shop = std::fs::read_to_string(folder().join("gateway/shop.yaml")).unwrap();
    let manifests = Manifests::new(&[("shop.yaml", &shop)]).unwrap();
    let fleet =
        Fleet::start(&GatewayExample::read_in(folder()).unwrap().backends(), LOCALHOST, |_| 0).unwrap();
    let places = fleet.places("127.0.0.1");
    let mut arguments: Vec<String> =
        ["-f", ".", "--bind", "127.0.0.1", "--port", "80=0", "--module"].map(str::to_owned).into();
    arguments.push(module.display().to_string());
    for kind in ["ApiKeyPolicy", "HeaderBudget", "StickyCanary"] {
        arguments.push(format!("--extension=example.com/{kind}"));
    }
    for (name, (host, port)) in &places {
        let (service, number) = name.rsplit_once('/').unwrap();
        arguments.push(format!("--backend={service}:{number}={host}:{port}"));
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut run = Run::start(manifests.folder(), &arguments).unwrap();
    let mut client = Client::new(run.serves("http-80").unwrap());
    let mut status = || client.send(&Request::get("shop.example.com", "/")).unwrap().status;
    let served = status();
    assert_ne!(served, 500);
    manifests.write("shop.yaml", shop.replace("maxBytes: 8192", "maxBytes: many")).unwrap();
    run.line("error: HeaderBudget shop/small is not valid: ").unwrap();
    run.line("nothing is changed: the last good state is served").unwrap();
    assert_eq!(status(), served);
    manifests.write("shop.yaml", shop.replace("maxBytes: 8192", "maxBytes: 9000")).unwrap();
    run.line("changed in ").unwrap();
    assert_eq!(status(), served);
    // At the start there is nothing better to serve.
    manifests.write("shop.yaml", shop.replace("maxBytes: 8192", "maxBytes: many")).unwrap();
    let mut run = Run::start(manifests.folder(), &arguments).unwrap();
    run.line("error: HeaderBudget shop/small is not valid: ").unwrap();
    let mut client = Client::new(run.serves("http-80").unwrap());
    assert_eq!(client.send(&Request::get("shop.example.com", "/")).unwrap().status, 500);
}

//! Each example does what its README says, and is safe.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use httproute_integration::backend::Behaviour;
use httproute_integration::client::{Client, Request};
use httproute_integration::command_line::cli;
use httproute_integration::envoy::{self, Envoy};
use httproute_integration::example::{self, Example, UPSTREAMS};
use httproute_integration::fleet::Fleet;
use httproute_integration::gateway_example::GatewayExample;

fn start(example: &Example) -> (Envoy, Client, Fleet) {
    let upstreams: BTreeMap<_, _> =
        UPSTREAMS.iter().map(|(name, _)| ((*name).to_owned(), Behaviour::Echo)).collect();
    let fleet = Fleet::start(&upstreams, IpAddr::V4(Ipv4Addr::LOCALHOST), |_| 0).unwrap();
    let config = example.config_for(&fleet.places("127.0.0.1"));
    let binary = envoy::find(envoy::default_version()).unwrap();
    let label = format!("example-{}", example.folder.file_name().unwrap().to_string_lossy());
    let envoy = Envoy::start_from(&binary, &label, ("envoy.yaml", &config)).unwrap();
    let address = envoy.admin.listeners().unwrap()["web"];
    (envoy, Client::new(address), fleet)
}

fn named(name: &str) -> Example {
    Example::read(&httproute_integration::root().join("examples/envoy").join(name)).unwrap()
}

macro_rules! examples {
    ($($test:ident = $folder:literal,)*) => {
        const NAMES: &[&str] = &[$($folder),*];

        $(#[test]
        fn $test() {
            let example = named($folder);
            let (_envoy, mut client, fleet) = start(&example);
            assert!(!example.steps.is_empty(), "the README has nothing to try");
            example::run(&example.steps, &mut client, &fleet.record).unwrap();
            no_client_chooses_an_upstream(&mut client);
        })*
    };
}

examples! {
    header_modifier = "header-modifier",
    httproute = "httproute",
    mirror = "mirror",
    redirect = "redirect",
    url_rewrite = "url-rewrite",
    weighted_split = "weighted-split",
}

#[test]
fn every_folder_is_tested() {
    let folders: Vec<_> = Example::all().unwrap().into_iter().map(|example| example.folder).collect();
    let names: Vec<_> = folders.iter().map(|folder| folder.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, NAMES);
}

/// No request reaches `shop/audit/8080` by its own word, nor a path that is not what it seems.
fn no_client_chooses_an_upstream(client: &mut Client) {
    for name in ["x-httproute-cluster", "X-HTTPRoute-Mirror-1"] {
        let answer =
            client.send(&Request::get("shop.example.com", "/").with(name, "shop/audit/8080")).unwrap();
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!body.contains("audit"), "{name}: {body}");
    }
    let answer = client.send(&Request::get("shop.example.com", "/x/%2e%2e/cart")).unwrap();
    assert!(!String::from_utf8_lossy(&answer.body).contains(".."), "the proxy normalises paths");
    assert_eq!(client.send(&Request::get("shop.example.com", "/x%2fy")).unwrap().status, 307);
    assert_eq!(client.send(&Request::get("shop.example.com", "/").with("a_b", "1")).unwrap().status, 400);
}

/// The examples that begin with manifests, rendered as their README says.
macro_rules! gateway_examples {
    ($($test:ident = $name:literal,)*) => {
        $(#[test]
        fn $test() {
            let example = GatewayExample::read($name).unwrap();
            let fleet = Fleet::start(&example.backends(), IpAddr::V4(Ipv4Addr::LOCALHOST), |_| 0).unwrap();
            let config = example.config(&cli().unwrap(), &fleet.places("127.0.0.1")).unwrap();
            let binary = envoy::find(envoy::default_version()).unwrap();
            let envoy = Envoy::start_from(&binary, stringify!($test), ("envoy.yaml", &config)).unwrap();
            let mut client = Client::new(envoy.admin.listeners().unwrap()["http-80"]);
            assert!(!example.steps.is_empty(), "the README has nothing to try");
            example::run(&example.steps, &mut client, &fleet.record).unwrap();
        })*
    };
}

gateway_examples! {
    gateway_article = "article",
    gateway_shop = "shop",
}

/// The module hands its counters over once a second, and Envoy has no event for it, so it is asked.
#[test]
fn what_the_module_counts_is_in_the_statistics_of_the_proxy() {
    let (envoy, mut client, _fleet) = start(&named("httproute"));
    for (host, path, times) in
        [("shop.example.com", "/cart", 3), ("shop.example.com", "/old", 2), ("other.example.com", "/", 1)]
    {
        for _ in 0..times {
            client.send(&Request::get(host, path)).unwrap();
        }
    }
    let wanted = [
        ("requests.forwarded", 3),
        ("requests.redirected", 2),
        ("requests.unmatched", 1),
        ("rules.shop/shop#headers.requests", 3),
        ("problems.errors", 0),
    ];
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let stats = envoy.admin.stats("httproute").unwrap();
        let count = |name: &str| stats.get(&format!("wasmcustom.httproute.httproute.{name}")).copied();
        let got: Vec<_> = wanted.iter().map(|(name, _)| (*name, count(name).unwrap_or(0))).collect();
        if got == wanted {
            return;
        }
        assert!(Instant::now() < deadline, "{got:?} of {:?}", stats.keys());
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn the_shares_of_the_split_are_those_of_the_weights() {
    let (_envoy, mut client, _fleet) = start(&named("weighted-split"));
    let request = Request::get("shop.example.com", "/shop");
    let canary = (0..400).filter(|_| {
        let answer = client.send(&request).unwrap();
        String::from_utf8_lossy(&answer.body).contains("backend: shop/canary/8080")
    });
    // 40 is the mean, and 24 four standard deviations.
    let canary = canary.count();
    assert!((16..=64).contains(&canary), "{canary} of 400");
}

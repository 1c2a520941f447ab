//! The guide of docs/operations.md for native routes beside rules, as it is written there, in a real Envoy that normalises no paths.

use std::net::{IpAddr, Ipv4Addr};

use httproute_integration::backend::NAME_HEADER;
use httproute_integration::case::{Case, Variant};
use httproute_integration::client::{Client, Request};
use httproute_integration::envoy::bootstrap::{Net, Site, bootstrap, upstreams};
use httproute_integration::envoy::{self, Envoy};
use httproute_integration::fleet::Fleet;
use serde_json::{Value, json};

const CASE: &str = r"
about: the guide
earlyHeaderMutation: true
backends: { shop/cart/8080: echo, shop/slow/8080: { slow: 1500 }, shop/ws/8080: webSocket, shop/copy/8080: echo, legacy/cart/8080: echo, legacy/web/8080: echo }
config:
  unmatched: pass
  routes:
    - metadata: { namespace: shop, name: cart }
      spec:
        rules:
          - matches: [{ path: { value: /cart } }]
            filters:
              - { type: URLRewrite, urlRewrite: { hostname: other.example, path: { type: ReplacePrefixMatch, replacePrefixMatch: /status } } }
              - { type: RequestMirror, requestMirror: { backendRef: { name: copy, port: 8080 } } }
            backendRefs: [{ name: cart, port: 8080 }]
          - matches: [{ path: { value: /bare } }]
            filters:
              - { type: RequestHeaderModifier, requestHeaderModifier: { remove: [X-Forwarded-Proto] } }
              - { type: URLRewrite, urlRewrite: { path: { type: ReplaceFullPath, replaceFullPath: /status } } }
            backendRefs: [{ name: cart, port: 8080 }]
          - matches: [{ path: { value: /slow } }]
            timeouts: { request: 200ms }
            backendRefs: [{ name: slow, port: 8080 }]
          - matches: [{ path: { value: /ws } }]
            filters: [{ type: URLRewrite, urlRewrite: { path: { type: ReplaceFullPath, replaceFullPath: /status } } }]
            backendRefs: [{ name: ws, port: 8080 }]
          - matches: [{ path: { value: /moved } }]
            filters: [{ type: RequestRedirect, requestRedirect: { path: { type: ReplaceFullPath, replaceFullPath: /cart } } }]
";

/// The blocks of YAML in the section of the guide.
fn guide() -> Vec<String> {
    let page = std::fs::read_to_string(httproute_integration::root().join("docs/operations.md")).unwrap();
    let start = page.find("\n## Native routes beside rules\n").unwrap() + 1;
    let section = page[start..].split("\n## ").next().unwrap();
    section.split("```yaml\n").skip(1).map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

struct Rig {
    client: Client,
    fleet: Fleet,
    _envoy: Envoy,
}

impl Rig {
    fn start(variant: Variant, change: impl Fn(&mut Value)) -> Self {
        let cases = [Case::parse("native-routes-guide", CASE).unwrap()];
        let site = Site { case: &cases[0], variant };
        let fleet =
            Fleet::start(&upstreams(&cases).unwrap(), IpAddr::V4(Ipv4Addr::LOCALHOST), |_| 0).unwrap();
        let modules = httproute_integration::dist().canonicalize().unwrap().display().to_string();
        let backends = fleet.places("127.0.0.1");
        let net = Net { bind: "127.0.0.1", admin_port: 0, first_port: None, backends, modules };
        let mut config = bootstrap(&[site], &net);
        let manager = config
            .pointer_mut("/static_resources/listeners/0/filter_chains/0/filters/0/typed_config")
            .unwrap();
        manager["route_config"] = yaml(&guide()[0])["route_config"].clone();
        manager["upgrade_configs"] = json!([{ "upgrade_type": "websocket" }]);
        change(&mut manager["route_config"]);
        let binary = envoy::find(envoy::default_version()).unwrap();
        let envoy = Envoy::start(&binary, &format!("native-routes-{}", variant.name()), &config).unwrap();
        let server = *envoy.admin.listeners().unwrap().values().next().unwrap();
        Rig { client: Client::new(server), fleet, _envoy: envoy }
    }

    /// The status of the answer, the backend that gave it, and what that backend received.
    fn ask(&mut self, path: &str) -> (u16, String, String) {
        let answer = self.client.send(&Request::get("a.example", path)).unwrap();
        let backend = answer.header(NAME_HEADER).unwrap_or_default();
        (answer.status, backend, String::from_utf8_lossy(&answer.body).into_owned())
    }

    fn holds(&mut self) {
        for (path, status, backend, seen) in [
            ("/cart/7", 200, "shop/cart/8080", "GET /status/7"),
            ("/bare", 200, "shop/cart/8080", "GET /status"),
            ("/cartoon", 200, "legacy/cart/8080", "GET /cartoon"),
            ("/status", 200, "legacy/web/8080", "GET /status"),
            ("/a/../b", 200, "legacy/web/8080", "GET /a/../b"),
            ("/a/%2e%2e/cartoon", 200, "legacy/web/8080", "GET /a/%2e%2e/cartoon"),
            ("/a/../cart", 400, "", ""),
            ("/a/..%2fcart/x", 400, "", ""),
            ("/slow", 504, "", ""),
            ("/moved", 302, "", ""),
        ] {
            let (got, by, body) = self.ask(path);
            assert_eq!((got, by.as_str()), (status, backend), "{path}: {body}");
            assert!(body.contains(seen), "{path}: {body}");
            assert!(!body.contains("x-httproute-"), "{path}: {body}");
        }
        let (_, _, body) = self.ask("/bare");
        assert!(!body.contains("x-forwarded-proto"), "{body}");
        let upgrade = [
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        let request = upgrade
            .into_iter()
            .fold(Request::get("a.example", "/ws"), |request, (name, value)| request.with(name, value));
        let answer = self.client.upgrade(&request, b"ping").unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (101, &b"ping"[..]));
        for forged in ["x-httproute-cluster", "x-httproute-cluster-without-proto"] {
            let answer = self
                .client
                .send(&Request::get("a.example", "/other").with(forged, "shop/cart/8080"))
                .unwrap();
            assert_eq!(answer.header(NAME_HEADER).as_deref(), Some("legacy/web/8080"), "{forged}");
        }
    }

    /// The backends that received copies of a request.
    fn copies(&mut self) -> usize {
        let id = "copied";
        let request = Request::get("a.example", "/cart").with(httproute_integration::record::ID_HEADER, id);
        self.client.send(&request).unwrap();
        assert!(self.fleet.record.wait_for(id, "shop/copy/8080", 1, std::time::Duration::from_secs(20)));
        self.fleet.record.take(id).iter().filter(|received| received.backend == "shop/copy/8080").count()
    }
}

#[test]
fn rules_and_native_routes_share_a_listener() {
    for variant in [Variant::Httproute, Variant::Chain] {
        let mut rig = Rig::start(variant, |_| {});
        rig.holds();
        assert_eq!(rig.copies(), 1);
    }
}

/// "the two sets are then disjoint, and their order does not matter"
#[test]
fn native_routes_that_match_the_absence_of_the_headers_may_come_first() {
    let headers = yaml(&guide()[1])["headers"].clone();
    let mut rig = Rig::start(Variant::Httproute, |configuration| {
        let routes = configuration["virtual_hosts"][0]["routes"].as_array_mut().unwrap();
        let native: Vec<Value> = routes.drain(2..).collect();
        for (number, mut route) in native.into_iter().enumerate() {
            route["match"]["headers"] = headers.clone();
            routes.insert(number, route);
        }
    });
    rig.holds();
}

/// So that what the guide prevents is shown to happen without it.
#[test]
fn without_the_header_in_the_match_a_native_route_takes_a_rewritten_request() {
    let mut rig = Rig::start(Variant::Httproute, |configuration| {
        let routes = configuration["virtual_hosts"][0]["routes"].as_array_mut().unwrap();
        routes.rotate_left(2);
        routes.insert(
            0,
            json!({ "match": { "prefix": "/status" }, "route": { "cluster": "legacy/web/8080" } }),
        );
    });
    assert_eq!(rig.ask("/cart/7").1, "legacy/web/8080");
}

//! What outlives a request: counters, another configuration, a root context that is to go.

use std::sync::Arc;
use std::time::Duration;

use httproute_integration::case::{Case, Variant};
use httproute_integration::expect::Observed;
use proxy_wasm_host::abi::v0_2_1::types::MetricType;
use proxy_wasm_host::abi::v0_2_1::{ContextState, InMemoryStore, Invocation, PluginConfig, SharedServices};

use super::chain::Chain;
use super::module::Running;
use super::router::Response;
use super::{PORT, modules, stream::Stream};

const CASE: &str = r#"
about: a rule with a mirror and a mark on its responses
backends: { shop/blue/80: echo, shop/mirror/80: echo }
config:
  routes:
    - metadata: { namespace: shop, name: marked }
      spec:
        rules:
          - matches: [{ path: { value: /a } }]
            filters:
              - { type: RequestMirror, requestMirror: { backendRef: { name: mirror, port: 80 } } }
              - { type: ResponseHeaderModifier, responseHeaderModifier: { set: [{ name: x-mark, value: MARK }] } }
            backendRefs: [{ name: blue, port: 80 }]
requests: [{ request: { path: /a } }, { request: { path: /b } }]
"#;

fn case(mark: &str) -> Case {
    Case::parse("life", &CASE.replace("MARK", mark)).unwrap()
}

fn chain<'c>(case: &'c Case, store: &Arc<InMemoryStore>) -> Chain<'c> {
    Chain { case, modules: modules(case, Variant::Httproute, store).unwrap() }
}

fn counter(module: &Running, store: &InMemoryStore, name: &str) -> u64 {
    let call = Invocation::new(module.guest.id(), module.root);
    let metric = store.define_metric(call, b"", MetricType::Counter, name.as_bytes()).unwrap();
    store.get_metric(call, metric).unwrap()
}

#[test]
fn what_is_counted_reaches_the_proxy_with_the_next_tick() {
    let (case, store) = (case("old"), Arc::new(InMemoryStore::new()));
    let mut chain = chain(&case, &store);
    for exchange in [0, 0, 1] {
        chain.exchange(&case.requests[exchange].request, &mut Observed::default()).unwrap();
    }
    let counted = |module: &Running| {
        ["requests.forwarded", "requests.unmatched", "mirrors.sent", "mirrors.completed"]
            .map(|name| counter(module, &store, &format!("httproute.httproute.{name}")))
    };
    let module = &mut chain.modules[0];
    assert_eq!(module.guest.tick_period(module.root), Some(Duration::from_secs(1)));
    assert_eq!(counted(module), [0; 4]);
    module.guest.enter_root().on_tick(module.root).unwrap();
    assert_eq!(counted(module), [2, 1, 2, 2]);
}

/// The mark on the response to a request, between whose headers and response `meanwhile` happens.
fn mark_with(chain: &mut Chain<'_>, meanwhile: impl FnOnce(&mut Running)) -> Option<String> {
    let mut stream = Stream::of(&chain.case.requests[0].request, false);
    let contexts = chain.request_headers(&mut stream, true).unwrap();
    meanwhile(&mut chain.modules[0]);
    let response = Response { status: 200, headers: Vec::new(), body: Vec::new() };
    let answer = chain.respond(&mut stream, &contexts, response).unwrap();
    chain.end(stream, &contexts).unwrap();
    answer.header("x-mark")
}

#[test]
fn another_configuration_is_for_requests_that_begin_with_it() {
    let (old, new, store) = (case("old"), case("new"), Arc::new(InMemoryStore::new()));
    let mut chain = chain(&old, &store);
    let configured = |module: &mut Running| {
        let plugin = PluginConfig::new().with_configuration(new.config_text());
        assert!(module.guest.enter_root().on_configure(module.root, plugin).unwrap());
    };
    assert_eq!(mark_with(&mut chain, configured).as_deref(), Some("old"));
    assert_eq!(mark_with(&mut chain, |_| {}).as_deref(), Some("new"));
}

#[test]
fn a_root_that_is_to_go_waits_for_the_answers_to_its_copies() {
    let (case, store) = (case("old"), Arc::new(InMemoryStore::new()));
    let mut chain = chain(&case, &store);
    mark_with(&mut chain, |_| {});
    let module = &mut chain.modules[0];
    let root = module.root;
    assert!(!module.guest.enter_root().on_done(root).unwrap(), "a copy is under way");
    assert_eq!(module.guest.context_state(root), Some(ContextState::Pending));
    let mut observed = Observed { port: PORT, ..Observed::default() };
    chain.carry_out_calls(&mut observed).unwrap();
    assert_eq!(observed.received[0].backend, "shop/mirror/80");
    let module = &mut chain.modules[0];
    assert_eq!(module.guest.context_state(root), Some(ContextState::Done));
    assert_eq!(counter(module, &store, "httproute.httproute.mirrors.completed"), 1);
    assert_eq!(module.guest.enter_root().on_delete(root).unwrap(), Vec::new());
}

//! `httproute.wasm`: every filter of HTTPRoute, in one module with one decision.
//!
//! The recommended module. It is loaded alone, directly before the proxy's router: it answers redirects, unmatched requests
//! and rules without backend, changes headers, path and host, sends or hands over mirrors, and chooses the upstream by the
//! cluster header. The filters of a rule are carried out in the order in which the rule lists them.

use httproute_sdk::Kinds;

httproute_proxy_wasm::module! { name: "httproute", kinds: Kinds::ALL, combined: true }

//! `weighted-split.wasm`: the choice among weighted `backendRefs`.
//!
//! The last of the chain cors → redirect → header-modifier → mirror → url-rewrite → weighted-split, directly before the proxy's
//! router. It chooses the upstream by the cluster header, and is the only one of the chain that answers for requests without
//! rule (404), without backend (500), for hosts that are served elsewhere (421) and for paths with a dot segment (400).

use httproute_sdk::Kinds;

httproute_proxy_wasm::module! { name: "weighted-split", kinds: Kinds::BACKENDS }

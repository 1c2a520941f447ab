//! `cors.wasm`: `CORS`.
//!
//! The first of the chain cors → redirect → header-modifier → mirror → url-rewrite → weighted-split. It answers preflights, which
//! never reach a backend, and says on the responses to other requests which pages may read them.
//!
//! A proxy does not show its answer to the modules behind it, so it makes the rule's `ResponseHeaderModifier` changes on the
//! answer to a preflight by itself.

use httproute_sdk::Kinds;

httproute_proxy_wasm::module! { name: "cors", kinds: Kinds::CORS }

//! `header-modifier.wasm`: `RequestHeaderModifier` and `ResponseHeaderModifier`.
//!
//! The third of the chain cors → redirect → header-modifier → mirror → url-rewrite → weighted-split. It changes the headers of the
//! request and of the response, and leaves everything else alone.

use httproute_sdk::Kinds;

httproute_proxy_wasm::module! { name: "header-modifier", kinds: Kinds::HEADERS }

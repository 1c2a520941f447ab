//! `url-rewrite.wasm`: `URLRewrite`.
//!
//! The fifth of the chain cors → redirect → header-modifier → mirror → url-rewrite → weighted-split. It changes path and host of the
//! request. Modules behind it do not match again: they go by the decision that the first of the chain made.

use httproute_sdk::Kinds;

httproute_proxy_wasm::module! { name: "url-rewrite", kinds: Kinds::REWRITE }

//! `redirect.wasm`: `RequestRedirect`.
//!
//! The second of the chain cors → redirect → header-modifier → mirror → url-rewrite → weighted-split. It answers a request whose rule
//! redirects, and leaves all others alone.
//!
//! A proxy does not show its answer to the modules behind it, so it makes the rule's `ResponseHeaderModifier` changes on the
//! redirect by itself. Mirrors of a rule that redirects are not sent in a chain, because `mirror` stands behind.

use httproute_sdk::Kinds;

httproute_proxy_wasm::module! { name: "redirect", kinds: Kinds::REDIRECT }

//! `mirror.wasm`: `RequestMirror`.
//!
//! The fourth of the chain cors → redirect → header-modifier → mirror → url-rewrite → weighted-split: copies show the changed headers
//! and the path that the client asked for. With `mirrorHeader` in the configuration the proxy carries the copies that look as
//! the request will in the end, and the module the others.

use httproute_sdk::Kinds;

httproute_proxy_wasm::module! { name: "mirror", kinds: Kinds::MIRROR }

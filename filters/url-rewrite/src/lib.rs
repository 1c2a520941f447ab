//! The proxy-wasm module url-rewrite.wasm

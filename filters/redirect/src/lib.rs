//! The proxy-wasm module redirect.wasm

//! The proxy-wasm module header-modifier.wasm

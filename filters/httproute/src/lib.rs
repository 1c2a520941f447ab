//! The proxy-wasm module httproute.wasm

//! The proxy-wasm module mirror.wasm

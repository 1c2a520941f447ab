//! The proxy-wasm module weighted-split.wasm

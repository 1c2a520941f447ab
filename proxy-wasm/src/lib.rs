//! Carries out httproute-sdk plans in a proxy, over the proxy-wasm ABI

//! See `httproute_fuzz::cors`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| httproute_fuzz::cors(bytes));

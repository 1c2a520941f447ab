//! See `httproute_fuzz::decode`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| httproute_fuzz::decode(bytes));

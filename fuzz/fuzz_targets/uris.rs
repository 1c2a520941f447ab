//! See `httproute_fuzz::uris`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| httproute_fuzz::uris(bytes));

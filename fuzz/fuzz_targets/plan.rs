//! See `httproute_fuzz::plan`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| httproute_fuzz::plan(bytes));

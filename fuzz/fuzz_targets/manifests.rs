//! See `httproute_fuzz::manifests`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| httproute_fuzz::manifests(bytes));

//! Shows every filter kind at work in a real Envoy.

fn main() {}

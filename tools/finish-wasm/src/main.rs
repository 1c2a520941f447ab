//! Removes the exports that a module has no use for
fn main() {}

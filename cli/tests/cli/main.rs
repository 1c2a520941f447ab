//! Runs the binary as people do.

// This is test code: what fails here is to fail loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod arbitrary;
mod beginners;
mod check;
mod crd;
mod document;
mod envoy_gateway;
mod explain;
mod input;
mod istio;
mod render;
mod run;
mod usage;

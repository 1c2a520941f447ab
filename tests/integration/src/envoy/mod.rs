//! A real Envoy: finding it, configuring it, running it.

mod admin;
pub mod bootstrap;
mod find;
mod process;

pub use admin::Admin;
pub use find::{Binary, default_version, find};
pub use process::{Envoy, spawn};

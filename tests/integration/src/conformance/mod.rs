//! Our own conformance suite: a file for each data-plane test of the Gateway API's suite, under its name, run from manifests
//! through `httproute render envoy` on a real Envoy.
//!
//! `conformance/README.md` describes the form of the files.

mod bridge;
mod form;
mod render;
mod report;
mod rig;

pub use form::{Level, Step, Test};
pub use render::Rendered;
pub use report::{Outcome, report};
pub use rig::Rig;

use std::path::PathBuf;

/// The version of the Gateway API whose tests these files stand for.
pub const GATEWAY_API: &str = "v1.6.1";

/// The folder of the files.
pub fn folder() -> PathBuf {
    crate::root().join("tests/integration/conformance")
}

//! Runs the cases and the demo against real proxies, and the cases against the SDK alone.

pub mod backend;
pub mod browser;
pub mod case;
pub mod client;
pub mod command_line;
pub mod conformance;
pub mod control_plane;
pub mod demo;
pub mod envoy;
pub mod example;
pub mod expect;
pub mod fleet;
pub mod folder;
pub mod frames;
pub mod gateway_example;
pub mod generations;
pub mod in_memory;
pub mod javascript;
pub mod load;
pub mod native;
pub mod proxy;
pub mod record;
pub mod run;
pub mod soak;
pub mod tls;
pub mod trap_module;
pub mod wire;

use std::path::{Path, PathBuf};

/// The checkout.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The folder of the built modules.
pub fn dist() -> PathBuf {
    std::env::var_os("HTTPROUTE_DIST").map_or_else(|| root().join("dist"), PathBuf::from)
}

/// The folder of the case files.
pub fn cases() -> PathBuf {
    root().join("tests/integration/cases")
}

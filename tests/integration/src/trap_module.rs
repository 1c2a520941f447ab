//! The module that panics where a request asks it to (`tests/trap-module/`).

use std::path::PathBuf;
use std::process::Command;

/// Builds it, and says where it is. Where it is built already, that costs nothing.
pub fn trap_module() -> Result<PathBuf, String> {
    let root = crate::root();
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--profile", "wasm", "--target", "wasm32-unknown-unknown"])
        .args(["--package", "httproute-trap-module"])
        .current_dir(&root)
        .status()
        .map_err(|e| format!("cargo build: {e}"))?;
    if !built.success() {
        return Err("tests/trap-module does not build".into());
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    Ok(root.join(target).join("wasm32-unknown-unknown/wasm/httproute_trap_module.wasm"))
}

//! Puts the module into the command line, where it has been built before: `./just build` builds the modules first.

use std::path::Path;

fn main() {
    // Where the checkout is now, which is not where it was when this program was built if it has been copied since.
    let checkout = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let module = Path::new(&checkout).join("../dist/httproute.wasm");
    println!("cargo::rustc-check-cfg=cfg(carries_module)");
    println!("cargo::rerun-if-changed={}", module.display());
    if module.is_file() {
        println!("cargo::rustc-cfg=carries_module");
        println!("cargo::rustc-env=HTTPROUTE_MODULE={}", module.display());
    }
}

//! Puts the module into the command line, where it has been built before: `./just build` builds the modules first.

use std::path::Path;

fn main() {
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/httproute.wasm");
    println!("cargo::rustc-check-cfg=cfg(carries_module)");
    println!("cargo::rerun-if-changed={}", module.display());
    if module.is_file() {
        println!("cargo::rustc-cfg=carries_module");
        println!("cargo::rustc-env=HTTPROUTE_MODULE={}", module.display());
    }
}

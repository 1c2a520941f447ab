//! Makes the WebAssembly of `bindings/js` callable from JavaScript, as the command `wasm-bindgen` does, which so nobody needs to
//! install.
//!
//! ```text
//! bind-js IN.wasm FOLDER
//! ```
//!
//! Writes `core.js` and `core_bg.wasm` into the folder.

use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, folder] = &arguments[..] else {
        eprintln!("usage: bind-js IN.wasm FOLDER");
        return ExitCode::FAILURE;
    };
    match bind(input, folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bind-js: {input}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn bind(input: &str, folder: &str) -> Result<(), anyhow::Error> {
    Bindgen::new()
        .input_path(input)
        .out_name("core")
        .web(true)?
        // The types are written by hand: what goes through here is JSON in strings.
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // Where the file is, is for the package to say: Node reads it, a browser fetches it.
        .omit_default_module_path(true)
        // After a trap the memory is in no known state: the package begins anew.
        .reset_state_function(true)
        .generate(folder)
}

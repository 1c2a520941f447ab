//! The tables of docs/hosts.md say of each module what it imports and exports, all of it and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use httproute_host::meter::Compiled;
use httproute_integration::{dist, root};

const MODULES: [&str; 7] =
    ["httproute", "cors", "header-modifier", "mirror", "redirect", "url-rewrite", "weighted-split"];

/// What every module exports beside callbacks, as the text above the table says.
const EXPORTS: [&str; 4] = ["memory", "malloc", "_initialize", "proxy_abi_version_0_2_1"];

type Names = BTreeMap<&'static str, BTreeSet<String>>;

/// The first column of the table that begins with `heading`, for each module that the second one names.
fn table(document: &str, heading: &str) -> Names {
    let mut names = Names::new();
    let rows = document.lines().skip_while(|line| !line.starts_with(heading)).skip(2);
    for row in rows.take_while(|line| line.starts_with('|')) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let [_, name, modules, ..] = cells[..] else { panic!("{row}") };
        for module in MODULES {
            if modules == "all" || modules.split(", ").any(|named| named == module) {
                names.entry(module).or_default().insert(name.trim_matches('`').to_owned());
            }
        }
    }
    names
}

#[test]
fn the_tables_say_what_each_module_imports_and_exports() {
    let document = std::fs::read_to_string(root().join("docs/hosts.md")).unwrap();
    let said = [table(&document, "| function |"), table(&document, "| callback |")];
    let mut found = [Names::new(), Names::new()];
    for module in MODULES {
        let compiled = Compiled::read(&dist().join(format!("{module}.wasm"))).expect("./just build makes it");
        let (imports, mut exports) = compiled.interface();
        for export in EXPORTS {
            assert!(exports.remove(export), "{module} does not export {export}");
        }
        found[0].insert(module, imports);
        found[1].insert(module, exports);
    }
    assert_eq!(said[1], found[1], "docs/hosts.md: callbacks");
    if dist().join(".optimised").exists() {
        assert_eq!(said[0], found[0], "docs/hosts.md: host functions");
    } else {
        // Binaryen removes imports that nothing reaches.
        for module in MODULES {
            let missing: Vec<_> = said[0][module].difference(&found[0][module]).collect();
            assert!(missing.is_empty(), "docs/hosts.md: {module} does not import {missing:?}");
        }
    }
}

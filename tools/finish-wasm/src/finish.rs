//! The change itself.

use std::collections::BTreeSet;

use walrus::ModuleConfig;

use crate::uncallable;

/// The custom section that says which features of WebAssembly the module needs: tools that work on it go by that.
const FEATURES: &str = "target_features";

/// What the names of the ABI's callbacks begin with.
const CALLBACK: &str = "proxy_on_";

/// The module `wasm` with no exports but those of `keep`, and with `all_callbacks` those that the ABI calls; without functions that nothing calls then, and without names.
///
/// # Errors
///
/// A sentence where it is no module, or lacks an export that is to be kept.
pub(crate) fn finish(wasm: &[u8], keep: &[&str], all_callbacks: bool) -> Result<Vec<u8>, String> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse(wasm).map_err(|error| format!("it is no WebAssembly module: {error:#}"))?;

    let exported: BTreeSet<_> = module.exports.iter().map(|export| export.name.clone()).collect();
    let missing: Vec<_> = keep.iter().copied().filter(|name| !exported.contains(*name)).collect();
    if !missing.is_empty() {
        let hint = match missing.contains(&"malloc") {
            true => " (build it for wasm32-unknown-unknown)",
            false => "",
        };
        return Err(format!("it does not export {}{hint}", missing.join(", ")));
    }
    let is_kept = |name: &str| keep.contains(&name) || (all_callbacks && name.starts_with(CALLBACK));
    for name in exported.iter().filter(|name| !is_kept(name)) {
        module.exports.remove(name).map_err(|error| format!("{error:#}"))?;
    }
    let customs: Vec<_> =
        module.customs.iter().map(|(id, section)| (id, section.name().to_owned())).collect();
    for (id, name) in customs {
        if name != FEATURES {
            module.customs.delete(id);
        }
    }
    walrus::passes::gc::run(&mut module);
    uncallable::remove(&mut module);
    Ok(module.emit_wasm())
}

#[cfg(test)]
mod tests {
    use walrus::{FunctionBuilder, Module, RawCustomSection};

    use super::*;

    /// A module that exports two functions, each of which calls one of its own.
    fn module() -> Vec<u8> {
        let mut module = Module::with_config(ModuleConfig::new());
        for name in ["proxy_on_tick", "proxy_on_grpc_close"] {
            let inner = FunctionBuilder::new(&mut module.types, &[], &[]);
            let inner = inner.finish(Vec::new(), &mut module.funcs);
            module.funcs.get_mut(inner).name = Some(format!("called_by_{name}"));
            let mut outer = FunctionBuilder::new(&mut module.types, &[], &[]);
            outer.func_body().call(inner);
            let outer = outer.finish(Vec::new(), &mut module.funcs);
            module.exports.add(name, outer);
        }
        for name in ["target_features", "something"] {
            module.customs.add(RawCustomSection { name: name.to_owned(), data: vec![0] });
        }
        module.emit_wasm()
    }

    fn contains(wasm: &[u8], text: &str) -> bool {
        wasm.windows(text.len()).any(|bytes| bytes == text.as_bytes())
    }

    #[test]
    fn exports_go_with_what_only_they_called_and_so_do_names() {
        let before = module();
        assert!(contains(&before, "called_by_proxy_on_tick"));
        let after = finish(&before, &["proxy_on_tick"], false).unwrap();
        let parsed = Module::from_buffer(&after).unwrap();
        let exports: Vec<_> = parsed.exports.iter().map(|export| export.name.as_str()).collect();
        assert_eq!(exports, ["proxy_on_tick"]);
        assert_eq!(parsed.funcs.iter().count(), 2);
        assert!(!contains(&after, "called_by_"));
        assert!(contains(&after, "target_features") && !contains(&after, "something"));
    }

    #[test]
    fn all_callbacks_stay_on_demand() {
        let after = finish(&module(), &[], true).unwrap();
        let parsed = Module::from_buffer(&after).unwrap();
        let exports: Vec<_> = parsed.exports.iter().map(|export| export.name.as_str()).collect();
        assert_eq!(exports, ["proxy_on_tick", "proxy_on_grpc_close"]);
    }

    #[test]
    fn a_module_that_lacks_an_export_is_refused() {
        let error = finish(&module(), &["proxy_on_tick", "memory", "proxy_on_done"], false).unwrap_err();
        assert_eq!(error, "it does not export memory, proxy_on_done");
        let error = finish(&module(), &["malloc"], false).unwrap_err();
        assert_eq!(error, "it does not export malloc (build it for wasm32-unknown-unknown)");
        assert!(finish(b"no module", &[], false).unwrap_err().starts_with("it is no WebAssembly module"));
    }
}

//! What distinguishes one module from another.

use httproute_sdk::Kinds;

/// What distinguishes one module from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module {
    /// Its name, as in `dist/NAME.wasm`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What it carries out.
    pub kinds: Kinds,
    /// Whether it carries out everything by itself, so that there is no other module to share its decision with.
    pub combined: bool,
}

/// Makes a crate of the type `cdylib` a module.
///
/// ```
/// use httproute_sdk::Kinds;
///
/// httproute_proxy_wasm::module! { name: "redirect", kinds: Kinds::REDIRECT }
/// # fn main() {}
/// ```
///
/// `combined: true` is for the module that carries out everything by itself: it neither reads nor keeps decisions for other
/// modules of the chain.
#[macro_export]
macro_rules! module {
    (name: $name:expr, kinds: $kinds:expr $(,)?) => {
        $crate::module! { name: $name, kinds: $kinds, combined: false }
    };
    (name: $name:expr, kinds: $kinds:expr, combined: $combined:expr $(,)?) => {
        const MODULE: $crate::Module = $crate::Module {
            name: $name,
            version: env!("CARGO_PKG_VERSION"),
            kinds: $kinds,
            combined: $combined,
        };

        #[cfg(target_arch = "wasm32")]
        #[allow(missing_docs, unreachable_pub, reason = "what the proxy calls is nobody else's")]
        mod entry_point {
            $crate::proxy_wasm::main! {{
                // Installs the hook by which a panic, should there be one, reaches the proxy's log.
                $crate::proxy_wasm::set_log_level($crate::proxy_wasm::types::LogLevel::Info);
                $crate::proxy_wasm::set_root_context(|id| $crate::root(super::MODULE, id));
            }}
        }

        // No proxy calls a module that is not compiled for one; what describes it is checked all the same.
        #[cfg(not(target_arch = "wasm32"))]
        const _: $crate::Module = MODULE;
    };
}

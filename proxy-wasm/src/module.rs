//! What distinguishes one module from another.

use httproute_sdk::Kinds;
use httproute_sdk::extension::Registry;

/// What distinguishes one module from another.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// Its name, as in `dist/NAME.wasm`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What it carries out.
    pub kinds: Kinds,
    /// Whether it carries out everything by itself, so that there is no other module to share its decision with.
    pub combined: bool,
    /// The filters of its own, for `ExtensionRef`.
    pub extensions: fn() -> Registry,
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
///
/// With `extensions`, a function that returns a [`Registry`], a module carries out everything and filters of its own beside:
///
/// ```
/// use httproute_sdk::extension::{Error, Filter, Flow, Registry, Request};
///
/// #[derive(serde::Deserialize)]
/// struct Greeting {
///     text: String,
/// }
///
/// impl Filter for Greeting {
///     fn on_request(&self, request: &mut Request<'_>) -> Result<Flow, Error> {
///         request.set_header("x-greeting", &self.text)?;
///         Ok(Flow::Continue)
///     }
/// }
///
/// fn filters() -> Registry {
///     Registry::new().with::<Greeting>("example.com", "Greeting")
/// }
///
/// httproute_proxy_wasm::module! { name: "greeting", extensions: filters }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! module {
    (name: $name:expr, kinds: $kinds:expr $(,)?) => {
        $crate::module! { name: $name, kinds: $kinds, combined: false }
    };
    (name: $name:expr, kinds: $kinds:expr, combined: $combined:expr $(,)?) => {
        $crate::module! { @ $name, $kinds, $combined, $crate::Registry::new }
    };
    (name: $name:expr, extensions: $extensions:expr $(,)?) => {
        $crate::module! { @ $name, $crate::Kinds::ALL.union($crate::Kinds::EXTENSIONS), true, $extensions }
    };
    (@ $name:expr, $kinds:expr, $combined:expr, $extensions:expr) => {
        const MODULE: $crate::Module = $crate::Module {
            name: $name,
            version: env!("CARGO_PKG_VERSION"),
            kinds: $kinds,
            combined: $combined,
            extensions: $extensions,
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

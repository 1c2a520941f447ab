//! Three filters for HTTPRoute's `ExtensionRef`, and the module that carries them out beside everything that HTTPRoute has.

mod api_key;
mod header_budget;
mod sticky_canary;

use httproute_sdk::extension::Registry;

pub use api_key::ApiKeyPolicy;
pub use header_budget::HeaderBudget;
pub use sticky_canary::StickyCanary;

/// Which kind of object configures which filter.
pub fn filters() -> Registry {
    Registry::new()
        .with::<ApiKeyPolicy>("example.com", "ApiKeyPolicy")
        .with::<HeaderBudget>("example.com", "HeaderBudget")
        .with::<StickyCanary>("example.com", "StickyCanary")
}

httproute_proxy_wasm::module! { name: "custom-filter", extensions: filters }

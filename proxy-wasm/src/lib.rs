//! Carries out plans of [`httproute_sdk`] in a proxy, over the proxy-wasm ABI.
//!
//! A module is this crate with a name and the kinds of filters that it carries out ([`module!`]). What happens to a request:
//!
//! 1. [`stream`] reads its headers once ([`pairs`]) and gets a plan: from the core, or by the decision of an earlier module
//!    of the chain ([`chain`]).
//! 2. [`apply`] carries the plan out: it answers, or makes the changes of the module's kinds.
//! 3. [`mirror`] copies the body while it streams by, and [`outbox`] sends the copies.
//! 4. [`response`] changes the response's headers by what was saved of the decision.
//!
//! All of it is written against the trait [`Host`], so that it is tested without a proxy. The one implementation that calls
//! a real one is the only unsafe code.
#![deny(unsafe_code)]

#[cfg(target_arch = "wasm32")]
mod abi;
pub mod apply;
pub mod chain;
pub mod configure;
mod copy;
pub mod host;
pub mod metric_ids;
pub mod metrics;
pub mod mirror;
mod module;
pub mod notes;
pub mod outbox;
pub mod pairs;
pub mod protobuf;
pub mod response;
mod root;
pub mod stream;
#[cfg(test)]
mod tests;
pub mod trust;
pub mod vm;

#[cfg(target_arch = "wasm32")]
pub use abi::AbiHost;
pub use host::Host;
#[doc(hidden)]
pub use httproute_sdk::{Kinds, extension::Registry};
pub use module::Module;
#[doc(hidden)]
pub use proxy_wasm;
pub use root::Root;

/// The root context of `module` in the proxy, for [`module!`].
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub fn root(module: Module, id: u32) -> Box<dyn proxy_wasm::traits::RootContext> {
    thread_local! {
        static IDS: std::rc::Rc<metric_ids::MetricIds> = std::rc::Rc::default();
    }
    Box::new(Root::new(module, id, IDS.with(std::rc::Rc::clone), AbiHost))
}

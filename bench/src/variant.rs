//! The variants that are compared: filters and routes of a listener, and what must come of its requests.

use serde_json::{Value, json};

use crate::envoy::{Listener, wasm};
use crate::native;
use crate::workload::{Done, MARK, MARK_HEADER, RULE_HEADER, SECOND_HEADER, SECOND_VALUE, Workload, id};

/// The modules, in the order of the chain.
pub const CHAIN: [&str; 6] =
    ["cors", "redirect", "header-modifier", "mirror", "url-rewrite", "weighted-split"];

/// A listener that is loaded, and compared with another.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name in results.
    pub name: String,
    /// Whether those that follow are compared with it.
    pub is_base: bool,
    /// The listener.
    pub listener: Listener,
    /// What it is sent.
    pub workload: Workload,
    /// What must come of it.
    pub done: Done,
}

impl Variant {
    fn new(name: &str, workload: Workload, done: Done, filters: Vec<Value>, routes: Value) -> Self {
        let listener = Listener { filters, routes, early_removal: false };
        Variant { name: name.to_owned(), is_base: false, listener, workload, done }
    }

    /// No filter, and one route of Envoy's: what those that follow are compared with.
    pub fn plain(workload: Workload) -> Self {
        let plain = Variant::new("plain", workload, Done::Nothing, Vec::new(), native::catch_all());
        Variant { is_base: true, ..plain }
    }

    /// Envoy's own filter for header operations, without any matching.
    pub fn header_mutation(workload: Workload) -> Self {
        let set = |(name, value): (&str, &str)| {
            json!({ "append": {
                "header": { "key": name, "value": value }, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
            } })
        };
        let request = [(RULE_HEADER, &*id(0)), (SECOND_HEADER, SECOND_VALUE)].map(set);
        let filter = json!({ "name": "header-mutation", "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
            "mutations": { "request_mutations": request, "response_mutations": [set((MARK_HEADER, MARK))] },
        } });
        Variant::new("header-mutation", workload, Done::Headers, vec![filter], native::catch_all())
    }

    /// The same in Lua.
    pub fn lua(workload: Workload) -> Self {
        let script = format!(
            "function envoy_on_request(handle)\n\
             local headers = handle:headers()\n\
             headers:replace(\"{RULE_HEADER}\", \"{}\")\n\
             headers:replace(\"{SECOND_HEADER}\", \"{SECOND_VALUE}\")\n\
             end\n\
             function envoy_on_response(handle)\n\
             handle:headers():replace(\"{MARK_HEADER}\", \"{MARK}\")\n\
             end\n",
            id(0)
        );
        let filter = json!({ "name": "lua", "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
            "default_source_code": { "inline_string": script },
        } });
        Variant::new("lua", workload, Done::Headers, vec![filter], native::catch_all())
    }

    /// A module that does nothing, from a file in the folder of empty modules.
    pub fn empty(name: &str, workload: Workload) -> Self {
        let file = crate::envoy::folder().join(format!("{name}.wasm"));
        Variant::new(name, workload, Done::Nothing, vec![wasm(name, &file, "")], native::catch_all())
    }

    /// A module by hand that makes the calls of the proxy that `httproute.wasm` makes for one route, and decides nothing.
    pub fn calls(workload: Workload) -> Self {
        let filters = Variant::empty("calls", workload).listener.filters;
        Variant::new("calls", workload, Done::All, filters, native::by_header())
    }

    /// `httproute.wasm` alone, which does everything.
    pub fn httproute(workload: Workload) -> Self {
        Variant::modules("httproute", &["httproute"], workload, Done::All)
    }

    /// All single modules one after the other.
    pub fn chain(workload: Workload) -> Self {
        Variant::modules("chain", &CHAIN, workload, Done::All)
    }

    /// A single module, which does its part.
    pub fn single(module: &str, workload: Workload) -> Self {
        let done = match module {
            "header-modifier" => Done::Headers,
            "url-rewrite" => Done::Rewrite,
            "cors" => Done::Cors,
            _ => Done::Nothing,
        };
        Variant::modules(module, &[module], workload, done)
    }

    fn modules(name: &str, modules: &[&str], workload: Workload, done: Done) -> Self {
        let configuration = workload.configuration(MARK);
        let file = |module: &str| httproute_integration::dist().join(format!("{module}.wasm"));
        let filters = modules.iter().map(|module| wasm(module, &file(module), &configuration)).collect();
        let chooses = modules.iter().any(|module| ["httproute", "weighted-split"].contains(module));
        let routes = if chooses { native::by_header() } else { native::catch_all() };
        Variant::new(name, workload, done, filters, routes)
    }

    /// Envoy's list of routes.
    pub fn list(workload: Workload) -> Self {
        Variant::new("list", workload, Done::Headers, Vec::new(), native::list(&workload, MARK))
    }

    /// Envoy's tree of prefixes.
    pub fn tree(workload: Workload) -> Self {
        Variant::new("tree", workload, Done::Headers, Vec::new(), native::tree(&workload))
    }

    /// Under another name.
    pub fn named(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    /// With the number of its routes behind its name.
    pub fn numbered(self) -> Self {
        let name = format!("{}@{}", self.name, self.workload.routes);
        self.named(&name)
    }

    /// With the removal of clients' headers that all examples have before any filter.
    pub fn with_early_removal(mut self) -> Self {
        self.listener.early_removal = true;
        self
    }
}

//! What a proxy has to be able to call in each module.
//!
//! A proxy skips what a module does not export, and each callback that it does call costs a crossing into the virtual
//! machine and back. The `proxy-wasm` crate exports all that the ABI knows, so most of it is removed here.

/// What every module is called for.
const ALWAYS: &[&str] = &[
    "memory",
    "_initialize",
    "proxy_abi_version_0_2_1",
    "malloc",
    "proxy_on_context_create",
    "proxy_on_vm_start",
    "proxy_on_configure",
    "proxy_on_tick",
    "proxy_on_request_headers",
    "proxy_on_done",
    "proxy_on_delete",
];

/// What changes responses.
const RESPONSES: &[&str] = &["proxy_on_response_headers"];

/// What copies requests and learns how the copies fared. The root context is woken by `proxy_on_queue_ready`, but from
/// inside the module: no proxy calls it.
const MIRRORS: &[&str] =
    &["proxy_on_request_body", "proxy_on_request_trailers", "proxy_on_http_call_response"];

/// Each module, and what it is called for beside [`ALWAYS`].
const MODULES: &[(&str, &[&[&str]])] = &[
    ("httproute", &[RESPONSES, MIRRORS]),
    ("cors", &[RESPONSES]),
    ("header-modifier", &[RESPONSES]),
    ("redirect", &[]),
    ("url-rewrite", &[]),
    ("mirror", &[MIRRORS]),
    ("weighted-split", &[]),
];

/// The exports that are kept of the module in a file of this stem, say `httproute_filter_url_rewrite`; `None` where it is
/// none of the project's modules.
pub(crate) fn kept(stem: &str) -> Option<Vec<&'static str>> {
    let name = stem.strip_prefix("httproute_filter_").unwrap_or(stem).replace('_', "-");
    let (_, more) = MODULES.iter().find(|(module, _)| *module == name)?;
    Some([ALWAYS].iter().chain(*more).copied().flatten().copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_known_by_its_file() {
        assert!(kept("httproute_filter_httproute").unwrap().contains(&"proxy_on_response_headers"));
        assert!(kept("url-rewrite").unwrap().contains(&"proxy_on_request_headers"));
        assert!(!kept("httproute_filter_url_rewrite").unwrap().contains(&"proxy_on_response_headers"));
        assert_eq!(kept("somebody_elses"), None);
    }
}

//! Which kinds of filters modules carry out in Envoy Gateway.

use serde_json::Value;

use crate::args::ModuleDigest;

/// A module and the kinds that it carries out.
pub(super) type Module = (&'static str, &'static [&'static str]);

/// In the order of the chain of single modules. The others choose a backend (`weighted-split`), need an upstream by its name
/// (`mirror`), or would have Envoy Gateway's routes match again (`url-rewrite`).
const MODULES: [Module; 3] = [
    ("cors", &["CORS"]),
    ("redirect", &["RequestRedirect"]),
    ("header-modifier", &["RequestHeaderModifier", "ResponseHeaderModifier"]),
];

/// The modules that the routes of a configuration need.
pub(super) fn of(configuration: &Value) -> Vec<Module> {
    let kinds: Vec<&str> = filters(configuration).filter_map(kind).collect();
    MODULES.into_iter().filter(|(_, own)| own.iter().any(|kind| kinds.contains(kind))).collect()
}

/// Digests of modules that there are not.
///
/// # Errors
///
/// The first of them, and which modules there are.
pub(super) fn check(digests: &[ModuleDigest]) -> Result<(), String> {
    let is_known = |digest: &&ModuleDigest| MODULES.iter().any(|(module, _)| *module == digest.module);
    match digests.iter().find(|digest| !is_known(digest)) {
        Some(unknown) => {
            let names = MODULES.map(|(module, _)| module).join(", ");
            Err(format!("--digest {}=…: there is no such module here, but {names}", unknown.module))
        }
        None => Ok(()),
    }
}

/// Whether a filter is one that a module carries out.
pub(super) fn is_ours(filter: &Value) -> bool {
    !removes_proto(filter)
        && kind(filter).is_some_and(|kind| MODULES.iter().any(|(_, own)| own.contains(&kind)))
}

/// Whether a filter removes `X-Forwarded-Proto`. Envoy has no route for a request without it, so that only the route itself can.
pub(super) fn removes_proto(filter: &Value) -> bool {
    let modifier = filter.get("requestHeaderModifier");
    let mut removed =
        modifier.into_iter().flat_map(|modifier| items(modifier, "remove")).filter_map(Value::as_str);
    removed.any(|name| name.eq_ignore_ascii_case("x-forwarded-proto"))
}

/// The `type` of a filter.
pub(super) fn kind(filter: &Value) -> Option<&str> {
    filter.get("type").and_then(Value::as_str)
}

/// All filters of the rules of a configuration.
pub(super) fn filters(configuration: &Value) -> impl Iterator<Item = &Value> {
    items(configuration, "routes").flat_map(rules).flat_map(|rule| items(rule, "filters"))
}

/// The rules of a route.
pub(super) fn rules(route: &Value) -> impl Iterator<Item = &Value> {
    route.get("spec").into_iter().flat_map(|spec| items(spec, "rules"))
}

/// The items of a list.
pub(super) fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

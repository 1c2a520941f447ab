//! Configurations of Envoy, written by hand: what a module needs of the proxy around it.
//!
//! Envoy itself says whether a configuration is valid. Nothing here is an error: each warning names what lets requests slip past a
//! rule, and what to write instead.

use serde_json::Value;

use super::place::Place;
use super::report::Report;

/// The default of `clusterHeader`.
const CLUSTER_HEADER: &str = "x-httproute-cluster";
/// What the headers of modules begin with by default.
const PRIVATE: &str = "x-httproute-";
/// The modules that choose backends.
const CHOOSES_BACKENDS: [&str; 2] = ["httproute", "weighted-split"];

/// Whether an object is a configuration of Envoy: a bootstrap, or resources that it discovers.
pub(super) fn is_configuration(object: &Value) -> bool {
    let is_typed =
        |item: &Value| text(item, "/@type").is_some_and(|kind| kind.starts_with("type.googleapis.com/"));
    object.get("apiVersion").is_none()
        && object.get("kind").is_none()
        && (["static_resources", "dynamic_resources"].iter().any(|key| object.get(key).is_some())
            || items(object, "/resources").iter().any(is_typed))
}

/// Looks for connection managers with modules in them.
pub(super) fn check(value: &Value, place: &Place<'_>, report: &mut Report) {
    match value {
        Value::Object(members) => {
            if members.contains_key("http_filters") {
                manager(value, place, report);
            }
            for (key, member) in members {
                check(member, &Place::Key(place, key), report);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check(item, &Place::Index(place, index), report);
            }
        }
        _ => {}
    }
}

/// A module in a chain of filters.
struct Module {
    /// Its place in `http_filters`.
    index: usize,
    /// The name of its file.
    name: String,
    /// Its configuration; null if it is elsewhere.
    configuration: Value,
}

impl Module {
    fn chooses_backends(&self) -> bool {
        CHOOSES_BACKENDS.contains(&self.name.as_str())
    }
}

fn manager(manager: &Value, place: &Place<'_>, report: &mut Report) {
    let modules = modules(manager);
    // A module whose configuration Envoy discovers is in another file, but its routes may be here.
    let is_asked = |host: &Value| {
        let mut named =
            items(host, "/routes").iter().filter_map(|route| text(route, "/route/cluster_header"));
        named.any(|name| name.starts_with(PRIVATE))
    };
    let is_asked = items(manager, "/route_config/virtual_hosts").iter().any(is_asked);
    if modules.is_empty() && !is_asked {
        return;
    }
    let configured = modules.iter().find_map(|module| text(&module.configuration, "/clusterHeader"));
    let header = configured.unwrap_or(CLUSTER_HEADER).to_ascii_lowercase();
    let chooses = is_asked || modules.iter().any(Module::chooses_backends);
    fail_open(manager, &modules, place, report);
    if chooses && !removes_early(manager, &header) {
        report.warn(
            &Place::Key(place, "http_filters"),
            "ForgedClusterHeader",
            format!("this connection manager does not remove {header:?} before its filters run, so a client could choose the upstream while a module is reloaded"),
            format!("add early_header_mutation_extensions with remove_on_match: {{key_matcher: {{prefix: {PRIVATE}}}}}"),
        );
    }
    if !normalises(manager) {
        report.warn(
            &Place::Key(place, "http_filters"),
            "PathsNotNormalised",
            "this connection manager does not bring paths into one form, so requests can slip past rules, and dot segments are answered with 400".into(),
            "add normalize_path: true, merge_slashes: true and path_with_escaped_slashes_action: UNESCAPE_AND_REDIRECT",
        );
    }
    // Routes that Envoy discovers are in another file.
    let Some(configuration) = manager.get("route_config") else { return };
    let at = Place::Key(place, "route_config");
    if chooses {
        marked(configuration, &header, &at, report);
    } else {
        rewritten(configuration, &modules, &at, report);
    }
}

/// The filters that are modules of this project.
fn modules(manager: &Value) -> Vec<Module> {
    let filters = items(manager, "/http_filters").iter().enumerate();
    let module = |(index, filter): (usize, &Value)| {
        // In a TypedStruct the filter's own form is one level deeper.
        let config = ["/typed_config/config", "/typed_config/value/config"];
        let config = config.into_iter().find_map(|pointer| filter.pointer(pointer))?;
        let file = text(config, "/vm_config/code/local/filename").unwrap_or_default();
        let name = file.rsplit('/').next().unwrap_or_default().trim_end_matches(".wasm").to_owned();
        let value = config.pointer("/configuration/value").unwrap_or(config.get("configuration")?);
        let configuration = match value {
            Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
            other => other.clone(),
        };
        let is_ours = configuration.get("routes").is_some();
        is_ours.then_some(Module { index, name, configuration })
    };
    filters.filter_map(module).collect()
}

fn fail_open(manager: &Value, modules: &[Module], place: &Place<'_>, report: &mut Report) {
    let filters = Place::Key(place, "http_filters");
    for module in modules {
        let pointer = format!("/http_filters/{}", module.index);
        let config = manager.pointer(&pointer).and_then(|filter| filter.pointer("/typed_config/config"));
        let Some(config) = config else { continue };
        if text(config, "/failure_policy") == Some("FAIL_OPEN")
            || config.get("fail_open") == Some(&Value::Bool(true))
        {
            report.warn(
                &Place::Index(&filters, module.index),
                "FailOpen",
                "with FAIL_OPEN requests go on without their rules while the module is not there".into(),
                "use failure_policy: FAIL_RELOAD",
            );
        }
    }
}

fn removes_early(manager: &Value, header: &str) -> bool {
    let extensions = items(manager, "/early_header_mutation_extensions").iter();
    let mut mutations = extensions.flat_map(|extension| items(extension, "/typed_config/mutations"));
    mutations.any(|mutation| {
        let prefix = text(mutation, "/remove_on_match/key_matcher/prefix");
        prefix.is_some_and(|prefix| header.starts_with(prefix)) || text(mutation, "/remove") == Some(header)
    })
}

fn normalises(manager: &Value) -> bool {
    let is_on = |key| manager.get(key) == Some(&Value::Bool(true));
    let action = text(manager, "/path_with_escaped_slashes_action").unwrap_or("KEEP_UNCHANGED");
    is_on("normalize_path")
        && is_on("merge_slashes")
        && !["KEEP_UNCHANGED", "IMPLEMENTATION_SPECIFIC_DEFAULT"].contains(&action)
}

/// The routes of a module that chooses backends: Envoy chooses among them again after each change of the request.
fn marked(configuration: &Value, header: &str, place: &Place<'_>, report: &mut Report) {
    let without_proto = format!("{header}-without-proto");
    let headers = [header, without_proto.as_str()];
    let is_ours =
        |route: &Value| text(route, "/route/cluster_header").is_some_and(|name| headers.contains(&name));
    let hosts = Place::Key(place, "virtual_hosts");
    for (number, host) in items(configuration, "/virtual_hosts").iter().enumerate() {
        let host_place = Place::Index(&hosts, number);
        let routes_place = Place::Key(&host_place, "routes");
        let routes = items(host, "/routes");
        if !routes.iter().any(is_ours) {
            report.warn(
                &routes_place,
                "NoRouteForRules",
                format!("no route of this virtual host has cluster_header: {header}, so a request whose host a rule rewrites into this one does not go where the rule says"),
                "put the routes of the module first in each virtual host",
            );
            continue;
        }
        for (index, route) in routes.iter().enumerate() {
            let at = Place::Index(&routes_place, index);
            if !is_ours(route) {
                if routes.iter().skip(index).any(is_ours)
                    && !headers.iter().all(|header| matches(route, header, true))
                {
                    report.warn(
                        &at,
                        "NativeRouteFirst",
                        "this route comes before those of the module: it takes requests of rules, and those whose path or host a rule rewrites".into(),
                        format!("put it after them, or let it match headers: [{{name: {header}, present_match: true, invert_match: true}}] and the same for {without_proto}"),
                    );
                }
                continue;
            }
            let named = text(route, "/route/cluster_header").unwrap_or_default();
            if !matches(route, named, false) {
                report.warn(
                    &at,
                    "UnmarkedRoute",
                    format!("this route does not match by {named:?}: Envoy can take another one after a rule has rewritten path or host, and requests of no rule come here and get 503"),
                    format!("write match: {{prefix: /, headers: [{{name: {named}, present_match: true}}]}}"),
                );
            }
        }
        let removes_proto = |route: &Value| {
            text(route, "/route/cluster_header") == Some(without_proto.as_str())
                && items(route, "/request_headers_to_remove").iter().any(|name| {
                    name.as_str().is_some_and(|name| name.eq_ignore_ascii_case("x-forwarded-proto"))
                })
        };
        // Envoy asks whether an upgrade is allowed only if a request has a route before the filters run.
        let takes_all = |route: &Value| {
            text(route, "/match/prefix") == Some("/")
                && items(route, "/match/headers").is_empty()
                && route.get("route").is_some()
        };
        if !routes.iter().any(takes_all) {
            report.warn(
                &routes_place,
                "UpgradesNotRefused",
                "no route takes every request, so Envoy passes on upgrades that upgrade_configs does not allow".into(),
                "end the routes with match: {prefix: /} and route: {cluster_header: x-httproute-none, cluster_not_found_response_code: NOT_FOUND}",
            );
        }
        if !routes.iter().any(removes_proto) {
            report.warn(
                &routes_place,
                "NoRouteWithoutProto",
                "no route removes X-Forwarded-Proto, which a module cannot: rules that do so answer 404".into(),
                format!("add a route with cluster_header: {without_proto} and request_headers_to_remove: [{without_proto}, x-forwarded-proto] that matches the presence of {without_proto}"),
            );
        }
    }
}

/// Whether a route matches the presence of `header`, or its absence.
fn matches(route: &Value, header: &str, absent: bool) -> bool {
    items(route, "/match/headers").iter().any(|matcher| {
        let inverted = matcher.get("invert_match") == Some(&Value::Bool(true));
        let present = matcher.get("present_match").and_then(Value::as_bool);
        text(matcher, "/name").is_some_and(|name| name.eq_ignore_ascii_case(header))
            && present.is_some_and(|present| absent == (present == inverted))
    })
}

/// Modules that choose no backend leave that to Envoy's own routes.
fn rewritten(configuration: &Value, modules: &[Module], place: &Place<'_>, report: &mut Report) {
    let hosts = items(configuration, "/virtual_hosts");
    let routes: usize = hosts.iter().map(|host| items(host, "/routes").len()).sum();
    let rewrites = |module: &Module| {
        module.name == "url-rewrite" && module.configuration.to_string().contains("\"URLRewrite\"")
    };
    if routes > 1 && modules.iter().any(rewrites) {
        report.warn(
            place,
            "RewriteChoosesRoute",
            "after a rewrite Envoy chooses among these routes again, by the new path and host".into(),
            "let a module that chooses backends (httproute, weighted-split) run after url-rewrite",
        );
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer)?.as_str()
}

fn items<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

//! What the objects say of themselves to people who read them.

use crate::render::envoy;

/// What is to be said above a key.
pub(crate) fn comment(key: &str) -> Option<&'static str> {
    Some(match key {
        "failStrategy" => {
            "A module that traps is loaded anew; meanwhile its requests fail, and none passes it by."
        }
        "priority" => {
            "No phase is behind Istio's authentication and authorization, which so judge the request as the client sent it.\n\
             In this phase the module is the last, so that nothing changes the request once its rule is known."
        }
        "sha256" => "Nothing but this is ever loaded.",
        "pluginConfig" => "The routes. An edit of an HTTPRoute changes this and nothing else.",
        "early_header_mutation_extensions" => {
            "Safety: no client chooses an upstream. By their names, because Istio 1.27 knows no removal by prefix; and those\n\
             that Envoy's router would listen to."
        }
        "failure_policy" => return None,
        other => return envoy::comment(other),
    })
}

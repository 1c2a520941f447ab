//! Valid configurations in which rules have filters and backends of every kind, for what must hold of any rule.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::model::Configuration;
use crate::strategies::configuration;

/// What a rule of a valid configuration may have beside its matches.
pub(crate) fn decorations() -> Vec<Value> {
    let headers = |name: &str| {
        let modifier = json!({
            "set": [{ "name": name, "value": "set" }],
            "add": [{ "name": "X-Added", "value": "one" }],
            "remove": ["x-gone"],
        });
        (
            json!({ "type": "RequestHeaderModifier", "requestHeaderModifier": modifier }),
            json!({ "type": "ResponseHeaderModifier", "responseHeaderModifier": modifier }),
        )
    };
    let (request, response) = headers("x-a");
    let (of_backend, response_of_backend) = headers("x-b");
    let rewrite = json!({
        "type": "URLRewrite",
        "urlRewrite": { "hostname": "new.example.org", "path": { "type": "ReplaceFullPath", "replaceFullPath": "/x" } },
    });
    let mirror = |name: &str, members: Value| {
        let mut mirror = members;
        mirror["backendRef"] = json!({ "name": name, "port": 80 });
        json!({ "type": "RequestMirror", "requestMirror": mirror })
    };
    let cors = json!({ "type": "CORS", "cors": {
        "allowOrigins": ["https://*.example.com"],
        "allowMethods": ["GET", "POST"],
        "allowCredentials": true,
    } });
    let redirect = |members: Value| json!({ "type": "RequestRedirect", "requestRedirect": members });
    let split = json!([
        { "name": "one", "port": 80, "weight": 3 },
        { "name": "two", "namespace": "b", "port": 8080, "filters": [of_backend, response_of_backend] },
        { "name": "never", "port": 80, "weight": 0 },
    ]);
    vec![
        json!({}),
        json!({ "backendRefs": [] }),
        json!({ "name": "split", "backendRefs": split }),
        json!({ "backendRefs": [{ "name": "none", "port": 80, "weight": 0 }] }),
        json!({ "filters": [request, response], "backendRefs": split }),
        json!({
            "filters": [mirror("first", json!({})), request, mirror("second", json!({ "percent": 50 })), rewrite,
                mirror("third", json!({ "fraction": { "numerator": 1, "denominator": 3 } }))],
            "backendRefs": split,
        }),
        json!({ "filters": [redirect(json!({ "scheme": "https", "statusCode": 301 })), response] }),
        json!({ "filters": [redirect(json!({
            "hostname": "example.org",
            "port": 8443,
            "path": { "type": "ReplaceFullPath", "replaceFullPath": "/elsewhere" },
        }))] }),
        json!({
            "filters": [cors, request],
            "backendRefs": split,
            "timeouts": { "request": "10s", "backendRequest": "2s" },
        }),
        json!({ "backendRefs": [{ "name": "away", "port": 80, "filters": [redirect(json!({}))] }] }),
    ]
}

/// A valid configuration for matching, and the document in which its rules do something.
pub(crate) fn decorated() -> impl Strategy<Value = (Configuration, Value)> {
    let choices = prop::collection::vec(0..decorations().len(), 12);
    (configuration(), choices, any::<bool>()).prop_map(|(configuration, choices, by_proxy)| {
        let mut document = configuration.to_json();
        let decorations = decorations();
        let mut choices = choices.iter().cycle();
        for route in document["routes"].as_array_mut().unwrap() {
            for rule in route["spec"].get_mut("rules").and_then(Value::as_array_mut).into_iter().flatten() {
                let decoration = &decorations[*choices.next().unwrap()];
                let rule = rule.as_object_mut().unwrap();
                rule.remove("backendRefs");
                rule.extend(decoration.as_object().unwrap().clone());
            }
        }
        if by_proxy {
            document["mirrorHeader"] = "x-httproute-mirror-{n}".into();
        }
        (configuration, document)
    })
}

//! What the modules say of a route: all of it is told, by the same codes.

use std::collections::BTreeSet;
use std::path::Path;

use httproute_sdk::Routes;

use super::*;

/// A rule for each code that a module has for what stands in a route.
const ROUTES: [(&str, &str); 34] = [
    ("AllWeightsZero", "{backendRefs: [{name: a, port: 80, weight: 0}]}"),
    (
        "ConflictingActions",
        "{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: b}], remove: [a]}}]}",
    ),
    (
        "ConflictingCors",
        "{filters: [{type: CORS, cors: {}}], backendRefs: [{name: a, port: 80, filters: [{type: CORS, cors: {}}]}]}",
    ),
    ("DuplicateName", "{matches: [{headers: [{name: a, value: b}, {name: A, value: c}]}]}"),
    (
        "IncompatibleFilters",
        "{filters: [{type: RequestRedirect, requestRedirect: {}}, {type: URLRewrite, urlRewrite: {}}]}",
    ),
    ("InvalidDuration", "{timeouts: {request: soon}}"),
    (
        "InvalidHeaderName",
        "{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [\"a b\"]}}]}",
    ),
    (
        "InvalidHeaderValue",
        "{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: \"a\\nb\"}]}}]}",
    ),
    ("InvalidHost", "{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [host]}}]}"),
    ("InvalidHostname", "{filters: [{type: URLRewrite, urlRewrite: {hostname: \"*.a\"}}]}"),
    ("InvalidKind", "{backendRefs: [{group: example.com, kind: Bucket, name: a}]}"),
    ("InvalidName", "{backendRefs: [{name: \"a b\", port: 80}]}"),
    ("InvalidOrigin", "{filters: [{type: CORS, cors: {allowOrigins: [a]}}]}"),
    ("InvalidPath", "{matches: [{path: {value: a}}]}"),
    ("InvalidRegex", "{matches: [{path: {type: RegularExpression, value: \"(\"}}]}"),
    ("InvalidValue", "{matches: [{queryParams: [{name: a, value: \"\"}]}]}"),
    ("Missing", "{backendRefs: [{name: a}]}"),
    ("NotCarriedOut", "{retry: {attempts: 2}}"),
    ("NotNormalised", "{matches: [{path: {type: RegularExpression, value: /%7Ejohn}}]}"),
    ("OutOfRange", "{backendRefs: [{name: a, port: 80, weight: -1}]}"),
    (
        "PercentAndFraction",
        "{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: a, port: 80}, percent: 1, fraction: {numerator: 1}}}]}",
    ),
    (
        "PrefixNotMatched",
        "{matches: [{path: {type: Exact, value: /a}}], filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}}]}",
    ),
    (
        "PrivateHeader",
        "{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-httproute-cluster, value: a}]}}]}",
    ),
    (
        "ProxyHeader",
        "{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-envoy-retry-on, value: 5xx}]}}]}",
    ),
    (
        "RedirectWithBackends",
        "{filters: [{type: RequestRedirect, requestRedirect: {}}], backendRefs: [{name: a, port: 80}]}",
    ),
    ("RepeatedFilter", "{filters: [{type: URLRewrite, urlRewrite: {}}, {type: URLRewrite, urlRewrite: {}}]}"),
    ("TimeoutTooLong", "{timeouts: {request: 1s, backendRequest: 2s}}"),
    ("TooMany", "{backendRefs: [#]}"),
    ("UnknownField", "{mathces: []}"),
    (
        "UnresolvedExtension",
        "{filters: [{type: ExtensionRef, extensionRef: {group: example.com, kind: A, name: a}}]}",
    ),
    (
        "UnsupportedFilter",
        "{filters: [{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: a, port: 80}, http: {}}}]}",
    ),
    ("UnsupportedValue", "{matches: [{method: FETCH}]}"),
    ("WildcardNotAlone", "{filters: [{type: CORS, cors: {allowMethods: [GET, \"*\"]}}]}"),
    ("WrongType", "{matches: {}}"),
];

/// Codes for what stands outside the rules of a route, and for what is no part of a route.
const OF_THE_ROUTE: [&str; 4] = ["InvalidTimestamp", "OldVersion", "UnsupportedKind", "UnsupportedVersion"];
const OF_THE_DOCUMENT: [&str; 4] = ["InvalidExtension", "UnknownRoute", "UnusedExtension", "UnusedPointer"];

/// The codes that the core's sources have for problems.
fn codes_of_the_core() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = entry.file_name().into_string().unwrap();
            if path.is_dir() && name != "tests" {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                codes.extend(codes_in(&std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    codes
}

/// The codes in a source: in a call of `report.error` or `report.warn` the first text that has the form of a code.
fn codes_in(source: &str) -> BTreeSet<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let calls = source.split("report.error(").skip(1).chain(source.split("report.warn(").skip(1));
    let is_code = |text: &&str| {
        text.len() > 4
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    // Some calls are given a code that was chosen before.
    let chosen = source.split("let code =").skip(1).flat_map(|after| {
        let statement = after.split(';').next().unwrap_or_default();
        statement.split('"').skip(1).step_by(2)
    });
    let in_calls =
        calls.filter_map(|call| call.split(';').next()?.split('"').skip(1).step_by(2).find(is_code));
    in_calls.chain(chosen.filter(is_code)).map(str::to_owned).collect()
}

/// A code that is new in the core must have a row here, and so is known to be told.
#[test]
fn every_code_of_the_core_is_known() {
    let mut known: BTreeSet<String> = ROUTES.iter().map(|(code, _)| (*code).to_owned()).collect();
    known.extend(OF_THE_ROUTE.into_iter().chain(OF_THE_DOCUMENT).map(str::to_owned));
    let unknown: Vec<String> = codes_of_the_core().into_iter().filter(|code| !known.contains(code)).collect();
    assert_eq!(unknown, [] as [String; 0], "give each a rule that has it");
}

/// What a module says of a route, the check says of it once, under the same code, and at the same place or around it.
#[test]
fn whatever_a_module_says_the_check_says_once() {
    let head =
        "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: a}, spec: {rules: [";
    let mut texts: Vec<(&str, String)> = ROUTES
        .iter()
        .map(|(code, rule)| {
            let rule = rule.replace('#', &times(17, "{name: a, port: 80}"));
            (*code, format!("{head}{rule}]}}}}"))
        })
        .collect();
    let route = "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: a}, spec: {}}";
    texts.push(("OldVersion", route.replace("/v1,", "/v1beta1,")));
    texts.push(("UnsupportedVersion", route.replace("/v1,", "/v2,")));
    texts.push(("UnsupportedKind", route.replace("HTTPRoute", "GRPCRoute")));
    texts.push(("InvalidTimestamp", route.replace("name: a", "name: a, creationTimestamp: today")));
    for (code, text) in texts {
        let documents = parse("-", text.as_bytes()).documents;
        let configuration = format!("{{\"routes\": [{}]}}", documents[0].value);
        let (_, said) = Routes::decode(configuration.as_bytes()).unwrap();
        assert!(said.iter().any(|problem| problem.code == code), "{code}: {said:?}");
        let findings = check(&documents, Channel::Experimental);
        for problem in said {
            let place = problem.pointer.strip_prefix("/routes/0").unwrap_or(&problem.pointer);
            let same = findings.iter().filter(|finding| {
                let found = &finding.problem;
                found.code == problem.code
                    && (place.starts_with(&found.pointer) || found.pointer.starts_with(place))
            });
            assert_eq!(same.count(), 1, "{code}: {problem}\n{findings:?}");
        }
    }
}

/// Of every code in the sources a page says what it means.
#[test]
fn every_code_is_in_the_documentation() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let pages: String =
        ["configuration.md", "cli.md"].map(|page| std::fs::read_to_string(docs.join(page)).unwrap()).concat();
    let mut codes = codes_of_the_core();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = entry.file_name().into_string().unwrap();
            if path.is_dir() && name != "tests" {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                let source = std::fs::read_to_string(path).unwrap();
                codes.extend(codes_in(&source));
                let after = ["code: \"", "Fault::new(\"", "Fault::new(\n                \"", "problem(\""];
                let named = after.iter().flat_map(|start| source.split(start).skip(1));
                codes.extend(named.filter_map(|after| Some(after.split('"').next()?.to_owned())));
            }
        }
    }
    codes.retain(|code| code.bytes().all(|byte| byte.is_ascii_alphabetic()) && !code.is_empty());
    let unknown: Vec<String> =
        codes.into_iter().filter(|code| !pages.contains(&format!("`{code}`"))).collect();
    assert_eq!(unknown, [] as [String; 0]);
}

//! What is often written wrong: where it is shown, and what is said.

use super::*;

/// Line, column and text of what is found.
fn said(text: &str) -> Vec<String> {
    let parsed = parse("-", text.as_bytes());
    assert_eq!(parsed.problems, []);
    check(&parsed.documents, Channel::Standard)
        .iter()
        .map(|finding| {
            let Position { line, column } = finding.position(&parsed.documents);
            let Problem { code, message, hint, .. } = &finding.problem;
            format!("{line}:{column} {code}: {message} ({hint})")
        })
        .collect()
}

const HEAD: &str = "\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: shop
spec:
";

#[test]
fn a_message_names_the_place_the_cause_and_the_remedy() {
    for (spec, expected) in [
        (
            "  rules:\n  - matches:\n    - pathPrefix: /cart\n",
            "8:7 UnknownField: there is no field \"pathPrefix\" in this match (write `path: {type: PathPrefix, value: /foo}`)",
        ),
        (
            "  rules:\n  - matches:\n    - path: /cart\n",
            "8:13 WrongType: path must be an object, but is the string \"/cart\" (write `path: {type: PathPrefix, value: /cart}`)",
        ),
        (
            "  rules:\n  - backendRefs:\n    - name: cart\n",
            "8:7 Missing: port is missing, which a reference to a Service must have (add the port of the Service, as in `port: 80`)",
        ),
        (
            "  rules:\n  - backendRefs:\n    - name: cart\n      port: \"80\"\n",
            "9:13 WrongType: port must be a whole number, but is the string \"80\" (leave out the quotes)",
        ),
        (
            "  rules:\n  - backendRefs:\n    - name: cart\n      port: 80\n      weight: -1\n",
            "10:15 OutOfRange: weight is -1, but must be between 0 and 1000000 (use 0 to send nothing to this backend)",
        ),
        (
            "  rules:\n  - filters:\n    - type: RequestRedirect\n      requestRedirect:\n        statusCode: 304\n",
            "10:21 UnsupportedValue: statusCode cannot be 304 (use one of 301, 302, 303, 307, 308)",
        ),
        (
            "  rules:\n  - filters:\n    - requestRedirect: {}\n",
            "8:7 Missing: type is missing in this filter (add `type: RequestRedirect`)",
        ),
        (
            "  rules:\n  - forwardTo:\n    - serviceName: cart\n",
            "7:5 UnknownField: there is no field \"forwardTo\" in this rule (write `backendRefs:`, a list of {name, port})",
        ),
        (
            "  rules:\n  - matchs: []\n",
            "7:5 UnknownField: there is no field \"matchs\" in this rule (did you mean \"matches\"?)",
        ),
        (
            "  backendRefs:\n  - name: cart\n",
            "6:3 UnknownField: there is no field \"backendRefs\" in this HTTPRoute spec (backendRefs belongs to a rule: check the indentation)",
        ),
        (
            "  hostnames:\n  - Shop.example.com\n",
            "7:5 InvalidHostname: hostnames[0] is \"Shop.example.com\", which is not a hostname (write it in lower case: shop.example.com)",
        ),
        (
            "  hostnames:\n  - https://shop.example.com/cart\n",
            "7:5 InvalidHostname: hostnames[0] is \"https://shop.example.com/cart\", which is not a hostname (leave out the scheme and the path)",
        ),
        (
            "  hostnames:\n  - shop.example.com:8080\n",
            "7:5 InvalidHostname: hostnames[0] is \"shop.example.com:8080\", which is not a hostname (leave out the port: listeners have it)",
        ),
        (
            "  rules:\n    matches: []\n",
            "7:5 WrongType: rules must be a list, but is an object (begin each item of the list with \"- \")",
        ),
        (
            "  rules:\n  - matches:\n    - headers:\n      - name: x-beta\n        value: yes\n",
            "10:16 WrongType: value must be a string, but is true (put it in quotes: without them, true, false, yes, no, on, off, y and n are booleans)",
        ),
        (
            "  rules:\n  - timeouts:\n      request: \"30\"\n",
            "8:16 InvalidDuration: request is \"30\", which is not a duration (add a unit: 30s)",
        ),
        (
            "  rules:\n  - matches:\n    - path:\n        value: /cart/*?\n",
            "9:16 InvalidPath: the path \"/cart/*?\" must not contain \"?\" (match the query with queryParams)",
        ),
        (
            "  rules:\n  - retry: {attempts: 2}\n",
            "7:5 ExperimentalChannel: retry belongs to the experimental channel of the API (remove it, or give --channel experimental if the cluster has that channel)",
        ),
    ] {
        assert_eq!(said(&format!("{HEAD}{spec}")).first().map(String::as_str), Some(expected), "{spec}");
    }
    for (text, expected) in [
        (
            "apiVersion: gateway.networking.k8s.io/v1alpha2\nkind: HTTPRoute\n",
            "1:13 UnsupportedVersion: there is no version \"v1alpha2\" of HTTPRoute (write gateway.networking.k8s.io/v1)",
        ),
        (
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HttpRoutes\n",
            "2:7 UnsupportedKind: there is no kind \"HttpRoutes\" in gateway.networking.k8s.io (did you mean \"HTTPRoute\"?)",
        ),
        (
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\n",
            "2:7 UnsupportedKind: an Ingress of networking.k8s.io is not looked at, so its routes are missing here (write it as an HTTPRoute and a Gateway of gateway.networking.k8s.io/v1)",
        ),
        (
            "metadata: {}\n",
            "1:1 Missing: apiVersion is missing (add `apiVersion: gateway.networking.k8s.io/v1`, or for a Service `apiVersion: v1`)",
        ),
    ] {
        assert_eq!(said(text).first().map(String::as_str), Some(expected), "{text}");
    }
}

#[test]
fn findings_are_in_the_order_of_the_text() {
    let text = format!("{HEAD}  rules: [{{x: 1}}]\n  hostnames: [A]\n  parentRefs: [{{}}]\n");
    let lines: Vec<String> = said(&text).iter().map(|said| said.chars().take(2).collect()).collect();
    assert_eq!(lines, ["6:", "7:", "8:"]);
}

#[test]
fn a_long_value_is_cut() {
    let said = said(&format!("{HEAD}  hostnames: [\"{}\"]\n", "ä".repeat(200)));
    assert!(said[0].len() < 400, "{}", said[0]);
}

//! Rules that never win, and redirects that never end.

use crate::{CertificateSource, Channel, FrontSettings, Options, judge, parse};

/// The warnings of this code, each as line and message.
fn said(code: &str, listeners: &str, routes: &str) -> Vec<String> {
    let gateway = format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: g}}\nspec: {{gatewayClassName: a, listeners: [{listeners}]}}\n"
    );
    let parsed = parse("shop.yaml", format!("{gateway}{routes}").as_bytes());
    assert_eq!(parsed.problems, []);
    let front = Some(FrontSettings::default());
    let options = Options { certificates: CertificateSource::Proxy, front, ..Options::default() };
    let (problems, _) = judge(&parsed, Channel::Standard, &options);
    problems
        .iter()
        .filter(|problem| problem.problem.code == code)
        .map(|problem| format!("{}: {}", problem.position.line, problem.problem.message))
        .collect()
}

/// A route, beginning at the line `---`.
fn route(name: &str, spec: &str, rules: &[&str]) -> String {
    let rules: String = rules.iter().map(|rule| format!("  - {rule}\n")).collect();
    format!(
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: {name}}}\nspec:\n  parentRefs: [{{name: g}}]\n{spec}  rules:\n{rules}"
    )
}

const WEB: &str = "{name: web, port: 80, protocol: HTTP}";
const SECURE: &str = "{name: secure, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: t}]}}";

#[test]
fn a_match_never_wins_if_an_earlier_one_takes_all_its_requests() {
    let never = |spec: &str, rules: &[&str]| said("NeverWins", WEB, &route("a", spec, rules)).len();
    for (rules, count) in [
        (&["matches: [{path: {value: /a}}]", "matches: [{path: {value: /a}}]"][..], 1),
        (&["matches: [{path: {value: /a}}]", "matches: [{path: {value: /a/}}]"], 1),
        (&["matches: [{path: {value: /a}}]", "matches: [{path: {type: Exact, value: /a}}]"], 0),
        (&["{}", "matches: [{path: {value: /a}}]"], 0),
        (&["{}", "{}"], 1),
        (&["matches: [{headers: [{name: x-a, value: b}]}]", "{}"], 0),
        (&["{}", "matches: [{headers: [{name: x-a, value: b}]}]"], 0),
        (
            &[
                "matches: [{headers: [{name: x-a, value: b}]}]",
                "matches: [{headers: [{name: X-A, value: b}]}]",
            ],
            1,
        ),
        (&["matches: [{method: GET}]", "matches: [{method: POST}]"], 0),
        (&["matches: [{path: {type: RegularExpression, value: /.*}}]", "matches: [{path: {value: /a}}]"], 1),
        (
            &[
                "matches: [{path: {type: RegularExpression, value: /a.*}}]",
                "matches: [{path: {value: /a/b}}]",
            ],
            1,
        ),
        (
            &["matches: [{path: {type: RegularExpression, value: /a/.*}}]", "matches: [{path: {value: /a}}]"],
            0,
        ),
        (
            &[
                "matches: [{path: {type: RegularExpression, value: /.*}}]",
                "matches: [{path: {type: Exact, value: /a}}]",
            ],
            0,
        ),
        (
            &[
                "matches: [{path: {value: /a}}, {path: {value: /b}}]",
                "matches: [{path: {value: /b}}, {path: {value: /c}}]",
            ],
            1,
        ),
        // What it matches is not known before the error is mended.
        (&["matches: [{path: {value: /a}}]", "matches: [{path: {type: Regex, value: /a}}]"], 0),
        // Two of one rule do no harm.
        (&["matches: [{path: {value: /a}}, {path: {value: /a}}]"], 0),
    ] {
        assert_eq!(never("", rules), count, "{rules:?}");
    }
}

#[test]
fn the_covering_rule_is_named_with_its_place() {
    let routes =
        route("a", "", &["{name: first}"]) + &route("b", "", &["{}", "matches: [{path: {value: /x}}]"]);
    assert_eq!(
        said("NeverWins", WEB, &routes),
        ["20: this match never wins: rule 0 \"first\" of route a (shop.yaml:12) takes all its requests"]
    );
    // The older route wins, whatever its name.
    let older =
        routes.replace("metadata: {name: b}", "metadata: {name: b, creationTimestamp: 2026-01-01T00:00:00Z}");
    assert_eq!(
        said("NeverWins", WEB, &older),
        ["12: this match never wins: rule 0 of route b (shop.yaml:20) takes all its requests"]
    );
}

#[test]
fn hostnames_and_listeners_decide_which_matches_meet() {
    let all = |listeners: &str, first: &str, second: &str| {
        let routes = route("a", first, &["{}"]) + &route("b", second, &["{}"]);
        said("NeverWins", listeners, &routes).len()
    };
    let hostnames = |list: &str| format!("  hostnames: [{list}]\n");
    let (one, two) = (hostnames("a.com"), hostnames("b.com"));
    assert_eq!(all(WEB, &one, &one), 1);
    assert_eq!(all(WEB, &one, &two), 0);
    assert_eq!(all(WEB, "", &two), 0, "the more specific hostname wins");
    assert_eq!(all(WEB, &hostnames("a.com, b.com"), &two), 1);
    assert_eq!(all(WEB, &one, &hostnames("a.com, b.com")), 0, "it wins for the other");
    let wildcard = "{name: web, port: 80, protocol: HTTP, hostname: \"*.com\"}";
    assert_eq!(
        all(wildcard, &hostnames("\"*.com\""), ""),
        1,
        "no host is left for the route without hostnames"
    );
    // On another listener it wins.
    let both = format!("{WEB}, {{name: other, port: 81, protocol: HTTP}}");
    let routes = route("a", "", &["{}"]).replace("{name: g}", "{name: g, sectionName: web}")
        + &route("b", "", &["{}"]);
    assert_eq!(said("NeverWins", &both, &routes), [] as [String; 0]);
}

#[test]
fn a_redirect_that_never_ends() {
    let redirect = |matches: &str, redirect: &str| {
        format!("{{{matches}filters: [{{type: RequestRedirect, requestRedirect: {{{redirect}}}}}]}}")
    };
    let loops = |listeners: &str, spec: &str, rules: &[&str]| {
        said("RedirectLoop", listeners, &route("a", spec, rules))
    };
    let to_https = redirect("", "scheme: https");
    assert_eq!(
        loops(&format!("{WEB}, {SECURE}"), "  hostnames: [a.com]\n", &[&to_https]),
        ["13: the redirect never ends: http://a.com/ → https://a.com/ → https://a.com/"]
    );
    // The proxy says by which scheme a request came.
    let secure = "matches: [{headers: [{name: X-Forwarded-Proto, value: https}]}]";
    assert_eq!(loops(&format!("{WEB}, {SECURE}"), "", &[secure, &to_https]), [] as [String; 0]);
    assert_eq!(loops(WEB, "", &[&to_https]), [] as [String; 0], "whoever ends TLS is not in the manifests");
    let of_web = route("a", "", &[&to_https]).replace("{name: g}", "{name: g, sectionName: web}");
    assert_eq!(said("RedirectLoop", &format!("{WEB}, {SECURE}"), &of_web), [] as [String; 0]);
    for (matches, to, count) in [
        ("", "statusCode: 301", 1),
        ("", "hostname: www.a.com", 1),
        ("", "path: {type: ReplaceFullPath, replaceFullPath: /new}", 1),
        ("matches: [{path: {value: /old}}], ", "path: {type: ReplaceFullPath, replaceFullPath: /new}", 0),
        (
            "matches: [{path: {value: /old}}], ",
            "path: {type: ReplacePrefixMatch, replacePrefixMatch: /old}",
            1,
        ),
        (
            "matches: [{path: {value: /old}}], ",
            "path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}",
            0,
        ),
        (
            "matches: [{path: {value: /old}}], ",
            "path: {type: ReplacePrefixMatch, replacePrefixMatch: /old/new}",
            1,
        ),
        ("", "port: 8080", 0),
    ] {
        assert_eq!(loops(WEB, "", &[&redirect(matches, to)]).len(), count, "{matches}{to}");
    }
    // A rule of its own serves the place.
    let new = redirect("", "path: {type: ReplaceFullPath, replaceFullPath: /new}");
    assert_eq!(loops(WEB, "", &[&new, "matches: [{path: {type: Exact, value: /new}}]"]), [] as [String; 0]);
    // To the name that another route serves.
    let www = redirect("", "hostname: www.a.com");
    let routes = route("a", "  hostnames: [\"*.a.com\"]\n", &[&www])
        + &route("b", "  hostnames: [www.a.com]\n", &["{}"]);
    assert_eq!(said("RedirectLoop", WEB, &routes), [] as [String; 0]);
    // There and back again.
    let there =
        redirect("matches: [{path: {value: /a}}], ", "path: {type: ReplaceFullPath, replaceFullPath: /b}");
    let back =
        redirect("matches: [{path: {value: /b}}], ", "path: {type: ReplaceFullPath, replaceFullPath: /a}");
    assert_eq!(loops(WEB, "", &[&there, &back]).len(), 2);
}

#[test]
fn rules_are_judged_as_if_secrets_that_are_elsewhere_were_there() {
    let rules = ["filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]", "{}"];
    let text = format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: g}}\nspec: {{gatewayClassName: a, listeners: [{WEB}, {SECURE}]}}\n{}",
        route("a", "", &rules)
    );
    let (problems, resolution) =
        judge(&parse("shop.yaml", text.as_bytes()), Channel::Standard, &Options::default());
    let codes: Vec<&str> = problems.iter().map(|problem| problem.problem.code).collect();
    for code in ["InvalidCertificateRef", "NeverWins", "RedirectLoop"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
    assert!(!codes.contains(&"MissingSecret"), "{codes:?}");
    assert_eq!(resolution.chains.len(), 1, "the listener is not served");
}

//! Configurations, good and bad, and what the log says of them.

use log::Level;

use super::*;

#[test]
fn the_log_says_what_runs() {
    let proxy = Proxy::new(COMBINED, &rules(r#"{"backendRefs":[{"name":"one","port":80}]}"#));
    let expected = "httproute 1.2.3: 1 route, 1 rule, any listener; no problems";
    assert_eq!(proxy.host.logged(), [(Level::Info, expected.to_owned())]);
}

#[test]
fn what_cannot_be_read_is_refused_in_one_line() {
    for configuration in ["", "{", "[]", r#"{"version":99,"routes":[]}"#, r#"{"rotues":[]}"#] {
        let proxy = Proxy::unconfigured(COMBINED, MemoryHost::default());
        assert!(!proxy.configure(configuration), "{configuration}");
        let logged = proxy.host.logged();
        assert_eq!(logged.len(), 1, "{logged:?}");
        assert_eq!(logged[0].0, Level::Error);
        assert!(logged[0].1.starts_with("httproute: configuration refused["), "{}", logged[0].1);
        assert!(!logged[0].1.contains('\n'));
        assert_eq!(configuration.is_empty() || configuration == "{", logged[0].1.contains("[NotJson]"));
    }
}

#[test]
fn each_problem_is_a_line_and_a_gauge_tells_their_number() {
    let proxy = Proxy::new(
        COMBINED,
        &rules(r#"{"backendRefs":[{"name":"one","port":80,"weight":-1}],"unheard":1},{"name":"Not A Name"}"#),
    );
    let logged = proxy.host.logged();
    assert!(
        logged.iter().any(|(level, line)| *level == Level::Error && line.contains("/weight")),
        "{logged:?}"
    );
    assert!(
        logged.iter().any(|(level, line)| *level == Level::Warn && line.contains("unheard")),
        "{logged:?}"
    );
    let of = |level| logged.iter().filter(|(l, _)| *l == level).count() as i64;
    assert_eq!(proxy.host.metric("httproute.httproute.problems.errors"), of(Level::Error));
    assert_eq!(proxy.host.metric("httproute.httproute.problems.warnings"), of(Level::Warn));

    assert!(proxy.configure(&rules("{}")), "a later configuration without problems");
    assert_eq!(proxy.host.metric("httproute.httproute.problems.errors"), 0);
}

#[test]
fn a_log_is_not_filled_with_problems() {
    let many = vec![r#"{"backendRefs":[{"name":"one","port":80,"weight":-1}]}"#; 120].join(",");
    let proxy = Proxy::new(COMBINED, &rules(&many));
    let logged = proxy.host.logged();
    assert_eq!(logged.len(), 102);
    assert!(
        logged[100].1.starts_with("httproute: and ") && logged[100].1.ends_with(" more"),
        "{}",
        logged[100].1
    );
}

/// A configuration is taken on the main thread and on each worker; who reads the log wants to read each problem once.
#[test]
fn each_problem_is_logged_once_for_all_workers_and_with_its_rule() {
    let process = MemoryHost::default();
    let wrong = rules(
        r#"{"backendRefs":[{"name":"one","port":80}]},{"name":"canary","backendRefs":[{"name":"one","port":80,"weight":-1}]}"#,
    );
    let good = rules(r#"{"backendRefs":[{"name":"one","port":80}]}"#);
    let said = |configuration: &str| {
        let worker = Proxy::unconfigured(COMBINED, process.beside());
        assert!(worker.configure(configuration));
        let lines = worker.host.logged().into_iter().filter(|(level, _)| *level == Level::Error);
        lines.map(|(_, line)| line).collect::<Vec<_>>()
    };
    let line = "httproute: ns/r#canary: error[OutOfRange] at /routes/0/spec/rules/1/backendRefs/0/weight: \
                weight is -1, but must be between 0 and 1000000";
    assert_eq!(said(&wrong).len(), 1);
    assert_eq!(said(&wrong), [] as [String; 0], "another worker");
    assert_eq!(said(&good), [] as [String; 0]);
    let again = said(&wrong);
    assert!(again[0].starts_with(line), "it has come back: {again:?}");
    // Another filter chain with the same rule.
    let chain = process.beside();
    chain.set_property_before("plugin_name", b"https-443");
    let chain = Proxy::unconfigured(COMBINED, chain);
    assert!(chain.configure(&wrong));
    assert!(chain.host.logged().iter().all(|(level, _)| *level != Level::Error));
    // On a proxy that shares nothing it is said by each worker: better twice than never.
    for _ in 0..2 {
        assert_eq!(Proxy::new(COMBINED, &wrong).host.logged().len(), 2);
    }
}

//! A thousand regular expressions on one host, and values as long as the proxy lets them be.

use serde_json::{Value, json};

use crate::http1::exchange;
use crate::rig::{Rig, await_that};

const HOST: &str = "patterns.example.com";

/// Ten routes with a hundred patterns each, that try every path to its end; what matches none of them is for the recorder.
pub(crate) fn routes() -> String {
    let route = |name: String, rules: Value| {
        json!({
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": { "namespace": "shop", "name": name },
            "spec": { "parentRefs": [{ "name": "public" }], "hostnames": [HOST], "rules": rules },
        })
    };
    let backend = |name: &str| json!([{ "name": name, "port": 8080 }]);
    let patterns = |numbers: std::ops::Range<usize>| {
        let path = |number| json!({ "type": "RegularExpression", "value": format!("/.*/{number}/[a-z]+") });
        let matches: Vec<_> = numbers.map(|number| json!({ "path": path(number) })).collect();
        json!({ "matches": matches, "backendRefs": backend("web") })
    };
    let hundred = |number: usize| {
        let first = number * 100;
        let rules = json!([patterns(first..first + 50), patterns(first + 50..first + 100)]);
        route(format!("patterns-{number}"), rules)
    };
    let others = route("no-pattern".to_owned(), json!([{ "backendRefs": backend("recorder") }]));
    let items: Vec<_> = (0..10).map(hundred).chain([others]).collect();
    json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string()
}

/// Paths that are as dear as they can be: each is refused before it has held a worker up for long, and none gets to a rule
/// that may not be its own.
pub(crate) fn costly(rig: &mut Rig) -> Result<(), String> {
    drop(rig.received());
    let counted = rig.count("requests.too_costly")?;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n");
    let (clients, each) = (8, 4);
    let listener = rig.listener;
    for path in
        [format!("/{}", "a".repeat(58_000)), "/a".repeat(29_000), format!("{}/999/a", "/a".repeat(29_000))]
    {
        let verdicts = std::thread::scope(|scope| {
            let attack = || -> Result<(), String> {
                for _ in 0..each {
                    let exchanged = exchange(listener, get(&path).as_bytes())?;
                    // Envoy ends a connection of HTTP/1.1 on which a 400 was answered.
                    if exchanged.statuses != [400] {
                        return Err(format!(
                            "a path of {} bytes: {:?} {}",
                            path.len(),
                            exchanged.statuses,
                            exchanged.body
                        ));
                    }
                }
                Ok(())
            };
            let begun: Vec<_> = (0..clients).map(|_| scope.spawn(attack)).collect();
            let ended = begun.into_iter().map(|client| client.join().map_err(|_| "a panic".to_owned())?);
            ended.collect::<Result<(), String>>()
        });
        let received = rig.received();
        verdicts.and(rig.unharmed(&received))?;
        if let Some(received) = received.iter().find(|received| received.backend != "shop/web/8080") {
            return Err(format!("a path of which the rule is not known is with {}", received.backend));
        }
    }
    await_that("count of the requests that cost too much", || {
        Ok(rig.count("requests.too_costly")? >= counted + 3 * clients * each)
    })?;
    // As long as paths are, all of the patterns are tried.
    for (path, backend) in [("/a".repeat(1000), "recorder"), (format!("{}/999/a", "/a".repeat(1000)), "web")]
    {
        let exchanged = exchange(rig.listener, get(&path).as_bytes())?;
        if !exchanged.body.starts_with(&format!("backend: shop/{backend}/8080\n")) {
            return Err(format!(
                "a path of {} bytes: {:?} {}",
                path.len(),
                exchanged.statuses,
                exchanged.body
            ));
        }
    }
    let received = rig.received();
    rig.unharmed(&received)
}

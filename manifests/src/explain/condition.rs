//! What a match of a rule asks of a request, in words.

use serde_json::Value;

/// A match of a route in words: `PathPrefix /cart, method GET, header x-canary: yes`.
///
/// Rules and matches that are not written stand for the prefix `/`, as the API has it.
pub(super) fn of_match(route: &Value, rule: usize, matched: usize) -> String {
    let pointer = format!("/spec/rules/{rule}/matches/{matched}");
    let entry = route.pointer(&pointer).unwrap_or(&Value::Null);
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let path = entry.get("path").unwrap_or(&Value::Null);
    let kind = text(path, "type").unwrap_or_else(|| "PathPrefix".to_owned());
    let mut parts = vec![format!("{kind} {}", text(path, "value").unwrap_or_else(|| "/".to_owned()))];
    parts.extend(text(entry, "method").map(|method| format!("method {method}")));
    for (list, word, sign) in [("headers", "header", ": "), ("queryParams", "query", "=")] {
        for entry in entry.get(list).and_then(Value::as_array).into_iter().flatten() {
            let name = text(entry, "name").unwrap_or_default();
            let value = text(entry, "value").unwrap_or_default();
            let sign = match text(entry, "type").as_deref() {
                Some("RegularExpression") => " ~ ",
                _ => sign,
            };
            parts.push(format!("{word} {name}{sign}{value}"));
        }
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_match_reads_as_it_is_written() {
        let route = json!({ "spec": { "rules": [{ "matches": [{
            "path": { "value": "/cart" }, "method": "GET",
            "headers": [{ "name": "x-canary", "value": "yes" }],
            "queryParams": [{ "type": "RegularExpression", "name": "v", "value": "[0-9]+" }],
        }] }] } });
        let words = "PathPrefix /cart, method GET, header x-canary: yes, query v ~ [0-9]+";
        assert_eq!(of_match(&route, 0, 0), words);
        assert_eq!(of_match(&route, 1, 0), "PathPrefix /");
        assert_eq!(of_match(&json!({ "spec": { "rules": [{ "matches": 1 }] } }), 0, 0), "PathPrefix /");
    }
}

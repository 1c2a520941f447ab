//! What is read, where it stands, and what is said where it cannot be read.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::*;

fn values(text: &str) -> Vec<Value> {
    let parsed = parse("-", text.as_bytes());
    assert_eq!(parsed.problems, [], "{text}");
    parsed.documents.into_iter().map(|document| document.value).collect()
}

/// Code, line and column of each problem.
fn problems(bytes: impl AsRef<[u8]>) -> Vec<(&'static str, usize, usize)> {
    let parsed = parse("-", bytes.as_ref());
    parsed.problems.iter().map(|p| (p.problem.code, p.position.line, p.position.column)).collect()
}

#[test]
fn what_is_read() {
    for (text, expected) in [
        ("a: 1\n", json!([{"a": 1}])),
        ("\u{feff}a: 1\r\nb:\r\n- x\r\n", json!([{"a": 1, "b": ["x"]}])),
        ("a: 1\n---\nb: 2\n", json!([{"a": 1}, {"b": 2}])),
        ("---\n# one\na: 1\n--- # two\nb: 2\n---\n", json!([{"a": 1}, {"b": 2}])),
        ("# only words\n---\na: 1\n...\n", json!([{"a": 1}])),
        ("%YAML 1.1\n---\na: 1\n", json!([{"a": 1}])),
        ("--- {a: 1}\n--- {b: 2}\n", json!([{"a": 1}, {"b": 2}])),
        (
            "{\"a\": [1, -2.5, true, null, \"x\\u00e9\\ud83d\\ude00\"]}",
            json!([{"a": [1, -2.5, true, null, "xé😀"]}]),
        ),
        ("{\"a\": {}}\n{\"b\": []} {\"c\": 80.0}", json!([{"a": {}}, {"b": []}, {"c": 80}])),
        // What is YAML only, is YAML.
        ("{\"a\": 1,}", json!([{"a": 1}])),
        ("{a: 1, b: [x]}\n", json!([{"a": 1, "b": ["x"]}])),
        ("a: yes\nb: 'yes'\non: 010\n1: x\n", json!([{"a": true, "b": "yes", "true": 8, "1": "x"}])),
        ("a: |\n  x\n  y\nb: >-\n  x\n  y\n", json!([{"a": "x\ny\n", "b": "x y"}])),
        ("a: !!str 80\nb: !!int '80'\nc: \"\"\nd:\n", json!([{"a": "80", "b": 80, "c": "", "d": null}])),
        ("a: &x {b: [1]}\nc: *x\n", json!([{"a": {"b": [1]}, "c": {"b": [1]}}])),
        ("x: &x {a: 1, b: 2}\nz: {<<: *x, b: 3}\n", json!([{"x": {"a": 1, "b": 2}, "z": {"a": 1, "b": 3}}])),
        (
            "x: &x {a: 1}\nw: &y {a: 2, b: 2}\nz: {b: 3, <<: [*x, *y]}\n",
            json!([{"x": {"a": 1}, "w": {"a": 2, "b": 2}, "z": {"b": 3, "a": 1}}]),
        ),
        ("? a\n: 1\n", json!([{"a": 1}])),
    ] {
        assert_eq!(Value::Array(values(text)), expected, "{text}");
    }
}

#[test]
fn lists_are_unpacked() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- kind: A\n- {kind: List, items: [{kind: B}]}\n";
    assert_eq!(values(text), [json!({"kind": "A"}), json!({"kind": "B"})]);
    let text = "apiVersion: g/v1\nkind: HTTPRouteList\nitems:\n- metadata: {name: a}\n";
    assert_eq!(values(text), [json!({"apiVersion": "g/v1", "kind": "HTTPRoute", "metadata": {"name": "a"}})]);
    assert_eq!(values("kind: List\nitems: []\n"), [] as [Value; 0]);
    assert_eq!(values("kind: List\nitems: 3\n"), [json!({"kind": "List", "items": 3})]);

    let parsed = parse("-", b"kind: List\nitems:\n- kind: A\n  spec:\n    port: 80\n");
    let item = &parsed.documents[0];
    assert_eq!(item.position("/spec/port"), Position { line: 5, column: 11 });
    assert_eq!(item.position(""), Position { line: 3, column: 3 });
}

#[test]
fn each_value_and_key_has_its_place() {
    let yaml = "# é\n---\nspec:\n  rules:\n  - name: ä\n    a/b~c: [é, {x: 1}]\n  - *empty\n";
    let yaml = yaml.replace("*empty", "{}");
    let json = "{\"spec\":\n {\"é\": {\"x\": [10,\n  20]}}}";
    for (text, pointer, value, key) in [
        (yaml.as_str(), "", (3, 1), (3, 1)),
        (&yaml, "/spec", (4, 3), (3, 1)),
        (&yaml, "/spec/rules", (5, 5), (4, 3)),
        (&yaml, "/spec/rules/0", (5, 5), (5, 5)),
        (&yaml, "/spec/rules/0/name", (5, 11), (5, 5)),
        (&yaml, "/spec/rules/0/a~1b~0c", (6, 12), (6, 5)),
        (&yaml, "/spec/rules/0/a~1b~0c/1/x", (6, 20), (6, 17)),
        (&yaml, "/spec/rules/1", (7, 5), (7, 5)),
        (json, "", (1, 1), (1, 1)),
        (json, "/spec", (2, 2), (1, 2)),
        (json, "/spec/é/x", (2, 14), (2, 9)),
        (json, "/spec/é/x/0", (2, 15), (2, 15)),
        (json, "/spec/é/x/1", (3, 3), (3, 3)),
    ] {
        let parsed = parse("-", text.as_bytes());
        let document = &parsed.documents[0];
        let place = |position: Position| (position.line, position.column);
        assert_eq!(place(document.position(pointer)), value, "{pointer} in {text}");
        assert_eq!(place(document.key_position(pointer)), key, "key {pointer} in {text}");
    }
    // An alias stands where it is written; what is in it where that is written.
    let parsed = parse("-", b"a: &x {p: 1}\nb: *x\nc: &y 2\nd: *y\n");
    let document = &parsed.documents[0];
    assert_eq!(document.position("/b/p").line, 1);
    assert_eq!(document.key_position("/b").line, 2);
    assert_eq!(document.position("/d"), Position { line: 4, column: 4 });
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    for (text, code, line, column) in [
        ("", "NoObjects", 1, 1),
        (" \n\t\n", "NoObjects", 1, 1),
        ("# nothing yet\n---\n", "NoObjects", 1, 1),
        ("a:\n\tb: 1\n", "TabIndentation", 2, 1),
        ("a:\n  b: 1\n\tc: 2\n", "TabIndentation", 3, 1),
        ("a:\n  b:\n  \tc: 2\n", "TabIndentation", 3, 3),
        ("a:\n  b: 1\n c: 2\n", "Indentation", 3, 2),
        ("a:\n- b: 1\n c: 2\n", "Indentation", 3, 2),
        ("- a\nb: c\n", "Indentation", 2, 1),
        ("a:\n  b: 1\n   c: 2\n", "NotYaml", 3, 5),
        ("a: b: c\n", "NotYaml", 1, 5),
        ("a: - b\n", "NotYaml", 1, 4),
        ("a: [1, 2\n", "NotYaml", 1, 4),
        ("a: {b: 1\n", "NotYaml", 1, 4),
        ("a: \"x\nb: 1\n", "NotYaml", 2, 1),
        ("a: 'it's'\n", "NotYaml", 1, 8),
        ("a: \"\\q\"\n", "NotYaml", 1, 4),
        ("a: @b\n", "NotYaml", 1, 4),
        ("hostnames:\n- *.example.com\n", "UnknownAlias", 2, 3),
        ("a: &a [*a]\n", "UnknownAlias", 1, 8),
        ("a: !x!y z\n", "UnsupportedTag", 1, 4),
        ("a: !secret z\n", "UnsupportedTag", 1, 12),
        ("a: 1\nb: {<<: 3}\n", "InvalidMerge", 2, 5),
        ("? [a]\n: 1\n", "InvalidKey", 1, 3),
        ("? {a: b}\n: 1\n", "InvalidKey", 1, 3),
        ("a: 1\n\nb: 2\na: 3\n", "DuplicateKey", 4, 1),
        ("{\"a\": 1,\n \"a\": 2}", "DuplicateKey", 2, 2),
        ("kind: A\n---\na:\n  b: 1\n c: 2\n", "Indentation", 5, 2),
        ("- a: 1\n", "NotAnObject", 1, 1),
        ("[{\"a\": 1}]", "NotAnObject", 1, 1),
        ("kind:Service\n", "NotAnObject", 1, 1),
        ("kind: List\nitems: [3]\n", "NotAnObject", 2, 9),
        ("{\"a\": 1\n \"b\": 2}", "NotJson", 2, 2),
        ("{\"a\": 'x\"}", "NotJson", 1, 7),
        ("{\"a\": tru}\n{", "NotJson", 1, 7),
        ("{\"a\" 1}", "NotJson", 1, 6),
        ("{\"a\": [1", "NotJson", 1, 9),
        ("{\"a\"", "NotJson", 1, 5),
        ("{\"a\": \"", "NotJson", 1, 7),
    ] {
        let found = problems(text);
        assert_eq!(found, [(code, line, column)], "{text:?}: {:?}", parse("-", text.as_bytes()).problems);
    }
    for (bytes, line, column) in [
        (&b"\xff\xfea\0"[..], 1, 1),
        (b"a: 1\nb: \xc3\xa9\xff", 2, 5),
        (b"\x7fELF\x02\0", 1, 6),
        (b"a: \0", 1, 4),
    ] {
        assert_eq!(problems(bytes), [("NotText", line, column)], "{bytes:?}");
    }
}

#[test]
fn a_document_that_cannot_be_read_spoils_no_other() {
    let parsed = parse("shop.yaml", b"a: 1\n---\nb: [\n---\nc: 3\nc: 4\n");
    let values: Vec<_> = parsed.documents.iter().map(|document| &document.value).collect();
    assert_eq!(values, [&json!({"a": 1}), &json!({"c": 4})]);
    let lines: Vec<_> = parsed.problems.iter().map(|p| (p.problem.code, p.position.line)).collect();
    assert_eq!(lines, [("NotYaml", 3), ("DuplicateKey", 6)]);
    assert_eq!(parsed.problems[0].source, "shop.yaml");
    assert_eq!(parsed.documents[0].source, "shop.yaml");
}

#[test]
fn a_message_names_cause_and_remedy() {
    let parsed = parse("-", b"hostnames:\n- *.example.com\n");
    assert_eq!(
        parsed.problems[0].problem.to_string(),
        "error[UnknownAlias] at the document: a word that begins with * is an alias, and this one is not \
         defined (put the text in quotes, as in \"*.example.com\")"
    );
}

/// Ample for a machine that is busy and a build that is not optimised; what is quadratic takes far longer.
const LONG: Duration = Duration::from_secs(30);

#[test]
fn nothing_takes_long_or_deep() {
    let deep = 200_000;
    let mut chain = "a0: &a0 [x]\n".to_owned();
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    let mut merges = format!("a: &a {{{}}}\n", (0..2000).map(|n| format!("k{n}: 1,")).collect::<String>());
    for n in 1..20_000 {
        chain += &format!("a{n}: &a{n} [*a{}]\n", n - 1);
        merges += &format!("b{n}: {{<<: *a}}\n");
    }
    for n in 1..60 {
        let before = format!("*a{}, ", n - 1).repeat(9);
        laughs += &format!("a{n}: &a{n} [{before}]\n");
    }
    let long_key = "k".repeat(1_000_000);
    for (text, code) in [
        ("[".repeat(deep), "TooDeep"),
        ("{\"a\":".repeat(deep), "TooDeep"),
        (format!("a: {}", "[".repeat(deep)), "TooDeep"),
        ((0..2000).map(|n| format!("{}a:\n", " ".repeat(n))).collect(), "TooDeep"),
        ("- ".repeat(deep), "TooDeep"),
        (chain, "TooDeep"),
        (laughs, "TooManyAliases"),
        (merges, "TooManyAliases"),
        (format!("{{\"{long_key}\": [{}1]}}", "1,".repeat(100_000)), ""),
        (format!("a: {}", "\"".repeat(1_000_001)), "NotYaml"),
        ("a: '".to_owned() + &"x ".repeat(1_000_000), "NotYaml"),
        ("---\n".repeat(200_000), "NoObjects"),
        ("a: 1\n---\n".repeat(20_000), ""),
    ] {
        let start = Instant::now();
        let parsed = parse("-", text.as_bytes());
        let found: Vec<_> = parsed.problems.iter().map(|p| p.problem.code).collect();
        let expected: &[&str] = if code.is_empty() { &[] } else { &[code] };
        let shown: String = text.chars().take(20).collect();
        assert_eq!(found, expected, "{shown}");
        println!("{shown:?} takes {:?}", start.elapsed());
        assert!(start.elapsed() < LONG, "{shown} takes {:?}", start.elapsed());
    }
}

#[test]
fn large_files_are_read() {
    // Ten megabytes, where the build is optimised.
    let size = if cfg!(debug_assertions) { 500_000 } else { 10_000_000 };
    let service = "kind: Service\nmetadata:\n  name: a\n  labels: {app: shop, tier: web}\nspec:\n  ports:\n  - {port: 80}\n---\n";
    let many = service.repeat(size / service.len());
    let items = "    - {name: a, value: b}\n";
    let one = format!("spec:\n  items:\n{}", items.repeat(size / items.len()));
    let json = format!("{{\"items\": [{}null]}}", "{\"a\": 1}, ".repeat(size / 10));
    for text in [many, one, json] {
        let start = Instant::now();
        let parsed = parse("-", text.as_bytes());
        assert_eq!(parsed.problems, []);
        println!("{} bytes in {:?}", text.len(), start.elapsed());
        assert!(start.elapsed() < LONG, "{:?}", start.elapsed());
    }
}

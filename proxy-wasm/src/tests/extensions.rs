//! Filters of one's own.

use httproute_sdk::extension::{Answer, Error, Filter, Flow, Level, Registry, Request, Response};
use log::Level as Logged;

use super::*;

/// A filter that does to each request what its header `x-do` says.
#[derive(serde::Deserialize)]
struct Obedient {
    /// What a filter has of its configuration.
    greeting: String,
}

impl Filter for Obedient {
    fn on_request(&self, request: &mut Request<'_>) -> Result<Flow, Error> {
        request.keep(request.header("x-do").unwrap_or_default().to_vec());
        request.count("seen", 1);
        match request.header("x-do") {
            Some(b"answer") => {
                return Ok(Flow::Answer(
                    Answer::new(401).header("www-authenticate", "Word").body(b"\xffwho\n"),
                ));
            }
            Some(b"html") => {
                return Ok(Flow::Answer(Answer::new(200).header("content-type", "text/html").body("<p>")));
            }
            Some(b"fail") => return Err("it was told to".into()),
            Some(b"log") => request.log(Level::Info, "as told"),
            Some(b"choose") => request.choose_backend(1)?,
            _ => request.set_header("x-greeting", &self.greeting)?,
        }
        Ok(Flow::Continue)
    }

    fn on_response(&self, response: &mut Response<'_>) -> Result<(), Error> {
        let told = response.kept::<Vec<u8>>().ok_or("nothing was kept")?.clone();
        response.set_header("x-did", &told)?;
        response.set_header("x-status", response.status().to_string())?;
        response.count("responses", 1);
        if told == b"fail-later" { Err("it was told to".into()) } else { Ok(()) }
    }
}

const OWN: Module = Module {
    name: "own",
    kinds: Kinds::ALL.union(Kinds::EXTENSIONS),
    extensions: || Registry::new().with::<Obedient>("example.com", "Obedient"),
    ..COMBINED
};

fn proxy(greeting: &str) -> Proxy {
    Proxy::new(
        OWN,
        &rules_and(
            r#"{"filters":[
                {"type":"RequestMirror","requestMirror":{"backendRef":{"name":"copy","port":80}}},
                {"type":"ResponseHeaderModifier","responseHeaderModifier":{"set":[{"name":"x-rule","value":"1"}]}},
                {"type":"ExtensionRef","extensionRef":{"group":"example.com","kind":"Obedient","name":"o"}}],
                "backendRefs":[{"name":"one","port":80,"weight":1000000},{"name":"two","port":80,"weight":1,
                    "filters":[{"type":"RequestHeaderModifier","requestHeaderModifier":{"set":[{"name":"x-two","value":"1"}]}}]}]}"#,
            &format!(
                r#","extensions":[{{"apiVersion":"example.com/v1","kind":"Obedient",
                "metadata":{{"namespace":"ns","name":"o"}},"spec":{{"greeting":{greeting}}}}}]"#
            ),
        ),
    )
}

const RESPONSE: [(&str, &str); 1] = [(":status", "200")];

#[test]
fn its_changes_reach_the_request_and_the_response() {
    let proxy = proxy("\"hello\"");
    let (mut stream, action) = proxy.begin(&get("/", &[("x-do", "greet")]), true);
    assert_eq!(action, Action::Continue);
    assert_eq!(proxy.host.sent_header("x-greeting").as_deref(), Some("hello"));
    let expected = [(":status", "200"), ("x-rule", "1"), ("x-did", "greet"), ("x-status", "200")];
    assert_eq!(proxy.response(&mut stream, &RESPONSE), memory::text(&lines(&expected)));
    let (mut stream, _) = proxy.begin(&get("/", &[("x-do", "choose")]), true);
    assert_eq!(proxy.host.sent_header("x-httproute-cluster").as_deref(), Some("ns/two/80"));
    assert_eq!(proxy.host.sent_header("x-two").as_deref(), Some("1"), "that backend's filters run");
    assert_eq!(proxy.response(&mut stream, &RESPONSE).len(), 4);
    assert_eq!(proxy.metric("httproute.own.extensions.seen"), 2);
    assert_eq!(proxy.metric("httproute.own.extensions.responses"), 2);
}

#[test]
fn its_answer_is_sent_as_it_is() {
    let proxy = proxy("\"\"");
    let (mut stream, action) = proxy.begin(&get("/", &[("x-do", "answer")]), true);
    assert_eq!(action, Action::Pause);
    let headers = [("www-authenticate", "Word"), ("content-type", "text/plain")];
    let expected =
        (401, memory::text(&lines(&headers)), "\u{fffd}who\n".to_owned(), "httproute_extension".to_owned());
    assert_eq!(proxy.host.reply().unwrap(), expected);
    assert_eq!(proxy.metric("httproute.own.requests.answered"), 1);
    let response = proxy.response(&mut stream, &[(":status", "401")]);
    assert!(response.contains(&("x-status".to_owned(), "401".to_owned())), "{response:?}");
    assert_eq!(proxy.host.calls().len(), 1, "the mirror before it has its copy");
    proxy.request(&get("/", &[("x-do", "html")]));
    assert_eq!(proxy.host.reply().unwrap().1, memory::text(&lines(&[("content-type", "text/html")])));
}

#[test]
fn an_error_is_a_500_and_a_line_in_the_log_and_nothing_else_of_the_rule_is_done() {
    let proxy = proxy("\"\"");
    let (mut stream, action) = proxy.begin(&get("/", &[("x-do", "fail")]), true);
    assert_eq!(action, Action::Pause);
    let reply = proxy.host.reply().unwrap();
    assert_eq!((reply.0, reply.3.as_str()), (500, "httproute_extension_failed"));
    assert!(proxy.host.calls().is_empty(), "no copies");
    assert_eq!(proxy.response(&mut stream, &[(":status", "500")]).len(), 1, "no changes");
    assert_eq!(proxy.metric("httproute.own.requests.extension_failed"), 1);
    let line = "own: Obedient ns/o: a request of ns/r#0 is answered with 500: it was told to";
    assert_eq!(proxy.host.logged().last().unwrap(), &(Logged::Error, line.to_owned()));
}

#[test]
fn an_error_with_the_response_puts_a_500_in_its_place() {
    let proxy = proxy("\"\"");
    let (mut stream, _) = proxy.begin(&get("/", &[("x-do", "fail-later")]), true);
    proxy.host.set_response(lines(&RESPONSE));
    assert_eq!(stream.on_http_response_headers(1, true), Action::Pause);
    let reply = proxy.host.reply().unwrap();
    assert_eq!((reply.0, reply.3.as_str()), (500, "httproute_extension_failed"));
    assert_eq!(stream.on_http_response_headers(1, true), Action::Continue, "the 500 itself");
    assert_eq!(proxy.metric("httproute.own.responses.extension_failed"), 1);
}

#[test]
fn a_log_is_not_filled_by_clients() {
    let proxy = proxy("\"\"");
    let before = proxy.host.logged().len();
    for _ in 0..130 {
        proxy.request(&get("/", &[("x-do", "log")]));
    }
    assert_eq!(proxy.host.logged().len() - before, 100);
    proxy.request(&get("/", &[("x-do", "fail")]));
    assert_eq!(proxy.host.logged().last().unwrap().0, Logged::Error, "an error is told all the same");
    proxy.root.borrow_mut().on_tick();
    let line = "own: filters wrote 30 more such lines, which are left out";
    assert_eq!(proxy.host.logged().last().unwrap(), &(Logged::Info, line.to_owned()));
    proxy.request(&get("/", &[("x-do", "log")]));
    assert_eq!(proxy.host.logged().last().unwrap().1, "own: Obedient ns/o: as told");
}

#[test]
fn a_wrong_configuration_is_told_and_its_rule_answers_500() {
    let proxy = proxy("5");
    let logged = proxy.host.logged();
    let line = "own: error[InvalidExtension] at /extensions/0/spec/greeting: Obedient ns/o is not valid: invalid type: integer `5`";
    assert!(
        logged.iter().any(|(level, said)| *level == Logged::Error && said.starts_with(line)),
        "{logged:?}"
    );
    assert_eq!(proxy.request(&get("/", &[])), Action::Pause);
    assert_eq!(proxy.host.reply().unwrap().3, "httproute_broken_rule");
    assert_eq!(proxy.metric("httproute.own.requests.broken_rule"), 1);
}

#[test]
fn a_module_without_filters_of_its_own_answers_500_and_has_no_counters_for_them() {
    let rule = r#"{"filters":[{"type":"ExtensionRef","extensionRef":{"group":"a.b","kind":"C","name":"d"}}],
        "backendRefs":[{"name":"one","port":80}]}"#;
    let proxy = Proxy::new(COMBINED, &rules(rule));
    assert_eq!(proxy.request(&get("/", &[])), Action::Pause);
    assert_eq!(proxy.host.reply().unwrap().3, "httproute_broken_rule");
    assert!(proxy.host.metric_names().iter().all(|name| !name.contains("extension")));
    let headers = Proxy::new(single(Kinds::HEADERS), &rules(rule));
    assert_eq!(headers.request(&get("/", &[])), Action::Continue, "whoever chooses backends answers");
}

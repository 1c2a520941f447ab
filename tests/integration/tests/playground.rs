//! The playground in a real Chromium, used as people do.
//!
//! `./just playground-test` builds the page and runs this.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use httproute_integration::browser::{Browser, key};
use serde_json::{Value, json};

/// The page, open in a browser.
struct Page {
    browser: Browser,
    url: String,
    server: Child,
}

impl Page {
    fn open() -> Self {
        let root = httproute_integration::root();
        let server = Command::new("python3")
            .arg(root.join("playground/serve.py"))
            .arg(httproute_integration::dist().join("playground"))
            .stdout(Stdio::piped())
            .spawn();
        let mut server = server.unwrap();
        let mut url = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let url = url.trim().to_owned();
        let mut browser = Browser::start(1440, 1000).unwrap();
        browser.open(&url).unwrap();
        let mut page = Page { browser, url, server };
        page.answered();
        page
    }

    /// Waits until what is written has been decided and shown.
    fn answered(&mut self) {
        self.until("document.getElementById('result').getAttribute('aria-busy') === 'false'");
    }

    fn until(&mut self, expression: &str) {
        self.browser.until(expression).unwrap();
    }

    fn value(&mut self, expression: &str) -> Value {
        self.browser.value(expression).unwrap()
    }

    fn text(&mut self, selector: &str) -> String {
        let found = self.value(&format!("document.querySelector({selector:?})?.textContent ?? ''"));
        found.as_str().unwrap().to_owned()
    }

    fn press(&mut self, keys: &str) {
        self.browser.press(keys).unwrap();
    }

    /// Chooses an example.
    fn example(&mut self, title: &str) {
        let body = "const list = document.getElementById('example');
            list.value = arguments[0];
            list.dispatchEvent(new Event('change'))";
        self.browser.run(body, &json!(title)).unwrap();
        self.answered();
    }

    /// Puts a text into the field of this id, as pasting does.
    fn paste(&mut self, id: &str, text: &str) {
        let body = "const field = document.getElementById(arguments[0][0]);
            field.value = arguments[0][1];
            field.dispatchEvent(new Event('input'))";
        self.browser.run(body, &json!([id, text])).unwrap();
        self.answered();
    }

    /// Puts the cursor behind the first `text` of the editor.
    fn behind(&mut self, text: &str) {
        let body = "const editor = document.getElementById('text');
            const place = editor.value.indexOf(arguments[0]) + arguments[0].length;
            editor.focus();
            editor.setSelectionRange(place, place)";
        self.browser.run(body, &json!(text)).unwrap();
    }

    fn problems(&mut self) -> String {
        self.text("#problem-count")
    }

    /// That nothing went wrong behind the page: no exception, and nothing that its security policy forbids.
    #[track_caller]
    fn is_sound(&mut self) {
        assert_eq!(self.browser.errors().unwrap(), Vec::<String>::new());
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        _ = self.server.kill();
        _ = self.server.wait();
    }
}

#[test]
fn a_mistake_is_shown_at_its_line_while_it_is_typed_and_goes_when_it_is_mended() {
    let mut page = Page::open();
    page.example("Weighted backends");
    assert_eq!(page.problems(), "none");
    page.behind("weight: ");
    page.press("-");
    page.until("document.getElementById('problem-count').textContent === '1 error'");
    assert!(page.text("#problems").contains("weight is -90, but must be between 0 and 1000000"));
    let line = page.value(
        "document.getElementById('text').value.split('\\n').findIndex((line) => line.includes('-90')) + 1",
    );
    assert_eq!(page.value("Number(document.querySelector('.row.error').dataset.number)"), line);
    assert!(page.text(".row.error .said").contains("weight is -90"));
    assert!(page.text("#verdict").contains("500"), "the rule answers 500");
    page.press(key::BACKSPACE);
    page.until("document.getElementById('problem-count').textContent === 'none'");
    page.until("document.querySelector('.row.error') === null");
    page.answered();
    assert!(page.text("#verdict").contains("shop/stable:8080"));
    page.is_sound();
}

#[test]
fn the_rules_say_who_won_and_why_the_others_lost() {
    let mut page = Page::open();
    page.example("Weighted backends");
    let winner = page.text(".rules .winner");
    assert!(winner.contains("PathPrefix /cart") && winner.contains("shop/split, rule 1"), "{winner}");
    let lost = page.text(".rules li:not(.winner)");
    assert!(lost.contains("the header x-canary is missing or has another value"), "{lost}");
    assert!(page.text(".legend").contains("90.0 %"));
    page.browser.run("document.getElementById('headers').focus()", &Value::Null).unwrap();
    page.press("x-canary: yes");
    page.until("document.querySelector('.rules .winner')?.textContent.includes('preview')");
    assert!(page.text("#verdict").contains("shop/canary:8080"));
    let lost = page.text(".rules li:not(.winner)");
    assert!(lost.contains("it matches, but the winner has more conditions on headers"), "{lost}");
    page.is_sound();
}

#[test]
fn every_example_is_without_problems_and_shows_what_it_is_for() {
    let mut page = Page::open();
    for (title, shows) in [
        (
            "A small shop",
            vec!["Mirrors", "− POST http://shop.example.com/api/orders/7", "access-control-allow-origin"],
        ),
        ("www.example.com to myservice", vec!["default/myservice:8080"]),
        ("Weighted backends", vec!["90.0 %", "10.0 %"]),
        ("Header modifiers", vec!["−x-debug: 1", "+x-shop: cart", "+x-seen-by: gateway", "−server"]),
        ("Redirect", vec!["302", "http://www.example.com/new/page?x=1"]),
        ("URL rewrite", vec!["+GET http://orders.internal.example.com/v1/7?full=1"]),
        ("Mirror", vec!["A copy to shop/audit/8080", "−x-card: 4000"]),
        ("CORS: a preflight", vec!["204", "access-control-allow-methods: GET,POST"]),
    ] {
        page.example(title);
        assert_eq!(page.problems(), "none", "{title}");
        let shown = page.text("#result");
        for words in shows {
            let words = words.replace("− ", "−");
            assert!(shown.contains(&words), "{title} does not show {words}:\n{shown}");
        }
    }
    assert_eq!(page.value("document.querySelectorAll('#example option').length"), 9);
    page.is_sound();
}

#[test]
fn a_link_holds_all_that_is_written() {
    let mut page = Page::open();
    page.example("Redirect");
    page.behind("statusCode: 301");
    page.press(" # ü <b>");
    page.paste("headers", "x-one: 1\nx-two: 2");
    page.paste("seed", "77");
    page.browser.run("document.getElementById('share').click()", &Value::Null).unwrap();
    page.until("document.getElementById('notice').textContent.includes('link')");
    let all = "JSON.stringify(['text', 'method', 'url', 'headers', 'seed'].map((id) => document.getElementById(id).value))";
    let (link, written) = (page.value("location.href"), page.value(all));
    assert!(written.as_str().unwrap().contains("ü <b>"));
    page.browser.open("about:blank").unwrap();
    page.browser.open(link.as_str().unwrap()).unwrap();
    page.answered();
    assert_eq!(page.value(all), written);
    assert!(page.text("#verdict").contains("http://www.example.com/new/page?x=1"));
    page.is_sound();
}

#[test]
fn a_link_that_is_none_gives_a_sentence_and_an_example() {
    let mut page = Page::open();
    let bomb = "new Response(new Blob([new Uint8Array(40 << 20)]).stream().pipeThrough(new CompressionStream('deflate-raw')))
        .arrayBuffer().then((bytes) => btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('')))";
    let bomb = page.value(bomb).as_str().unwrap().replace('+', "-").replace('/', "_");
    let bomb = format!("1.{}", bomb.trim_end_matches('='));
    let garbage = [
        "1.",
        "1.AAAA",
        "1.%%%",
        "%E0%A4%A",
        "2.abc",
        "<script>window.hacked=1</script>",
        "1.q1YqSa0oUbJSAgA",
        &bomb,
    ];
    for fragment in garbage {
        page.browser.open("about:blank").unwrap();
        page.browser.open(&format!("{}#{fragment}", page.url)).unwrap();
        page.answered();
        let shown = &fragment[..fragment.len().min(40)];
        assert!(page.text("#notice").contains("cannot be read"), "{shown}");
        assert!(page.text("#verdict").contains("shop/orders:8080"), "{shown}");
        page.is_sound();
    }
}

#[test]
fn hostile_text_is_shown_as_text() {
    let mut page = Page::open();
    let html = "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>";
    let binary: String = (0..2_000_u32).filter_map(char::from_u32).collect();
    let route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\nspec: {rules: [{name: '";
    let named = format!("{route}{html}'}}]}}\n");
    for text in [
        html,
        &named,
        &binary,
        &"x: [\n".repeat(1 << 20),
        &"<b>".repeat(5 << 20 >> 2),
        &"\n".repeat(1 << 19),
        "",
        "\u{feff}",
        "\u{202e}abc",
    ] {
        page.paste("text", text);
        let shown: String = text.chars().take(40).collect();
        assert_ne!(page.problems(), "none", "{shown}");
        assert_ne!(page.text("#problems"), "", "{shown}");
        assert_ne!(page.text("#verdict"), "", "{shown}");
    }
    page.example("Redirect");
    for id in ["method", "url", "headers", "seed"] {
        page.paste(id, html);
        assert!(page.value("document.getElementById('request-error').hidden") == false, "{id}");
        page.example("Redirect");
    }
    assert_eq!(page.value("window.hacked ?? null"), Value::Null);
    assert_eq!(
        page.value("document.querySelectorAll('main img, main script, main b, .request img').length"),
        0
    );
    page.paste("text", &"\n".repeat(1 << 19));
    assert!(page.text("#notice").contains("only the first 70000 are kept"));
    page.example("Redirect");
    // And the page goes on as before.
    assert_eq!(page.problems(), "none");
    page.is_sound();
}

#[test]
fn everything_is_reached_and_done_by_the_keyboard() {
    let mut page = Page::open();
    page.example("Weighted backends");
    let mut order = Vec::new();
    for _ in 0..10 {
        page.press(key::TAB);
        order.push(page.value("document.activeElement.id").as_str().unwrap().to_owned());
    }
    let expected = ["example", "share", "theme", "method", "url", "headers", "front", "seed", "draw", "text"];
    assert_eq!(order, expected);
    for id in &order {
        assert_ne!(page.browser.label(&format!("#{id}")).unwrap(), "", "{id} has no name");
    }
    page.behind("kind: HTTPRoute");
    page.press("s");
    page.until("document.getElementById('problem-count').textContent !== 'none'");
    page.answered();
    // Tab leaves the editor; the next stop is the first problem, which leads back to its line.
    page.press(key::TAB);
    assert_eq!(page.value("document.activeElement.closest('#problems') !== null"), true);
    page.press(key::ENTER);
    assert_eq!(page.value("document.activeElement.id"), "text");
    let line = "document.getElementById('text').value.slice(0, document.getElementById('text').selectionStart).split('\\n').length";
    assert_eq!(page.value(line), 2);
    // A new line begins where the one before does.
    page.behind("- name: preview");
    page.press(&format!("{}x", key::ENTER));
    assert_eq!(
        page.value("document.getElementById('text').value.includes('- name: preview\\n  x\\n')"),
        true
    );
    page.is_sound();
}

#[test]
fn two_thousand_rules_are_typed_into() {
    let mut page = Page::open();
    let mut text = String::new();
    for route in 0..200 {
        text.push_str(&format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: r{route}, namespace: shop}}\nspec:\n  rules:\n"
        ));
        for rule in 0..10 {
            text.push_str(&format!(
                "  - matches:\n    - path: {{type: PathPrefix, value: /{route}/{rule}}}\n      headers: [{{name: x-tenant, value: t{rule}}}]\n    \
                 backendRefs:\n    - {{name: b{rule}, port: 8080}}\n"
            ));
        }
        text.push_str("---\n");
    }
    page.paste("text", &text);
    page.paste("headers", "x-tenant: t5");
    page.paste("url", "http://a.example/100/5/x");
    assert!(page.text("#verdict").contains("shop/b5"), "{}", page.text("#verdict"));
    page.browser
        .run("window.long = []; new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => window.long.push(Math.round(duration)))).observe({ type: 'longtask' })", &Value::Null)
        .unwrap();
    page.behind("value: /100/5");
    page.press("/typed/into");
    assert_eq!(
        page.value("document.getElementById('text').value.includes('value: /100/5/typed/into}')"),
        true
    );
    page.until("document.getElementById('verdict').textContent.includes('404')");
    page.answered();
    println!(
        "tasks above 50 ms while 11 characters were typed into 2,000 rules: {} ms",
        page.value("window.long")
    );
    page.paste("url", "http://a.example/100/5/typed/into");
    assert!(page.text("#verdict").contains("shop/b5"));
    page.is_sound();
}

#[test]
fn it_is_dark_where_the_system_is_and_as_somebody_chooses() {
    let mut page = Page::open();
    let theme = "document.documentElement.dataset.theme";
    let ground = "getComputedStyle(document.body).backgroundColor";
    let light = page.value(ground);
    assert_eq!(page.value(theme), "light");
    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    page.browser.devtools("Emulation.setEmulatedMedia", &dark).unwrap();
    page.until("document.documentElement.dataset.theme === 'dark'");
    assert_ne!(page.value(ground), light);
    page.browser.run("document.getElementById('theme').click()", &Value::Null).unwrap();
    assert_eq!(page.value(theme), "light");
    page.browser.run("location.reload()", &Value::Null).unwrap();
    page.answered();
    assert_eq!(
        (page.value(theme), page.value(ground)),
        (json!("light"), light),
        "what was chosen is remembered"
    );
    page.is_sound();
}

#[test]
fn nothing_is_cut_off_on_a_narrow_screen() {
    let mut page = Page::open();
    let narrow = json!({ "width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": true });
    page.browser.devtools("Emulation.setDeviceMetricsOverride", &narrow).unwrap();
    page.until("document.documentElement.clientWidth === 360");
    assert_eq!(page.value("document.documentElement.scrollWidth"), 360);
    page.is_sound();
}

/// `HTTPROUTE_SCREENSHOT` names the file that the picture goes to.
#[test]
fn a_picture_is_taken() {
    let mut page = Page::open();
    let size = json!({ "width": 1280, "height": 1010, "deviceScaleFactor": 1, "mobile": false });
    page.browser.devtools("Emulation.setDeviceMetricsOverride", &size).unwrap();
    page.until("document.documentElement.clientWidth === 1280");
    let picture = BASE64_STANDARD.decode(page.browser.screenshot().unwrap()).unwrap();
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 10_000, "{} bytes", picture.len());
    if let Some(file) = std::env::var_os("HTTPROUTE_SCREENSHOT") {
        std::fs::write(httproute_integration::root().join(file), picture).unwrap();
    }
    page.is_sound();
}

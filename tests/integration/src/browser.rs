//! A real Chromium, driven over WebDriver (the W3C's recommendation).

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::client::{Client, Request};

/// Keys that are no characters, as WebDriver writes them.
pub mod key {
    /// To the left.
    pub const BACKSPACE: &str = "\u{E003}";
    /// To the next field.
    pub const TAB: &str = "\u{E004}";
    /// A new line, or a press of the button.
    pub const ENTER: &str = "\u{E007}";
}

/// A browser with one page; it ends when it is dropped.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    client: Client,
    host: String,
    session: String,
}

impl Browser {
    /// Starts a browser of this size.
    pub fn start(width: u32, height: u32) -> Result<Self, String> {
        let driver = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).spawn();
        let mut driver = driver.map_err(|e| format!("chromedriver: {e}"))?;
        let said = driver.stdout.take().ok_or("chromedriver has no standard output")?;
        let port = BufReader::new(said).lines().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.ok_or("chromedriver does not say on which port it is")?;
        let mut browser = Browser {
            driver,
            client: Client::new(([127, 0, 0, 1], port).into()),
            host: format!("127.0.0.1:{port}"),
            session: String::new(),
        };
        let size = format!("--window-size={width},{height}");
        // The sandbox needs rights that containers do not give; the pages are our own.
        let arguments =
            json!(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", size]);
        let wanted = json!({
            "browserName": "chrome",
            "timeouts": { "script": 60_000 },
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "args": arguments },
        });
        let session =
            browser.ask("POST", "/session", &json!({ "capabilities": { "alwaysMatch": wanted } }))?;
        browser.session = session["sessionId"].as_str().ok_or("no session")?.to_owned();
        Ok(browser)
    }

    /// Loads a page. Where only the fragment differs, it is the same page.
    pub fn open(&mut self, url: &str) -> Result<(), String> {
        self.command("url", &json!({ "url": url })).map(drop)
    }

    /// What a function with this body returns in the page, `arguments[0]` being `argument`. A promise is awaited.
    pub fn run(&mut self, body: &str, argument: &Value) -> Result<Value, String> {
        self.command("execute/sync", &json!({ "script": body, "args": [argument] }))
    }

    /// The value of an expression in the page.
    pub fn value(&mut self, expression: &str) -> Result<Value, String> {
        self.run(&format!("return ({expression})"), &Value::Null)
    }

    /// Waits until an expression is true in the page.
    pub fn until(&mut self, expression: &str) -> Result<(), String> {
        let body = format!(
            "return new Promise((done) => {{
                const look = () => (({expression}) ? done() : setTimeout(look, 20));
                look();
            }})"
        );
        self.run(&body, &Value::Null).map(drop).map_err(|e| format!("{expression} is never so: {e}"))
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub fn press(&mut self, keys: &str) -> Result<(), String> {
        let strokes = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })));
        let actions = json!([{ "type": "key", "id": "keyboard", "actions": strokes.collect::<Vec<_>>() }]);
        self.command("actions", &json!({ "actions": actions })).map(drop)
    }

    /// A command of the browser's own protocol.
    pub fn devtools(&mut self, name: &str, parameters: &Value) -> Result<(), String> {
        self.command("goog/cdp/execute", &json!({ "cmd": name, "params": parameters })).map(drop)
    }

    /// What the page reported as an error since it was last asked: exceptions, and what the security policy forbade.
    pub fn errors(&mut self) -> Result<Vec<String>, String> {
        let log = self.command("se/log", &json!({ "type": "browser" }))?;
        let severe = log.as_array().into_iter().flatten().filter(|entry| entry["level"] == "SEVERE");
        Ok(severe.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect())
    }

    /// A picture of the page, in base64.
    pub fn screenshot(&mut self) -> Result<String, String> {
        let picture = self.ask("GET", &format!("/session/{}/screenshot", self.session), &Value::Null)?;
        picture.as_str().map(str::to_owned).ok_or_else(|| "no picture".into())
    }

    /// What a screen reader calls the element of this selector.
    pub fn label(&mut self, selector: &str) -> Result<String, String> {
        let found = self.command("element", &json!({ "using": "css selector", "value": selector }))?;
        let id = found.as_object().and_then(|found| found.values().next()?.as_str());
        let target = format!("/session/{}/element/{}/computedlabel", self.session, id.unwrap_or_default());
        Ok(self.ask("GET", &target, &Value::Null)?.as_str().unwrap_or_default().to_owned())
    }

    fn command(&mut self, name: &str, body: &Value) -> Result<Value, String> {
        self.ask("POST", &format!("/session/{}/{name}", self.session), body)
    }

    fn ask(&mut self, method: &str, target: &str, body: &Value) -> Result<Value, String> {
        let mut request = Request { method: method.into(), ..Request::get(&self.host, target) };
        if !body.is_null() {
            request = request.with("Content-Type", "application/json");
            request.body = body.to_string().into_bytes();
        }
        let answer = self.client.send(&request).map_err(|e| format!("chromedriver: {e}"))?;
        let said: Value = serde_json::from_slice(&answer.body).map_err(|e| format!("chromedriver: {e}"))?;
        match answer.status {
            200 => Ok(said["value"].clone()),
            _ => Err(format!("{target}: {}", said["value"]["message"].as_str().unwrap_or_default())),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser; the driver has no other child.
        _ = self.ask("DELETE", &format!("/session/{}", self.session), &Value::Null);
        _ = self.driver.kill();
        _ = self.driver.wait();
    }
}

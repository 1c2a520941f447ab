//! The request that JavaScript asks about.

use httproute_manifests::{HttpVersion, Request};
use httproute_sdk::{HeaderLines, did_you_mean};
use serde_json::{Map, Value};

use crate::failure::Failure;

/// `{ method, url, headers: [[name, value], …] }`.
#[derive(Debug)]
pub(crate) struct Ask {
    method: String,
    url: String,
    headers: HeaderLines,
    /// What is sent instead of the path and query of the URL, for an explanation.
    target: Option<String>,
    http2: Option<bool>,
}

const MEMBERS: [&str; 5] = ["method", "url", "headers", "target", "http2"];
const REQUEST: &str =
    r#"write { method: "GET", url: "http://shop.example.com/cart", headers: [["x-user", "ada"]] }"#;
const HEADERS: &str = r#"write [["name", "value"], ["name", "value"]]"#;

impl Ask {
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        let Ok(Value::Object(members)) = serde_json::from_str(text) else {
            return Err(Failure::no_request("the request is no object", REQUEST));
        };
        if let Some(unknown) = members.keys().find(|key| !MEMBERS.contains(&key.as_str())) {
            let hint = did_you_mean(unknown, &MEMBERS).map(|name| format!("did you mean {name:?}?"));
            let message = format!("a request has no {unknown:?}");
            return Err(Failure::no_request(message, hint.unwrap_or_else(|| REQUEST.into())));
        }
        let method = string(&members, "method")?.unwrap_or("GET").to_owned();
        let url = string(&members, "url")?;
        let url = url.ok_or_else(|| Failure::no_request("the request has no url", REQUEST))?.to_owned();
        let headers = match members.get("headers") {
            None | Some(Value::Null) => Vec::new(),
            Some(headers) => lines(headers)?,
        };
        let target = string(&members, "target")?.map(str::to_owned);
        let http2 = match members.get("http2") {
            None | Some(Value::Null) => None,
            Some(Value::Bool(http2)) => Some(*http2),
            Some(_) => {
                return Err(Failure::no_request("http2 of the request is not true or false", REQUEST));
            }
        };
        Ok(Ask { method, url, headers, target, http2 })
    }

    /// The request as a client sends it, which is text.
    pub(crate) fn into_request(self) -> Result<Request, Failure> {
        let mut request = Request::new(&self.method, &self.url)?;
        if let Some(target) = self.target {
            request.target = target.into();
        }
        match self.http2 {
            Some(true) => request.version = HttpVersion::Http2,
            Some(false) => request.version = HttpVersion::Http1,
            None => {}
        }
        for (name, value) in self.headers {
            let (name, value) = (String::from_utf8(name), String::from_utf8(value));
            let (Ok(name), Ok(value)) = (name, value) else {
                return Err(Failure::no_request(
                    "a header is not UTF-8",
                    "explain takes text; plan takes any bytes",
                ));
            };
            request = request.with_field(&name, &value)?;
        }
        Ok(request)
    }

    /// The request as a proxy holds it, which is bytes, and the port on which it came: names in lower case, and pseudo-headers,
    /// which stand for the parts of the URL. A header that is one, as `:path`, takes its place.
    pub(crate) fn into_lines(self) -> Result<(HeaderLines, u16), Failure> {
        let request = Request::new(&self.method, &self.url)?;
        let pseudo = [
            (":authority", request.authority()),
            (":path", &request.target),
            (":method", &request.method),
            (":scheme", request.scheme().as_bytes()),
        ];
        let mut lines: HeaderLines =
            pseudo.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.to_vec())).collect();
        for (name, value) in self.headers {
            let mut name = name.to_ascii_lowercase();
            if name == b"host" {
                name = b":authority".to_vec();
            }
            match lines.iter_mut().find(|(pseudo, _)| name.starts_with(b":") && *pseudo == name) {
                Some(line) => line.1 = value,
                None => lines.push((name, value)),
            }
        }
        Ok((lines, request.port))
    }
}

fn string<'m>(members: &'m Map<String, Value>, key: &str) -> Result<Option<&'m str>, Failure> {
    match members.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Failure::no_request(format!("the {key} of the request is no string"), REQUEST)),
    }
}

fn lines(headers: &Value) -> Result<HeaderLines, Failure> {
    let list = headers
        .as_array()
        .ok_or_else(|| Failure::no_request("the headers of the request are no list", HEADERS))?;
    let line = |(place, line): (usize, &Value)| {
        let pair = line.as_array().map(Vec::as_slice);
        let Some([name, value]) = pair else {
            return Err(Failure::no_request(format!("header {place} is no pair of name and value"), HEADERS));
        };
        match (name.as_str(), bytes(value)) {
            (Some(name), Some(value)) => Ok((name.as_bytes().to_vec(), value)),
            (None, _) => {
                Err(Failure::no_request(format!("the name of header {place} is no string"), HEADERS))
            }
            (_, None) => {
                Err(Failure::no_request(format!("the value of header {place} is no string"), HEADERS))
            }
        }
    };
    list.iter().enumerate().map(line).collect()
}

/// Text, or bytes as a list of numbers.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::String(text) => Some(text.as_bytes().to_vec()),
        Value::Array(bytes) => bytes.iter().map(|byte| u8::try_from(byte.as_u64()?).ok()).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(request: Value) -> Result<Ask, Failure> {
        Ask::read(&request.to_string())
    }

    #[test]
    fn a_pseudo_header_takes_the_place_of_a_part_of_the_url_byte_by_byte() {
        let headers = serde_json::json!([["X-A", "b"], [":path", [47, 255]], ["host", "c.d"]]);
        let ask = read(serde_json::json!({ "url": "http://a.b:8080/", "headers": headers })).unwrap();
        let (lines, port) = ask.into_lines().unwrap();
        let line = |name: &str| &lines.iter().find(|(n, _)| n == name.as_bytes()).unwrap().1;
        assert_eq!(port, 8080);
        assert_eq!(line(":path"), b"/\xff");
        assert_eq!((line(":authority").as_slice(), line("x-a").as_slice()), (&b"c.d"[..], &b"b"[..]));
        assert_eq!(lines.len(), 5);
    }

    #[test]
    fn what_is_no_request_is_a_sentence() {
        use serde_json::json;
        for (request, says) in [
            (json!(null), "no object"),
            (json!({}), "no url"),
            (json!({ "url": 1 }), "url of the request is no string"),
            (json!({ "url": "http://a.b/", "header": [] }), "no \"header\""),
            (json!({ "url": "http://a.b/", "headers": {} }), "no list"),
            (json!({ "url": "http://a.b/", "headers": ["a: b"] }), "header 0 is no pair"),
            (json!({ "url": "http://a.b/", "headers": [["a", "b"], ["a", null]] }), "value of header 1"),
            (json!({ "url": "http://a.b/", "headers": [["a", [256]]] }), "value of header 0"),
            (json!({ "url": "http://a.b/", "headers": [[1, "b"]] }), "name of header 0"),
        ] {
            let told = read(request.clone()).unwrap_err().into_json();
            assert!(told["error"]["message"].as_str().unwrap().contains(says), "{request}: {told}");
            assert_ne!(told["error"]["hint"], "", "{request}");
        }
    }
}

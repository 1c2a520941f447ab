//! The URL of a request.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::request::InvalidRequest;

/// A URL of `http` or `https`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) https: bool,
    /// In lower case; an IPv6 address in its brackets.
    host: String,
    port: Option<u16>,
    /// Path and query.
    pub(super) target: String,
}

impl Url {
    pub(super) fn parse(text: &str) -> Result<Self, InvalidRequest> {
        let invalid = |message: &str| {
            let hint = "write it as http://shop.example.com/cart?item=1".to_owned();
            InvalidRequest::new(format!("{text:?} is no URL that a request can be for: {message}"), hint)
        };
        let (scheme, rest) =
            text.split_once("://").ok_or_else(|| invalid("it does not begin with http://"))?;
        let https = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(invalid("its scheme is neither http nor https")),
        };
        if rest.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err(invalid("it has a space or a control character (a space is written %20)"));
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err(invalid("it has a user name, which clients do not send"));
        }
        let (host, port) = split_port(authority).ok_or_else(|| invalid("its port is none"))?;
        if !is_host(host) {
            return Err(invalid("its host is missing or has characters that hosts do not have"));
        }
        // A fragment is never sent.
        let target = target.split('#').next().unwrap_or_default();
        let target = match target.starts_with('/') {
            true => target.to_owned(),
            false => format!("/{target}"),
        };
        Ok(Url { https, host: host.to_ascii_lowercase(), port, target: percent_encoded(&target) })
    }

    pub(super) fn port(&self) -> u16 {
        self.port.unwrap_or(if self.https { 443 } else { 80 })
    }

    /// As clients send it: without the port of the scheme.
    pub(super) fn authority(&self) -> String {
        match self.port() {
            443 if self.https => self.host.clone(),
            80 if !self.https => self.host.clone(),
            port => format!("{}:{port}", self.host),
        }
    }

    /// "Literal IPv4 and IPv6 addresses are not permitted in "HostName"" (RFC 6066).
    pub(super) fn server_name(&self) -> Option<String> {
        let is_address = self.host.starts_with('[') || self.host.parse::<Ipv4Addr>().is_ok();
        (self.https && !is_address).then(|| self.host.clone())
    }
}

/// Host and port; `None` where there is a port that is none.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    match authority.rsplit_once(':') {
        // The colons of an IPv6 address.
        Some((_, rest)) if rest.ends_with(']') => Some((authority, None)),
        Some((host, port)) => port.parse().ok().filter(|&port: &u16| port > 0).map(|port| (host, Some(port))),
        None => Some((authority, None)),
    }
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()),
        None => {
            !host.is_empty()
                && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
                && !host.starts_with('.')
        }
    }
}

/// What is not ASCII is sent percent-encoded.
fn percent_encoded(target: &str) -> String {
    let mut encoded = String::with_capacity(target.len());
    for c in target.chars() {
        if c.is_ascii() {
            encoded.push(c);
        } else {
            c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| encoded.push_str(&format!("%{byte:02X}")));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_sent_as_clients_do() {
        for (text, https, port, authority, target) in [
            ("http://a.b", false, 80, "a.b", "/"),
            ("HTTP://A.b:80/X?y#z", false, 80, "a.b", "/X?y"),
            ("https://a.b:80/", true, 80, "a.b:80", "/"),
            ("https://a.b?q=/", true, 443, "a.b", "/?q=/"),
            ("http://[::1]:8080/ü", false, 8080, "[::1]:8080", "/%C3%BC"),
            ("http://10.0.0.1/a//../b", false, 80, "10.0.0.1", "/a//../b"),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!((url.https, url.port()), (https, port), "{text}");
            assert_eq!((url.authority().as_str(), url.target.as_str()), (authority, target), "{text}");
        }
        assert_eq!(Url::parse("https://[::1]/").unwrap().server_name(), None);
        assert_eq!(Url::parse("https://a.b/").unwrap().server_name().as_deref(), Some("a.b"));
    }

    #[test]
    fn what_is_no_url_is_refused_with_an_example() {
        for text in [
            "",
            "a.b/c",
            "/cart",
            "ftp://a.b/",
            "http://",
            "http:///x",
            "http://a b/",
            "http://a.b/x y",
            "http://a.b:0/",
            "http://a.b:99999/",
            "http://a.b:x/",
            "http://u:p@a.b/",
            "http://[::1/",
            "http://[zz]/",
            "http://*.a.b/",
        ] {
            let error = Url::parse(text).unwrap_err();
            assert!(error.to_string().contains("http://shop.example.com/"), "{text}: {error}");
        }
    }
}

//! The forms of text that the API's patterns describe.

/// A form of text.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) is: fn(&str) -> bool,
    /// The code of the problem where text does not have the form.
    pub(crate) code: &'static str,
    /// What text of this form is, with an article.
    pub(crate) what: &'static str,
    pub(crate) hint: &'static str,
}

const fn form(is: fn(&str) -> bool, code: &'static str, what: &'static str, hint: &'static str) -> Form {
    Form { is, code, what, hint }
}

pub(super) const HOSTNAME: Form = form(
    is_hostname,
    "InvalidHostname",
    "a hostname",
    "write lower-case letters, digits, \"-\" and \".\", optionally behind \"*.\", without scheme, port or path",
);
pub(super) const PRECISE_HOSTNAME: Form = form(
    is_subdomain,
    "InvalidHostname",
    "a hostname without a wildcard",
    "write lower-case letters, digits, \"-\" and \".\"; the port has a field of its own",
);
pub(super) const NAMESPACE: Form = form(
    is_label,
    "InvalidName",
    "a name of a namespace",
    "write lower-case letters, digits and \"-\", beginning and ending with a letter or digit",
);
pub(crate) const GROUP: Form = form(
    |text| text.is_empty() || is_subdomain(text),
    "InvalidName",
    "an API group",
    "leave the version out: \"gateway.networking.k8s.io\", and \"\" for Services",
);
pub(super) const KIND: Form =
    form(is_kind, "InvalidName", "a kind", "write it as in a manifest: \"Service\", \"Gateway\"");
pub(super) const SUBDOMAIN: Form = form(
    is_subdomain,
    "InvalidName",
    "a name",
    "write lower-case letters, digits, \"-\" and \".\", beginning and ending with a letter or digit",
);
pub(super) const SERVICE_NAME: Form = form(
    |text| is_label(text) && !text.starts_with(|c: char| c.is_ascii_digit()),
    "InvalidName",
    "a name of a Service",
    "write lower-case letters, digits and \"-\", beginning with a letter",
);
pub(super) const HEADER_NAME: Form = form(
    is_token,
    "InvalidHeaderName",
    "a name of a header",
    "write letters, digits and -_.!#$%&'*+^`|~ only; for :path and :authority use URLRewrite",
);
pub(super) const MATCHED_HEADER_NAME: Form = form(
    is_token,
    "InvalidName",
    "a name of a header",
    "write letters, digits and -_.!#$%&'*+^`|~ only; for :path and :authority use path and hostnames",
);
/// Query parameters have the names of headers: "QueryParam names … HTTPHeaderName".
pub(super) const PARAMETER_NAME: Form = form(
    is_token,
    "InvalidName",
    "a name of a query parameter that the API takes",
    "write letters, digits and -_.!#$%&'*+^`|~ only",
);
pub(super) const HEADER_VALUE: Form = form(
    is_visible,
    "InvalidHeaderValue",
    "a header value",
    "write visible ASCII characters, with single spaces or tabs between them",
);
pub(super) const MATCHED_HEADER_VALUE: Form = Form { code: "InvalidValue", ..HEADER_VALUE };
pub(super) const DURATION: Form = form(
    |text| duration(text).is_some(),
    "InvalidDuration",
    "a duration",
    "write whole numbers with units: 10s, 500ms, 1m30s, 2h; 0s for no limit",
);
pub(super) const ORIGIN: Form = form(
    is_origin,
    "InvalidOrigin",
    "an origin",
    "write \"*\", or scheme, host and optionally a port, without a path: https://*.example.com",
);
pub(super) const ABSOLUTE_PATH: Form = form(
    |text| !text.is_empty() && is_path(text),
    "InvalidPath",
    "a path",
    "write letters, digits, -._~!$&'()*+,;=:@/ and %XX only",
);
pub(super) const PROTOCOL: Form = form(
    is_protocol,
    "InvalidName",
    "a protocol",
    "write HTTP, HTTPS, TLS, TCP or UDP, or one with a domain: example.com/bar",
);
pub(super) const ADDRESS_TYPE: Form = form(
    is_address_type,
    "UnsupportedValue",
    "a type of address",
    "write IPAddress, Hostname or NamedAddress, or one with a domain: example.com/type",
);
pub(super) const CONTROLLER: Form = form(
    is_domain_prefixed,
    "InvalidName",
    "a name of a controller",
    "write a domain and a path: example.com/gateway-controller",
);
pub(super) const LABEL_KEY: Form = form(
    is_label_key,
    "InvalidName",
    "a key",
    "write letters, digits, \"-\", \"_\" and \".\", optionally behind a domain and \"/\"",
);
pub(super) const LABEL_VALUE: Form = form(
    |text| text.is_empty() || is_qualified(text),
    "InvalidName",
    "a value of a label",
    "write letters, digits, \"-\", \"_\" and \".\", beginning and ending with a letter or digit",
);

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
fn is_label(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Labels with dots between them.
fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

/// A subdomain, optionally behind `*.`
pub(crate) fn is_hostname(text: &str) -> bool {
    is_subdomain(text.strip_prefix("*.").unwrap_or(text))
}

/// `[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?`
fn is_kind(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && is_word(text)
}

/// `[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?`
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// `[!-~]+([\t ]?[!-~]+)*`
fn is_visible(text: &str) -> bool {
    text.split([' ', '\t']).all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_graphic()))
}

/// The milliseconds of `([0-9]{1,5}(h|m|s|ms)){1,4}` (GEP-2257): "repeats and any order" are sums.
pub(crate) fn duration(text: &str) -> Option<u64> {
    let (mut rest, mut sum, mut parts) = (text, 0, 0);
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at_checked(digits)?;
        let units = [("ms", 1), ("h", 3_600_000), ("m", 60_000), ("s", 1000)];
        let (unit, after) = units.iter().find_map(|(name, unit)| Some((unit, after.strip_prefix(name)?)))?;
        parts += 1;
        if !(1..=5).contains(&digits) || parts > 4 {
            return None;
        }
        sum += number.parse::<u64>().ok()? * unit;
        rest = after;
    }
    (parts > 0).then_some(sum)
}

/// `*`, or a scheme, a host that is `*` or labels behind an optional `*.`, and an optional port of up to five digits.
fn is_origin(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")) else {
        return text == "*";
    };
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    let is_port = |port: &str| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
    let is_host = |host: &str| {
        let labels = host.strip_prefix("*.").unwrap_or(host);
        labels
            .split('.')
            .all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
    };
    (host == "*" || is_host(host)) && port.is_none_or(is_port)
}

/// `(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})*`
pub(crate) fn is_path(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let valid = match byte {
            b'%' => [bytes.next(), bytes.next()].iter().all(|b| b.is_some_and(|b| b.is_ascii_hexdigit())),
            byte => byte.is_ascii_alphanumeric() || b"-/._~!$&'()*+,;=:@".contains(&byte),
        };
        if !valid {
            return false;
        }
    }
    true
}

/// A word, or what ends in a subdomain, a slash and letters: the pattern is not anchored in front of its second half.
fn is_protocol(text: &str) -> bool {
    let ends_in_domain = || {
        let (domain, name) = text.rsplit_once('/')?;
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric());
        Some(is_name && domain.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()))
    };
    is_word(text) || ends_in_domain().unwrap_or_default()
}

/// The pattern is `^Hostname|IPAddress|NamedAddress|….../…$`, of which only the first begins and only the last ends the text.
fn is_address_type(text: &str) -> bool {
    let ends_in_domain = || {
        let (domain, path) = text.split_once('/')?;
        let is_path = !path.is_empty() && path.bytes().all(is_controller_byte);
        Some(is_path && domain.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()))
    };
    text.starts_with("Hostname")
        || text.contains("IPAddress")
        || text.contains("NamedAddress")
        || ends_in_domain().unwrap_or_default()
}

/// A subdomain, a slash, and a path.
fn is_domain_prefixed(text: &str) -> bool {
    text.split_once('/').is_some_and(|(domain, path)| {
        is_subdomain(domain) && !path.is_empty() && path.bytes().all(is_controller_byte)
    })
}

fn is_controller_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte)
}

/// `([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]`
fn is_qualified(text: &str) -> bool {
    let is_end = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric());
    is_end(text.bytes().next())
        && is_end(text.bytes().next_back())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// "an optional DNS subdomain prefix followed by a required name segment of up to 63 characters", the prefix "not longer than
/// 253 characters".
fn is_label_key(text: &str) -> bool {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    name.len() <= 63
        && is_qualified(name)
        && prefix.is_none_or(|prefix| prefix.len() < 253 && is_subdomain(prefix))
}

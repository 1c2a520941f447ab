//! From `cors` to a CORS filter.

use super::origin::OriginPattern;
use super::{Cors, Listed};
use crate::reading::node::{Node, Object};
use crate::reading::report::Report;
use crate::reading::text::is_token;

const METHODS: [&str; 10] =
    ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"];

pub(crate) fn decode(node: &Node<'_>, report: &mut Report) -> Option<Cors> {
    let cors = node.object(report)?;
    cors.only(
        &["allowOrigins", "allowCredentials", "allowMethods", "allowHeaders", "exposeHeaders", "maxAge"],
        report,
    );
    let mut origins = Vec::new();
    cors.each("allowOrigins", 64, report, |node, report| {
        let Some(text) = node.text(report) else { return };
        let origin = OriginPattern::parse(text);
        if origin.is_none() || text.len() > 253 {
            let message = format!("{text:?} is no origin");
            report.error(
                &node.place,
                "InvalidOrigin",
                message,
                "write \"*\", https://example.com or https://*.example.com:8443",
            );
        }
        origins.extend(origin);
    });
    if origins.len() > 1 && origins.contains(&OriginPattern::Any) {
        alone("allowOrigins", &cors, report);
    }
    let credentials = match cors.get("allowCredentials") {
        Some(node) => node.boolean(report)?,
        None => false,
    };
    let methods = listed("allowMethods", 9, &cors, |method| METHODS.contains(&method), report);
    let headers = listed("allowHeaders", 64, &cors, is_token, report);
    let mut expose = names("exposeHeaders", 64, &cors, is_token, report);
    if credentials {
        // "the `*` wildcard … when the `allowCredentials` field is true … must not be in the output".
        expose.retain(|name| name != "*");
    }
    let max_age = match cors.get("maxAge") {
        Some(node) => node.integer(1..=i32::MAX as u32, report)?,
        None => 5,
    };
    Some(Cors {
        origins: origins.into(),
        credentials,
        methods,
        headers,
        expose: (!expose.is_empty()).then(|| expose.join(",").into()),
        max_age: max_age.to_string().into(),
    })
}

fn listed(
    key: &str,
    most: usize,
    cors: &Object<'_>,
    is_valid: impl Fn(&str) -> bool,
    report: &mut Report,
) -> Listed {
    let names = names(key, most, cors, is_valid, report);
    let all = names.iter().any(|name| name == "*");
    if all && names.len() > 1 {
        alone(key, cors, report);
    }
    match names.as_slice() {
        [] => Listed::None,
        _ if all => Listed::All,
        names => Listed::These(names.join(",").into()),
    }
}

fn names(
    key: &str,
    most: usize,
    cors: &Object<'_>,
    is_valid: impl Fn(&str) -> bool,
    report: &mut Report,
) -> Vec<String> {
    let mut names = Vec::new();
    cors.each(key, most, report, |node, report| {
        let Some(name) = node.text(report) else { return };
        if !is_valid(name) {
            let code = if key == "allowMethods" { "UnsupportedValue" } else { "InvalidHeaderName" };
            report.error(&node.place, code, format!("{name:?} cannot stand in {key}"), "");
        }
        names.push(name.to_owned());
    });
    names
}

/// "AllowOrigins cannot contain '*' alongside other origins", and so the methods and headers.
fn alone(key: &str, cors: &Object<'_>, report: &mut Report) {
    let Some(node) = cors.get(key) else { return };
    let message = format!("{key} has \"*\" beside other entries");
    report.error(&node.place, "WildcardNotAlone", message, "keep \"*\", or the others");
}

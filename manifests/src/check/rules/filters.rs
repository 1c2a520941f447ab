//! `filters`

use serde_json::Value;

use super::{has, text};
use crate::check::place::Place;
use crate::check::report::Report;

/// The types of filters, and the member that each has.
const TYPES: [(&str, &str); 8] = [
    ("RequestHeaderModifier", "requestHeaderModifier"),
    ("ResponseHeaderModifier", "responseHeaderModifier"),
    ("RequestMirror", "requestMirror"),
    ("RequestRedirect", "requestRedirect"),
    ("URLRewrite", "urlRewrite"),
    ("CORS", "cors"),
    ("ExternalAuth", "externalAuth"),
    ("ExtensionRef", "extensionRef"),
];

/// "filter.urlRewrite must be nil if the filter.type is not URLRewrite", "filter.urlRewrite must be specified for URLRewrite
/// filter.type", and the same of each type.
pub(crate) fn member_of_type(filter: &Value, place: &Place<'_>, report: &mut Report) {
    let Some(kind) = text(filter, "type").filter(|kind| TYPES.iter().any(|(name, _)| name == kind)) else {
        return;
    };
    for (name, member) in TYPES {
        match (kind == name, has(filter, member)) {
            (true, false) => {
                let message = format!("{member} is missing, which a filter of type {kind} must have");
                report.error(place, "Missing", message, format!("add {member}"));
            }
            (false, true) if name != "ExternalAuth" || report.is_experimental() => {
                let message = format!("{member} does not belong to a filter of type {kind}");
                let hint = format!("make a second filter of it, with `type: {name}`");
                report.error(&Place::Key(place, member), "UnknownField", message, hint);
            }
            _ => {}
        }
    }
}

/// "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both".
pub(crate) fn redirect_or_rewrite(filters: &Value, place: &Place<'_>, report: &mut Report) {
    let of = |kind| position(filters, kind, 0);
    if let (Some(redirect), Some(rewrite)) = (of("RequestRedirect"), of("URLRewrite")) {
        let message = "RequestRedirect and URLRewrite cannot stand together".to_owned();
        let hint = "keep one of them, or make two rules; a redirect has a hostname and a path too";
        report.error(&Place::Index(place, redirect.max(rewrite)), "IncompatibleFilters", message, hint);
    }
}

/// "CORS filter cannot be repeated", and the same of the others but RequestMirror, ExtensionRef and ExternalAuth. Of the
/// last, only the sentence "Specifying the same filter multiple times is not supported unless explicitly indicated" says so.
pub(crate) fn not_repeated(filters: &Value, place: &Place<'_>, report: &mut Report) {
    for (kind, _) in TYPES {
        let repeated =
            position(filters, kind, 1).filter(|_| kind != "RequestMirror" && kind != "ExtensionRef");
        if let Some(second) = repeated {
            let message = format!("a {kind} filter cannot be repeated");
            let place = Place::Index(place, second);
            if kind == "ExternalAuth" {
                report.warn(&place, "RepeatedFilter", message, "join the two into one");
            } else {
                report.error(&place, "RepeatedFilter", message, "join the two into one");
            }
        }
    }
}

/// Where in `filters` the filter of a type stands that `before` others of it stand before.
fn position(filters: &Value, kind: &str, before: usize) -> Option<usize> {
    let of_kind = |(index, filter)| (text(filter, "type") == Some(kind)).then_some(index);
    filters.as_array()?.iter().enumerate().filter_map(of_kind).nth(before)
}

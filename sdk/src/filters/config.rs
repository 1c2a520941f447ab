//! From `filters[]` to the filters of a rule.

use crate::kinds::Kinds;
use crate::reading::node::{Node, Object};
use crate::reading::report::{Place, Report};
use crate::reading::suggest::hint;
use crate::references::RuleScope;

use super::{RuleFilter, cors, extension, headers, mirror, redirect, rewrite};

/// The filter types: name, the member that holds the filter, the kind, and whether "specifying the same filter multiple
/// times is not supported".
const TYPES: [(&str, &str, Kinds, bool); 8] = [
    ("RequestHeaderModifier", "requestHeaderModifier", Kinds::HEADERS, true),
    ("ResponseHeaderModifier", "responseHeaderModifier", Kinds::HEADERS, true),
    ("RequestRedirect", "requestRedirect", Kinds::REDIRECT, true),
    ("URLRewrite", "urlRewrite", Kinds::REWRITE, true),
    ("RequestMirror", "requestMirror", Kinds::MIRROR, false),
    ("CORS", "cors", Kinds::CORS, true),
    ("ExternalAuth", "externalAuth", Kinds::BACKENDS, true),
    ("ExtensionRef", "extensionRef", Kinds::BACKENDS, false),
];

/// The filters in the member `filters` of `parent`, a rule or a backendRef.
pub(crate) fn decode(parent: &Object<'_>, scope: &RuleScope<'_>, report: &mut Report) -> Box<[RuleFilter]> {
    let mut filters = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    parent.each("filters", 16, report, |node, report| {
        let Some(filter) = node.object(report) else { return };
        let Some(type_node) = filter.required("type", report) else { return };
        let Some(name) = type_node.text(report) else { return };
        let Some(&(name, member, kind, once)) = TYPES.iter().find(|(known, ..)| *known == name) else {
            let known = TYPES.map(|(name, ..)| name);
            let hint = hint(name, &known);
            report.error(
                &type_node.place,
                "UnsupportedValue",
                format!("there is no filter type {name:?}"),
                &hint,
            );
            return;
        };
        report.within(kind, |report| {
            if once && seen.contains(&name) {
                let message = format!("a {name} filter cannot be repeated");
                report.error(&node.place, "RepeatedFilter", message, "join the two into one");
            }
            incompatible(name, &seen, &node.place, report);
            seen.push(name);
            filter.only(&["type", member], report);
            let Some(config) = filter.required(member, report) else { return };
            let read = decode_one(name, &config, seen.len() as u32, scope, report);
            if scope.has_cors && kind == Kinds::CORS {
                // A preflight is answered before a backend is chosen, so the request must not meet another answer there.
                let message =
                    "the rule has a CORS filter, which answers for all its backends: this one is ignored"
                        .into();
                return report.warn(&node.place, "ConflictingCors", message, "keep one of the two");
            }
            filters.extend(read);
        });
    });
    filters.into()
}

fn decode_one(
    name: &str,
    config: &Node<'_>,
    place: u32,
    scope: &RuleScope<'_>,
    report: &mut Report,
) -> Option<RuleFilter> {
    match name {
        "RequestHeaderModifier" => {
            headers::decode_request(config, scope, report).map(RuleFilter::RequestHeaderModifier)
        }
        "ResponseHeaderModifier" => {
            headers::decode_response(config, report).map(RuleFilter::ResponseHeaderModifier)
        }
        "RequestRedirect" => {
            redirect::decode(config, scope, report).map(Box::new).map(RuleFilter::RequestRedirect)
        }
        "URLRewrite" => rewrite::decode(config, scope, report).map(Box::new).map(RuleFilter::UrlRewrite),
        "RequestMirror" => mirror::decode(config, scope, report).map(RuleFilter::RequestMirror),
        "CORS" => cors::decode(config, report).map(Box::new).map(RuleFilter::Cors),
        "ExtensionRef" => extension::decode(config, place, scope, report).map(RuleFilter::ExtensionRef),
        // "implementations … MUST NOT skip" what they cannot carry out: the rule answers 500.
        name => {
            let message = format!("{name} filters are not carried out, and must not be skipped");
            report.error(&config.place, "UnsupportedFilter", message, "remove the filter");
            None
        }
    }
}

/// "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both".
fn incompatible(name: &str, seen: &[&str], place: &Place<'_>, report: &mut Report) {
    let other = match name {
        "RequestRedirect" => "URLRewrite",
        "URLRewrite" => "RequestRedirect",
        _ => return,
    };
    if seen.contains(&other) {
        let message = format!("{name} cannot stand beside {other}");
        // Neither is carried out.
        report.within(Kinds::REDIRECT | Kinds::REWRITE, |report| {
            report.error(place, "IncompatibleFilters", message, "keep one of them, or make two rules");
        });
    }
}

//! `spec.rules[]`

use serde_json::Value;

use super::{has, items, text, text_or};
use crate::check::place::Place;
use crate::check::report::Report;
use crate::schema::duration;

/// "RequestRedirect filter must not be used together with backendRefs".
pub(crate) fn redirect_without_backends(rule: &Value, place: &Place<'_>, report: &mut Report) {
    let redirects = items(rule, "filters").iter().any(|filter| has(filter, "requestRedirect"));
    if redirects && !items(rule, "backendRefs").is_empty() {
        let message = "a rule with a RequestRedirect filter must not have backendRefs".to_owned();
        report.error(
            &Place::Key(place, "backendRefs"),
            "RedirectWithBackends",
            message,
            "remove one of them",
        );
    }
}

/// "When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified", and the same of
/// RequestRedirect, in the rule and within backendRefs.
///
/// The schema's rule for backendRefs says `exists_one`, so that two backendRefs with such a filter get by; the specification
/// has no such exception, and neither has this.
pub(crate) fn prefix_is_matched(rule: &Value, place: &Place<'_>, report: &mut Report) {
    let single_prefix = match rule.get("matches") {
        // "If no matches are specified, the default is a prefix path match on "/"".
        None | Some(Value::Null) => true,
        Some(Value::Array(matches)) => match matches.as_slice() {
            [only] => only.get("path").is_none_or(|path| text_or(path, "type", "PathPrefix") == "PathPrefix"),
            _ => false,
        },
        Some(_) => return,
    };
    if single_prefix {
        return;
    }
    let of_rule = Place::Key(place, "filters");
    filters(items(rule, "filters"), &of_rule, report);
    let backends = Place::Key(place, "backendRefs");
    for (index, backend) in items(rule, "backendRefs").iter().enumerate() {
        let backend_place = Place::Index(&backends, index);
        filters(items(backend, "filters"), &Place::Key(&backend_place, "filters"), report);
    }
}

fn filters(filters: &[Value], place: &Place<'_>, report: &mut Report) {
    for (index, filter) in filters.iter().enumerate() {
        for member in ["requestRedirect", "urlRewrite"] {
            let Some(path) = filter.get(member).and_then(|filter| filter.get("path")) else { continue };
            if text(path, "type") == Some("ReplacePrefixMatch") && has(path, "replacePrefixMatch") {
                let place = Place::Index(place, index);
                let place = Place::Key(&place, member);
                let message =
                    "ReplacePrefixMatch needs a rule with exactly one match, and that of type PathPrefix"
                        .to_owned();
                let hint = "make a rule for each prefix, or use ReplaceFullPath";
                report.error(&Place::Key(&place, "path"), "PrefixNotMatched", message, hint);
            }
        }
    }
}

/// "matches … Each match is independent": what stands in items of its own is an alternative, which is mostly not what is meant
/// where one item has only a path, and the next has everything but one.
pub(crate) fn alternatives(matches: &Value, place: &Place<'_>, report: &mut Report) {
    let matches = matches.as_array().map_or(&[][..], Vec::as_slice);
    let others = |one: &Value| ["headers", "queryParams", "method"].into_iter().find(|key| has(one, key));
    for (index, pair) in matches.windows(2).enumerate() {
        let [first, second] = pair else { continue };
        let (with_path, without) = if has(first, "path") { (first, second) } else { (second, first) };
        let Some(other) = others(without) else { continue };
        if has(with_path, "path") && !has(without, "path") && others(with_path).is_none() {
            let message = format!(
                "the path and the {other} are alternatives, because they are in two items of the list"
            );
            let hint = format!(
                "to ask for both, write them in one item: remove the \"- \" before the second; this {other} match takes any path"
            );
            report.warn(&Place::Index(place, index + 1), "Alternatives", message, hint);
        }
    }
}

/// "backendRequest timeout cannot be longer than request timeout", unless that is 0s, which stands for none.
pub(crate) fn backend_request_within_request(timeouts: &Value, place: &Place<'_>, report: &mut Report) {
    let of = |key| text(timeouts, key).and_then(duration);
    if let (Some(request), Some(backend_request)) = (of("request"), of("backendRequest"))
        && request != 0
        && backend_request > request
    {
        let message = "backendRequest is longer than request, which covers it".to_owned();
        let hint = "give request more time, or `0s` for no limit";
        report.error(&Place::Key(place, "backendRequest"), "TimeoutTooLong", message, hint);
    }
}

//! Mistakes that any text may have, whatever it stands for.

use serde_json::Value;

use super::mistakes;
use super::place::Place;
use super::report::{Report, quoted};

/// Shows values as they are written, says what to do about text that a template or a block scalar has left as it should not be, and
/// reports a line break at the end that nobody else reports.
pub(super) fn check(object: &Value, report: &mut Report) {
    for problem in report.problems() {
        let Some(value) = object.pointer(&problem.pointer).and_then(Value::as_str) else { continue };
        // A module shows a value with escapes, for its log; here it is shown as it is written.
        problem.message = problem.message.replace(&format!("{value:?}"), &quoted(value));
        // Base64 may have line breaks.
        let hint = mistakes::in_text(value).filter(|_| problem.code != "InvalidBase64");
        if let Some(hint) = hint {
            problem.hint = hint.to_owned();
        }
    }
    if let Some(spec) = object.get("spec") {
        line_breaks(spec, &Place::Key(&Place::Root, "spec"), report);
    }
}

fn line_breaks(value: &Value, place: &Place<'_>, report: &mut Report) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, member)| line_breaks(member, &Place::Key(place, key), report));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| line_breaks(item, &Place::Index(place, index), report));
        }
        Value::String(text) if text.ends_with('\n') && !report.is_at(place) => {
            let message = format!("{} is {}, which ends in a line break", place.name(), quoted(text));
            report.warn(place, "LineBreak", message, mistakes::in_text(text).unwrap_or_default());
        }
        _ => {}
    }
}

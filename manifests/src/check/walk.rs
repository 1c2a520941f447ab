//! Walks a value along its schema.

use serde_json::Value;

use super::place::Place;
use super::report::{Report, quoted, shown};
use super::{mistakes, suggest};
use crate::schema::{Choice, Field, GROUP, List, Object, Shape, Text, Texts, Unique};

/// Checks `value`, which stands at `place`, in an object that is called `owner`.
fn value(shape: Shape, value: &Value, owner: &str, place: &Place<'_>, report: &mut Report) {
    match (shape, value) {
        (Shape::Any, _) | (Shape::Flag, Value::Bool(_)) => {}
        (Shape::NumberOrText, Value::Number(_) | Value::String(_)) => {}
        (Shape::Object(shape), Value::Object(_)) => object(shape, value, place, report),
        (Shape::List(shape), Value::Array(items)) => list(shape, value, items, owner, place, report),
        (Shape::Texts(shape), Value::Object(_)) => texts(shape, value, place, report),
        (Shape::Text(shape), Value::String(written)) => text(shape, written, owner, place, report),
        (Shape::Choice(shape), Value::String(written)) => choice(shape, written, owner, place, report),
        (Shape::Number(least, most), Value::Number(number)) if whole(number).is_some() => {
            let number = whole(number).unwrap_or_default();
            if number < i128::from(least) || number > i128::from(most) {
                let name = place.name();
                let message = format!("{name} is {number}, but must be between {least} and {most}");
                report.error(place, "OutOfRange", message, mistakes::out_of_range(&name, number));
            }
        }
        (Shape::Numbers(known), Value::Number(number)) if whole(number).is_some() => {
            if !whole(number).is_some_and(|number| known.iter().any(|known| i128::from(*known) == number)) {
                let list: Vec<String> = known.iter().map(i64::to_string).collect();
                let message = format!("{} cannot be {number}", place.name());
                report.error(place, "UnsupportedValue", message, format!("use one of {}", list.join(", ")));
            }
        }
        _ => {
            let message = format!("{} must be {}, but is {}", place.name(), wanted(shape), shown(value));
            report.error(place, "WrongType", message, mistakes::wrong_type(owner, place, shape, value));
        }
    }
}

fn whole(number: &serde_json::Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

fn wanted(shape: Shape) -> &'static str {
    match shape {
        Shape::Object(_) | Shape::Texts(_) => "an object",
        Shape::List(_) => "a list",
        Shape::Text(_) | Shape::Choice(_) => "a string",
        Shape::Number(..) | Shape::Numbers(_) => "a whole number",
        Shape::Flag => "true or false",
        Shape::NumberOrText => "a number or a string",
        Shape::Any => "anything",
    }
}

/// Checks the members of an object, and the rules over several of them.
pub(super) fn object(shape: &Object, value_: &Value, place: &Place<'_>, report: &mut Report) {
    let Value::Object(members) = value_ else { return };
    for Field { name, shape: of_field, required, experimental } in shape.fields {
        // "nulls for fields that … don't have the nullable flag … will be pruned before defaulting happens".
        let found = members.get(*name).filter(|member| !member.is_null());
        match found {
            Some(_) if *experimental && !report.is_experimental() => {
                let message = format!("{name} belongs to the experimental channel of the API");
                let hint = "remove it, or give --channel experimental if the cluster has that channel";
                report.error(&Place::Key(place, name), "ExperimentalChannel", message, hint);
            }
            Some(member) => value(*of_field, member, shape.name, &Place::Key(place, name), report),
            None if *required => {
                let message = format!("{name} is missing in this {}", shape.name);
                report.error(place, "Missing", message, mistakes::missing(shape.name, name, value_));
            }
            None => {}
        }
    }
    if !shape.open {
        let known = || shape.fields.iter().map(|field| field.name);
        for (key, member) in members {
            if !member.is_null() && !known().any(|name| name == key) {
                let hint = mistakes::unknown_field(shape.name, key, &known().collect::<Vec<_>>());
                let message = format!("there is no field {} in this {}", quoted(key), shape.name);
                report.error(&Place::Key(place, key), "UnknownField", message, hint);
            }
        }
    }
    for rule in shape.rules {
        rule(value_, place, report);
    }
}

fn list(shape: &List, whole: &Value, items: &[Value], owner: &str, place: &Place<'_>, report: &mut Report) {
    let count = items.len();
    if count > shape.most {
        let message = format!("{} has {count} items, but may have at most {}", place.name(), shape.most);
        report.error(place, "TooMany", message, mistakes::too_many(&place.name()));
    }
    if count < shape.least {
        let message = format!("{} must have at least one item", place.name());
        report.error(place, "Missing", message, "add one, or leave the list out");
    }
    // What is far beyond any limit need not be looked at one by one.
    let items = items.get(..count.min(10_000)).unwrap_or(items);
    for (index, item) in items.iter().enumerate() {
        value(shape.item, item, owner, &Place::Index(place, index), report);
    }
    unique(shape.unique, items, place, report);
    for rule in shape.rules {
        rule(whole, place, report);
    }
}

fn unique(unique: Unique, items: &[Value], place: &Place<'_>, report: &mut Report) {
    let mut seen = std::collections::HashMap::new();
    for (index, item) in items.iter().enumerate() {
        let key = match unique {
            Unique::No => return,
            Unique::Items => Some(item),
            Unique::By(member) => item.get(member),
        };
        let Some(key) = key.filter(|key| key.is_string() || key.is_number()) else { continue };
        if let Some(first) = seen.get(&key.to_string()) {
            let what = if matches!(unique, Unique::Items) { "item" } else { "entry" };
            let message = format!("{} stands twice in {}, first as {what} {first}", shown(key), place.name());
            report.error(&Place::Index(place, index), "DuplicateName", message, "keep one of the two");
        } else {
            seen.insert(key.to_string(), index);
        }
    }
}

fn texts(shape: &Texts, whole: &Value, place: &Place<'_>, report: &mut Report) {
    let Value::Object(members) = whole else { return };
    if members.len() > shape.most {
        let message =
            format!("{} has {} members, but may have at most {}", place.name(), members.len(), shape.most);
        report.error(place, "TooMany", message, "");
    }
    for (key, member) in members {
        let at = Place::Key(place, key);
        if let Some(form) = shape.key.filter(|form| !(form.is)(key)) {
            report.error(&at, form.code, format!("{} is not {}", quoted(key), form.what), form.hint);
        }
        if !member.is_null() {
            value(Shape::Text(shape.value), member, "", &at, report);
        }
    }
}

fn text(shape: &Text, written: &str, owner: &str, place: &Place<'_>, report: &mut Report) {
    let (least, most) = shape.length;
    let length = written.chars().count();
    let experimental = shape.experimental_form.filter(|_| report.is_experimental());
    let form = shape.form.or(experimental);
    let code = form.map_or(shape.code, |form| form.code);
    if length < least {
        let message = format!("{} is empty", place.name());
        report.error(
            place,
            code,
            message,
            form.map_or_else(|| mistakes::empty(owner, &place.name()), |form| form.hint),
        );
    } else if length > most {
        let message = format!("{} has {length} characters, but may have at most {most}", place.name());
        report.error(place, code, message, "");
    } else if form.is_some_and(|form| form.what == GROUP.what) && ["core", "v1"].contains(&written) {
        let message = format!("there is no API group {}", quoted(written));
        report.warn(
            place,
            "UnknownGroup",
            message,
            "write `group: \"\"` for core kinds, such as Service and Secret",
        );
    } else if let Some(form) = form.filter(|form| !(form.is)(written)) {
        let message = format!("{} is {}, which is not {}", place.name(), quoted(written), form.what);
        report.error(place, code, message, mistakes::form(form, written));
    }
}

fn choice(shape: &Choice, written: &str, owner: &str, place: &Place<'_>, report: &mut Report) {
    if shape.words.contains(&written) {
        return;
    }
    if shape.experimental.contains(&written) {
        if !report.is_experimental() {
            let message = format!("{written} belongs to the experimental channel of the API");
            report.error(
                place,
                "UnsupportedValue",
                message,
                "remove it, or give --channel experimental if the cluster has that channel",
            );
        }
        return;
    }
    let message = format!("{} cannot be {}", place.name(), quoted(written));
    let hint =
        mistakes::choice(owner, written).map_or_else(|| suggest::hint(written, shape.words), str::to_owned);
    report.error(place, "UnsupportedValue", message, hint);
}

//! Reading a JSON value of which the place is known.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::json::Json;
use super::report::{Place, Report};
use super::suggest::{did_you_mean, hint};
use crate::decimal::Decimal;

/// A JSON value and its place in the document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    pub(crate) value: &'a Json<'a>,
    pub(crate) place: Place<'a>,
}

/// A JSON object and its place in the document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a> {
    members: &'a [(Cow<'a, str>, Json<'a>)],
    pub(crate) place: Place<'a>,
}

impl<'a> Node<'a> {
    /// The value as an object; anything else is an error.
    pub(crate) fn object(&self, report: &mut Report) -> Option<Object<'a>> {
        match self.value {
            Json::Object(members) => Some(Object { members, place: self.place }),
            _ => self.wrong_type("an object", report),
        }
    }

    /// The value as text; anything else is an error.
    pub(crate) fn text(&self, report: &mut Report) -> Option<&'a str> {
        match self.value {
            Json::Text(text) => Some(text),
            _ => self.wrong_type("a string", report),
        }
    }

    /// The value as a whole number that lies in `range`; anything else is an error.
    pub(crate) fn integer(&self, range: RangeInclusive<u32>, report: &mut Report) -> Option<u32> {
        let Json::Number(number) = *self.value else { return self.wrong_type("a whole number", report) };
        if number.fract() != 0.0 {
            return self.wrong_type("a whole number", report);
        }
        if number >= f64::from(*range.start()) && number <= f64::from(*range.end()) {
            return Some(number as u32);
        }
        let message = format!(
            "{} is {}, but must be between {} and {}",
            self.name(),
            Decimal(number),
            range.start(),
            range.end()
        );
        report.error(&self.place, "OutOfRange", message, "");
        None
    }

    /// The items of the value as an array; anything else is an error.
    pub(crate) fn items(&self, report: &mut Report) -> Option<&'a [Json<'a>]> {
        match self.value {
            Json::List(items) => Some(items),
            _ => self.wrong_type("a list", report),
        }
    }

    /// The value as a boolean; anything else is an error.
    pub(crate) fn boolean(&self, report: &mut Report) -> Option<bool> {
        match self.value {
            Json::Bool(value) => Some(*value),
            _ => self.wrong_type("true or false", report),
        }
    }

    /// The last step of the place, for messages.
    pub(crate) fn name(&self) -> String {
        match self.place {
            Place::Key(_, key) => key.to_owned(),
            Place::Index(Place::Key(_, key), index) => format!("{key}[{index}]"),
            Place::Index(_, index) => format!("item {index}"),
            Place::Start(_) => "this".to_owned(),
        }
    }

    #[cold]
    fn wrong_type<T>(&self, wanted: &str, report: &mut Report) -> Option<T> {
        let got = match self.value {
            Json::Null => "null".to_owned(),
            Json::Bool(value) => format!("{value}"),
            Json::Number(number) => format!("the number {}", Decimal(*number)),
            Json::Text(text) => format!("the string {text:?}"),
            Json::List(_) => "a list".to_owned(),
            Json::Object(_) => "an object".to_owned(),
        };
        report.error(&self.place, "WrongType", format!("{} must be {wanted}, but is {got}", self.name()), "");
        None
    }
}

impl<'a> Object<'a> {
    /// The member `key`; `null` counts as absent, as it does for the API server.
    pub(crate) fn get<'o>(&'o self, key: &'o str) -> Option<Node<'o>> {
        let (_, value) = self.members.iter().find(|(member, _)| member == key)?;
        (*value != Json::Null).then_some(Node { value, place: Place::Key(&self.place, key) })
    }

    /// The member `key` as text, where it is there.
    pub(crate) fn text<'o>(&'o self, key: &'o str, report: &mut Report) -> Option<&'o str> {
        self.get(key)?.text(report)
    }

    /// The member `key`; that it is missing is an error.
    pub(crate) fn required<'o>(&'o self, key: &'o str, report: &mut Report) -> Option<Node<'o>> {
        let node = self.get(key);
        if node.is_none() {
            report.error(&self.place, "Missing", format!("{key} is missing"), &format!("add {key}"));
        }
        node
    }

    /// Reads each item of the list `key`, where it is there. More than `most` of them are an error, and are not read: the API
    /// server would refuse them, and what they would cost is a product of the lengths of several lists.
    pub(crate) fn each(
        &self,
        key: &str,
        most: usize,
        report: &mut Report,
        mut read: impl FnMut(Node<'_>, &mut Report),
    ) {
        let Some(list) = self.get(key) else { return };
        let Some(items) = list.items(report) else { return };
        if items.len() > most {
            let message = format!("{key} has {} items, but the API server takes at most {most}", items.len());
            report.error(&list.place, "TooMany", message, "");
        }
        for (index, value) in items.iter().enumerate().take(most) {
            read(Node { value, place: Place::Index(&list.place, index) }, report);
        }
    }

    /// Members that are not in `known` are errors.
    pub(crate) fn only(&self, known: &[&str], report: &mut Report) {
        for key in self.unknown(known) {
            let place = Place::Key(&self.place, key);
            report.error(
                &place,
                "UnknownField",
                format!("there is no field {key:?} here"),
                &hint(key, known),
            );
        }
    }

    /// Members that are not in `known` are warned of, for a newer version of the API may have them. One that looks like a known
    /// one is an error: what it says would be left out.
    pub(crate) fn mostly(&self, known: &[&str], report: &mut Report) {
        for key in self.unknown(known) {
            let place = Place::Key(&self.place, key);
            let message = format!("there is no field {key:?} here");
            match misspelt(key, known) {
                Some(name) => {
                    report.error(&place, "UnknownField", message, &format!("did you mean {name:?}?"));
                }
                None => report.warn(&place, "UnknownField", message, &hint(key, known)),
            }
        }
    }

    /// Whether `name` is missing, and a member that is not in `known` looks like it.
    pub(crate) fn misspells(&self, name: &str, known: &[&str]) -> bool {
        self.get(name).is_none() && self.unknown(known).any(|key| misspelt(key, known) == Some(name))
    }

    /// The members that are not in `known`.
    pub(crate) fn unknown<'o>(&'o self, known: &'o [&str]) -> impl Iterator<Item = &'a str> {
        self.members
            .iter()
            .filter(|(key, value)| *value != Json::Null && !known.contains(&&**key))
            .map(|(key, _)| &**key)
    }
}

/// The known name that `key` was meant to be: nearly the same, or the beginning of it, as `match` is of `matches`.
fn misspelt<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let begins =
        |name: &&&str| key.len() >= 4 && name.get(..key.len()).is_some_and(|n| n.eq_ignore_ascii_case(key));
    did_you_mean(key, known).or_else(|| known.iter().find(begins).copied())
}

//! The outermost form of a configuration.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::fingerprint::{self, Fingerprint};
use crate::decimal::Decimal;
use crate::problem::Refusal;
use crate::reading::json::{Json, Outline};
use crate::reading::report::Place;
use crate::reading::suggest::did_you_mean;

/// What a configuration may hold.
const KNOWN: [&str; 13] = [
    "version",
    "routes",
    "listeners",
    "misdirected",
    "unresolved",
    "clusterName",
    "mirrorClusterName",
    "clusterHeader",
    "mirrorHeader",
    "mirrorBodyLimit",
    "ruleProperty",
    "unmatched",
    "extensions",
];

/// A configuration of which only the outermost forms have been read.
pub(super) struct Document<'a> {
    /// What stands beside the routes; empty where the document is a lone HTTPRoute or a list.
    members: Members<'a>,
    pub(super) routes: Vec<&'a RawValue>,
    /// The key of the list of routes; `None` where the document is a lone HTTPRoute.
    list: Option<&'static str>,
}

type Members<'a> = Vec<(Cow<'a, str>, Member<'a>)>;

/// A member, of which the lists and objects are read when it is known what they are.
type Member<'a> = Outline<'a, &'a RawValue>;

impl<'a> Document<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Refusal> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(not_json("it is empty; give the module a configuration with \"routes\"".into()));
        }
        let text =
            std::str::from_utf8(bytes).map_err(|error| not_json(format!("it is not UTF-8: {error}")))?;
        let Outline::Object(mut members) = parse(text)? else { return Err(not("the document", "an object")) };
        let kind = get(&members, "kind").map(|member| text_of(member, "kind")).transpose()?;
        if kind.is_some()
            && let Some((setting, _)) = members.iter().find(|(key, _)| KNOWN.contains(&&**key))
        {
            return Err(form(format!(
                "the setting {setting:?} has no place beside \"kind\"; give an object with \"routes\" and settings"
            )));
        }
        match kind {
            Some("HTTPRoute") => {
                let whole = parse(text)?;
                Ok(Document { members: Members::new(), routes: vec![whole], list: None })
            }
            Some("HTTPRouteList" | "List") => {
                let items =
                    take(&mut members, "items").ok_or_else(|| form("the list has no items".into()))?;
                let Outline::List(routes) = items else { return Err(not("items", "a list")) };
                // What is beside them does not matter, but it has to be JSON.
                for (_, member) in &members {
                    match member {
                        Outline::List(raws) => {
                            raws.iter().try_for_each(|raw| parse::<Json<'_>>(raw.get()).map(drop))?
                        }
                        Outline::Object(raws) => {
                            raws.iter().try_for_each(|(_, raw)| parse::<Json<'_>>(raw.get()).map(drop))?;
                        }
                        Outline::Scalar(_) => {}
                    }
                }
                Ok(Document { members: Members::new(), routes, list: Some("items") })
            }
            Some(other) => Err(form(format!(
                "an object of kind {other:?} is no configuration; give an HTTPRoute, a List, or an object with \"routes\""
            ))),
            None => {
                version(&members)?;
                if let Some((unknown, _)) = members.iter().find(|(key, _)| !KNOWN.contains(&&**key)) {
                    let hint = match did_you_mean(unknown, &KNOWN) {
                        Some(name) => format!("did you mean {name:?}?"),
                        None if unknown == "spec" => "an HTTPRoute needs \"kind\": \"HTTPRoute\"".to_owned(),
                        None => format!("known are {}", KNOWN.join(", ")),
                    };
                    return Err(form(format!("there is no setting {unknown:?} ({hint})")));
                }
                let routes = take(&mut members, "routes");
                let routes = routes.ok_or_else(|| form("\"routes\" is missing".into()))?;
                let Outline::List(routes) = routes else { return Err(not("routes", "a list")) };
                Ok(Document { members, routes, list: Some("routes") })
            }
        }
    }

    /// The place of the list of routes; `None` where the document is a lone HTTPRoute.
    pub(super) fn list_place(&self) -> Option<Place<'static>> {
        Some(Place::Key(&Place::Start(""), self.list?))
    }

    /// The setting `key`, which must be text.
    pub(super) fn text(&self, key: &str) -> Result<Option<&str>, Refusal> {
        self.get(key).map(|member| text_of(member, key)).transpose()
    }

    /// The setting `key`, which must be a whole number.
    pub(super) fn number(&self, key: &str) -> Result<Option<f64>, Refusal> {
        self.get(key).map(|member| number_of(member, key)).transpose()
    }

    /// The setting `key`, which must be a list.
    pub(super) fn list(
        &self,
        key: &str,
        fingerprint: &mut Option<Fingerprint>,
    ) -> Result<Option<Vec<Json<'a>>>, Refusal> {
        let Some(member) = self.get(key) else { return Ok(None) };
        let Outline::List(list) = member else { return Err(not(key, "a list")) };
        let list: Vec<Json<'a>> = list.iter().map(|raw| parse(raw.get())).collect::<Result<_, _>>()?;
        list.iter().for_each(|item| fingerprint::add(fingerprint, key, item));
        Ok(Some(list))
    }

    /// The keys of the setting `key`, which must be an object of strings.
    pub(super) fn strings_by_key(
        &self,
        key: &str,
        fingerprint: &mut Option<Fingerprint>,
    ) -> Result<Vec<String>, Refusal> {
        let Some(member) = self.get(key) else { return Ok(Vec::new()) };
        let Outline::Object(members) = member else { return Err(not(key, "an object of strings")) };
        let mut strings = Vec::with_capacity(members.len());
        for (member, raw) in members {
            match parse(raw.get())? {
                text @ Json::Text(_) => strings.push((member.clone(), text)),
                _ => return Err(not(key, "an object of strings")),
            }
        }
        fingerprint::add(fingerprint, key, &Json::Object(strings));
        Ok(members.iter().map(|(key, _)| key.to_string()).collect())
    }

    fn get(&self, key: &str) -> Option<&Member<'a>> {
        get(&self.members, key).filter(|member| !matches!(member, Outline::Scalar(Json::Null)))
    }
}

/// The member `key`.
fn get<'m, 'a>(members: &'m Members<'a>, key: &str) -> Option<&'m Member<'a>> {
    members.iter().find(|(member, _)| member == key).map(|(_, member)| member)
}

/// The same, taken out.
fn take<'a>(members: &mut Members<'a>, key: &str) -> Option<Member<'a>> {
    let place = members.iter().position(|(member, _)| member == key)?;
    Some(members.remove(place).1)
}

fn text_of<'m>(member: &'m Member<'_>, key: &str) -> Result<&'m str, Refusal> {
    if let Outline::Scalar(Json::Text(text)) = member { Ok(text) } else { Err(not(key, "a string")) }
}

fn number_of(member: &Member<'_>, key: &str) -> Result<f64, Refusal> {
    if let Outline::Scalar(Json::Number(number)) = member { Ok(*number) } else { Err(not(key, "a number")) }
}

fn version(members: &Members<'_>) -> Result<(), Refusal> {
    let Some(member) = get(members, "version") else { return Ok(()) };
    let version = number_of(member, "version")?;
    if version == 1.0 {
        return Ok(());
    }
    if version > 1.0 {
        let version = Decimal(version);
        let message =
            format!("it is of version {version}, but this module reads version 1; use a newer module");
        return Err(Refusal { code: "NewerVersion", message });
    }
    Err(form(format!("version must be 1, but is {}", Decimal(version))))
}

fn parse<'a, T: serde_core::Deserialize<'a>>(text: &'a str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| not_alike("it", &error))
}

fn not(what: &str, wanted: &str) -> Refusal {
    form(format!("{what} must be {wanted}"))
}

fn not_json(why: String) -> Refusal {
    Refusal { code: "NotJson", message: format!("it is not JSON: {why}") }
}

/// The tree of the route at `place`.
///
/// A route that cannot be read is not left out: its requests would go to another. What every reader of JSON reads alike (RFC 7493)
/// is the least that a configuration has to be, so the whole is refused, and the proxy keeps the one that it has.
pub(super) fn tree<'a>(raw: &'a RawValue, place: &Place<'_>) -> Result<Json<'a>, Refusal> {
    serde_json::from_str(raw.get()).map_err(|error| {
        let place = place.pointer();
        let place = if place.is_empty() { "it" } else { &place };
        not_alike(place, &error)
    })
}

fn not_alike(place: &str, error: &serde_json::Error) -> Refusal {
    let error = error.to_string();
    let remedy = [
        ("hex escape", " (an escape is half a surrogate pair: write both halves, or the character itself)"),
        ("out of range", " (no double holds this number: write another)"),
        ("recursion limit", " (nest it less than 128 levels deep)"),
        ("is there twice", " (keep one of the two)"),
    ];
    let remedy = remedy.iter().find(|(cause, _)| error.contains(cause)).map_or("", |(_, remedy)| remedy);
    let message = format!("{place} is not JSON that every reader reads alike (RFC 7493): {error}{remedy}");
    Refusal { code: "NotJson", message }
}

/// The refusal of a document that is not of the form of a configuration.
pub(super) fn form(message: String) -> Refusal {
    Refusal { code: "NotOfThisForm", message }
}

//! The outermost form of a configuration.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::fingerprint::Fingerprint;
use crate::decimal::Decimal;
use crate::problem::Refusal;
use crate::reading::json::{Json, Outline};
use crate::reading::report::Place;
use crate::reading::suggest::did_you_mean;

/// What a configuration may hold.
const KNOWN: [&str; 12] = [
    "version",
    "routes",
    "listeners",
    "misdirected",
    "unresolved",
    "clusterName",
    "clusterHeader",
    "mirrorHeader",
    "mirrorBodyLimit",
    "ruleProperty",
    "unmatched",
    "extensions",
];

/// A configuration of which only the outermost form has been read.
pub(super) struct Document<'a> {
    /// What stands beside the routes; empty where the document is a lone HTTPRoute or a list.
    members: Members<'a>,
    pub(super) routes: Vec<&'a RawValue>,
    /// The key of the list of routes; `None` where the document is a lone HTTPRoute.
    list: Option<&'static str>,
}

type Members<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

impl<'a> Document<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Refusal> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(not_json("it is empty; give the module a configuration with \"routes\"".into()));
        }
        let text =
            std::str::from_utf8(bytes).map_err(|error| not_json(format!("it is not UTF-8: {error}")))?;
        let Outline::Object(members) = parse(text)? else { return Err(not("the document", "an object")) };
        let kind = get(&members, "kind").map(|raw| text_of(raw, "kind")).transpose()?;
        if kind.is_some()
            && let Some((setting, _)) = members.iter().find(|(key, _)| KNOWN.contains(&&**key))
        {
            return Err(form(format!(
                "the setting {setting:?} has no place beside \"kind\"; give an object with \"routes\" and settings"
            )));
        }
        match kind.as_deref() {
            Some("HTTPRoute") => {
                let whole = parse(text)?;
                Ok(Document { members: Members::new(), routes: vec![whole], list: None })
            }
            Some("HTTPRouteList" | "List") => {
                let items = get(&members, "items").ok_or_else(|| form("the list has no items".into()))?;
                let Outline::List(routes) = parse(items.get())? else { return Err(not("items", "a list")) };
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
                let routes = get(&members, "routes").ok_or_else(|| form("\"routes\" is missing".into()))?;
                let Outline::List(routes) = parse(routes.get())? else { return Err(not("routes", "a list")) };
                Ok(Document { members, routes, list: Some("routes") })
            }
        }
    }

    /// The place of the list of routes; `None` where the document is a lone HTTPRoute.
    pub(super) fn list_place(&self) -> Option<Place<'static>> {
        Some(Place::Key(&Place::Start(""), self.list?))
    }

    /// The setting `key`, which must be text.
    pub(super) fn text(&self, key: &str) -> Result<Option<Cow<'a, str>>, Refusal> {
        self.get(key).map(|raw| text_of(raw, key)).transpose()
    }

    /// The setting `key`, which must be a whole number.
    pub(super) fn number(&self, key: &str) -> Result<Option<f64>, Refusal> {
        self.get(key).map(|raw| number_of(raw, key)).transpose()
    }

    /// The setting `key`, which must be a list.
    pub(super) fn list(
        &self,
        key: &str,
        fingerprint: &mut Fingerprint,
    ) -> Result<Option<Vec<Json<'a>>>, Refusal> {
        let Some(raw) = self.get(key) else { return Ok(None) };
        let Json::List(list) = parse(raw.get())? else { return Err(not(key, "a list")) };
        list.iter().for_each(|item| fingerprint.add(key, item));
        Ok(Some(list))
    }

    /// The keys of the setting `key`, which must be an object of strings.
    pub(super) fn strings_by_key(
        &self,
        key: &str,
        fingerprint: &mut Fingerprint,
    ) -> Result<Vec<String>, Refusal> {
        let Some(raw) = self.get(key) else { return Ok(Vec::new()) };
        let object: Json<'a> = parse(raw.get())?;
        fingerprint.add(key, &object);
        match object {
            Json::Object(members) if members.iter().all(|(_, value)| matches!(value, Json::Text(_))) => {
                Ok(members.into_iter().map(|(key, _)| key.into_owned()).collect())
            }
            _ => Err(not(key, "an object of strings")),
        }
    }

    fn get(&self, key: &str) -> Option<&'a RawValue> {
        get(&self.members, key).filter(|raw| raw.get() != "null")
    }
}

/// The member `key`. Of two with the same key the last counts.
fn get<'a>(members: &Members<'a>, key: &str) -> Option<&'a RawValue> {
    members.iter().rfind(|(member, _)| member == key).map(|(_, raw)| *raw)
}

fn text_of<'a>(raw: &'a RawValue, key: &str) -> Result<Cow<'a, str>, Refusal> {
    if let Json::Text(text) = parse(raw.get())? { Ok(text) } else { Err(not(key, "a string")) }
}

fn number_of(raw: &RawValue, key: &str) -> Result<f64, Refusal> {
    if let Json::Number(number) = parse(raw.get())? { Ok(number) } else { Err(not(key, "a number")) }
}

fn version(members: &Members<'_>) -> Result<(), Refusal> {
    let Some(raw) = get(members, "version") else { return Ok(()) };
    let version = number_of(raw, "version")?;
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
    serde_json::from_str(text).map_err(|error| not_json(error.to_string()))
}

fn not(what: &str, wanted: &str) -> Refusal {
    form(format!("{what} must be {wanted}"))
}

fn not_json(why: String) -> Refusal {
    Refusal { code: "NotJson", message: format!("it is not JSON: {why}") }
}

/// The refusal of a document that is not of the form of a configuration.
pub(super) fn form(message: String) -> Refusal {
    Refusal { code: "NotOfThisForm", message }
}

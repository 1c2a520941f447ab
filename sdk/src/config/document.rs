//! The outermost form of a configuration.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::fingerprint::Fingerprint;
use crate::problem::Refusal;
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
    members: BTreeMap<Cow<'a, str>, &'a RawValue>,
    pub(super) routes: Vec<&'a RawValue>,
    /// The pointer to the list of routes; `None` where the document is a lone HTTPRoute.
    list: Option<&'static str>,
}

impl<'a> Document<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Refusal> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(not_json("it is empty; give the module a configuration with \"routes\"".into()));
        }
        let text =
            std::str::from_utf8(bytes).map_err(|error| not_json(format!("it is not UTF-8: {error}")))?;
        let mut members: BTreeMap<Cow<'a, str>, &'a RawValue> = parse(text, "the document", "an object")?;
        let kind = match members.get("kind") {
            Some(kind) => Some(parse::<Cow<'_, str>>(kind.get(), "kind", "a string")?),
            None => None,
        };
        if kind.is_some()
            && let Some(setting) = members.keys().find(|key| KNOWN.contains(&&***key))
        {
            return Err(form(format!(
                "the setting {setting:?} has no place beside \"kind\"; give an object with \"routes\" and settings"
            )));
        }
        match kind.as_deref() {
            Some("HTTPRoute") => {
                let whole: &RawValue = parse(text, "the document", "an object")?;
                Ok(Document { members: BTreeMap::new(), routes: vec![whole], list: None })
            }
            Some("HTTPRouteList" | "List") => {
                let items = members.get("items").ok_or_else(|| form("the list has no items".into()))?;
                let routes = parse(items.get(), "items", "a list")?;
                Ok(Document { members: BTreeMap::new(), routes, list: Some("/items") })
            }
            Some(other) => Err(form(format!(
                "an object of kind {other:?} is no configuration; give an HTTPRoute, a List, or an object with \"routes\""
            ))),
            None => {
                version(&members)?;
                if let Some(unknown) = members.keys().find(|key| !KNOWN.contains(&&***key)) {
                    let hint = match did_you_mean(unknown, &KNOWN) {
                        Some(name) => format!("did you mean {name:?}?"),
                        None if *unknown == "spec" => "an HTTPRoute needs \"kind\": \"HTTPRoute\"".to_owned(),
                        None => format!("known are {}", KNOWN.join(", ")),
                    };
                    return Err(form(format!("there is no setting {unknown:?} ({hint})")));
                }
                let routes = members.remove("routes").ok_or_else(|| form("\"routes\" is missing".into()))?;
                let routes = parse(routes.get(), "routes", "a list")?;
                Ok(Document { members, routes, list: Some("/routes") })
            }
        }
    }

    /// The pointer to route number `index`.
    pub(super) fn route_pointer(&self, index: usize) -> String {
        self.list.map_or_else(String::new, |list| format!("{list}/{index}"))
    }

    /// The setting `key`, which must be text.
    pub(super) fn text(&self, key: &str) -> Result<Option<Cow<'a, str>>, Refusal> {
        self.get(key).map(|raw| parse(raw.get(), key, "a string")).transpose()
    }

    /// The setting `key`, which must be a whole number.
    pub(super) fn number(&self, key: &str) -> Result<Option<f64>, Refusal> {
        self.get(key).map(|raw| parse(raw.get(), key, "a number")).transpose()
    }

    /// The setting `key`, which must be a list.
    pub(super) fn list(
        &self,
        key: &str,
        fingerprint: &mut Fingerprint,
    ) -> Result<Option<Vec<Value>>, Refusal> {
        let Some(raw) = self.get(key) else { return Ok(None) };
        let list: Vec<Value> = parse(raw.get(), key, "a list")?;
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
        let object: BTreeMap<String, String> = parse(raw.get(), key, "an object of strings")?;
        for name in object.keys() {
            fingerprint.add(key, &Value::String(name.clone()));
        }
        Ok(object.into_keys().collect())
    }

    fn get(&self, key: &str) -> Option<&'a RawValue> {
        self.members.get(key).copied().filter(|raw| raw.get() != "null")
    }
}

fn version(members: &BTreeMap<Cow<'_, str>, &RawValue>) -> Result<(), Refusal> {
    let Some(raw) = members.get("version") else { return Ok(()) };
    let version: f64 = parse(raw.get(), "version", "a number")?;
    if version == 1.0 {
        return Ok(());
    }
    if version > 1.0 {
        let message =
            format!("it is of version {version}, but this module reads version 1; use a newer module");
        return Err(Refusal { code: "NewerVersion", message });
    }
    Err(form(format!("version must be 1, but is {version}")))
}

/// Reads JSON of a certain form.
fn parse<'a, T: serde_core::Deserialize<'a>>(text: &'a str, name: &str, wanted: &str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Data => form(format!("{name} must be {wanted}: {error}")),
        Category::Io | Category::Syntax | Category::Eof => not_json(format!("{error}")),
    })
}

fn not_json(why: String) -> Refusal {
    Refusal { code: "NotJson", message: format!("it is not JSON: {why}") }
}

/// The refusal of a document that is not of the form of a configuration.
pub(super) fn form(message: String) -> Refusal {
    Refusal { code: "NotOfThisForm", message }
}

//! From which namespaces routes may attach to a listener.

use std::collections::BTreeMap;

use serde_json::Value;

use super::inventory::Inventory;
use super::json::{items, member, text, within};

/// `allowedRoutes.namespaces`.
#[derive(Clone, Debug)]
pub(crate) enum RouteNamespaces<'d> {
    /// "Only Routes in the same namespace may be used by this Gateway": the default.
    Same,
    All,
    Selector(Option<&'d Value>),
    None,
}

impl<'d> RouteNamespaces<'d> {
    /// What a listener says of `allowedRoutes.namespaces`.
    ///
    /// # Errors
    ///
    /// The value of `from`, where it is none of the API's.
    pub(crate) fn read(listener: &'d Value) -> Result<Self, String> {
        let Some(namespaces) = within(listener, &["allowedRoutes", "namespaces"]) else {
            return Ok(RouteNamespaces::Same);
        };
        match member(namespaces, "from") {
            None => Ok(RouteNamespaces::Same),
            Some(from) => match from.as_str() {
                Some("Same") => Ok(RouteNamespaces::Same),
                Some("All") => Ok(RouteNamespaces::All),
                Some("Selector") => Ok(RouteNamespaces::Selector(member(namespaces, "selector"))),
                Some("None") => Ok(RouteNamespaces::None),
                _ => Err(from.to_string()),
            },
        }
    }
}

/// The labels of the namespaces.
#[derive(Debug, Default)]
pub(crate) struct Namespaces<'d> {
    labels: BTreeMap<String, &'d Value>,
}

impl<'d> Namespaces<'d> {
    pub(crate) fn new(inventory: &Inventory<'d>) -> Self {
        let labelled = inventory.all("", "Namespace");
        let labels = labelled.filter_map(|namespace| {
            Some((namespace.name.name.clone(), within(namespace.value, &["metadata", "labels"])?))
        });
        Namespaces { labels: labels.collect() }
    }

    /// Whether routes of `namespace` may attach to a listener of a Gateway in `gateway`.
    pub(crate) fn allow(&self, allowed: &RouteNamespaces<'_>, gateway: &str, namespace: &str) -> bool {
        match allowed {
            RouteNamespaces::Same => gateway == namespace,
            RouteNamespaces::All => true,
            RouteNamespaces::None => false,
            // "Selector must be specified when From is set to Selector": a missing one selects nothing.
            RouteNamespaces::Selector(selector) => {
                selector.is_some_and(|selector| self.selected(selector, namespace))
            }
        }
    }

    /// The requirements of a LabelSelector are ANDed; none at all selects everything. One that cannot be read is not met.
    fn selected(&self, selector: &Value, namespace: &str) -> bool {
        let Some(selector_members) = selector.as_object() else { return false };
        if selector_members.keys().any(|key| key != "matchLabels" && key != "matchExpressions") {
            return false;
        }
        let labels = match member(selector, "matchLabels") {
            None => true,
            Some(labels) => labels.as_object().is_some_and(|labels| {
                labels
                    .iter()
                    .all(|(key, value)| value.is_string() && self.label(namespace, key) == value.as_str())
            }),
        };
        let expressions = match member(selector, "matchExpressions") {
            None => true,
            Some(expressions) => expressions.as_array().is_some_and(|expressions| {
                expressions.iter().all(|expression| self.meets(expression, namespace).unwrap_or(false))
            }),
        };
        labels && expressions
    }

    fn meets(&self, expression: &Value, namespace: &str) -> Option<bool> {
        let label = self.label(namespace, text(expression, "key")?);
        let values = items(expression, "values");
        let listed = || values.iter().any(|value| value.as_str() == label);
        Some(match text(expression, "operator")? {
            "In" => label.is_some() && listed(),
            // "NotIn": objects without the label are selected, too.
            "NotIn" => !values.is_empty() && (label.is_none() || !listed()),
            "Exists" => label.is_some(),
            "DoesNotExist" => label.is_none(),
            _ => return None,
        })
    }

    fn label<'s>(&'s self, namespace: &'s str, key: &str) -> Option<&'s str> {
        // The API server gives every namespace this label, whose value cannot be another.
        if key == "kubernetes.io/metadata.name" {
            return Some(namespace);
        }
        self.labels.get(namespace)?.get(key)?.as_str()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors() {
        let labels = json!({ "team": "a", "tier": "1" });
        let namespaces = Namespaces { labels: [("shop".to_owned(), &labels)].into() };
        for (selector, shop, other) in [
            (json!({}), true, true),
            (json!({ "matchLabels": { "team": "a" } }), true, false),
            (json!({ "matchLabels": { "team": "b" } }), false, false),
            (json!({ "matchLabels": { "kubernetes.io/metadata.name": "other" } }), false, true),
            (
                json!({ "matchExpressions": [{ "key": "team", "operator": "In", "values": ["a", "b"] }] }),
                true,
                false,
            ),
            (
                json!({ "matchExpressions": [{ "key": "team", "operator": "NotIn", "values": ["a"] }] }),
                false,
                true,
            ),
            (json!({ "matchExpressions": [{ "key": "team", "operator": "Exists" }] }), true, false),
            (json!({ "matchExpressions": [{ "key": "team", "operator": "DoesNotExist" }] }), false, true),
            (
                json!({ "matchLabels": { "team": "a" },
                        "matchExpressions": [{ "key": "tier", "operator": "NotIn", "values": ["1"] }] }),
                false,
                false,
            ),
            // What cannot be read selects nothing.
            (
                json!({ "matchExpressions": [{ "key": "team", "operator": "Gt", "values": ["a"] }] }),
                false,
                false,
            ),
            (json!({ "matchLabel": { "team": "b" } }), false, false),
            (json!("team=a"), false, false),
        ] {
            let allowed = RouteNamespaces::Selector(Some(&selector));
            assert_eq!(namespaces.allow(&allowed, "infra", "shop"), shop, "{selector}");
            assert_eq!(namespaces.allow(&allowed, "infra", "other"), other, "{selector}");
        }
        assert!(!namespaces.allow(&RouteNamespaces::Selector(None), "infra", "infra"));
    }
}

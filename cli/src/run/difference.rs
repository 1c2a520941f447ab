//! What an edit has changed, for people.

use std::collections::BTreeMap;

use super::state::State;
use crate::diagnostics::number;
use crate::text::clean;

/// How much is served: `2 routes, 3 backends and 1 listener`.
pub(crate) fn summary(state: &State) -> String {
    format!(
        "{}, {} and {}",
        number(state.routes.len(), "route"),
        number(state.clusters.len(), "backend"),
        number(state.listeners.len(), "listener")
    )
}

/// What has changed from `old` to `new`: `routes ~shop/cart +shop/new, backends -shop/old/8080`.
pub(crate) fn difference(old: &State, new: &State) -> String {
    let parts = [
        ("routes", names(&old.routes, &new.routes)),
        ("backends", names(&old.clusters, &new.clusters)),
        ("listeners", names(&old.listeners, &new.listeners)),
        ("filter chains", names(&old.settings, &new.settings)),
        ("module", names(&old.code, &new.code)),
    ];
    let told = parts.iter().filter(|(_, names)| !names.is_empty());
    let told: Vec<String> = told.map(|(what, names)| format!("{what} {}", names.join(" "))).collect();
    clean(&told.join(", "))
}

/// The names of what is new, gone or another.
fn names<T: PartialEq>(old: &BTreeMap<String, T>, new: &BTreeMap<String, T>) -> Vec<String> {
    let changed = new.iter().filter_map(|(name, value)| match old.get(name) {
        None => Some(format!("+{name}")),
        Some(before) if before != value => Some(format!("~{name}")),
        Some(_) => None,
    });
    let gone = old.keys().filter(|name| !new.contains_key(*name)).map(|name| format!("-{name}"));
    changed.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_gone_or_another_is_named() {
        let routes = |entries: &[(&str, &str)]| {
            let entries = entries.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
            State { routes: entries.collect(), ..State::default() }
        };
        let old = routes(&[("a/same", "1"), ("a/edited", "1"), ("a/gone", "1")]);
        let new = routes(&[("a/same", "1"), ("a/edited", "2"), ("a/new", "1")]);
        assert_eq!(difference(&old, &new), "routes ~a/edited +a/new -a/gone");
    }
}

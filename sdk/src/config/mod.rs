//! From bytes to a compiled configuration: route by route, with all problems at once.

mod document;
mod fingerprint;
mod listeners;
mod matches;
mod names;
mod route;
mod rule;
mod settings;
#[cfg(test)]
mod tests;

use crate::extension::{Extensions, Registry};
use crate::matching::host::HostPattern;
use crate::problem::{Problem, Refusal};
use crate::reading::report::{Place, Report};
use crate::references::{RuleScope, Unresolved};
use crate::route::Route;
use crate::routes::Routes;
use crate::rule::Rule;
use crate::settings::Settings;
use crate::table::Table;
use document::Document;
use fingerprint::Fingerprint;
use listeners::Attachment;
use names::Names;

impl Routes {
    /// Decodes a configuration (`docs/configuration.md`), and says what is wrong with it: all problems at once.
    ///
    /// A rule in which something is wrong is kept and answers 500; the others work. What cannot be read excludes no request.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] if the bytes are not JSON that every reader reads alike, not of the form of a configuration, or of a newer
    /// version.
    pub fn decode(bytes: &[u8]) -> Result<(Routes, Vec<Problem>), Refusal> {
        Routes::decode_with(bytes, &Registry::new())
    }

    /// The same with filters of one's own, for `ExtensionRef`.
    ///
    /// # Errors
    ///
    /// As [`Routes::decode`].
    pub fn decode_with(bytes: &[u8], registry: &Registry) -> Result<(Routes, Vec<Problem>), Refusal> {
        decode(bytes, registry, None)
    }

    /// The same for a module that shares its decisions with others: with a [fingerprint](Routes::fingerprint), which takes a
    /// fifteenth of the time.
    ///
    /// # Errors
    ///
    /// As [`Routes::decode`].
    pub fn decode_shared(bytes: &[u8], registry: &Registry) -> Result<(Routes, Vec<Problem>), Refusal> {
        decode(bytes, registry, Some(Fingerprint::new()))
    }
}

fn decode(
    bytes: &[u8],
    registry: &Registry,
    mut fingerprint: Option<Fingerprint>,
) -> Result<(Routes, Vec<Problem>), Refusal> {
    let document = Document::read(bytes)?;
    let (settings, cluster_names) = settings::decode(&document)?;
    let mut report = Report::default();

    let unresolved = document.strings_by_key("unresolved", &mut fingerprint)?;
    let unresolved = Unresolved::new(unresolved.into_iter());
    let extensions = document.list("extensions", &mut fingerprint)?.unwrap_or_default();
    let extensions = Extensions::decode(&extensions, registry, &mut report);
    // Most routes have one rule. What is reserved leaves no holes, of which memory that never shrinks would be full.
    let mut routes: Vec<Route> = Vec::with_capacity(document.routes.len());
    let mut rules: Vec<Rule> = Vec::with_capacity(document.routes.len());
    let mut names = Names::with_capacity(document.routes.len());
    let list = document.list_place();
    for (index, raw) in document.routes.iter().enumerate() {
        let place = list.as_ref().map_or(Place::Start(""), |list| Place::Index(list, index));
        // The tree of one route at a time: the memory of a module never shrinks.
        let value = document::tree(raw, &place)?;
        fingerprint::add(&mut fingerprint, "route", &value);
        let number = routes.len() as u32;
        let scope = RuleScope {
            namespace: "default",
            cluster_names: &cluster_names,
            unresolved: &unresolved,
            settings: &settings,
            extensions: &extensions,
            single_prefix: false,
            has_cors: false,
        };
        let route = route::decode(&value, place, number, scope, &mut rules, &mut report);
        if !route.name.ends_with('/') && names.find(&route.name, &routes).next().is_some() {
            let message = format!("another route is named {} too, and both are carried out", route.name);
            report.warn(&place, "DuplicateName", message, "give each route a name of its own");
        }
        routes.push(route);
        names.add(number, &routes);
    }
    unresolved.report_unmet(&mut report);
    extensions.report_unused(&mut report);

    let listeners = document.list("listeners", &mut fingerprint)?;
    let listeners = listeners.map(|list| listeners::decode(&list, &names, &routes, &mut report));
    let misdirected = document.list("misdirected", &mut fingerprint)?.unwrap_or_default();
    let misdirected = listeners::decode_misdirected(&misdirected, &mut report);

    Ok((assemble(settings, fingerprint, routes, rules, listeners, misdirected), report.into_problems()))
}

fn assemble(
    settings: Settings,
    fingerprint: Option<Fingerprint>,
    routes: Vec<Route>,
    rules: Vec<Rule>,
    listeners: Option<Vec<Attachment>>,
    misdirected: Vec<Option<HostPattern>>,
) -> Routes {
    let mut tables = Vec::new();
    // Listeners to which the same routes are attached share a table.
    let mut attachments: Vec<Option<Vec<u32>>> = Vec::new();
    let mut table_for = |attached: Option<Vec<u32>>| {
        attachments.iter().position(|earlier| *earlier == attached).unwrap_or_else(|| {
            tables.push(Table::new(&routes, &rules, attached.as_deref()));
            attachments.push(attached);
            attachments.len() - 1
        })
    };
    let listeners: Option<Vec<_>> = listeners.map(|listeners| {
        listeners
            .into_iter()
            .map(|Attachment { mut listener, routes }| {
                listener.table = table_for(routes);
                listener
            })
            .collect()
    });
    if listeners.is_none() {
        table_for(None);
    }
    Routes {
        settings,
        fingerprint: fingerprint.map(Fingerprint::value),
        listeners,
        misdirected,
        tables,
        routes,
        rules,
    }
}

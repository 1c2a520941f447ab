//! Which kind of object configures which filter.

use std::sync::Arc;

use serde_core::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::{Extension, Extensions, Filter, ObjectName, Responded, Responders};
use crate::filters::extension::ExtensionRef;
use crate::filters::{Cx, Flow};
use crate::header_op::HeaderLines;
use crate::plan::Plan;
use crate::reading::json::Json;
use crate::reading::report::{Place, Report};
use crate::reading::suggest::hint;

/// Which kind of object configures which filter.
///
/// ```
/// use httproute_sdk::extension::{Error, Filter, Flow, Registry, Request};
///
/// #[derive(serde::Deserialize)]
/// struct Nothing {}
///
/// impl Filter for Nothing {
///     fn on_request(&self, _: &mut Request<'_>) -> Result<Flow, Error> {
///         Ok(Flow::Continue)
///     }
/// }
///
/// let registry = Registry::new().with::<Nothing>("example.com", "Nothing");
/// assert!(registry.knows("example.com", "Nothing"));
/// ```
#[derive(Debug, Default)]
pub struct Registry {
    kinds: Vec<Kind>,
    pub(crate) code: Option<&'static Code>,
}

/// What carries filters of one's own out. It is reached by way of a registry that has kinds and by no other, so that a module without such filters
/// holds none of it: every byte of a module is held once for each worker.
#[derive(Debug)]
pub(crate) struct Code {
    pub(super) read: fn(&mut Extensions<'_>, &[Json<'_>], &mut Report),
    pub(super) find: fn(&Extensions<'_>, &ObjectName, &Place<'_>, &mut Report) -> Option<Arc<Extension>>,
    pub(super) report_unused: fn(&Extensions<'_>, &mut Report),
    pub(crate) run: for<'r> fn(&'r ExtensionRef, &mut Cx<'_>, &mut Plan<'r>) -> Flow,
    pub(super) respond: fn(&Responders, &dyn Fn() -> HeaderLines) -> Responded,
}

static CODE: Code = Code {
    read: |extensions, list, report| extensions.read_all(list, report),
    find: |extensions, name, place, report| extensions.find_known(name, place, report),
    report_unused: |extensions, report| extensions.report_all_unused(report),
    run: ExtensionRef::run,
    respond: Responders::respond_all,
};

#[derive(Debug)]
struct Kind {
    group: Box<str>,
    kind: Box<str>,
    /// Makes a filter of a configuration; `None` where the code of the filter is elsewhere.
    read: Option<Read>,
}

type Read = fn(&Json<'_>) -> Result<Box<dyn Filter>, Fault>;

/// What is wrong with a configuration.
pub(super) struct Fault {
    /// JSON pointer from the configuration to the place.
    pub(super) pointer: String,
    pub(super) message: String,
}

impl Registry {
    /// No kinds: every `ExtensionRef` makes its rule answer 500.
    pub const fn new() -> Self {
        Registry { kinds: Vec::new(), code: None }
    }

    /// Adds a filter: objects of `kind` in the API `group`, in any version, configure an `F`. It is read from the `spec` of the object, or, where
    /// it has no `spec`, as a ConfigMap, from what stands beside `apiVersion`, `kind` and `metadata`.
    #[must_use]
    pub fn with<F: Filter + DeserializeOwned>(self, group: &str, kind: &str) -> Self {
        self.add(group, kind, Some(read::<F>))
    }

    /// Adds a kind of which the code is elsewhere, such as in a module that a tool only speaks of. A plan is then made as if
    /// the filter let requests pass, and tells so ([`Plan::undecided`](crate::Plan::undecided)).
    #[must_use]
    pub fn with_unknown(self, group: &str, kind: &str) -> Self {
        self.add(group, kind, None)
    }

    fn add(mut self, group: &str, kind: &str, read: Option<Read>) -> Self {
        self.code = Some(&CODE);
        self.kinds.retain(|known| (&*known.group, &*known.kind) != (group, kind));
        self.kinds.push(Kind { group: group.into(), kind: kind.into(), read });
        self
    }

    /// Whether something here answers to objects of this kind.
    pub fn knows(&self, group: &str, kind: &str) -> bool {
        self.get(group, kind).is_some()
    }

    fn get(&self, group: &str, kind: &str) -> Option<&Kind> {
        self.kinds.iter().find(|known| (&*known.group, &*known.kind) == (group, kind))
    }

    /// The filter that `configuration` is of; `None` where its code is elsewhere.
    pub(super) fn read(
        &self,
        group: &str,
        kind: &str,
        configuration: &Json<'_>,
    ) -> Result<Option<Box<dyn Filter>>, Fault> {
        self.get(group, kind).and_then(|kind| kind.read).map(|read| read(configuration)).transpose()
    }

    /// What was probably meant by a kind that is not here.
    pub(super) fn hint(&self, kind: &str) -> String {
        let known: Vec<&str> = self.kinds.iter().map(|known| &*known.kind).collect();
        hint(kind, &known)
    }
}

fn read<F: Filter + DeserializeOwned>(configuration: &Json<'_>) -> Result<Box<dyn Filter>, Fault> {
    match serde_path_to_error::deserialize::<_, F>(&configuration.to_value()) {
        Ok(filter) => Ok(Box::new(filter)),
        Err(error) => Err(Fault { pointer: pointer(error.path()), message: error.inner().to_string() }),
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1")))
            }
            // What stands for a variant is the place that it is read from.
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

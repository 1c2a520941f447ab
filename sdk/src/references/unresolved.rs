//! `unresolved`: the references that a control plane could not resolve.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::reading::report::{Place, Report};

/// Pointers to references that cannot be resolved, each with the reason, and whether it was met.
#[derive(Debug, Default)]
pub(crate) struct Unresolved {
    pointers: RefCell<BTreeMap<String, bool>>,
}

impl Unresolved {
    pub(crate) fn new(pointers: impl Iterator<Item = String>) -> Self {
        Unresolved { pointers: RefCell::new(pointers.map(|pointer| (pointer, false)).collect()) }
    }

    /// Whether the reference at `place` is said to be unresolved.
    pub(crate) fn says(&self, place: &Place<'_>) -> bool {
        let mut pointers = self.pointers.borrow_mut();
        if pointers.is_empty() {
            return false;
        }
        pointers.get_mut(&place.pointer()).map(|met| *met = true).is_some()
    }

    /// Reports the pointers that led to no reference: a slip there sends requests where they must not go.
    pub(crate) fn report_unmet(&self, report: &mut Report) {
        for (pointer, met) in &*self.pointers.borrow() {
            if !met {
                let place = Place::Key(&Place::Start("/unresolved"), pointer);
                let message = "this points to no valid backendRef of the routes".into();
                report.error(
                    &place,
                    "UnusedPointer",
                    message,
                    "write the pointer as problems do: /routes/0/spec/rules/0/backendRefs/0",
                );
            }
        }
    }
}

//! `unresolved`: the references that a control plane could not resolve.

use std::cell::Cell;

use hashbrown::HashTable;

use crate::hash::hash;
use crate::reading::report::{Place, Report};

/// Pointers to references that cannot be resolved, each with the reason, and whether it was met.
#[derive(Debug, Default)]
pub(crate) struct Unresolved {
    pointers: Vec<(String, Cell<bool>)>,
    by_pointer: HashTable<u32>,
}

impl Unresolved {
    pub(crate) fn new(pointers: impl Iterator<Item = String>) -> Self {
        let pointers: Vec<_> = pointers.map(|pointer| (pointer, Cell::new(false))).collect();
        let hash_of =
            |number: u32| pointers.get(number as usize).map_or(0, |(pointer, _)| hash(0, pointer.as_bytes()));
        let mut by_pointer = HashTable::with_capacity(pointers.len());
        for number in 0..pointers.len() as u32 {
            by_pointer.insert_unique(hash_of(number), number, |&number| hash_of(number));
        }
        Unresolved { pointers, by_pointer }
    }

    /// Whether the reference at `place` is said to be unresolved.
    pub(crate) fn says(&self, place: &Place<'_>) -> bool {
        if self.pointers.is_empty() {
            return false;
        }
        let wanted = place.pointer();
        let same = self.by_pointer.iter_hash(hash(0, wanted.as_bytes()));
        let same = same.filter_map(|&number| self.pointers.get(number as usize));
        // One that is written twice is met twice.
        same.filter(|(pointer, _)| *pointer == wanted).map(|(_, met)| met.set(true)).count() > 0
    }

    /// Reports the pointers that led to no reference: a slip there sends requests where they must not go.
    pub(crate) fn report_unmet(&self, report: &mut Report) {
        for (pointer, met) in &self.pointers {
            if !met.get() {
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

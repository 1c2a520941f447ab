//! Routes by name: a large configuration is not to be searched for each of them.

use hashbrown::HashTable;

use crate::hash::hash;
use crate::route::Route;

/// The numbers of routes by name.
pub(super) struct Names(HashTable<u32>);

impl Names {
    /// With room for so many.
    pub(super) fn with_capacity(routes: usize) -> Self {
        Names(HashTable::with_capacity(routes))
    }

    /// Notes that `routes` has a route of this number.
    pub(super) fn add(&mut self, number: u32, routes: &[Route]) {
        let name_of = |number: u32| routes.get(number as usize).map_or("", |route| &*route.name);
        let hash_of = |number: u32| hash(0, name_of(number).as_bytes());
        self.0.insert_unique(hash_of(number), number, |&number| hash_of(number));
    }

    /// The numbers of the routes of this name.
    pub(super) fn find<'n>(&'n self, name: &'n str, routes: &'n [Route]) -> impl Iterator<Item = u32> + 'n {
        let same = self.0.iter_hash(hash(0, name.as_bytes())).copied();
        same.filter(move |&number| routes.get(number as usize).is_some_and(|route| &*route.name == name))
    }
}

//! What is measured, by subject.

pub mod filters;
pub mod memory;
pub mod routes;
pub mod shapes;
pub mod swaps;

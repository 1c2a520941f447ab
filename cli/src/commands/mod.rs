//! The commands: each reads its input, asks a pure function, and prints.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod explain;
mod objects;
pub(crate) mod render;

//! The commands: each reads its input, asks a pure function, and prints.

pub(crate) mod completions;
pub(crate) mod render;

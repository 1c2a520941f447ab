//! `RequestHeaderModifier` and `ResponseHeaderModifier`.

mod ops;

pub use ops::{HeaderLines, HeaderOp};

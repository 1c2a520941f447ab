//! The filters of a rule.

pub mod headers;
pub mod redirect;

//! A second host for the modules, in process: every case runs on it, and what a request costs is counted.

pub mod meter;
pub mod proxy;
pub mod record;
pub mod scenario;

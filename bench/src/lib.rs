//! What the modules cost in a real Envoy, beside what it brings itself.

pub mod cpu;
pub mod envoy;
pub mod machine;
pub mod measure;
pub mod native;
pub mod report;
pub mod results;
pub mod suites;
pub mod swap;
pub mod variant;
pub mod workload;

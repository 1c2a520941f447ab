//! The demo: what it starts, what it sends, and how it shows what came.

mod scenes;
mod show;
mod stage;

pub use scenes::Scene;
pub use show::show;
pub use stage::{Shown, Stage};

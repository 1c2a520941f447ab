//! The time, which nothing below the command line looks at by itself.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970; `None` if the machine's clock is before that.
pub(crate) fn now() -> Option<i64> {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(elapsed.as_secs()).ok()
}

//! Runs the cases and the demo against real proxies

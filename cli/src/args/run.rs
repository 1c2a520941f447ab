//! `httproute run`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Checking, Input, Target};

/// Runs an Envoy that does what the manifests say, and follows their edits without dropping a request
///
/// Files and directories are watched. An edit is taken over within moments; one that is wrong changes nothing, and is told.
/// Ctrl-C lets requests in flight be answered, and ends; another one ends at once.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  httproute run -f gateway.yaml -f routes/
  httproute run -f shop.yaml --backend shop/cart:8080=127.0.0.1:9001 --port 80=10080 --admin 9901")]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) input: Input,

    #[command(flatten)]
    pub(crate) target: Target,

    #[command(flatten)]
    pub(crate) checking: Checking,

    /// The Envoy to run; without it the one that ENVOY_BIN names, the one on the PATH, or the project's own copy
    #[arg(long, value_name = "PATH")]
    pub(crate) envoy: Option<PathBuf>,

    /// Whether edits are followed
    #[arg(long, value_name = "true|false", default_value_t = true, default_missing_value = "true",
          num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub(crate) watch: bool,

    /// What is shown of Envoy's own log
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    pub(crate) log_level: LogLevel,
}

/// How grave a line of Envoy's log must be to be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum LogLevel {
    Trace,
    Debug,
    Info,
    #[default]
    Warning,
    Error,
    Critical,
    Off,
}

impl LogLevel {
    /// As Envoy calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            LogLevel::Trace => "trace",
            LogLevel::Debug => "debug",
            LogLevel::Info => "info",
            LogLevel::Warning => "warning",
            LogLevel::Error => "error",
            LogLevel::Critical => "critical",
            LogLevel::Off => "off",
        }
    }

    /// The level that Envoy calls so.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::value_variants().iter().copied().find(|level| level.name() == name)
    }
}

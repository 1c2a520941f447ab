//! `httproute check`.

use clap::Args;

use super::judging::Judging;
use super::{Input, Output};

/// Says what is wrong with manifests: where, what, and how to mend it
///
/// It is what the API server would refuse, what the specification forbids, and what will not work as written. The exit code
/// is 0 without errors, 1 with errors, and 2 where the command was not used as it is meant to be.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  httproute check -f shop.yaml
  httproute check -f gateway.yaml -f routes/ -R --status
  kubectl get gateways,httproutes,services -A -o yaml | httproute check -f - -o json")]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) input: Input,

    #[command(flatten)]
    pub(crate) judging: Judging,

    /// Print the conditions that a cluster would show for each Gateway, listener and route
    #[arg(long)]
    pub(crate) status: bool,

    /// Give each Gateway its own addresses, as in most clusters. By default all Gateways share the addresses of one proxy, as
    /// in `render` and `run`
    #[arg(long)]
    pub(crate) own_addresses: bool,

    /// The form of the output
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

//! What a slow mirror may cost.

use std::str::FromStr;
use std::time::Duration;

use clap::Args;

/// What a slow mirror may cost
#[derive(Clone, Copy, Debug, PartialEq, Eq, Args)]
pub(crate) struct Mirroring {
    /// How long a copy of a request may take in all, and how long a mirror that reads slowly can delay the request at most
    #[arg(long = "mirror-timeout", value_name = "DURATION", default_value = "15s")]
    pub(crate) timeout: CopyTimeout,

    /// How much of a copy Envoy keeps for a mirror that reads slowly: a request with a body up to this size is not delayed
    #[arg(long = "mirror-buffer", value_name = "SIZE", default_value = "4M")]
    pub(crate) buffer: CopyBuffer,
}

impl Default for Mirroring {
    fn default() -> Self {
        Mirroring { timeout: CopyTimeout(Duration::from_secs(15)), buffer: CopyBuffer(4 << 20) }
    }
}

/// How long a copy may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CopyTimeout(pub(crate) Duration);

/// How many bytes of a copy may wait for its mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CopyBuffer(pub(crate) u32);

impl CopyBuffer {
    /// No protocol of Envoy waits for less: 64 KiB are what HTTP/2 has to grant a stream at least.
    const LEAST: u32 = 64 << 10;
    const MOST: u32 = 128 << 20;
}

impl FromStr for CopyTimeout {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "write 15s, 500ms or 1m: 30 ms at least, an hour at most";
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match text.strip_prefix(digits).ok_or(FORM)? {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(FORM),
        };
        let milliseconds = digits.parse::<u32>().map_err(|_| FORM)?.checked_mul(unit).ok_or(FORM)?;
        match milliseconds {
            30..=3_600_000 => Ok(CopyTimeout(Duration::from_millis(milliseconds.into()))),
            _ => Err(FORM),
        }
    }
}

impl FromStr for CopyBuffer {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str =
            "write 4M, 512K or a number of bytes (K is 1024 bytes, M 1024 K): 64K at least, 128M at most";
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match text.strip_prefix(digits).ok_or(FORM)? {
            "" => 1,
            "K" | "k" | "KiB" => 1 << 10,
            "M" | "MiB" => 1 << 20,
            _ => return Err(FORM),
        };
        let bytes = digits.parse::<u32>().map_err(|_| FORM)?.checked_mul(unit).ok_or(FORM)?;
        match bytes {
            Self::LEAST..=Self::MOST => Ok(CopyBuffer(bytes)),
            _ => Err(FORM),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts() {
        for (text, milliseconds) in [("15s", 15_000), ("500ms", 500), ("1m", 60_000), ("1h", 3_600_000)] {
            assert_eq!(text.parse(), Ok(CopyTimeout(Duration::from_millis(milliseconds))), "{text}");
        }
        for wrong in ["", "15", "s", "0s", "29ms", "2h", "-1s", "1.5s", "15 s", "99999999h", "1d"] {
            assert!(wrong.parse::<CopyTimeout>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn buffers() {
        for (text, bytes) in [("4194304", 4 << 20), ("4M", 4 << 20), ("4MiB", 4 << 20), ("64k", 64 << 10)] {
            assert_eq!(text.parse(), Ok(CopyBuffer(bytes)), "{text}");
        }
        for wrong in ["", "M", "4MB", "4m", "0", "63K", "129M", "1G", "-1", "99999999M"] {
            assert!(wrong.parse::<CopyBuffer>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_said_is_the_default() {
        #[derive(clap::Parser)]
        struct Command {
            #[command(flatten)]
            mirroring: Mirroring,
        }
        let command = <Command as clap::Parser>::parse_from(["httproute"]);
        assert_eq!(command.mirroring, Mirroring::default());
    }
}

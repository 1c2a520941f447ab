//! What bounds a soak.

/// What bounds a soak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Soak {
    /// How many requests are answered at least.
    pub requests: u64,
    /// How often the proxy is configured anew.
    pub reconfigurations: u64,
    /// How often the virtual machine of a worker traps. Any need the module with faults, so 0 leaves the real one in.
    pub traps: u64,
    /// How many connections there are, each with a request in flight.
    pub concurrency: usize,
}

impl Default for Soak {
    fn default() -> Self {
        Soak { requests: 1_000_000, reconfigurations: 200, traps: 0, concurrency: 32 }
    }
}

impl Soak {
    /// Reads `--requests N --reconfigurations N --traps N --concurrency N`.
    ///
    /// # Errors
    ///
    /// How it is used.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let usage = "usage: ./just soak [--requests N] [--reconfigurations N] [--traps N] [--concurrency N]";
        let mut soak = Soak::default();
        while let Some(word) = words.next() {
            let number = words.next().and_then(|word| word.replace('_', "").parse().ok()).ok_or(usage)?;
            match word.as_str() {
                "--requests" => soak.requests = number,
                "--reconfigurations" => soak.reconfigurations = number,
                "--traps" => soak.traps = number,
                "--concurrency" => soak.concurrency = usize::try_from(number.max(1)).map_err(|_| usage)?,
                _ => return Err(usage.into()),
            }
        }
        Ok(soak)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_stays_as_it_is() {
        let parse = |text: &str| Soak::parse(text.split_whitespace().map(str::to_owned));
        let wanted = Soak { requests: 10_000_000, traps: 3, ..Soak::default() };
        assert_eq!(parse("--requests 10_000_000 --traps 3").unwrap(), wanted);
        for wrong in ["--requests", "--requests many", "--other 1"] {
            assert!(parse(wrong).unwrap_err().starts_with("usage: "), "{wrong}");
        }
    }
}

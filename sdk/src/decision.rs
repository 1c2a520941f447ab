//! Which rule was chosen, in a form that travels between the modules of a filter chain.

/// Which rule a request belongs to: a few numbers that outlive the request's callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The request belongs to this rule.
    Rule {
        /// Index of the listener in the configuration; `None` where it names none.
        listener: Option<u32>,
        /// Index of the rule among all rules of the configuration.
        rule: u32,
        /// Index of the match in the rule.
        matched: u32,
        /// The seed of the request's random draws.
        seed: u64,
    },
    /// The request belongs to no rule.
    NoRule(NoRule),
}

/// Why a request belongs to no rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRule {
    /// No listener or no rule matches.
    Unmatched,
    /// Another filter chain of the same port serves this host more specifically.
    Misdirected,
    /// The path has a `.` or `..` segment.
    DotSegment,
    /// It is meant for a listener or a hostname that is not valid.
    Broken,
    /// What it asks for is no host: another proxy could read another host in it.
    BadHost,
    /// The regular expressions that would have to be tried cost more than one request may.
    TooCostly,
}

impl Decision {
    /// The length of [`Decision::to_bytes`].
    pub const BYTES: usize = 29;

    /// The decision as bytes, behind the fingerprint of the configuration that it belongs to.
    ///
    /// ```
    /// use httproute_sdk::{Decision, NoRule};
    /// let decision = Decision::NoRule(NoRule::Unmatched);
    /// assert_eq!(Decision::from_bytes(&decision.to_bytes(7), 7), Some(decision));
    /// assert_eq!(Decision::from_bytes(&decision.to_bytes(7), 8), None, "another configuration's");
    /// ```
    pub fn to_bytes(self, fingerprint: u64) -> [u8; Self::BYTES] {
        let (tag, listener, rule, matched, seed) = match self {
            Decision::Rule { listener, rule, matched, seed } => {
                // The index u32::MAX is never given: no configuration holds so many listeners.
                (0, listener.unwrap_or(u32::MAX), rule, matched, seed)
            }
            Decision::NoRule(NoRule::Unmatched) => (1, 0, 0, 0, 0),
            Decision::NoRule(NoRule::Misdirected) => (2, 0, 0, 0, 0),
            Decision::NoRule(NoRule::DotSegment) => (3, 0, 0, 0, 0),
            Decision::NoRule(NoRule::Broken) => (4, 0, 0, 0, 0),
            Decision::NoRule(NoRule::BadHost) => (5, 0, 0, 0, 0),
            Decision::NoRule(NoRule::TooCostly) => (6, 0, 0, 0, 0),
        };
        let mut bytes = [0; Self::BYTES];
        let parts = fingerprint
            .to_le_bytes()
            .into_iter()
            .chain([tag])
            .chain(listener.to_le_bytes())
            .chain(rule.to_le_bytes())
            .chain(matched.to_le_bytes())
            .chain(seed.to_le_bytes());
        for (place, byte) in bytes.iter_mut().zip(parts) {
            *place = byte;
        }
        bytes
    }

    /// Reads what [`Decision::to_bytes`] wrote; `None` where it is not of this form or of another configuration.
    pub fn from_bytes(bytes: &[u8], fingerprint: u64) -> Option<Self> {
        let (written, rest) = bytes.split_first_chunk()?;
        if u64::from_le_bytes(*written) != fingerprint {
            return None;
        }
        let (&tag, rest) = rest.split_first()?;
        let (listener, rest) = rest.split_first_chunk()?;
        let (rule, rest) = rest.split_first_chunk()?;
        let (matched, rest) = rest.split_first_chunk()?;
        let (seed, []) = rest.split_first_chunk()? else { return None };
        let listener = u32::from_le_bytes(*listener);
        match tag {
            0 => Some(Decision::Rule {
                listener: (listener != u32::MAX).then_some(listener),
                rule: u32::from_le_bytes(*rule),
                matched: u32::from_le_bytes(*matched),
                seed: u64::from_le_bytes(*seed),
            }),
            1 => Some(Decision::NoRule(NoRule::Unmatched)),
            2 => Some(Decision::NoRule(NoRule::Misdirected)),
            3 => Some(Decision::NoRule(NoRule::DotSegment)),
            4 => Some(Decision::NoRule(NoRule::Broken)),
            5 => Some(Decision::NoRule(NoRule::BadHost)),
            6 => Some(Decision::NoRule(NoRule::TooCostly)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_survives_the_way_through_bytes() {
        for decision in [
            Decision::Rule { listener: None, rule: 3, matched: 1, seed: u64::MAX },
            Decision::Rule { listener: Some(0), rule: u32::MAX, matched: 0, seed: 0 },
            Decision::NoRule(NoRule::Unmatched),
            Decision::NoRule(NoRule::Misdirected),
            Decision::NoRule(NoRule::DotSegment),
            Decision::NoRule(NoRule::Broken),
            Decision::NoRule(NoRule::BadHost),
            Decision::NoRule(NoRule::TooCostly),
        ] {
            let bytes = decision.to_bytes(42);
            assert_eq!(Decision::from_bytes(&bytes, 42), Some(decision));
            for len in 0..bytes.len() {
                assert_eq!(Decision::from_bytes(&bytes[..len], 42), None);
            }
        }
    }
}

//! Classes of characters.

/// A class of characters.
#[derive(Clone, Debug, Default)]
pub(super) struct Class {
    /// Whether it holds all characters but these.
    negated: bool,
    /// First and last characters of its ranges, in any order.
    ranges: Vec<(u32, u32)>,
}

impl Class {
    /// The class with this name between `[:` and `:]`.
    pub(super) fn named(name: &str) -> Option<Self> {
        let bounds: &[u8] = match name {
            "alnum" => b"09AZaz",
            "alpha" => b"AZaz",
            "ascii" => b"\0\x7f",
            "blank" => b"\t\t  ",
            "cntrl" => b"\0\x1f\x7f\x7f",
            "digit" => b"09",
            "graph" => b"!~",
            "lower" => b"az",
            "print" => b" ~",
            "punct" => b"!/:@[`{~",
            "space" => b"\t\r  ",
            "upper" => b"AZ",
            "word" => b"09AZ__az",
            "xdigit" => b"09AFaf",
            _ => return None,
        };
        let (ranges, _) = bounds.as_chunks();
        let ranges = ranges.iter().map(|&[first, last]| (first.into(), last.into())).collect();
        Some(Class { negated: false, ranges })
    }

    /// All characters but those of the class, if it is `negated`.
    pub(super) fn negated(self, negated: bool) -> Self {
        Class { negated, ..self }
    }

    /// How many ranges it has.
    #[inline]
    pub(super) fn size(&self) -> usize {
        self.ranges.len()
    }

    /// Whether `c` is in it.
    #[inline]
    pub(super) fn has(&self, c: char) -> bool {
        let c = u32::from(c);
        self.ranges.iter().any(|&(first, last)| first <= c && c <= last) != self.negated
    }

    /// Adds the characters from `first` to `last`.
    pub(super) fn add(&mut self, first: char, last: char) {
        self.ranges.push((first.into(), last.into()));
    }

    /// Adds those of a named class, which has its ranges in order.
    pub(super) fn add_named(&mut self, named: &Class) {
        if !named.negated {
            self.ranges.extend_from_slice(&named.ranges);
            return;
        }
        let mut start = 0;
        for &(first, last) in &named.ranges {
            if start < first {
                self.ranges.push((start, first - 1));
            }
            start = last + 1;
        }
        self.ranges.push((start, char::MAX.into()));
    }

    /// Adds the ASCII letters of which it has the other case.
    pub(super) fn add_other_cases(&mut self) {
        for at in 0..self.ranges.len() {
            let Some(&(first, last)) = self.ranges.get(at) else { return };
            for (letters, other) in [(97..=122, 65), (65..=90, 97)] {
                let (from, to) = (first.max(*letters.start()), last.min(*letters.end()));
                if from <= to {
                    let switched = |c: u32| c - letters.start() + other;
                    self.ranges.push((switched(from), switched(to)));
                }
            }
        }
    }
}

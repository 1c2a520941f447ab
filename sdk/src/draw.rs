//! Random draws that can be replayed.

/// The random draws of one request: a seed and the numbers that follow from it (SplitMix64).
///
/// The core has no randomness of its own. Whoever calls it brings a seed, so that every decision can be replayed in a
/// test, on the command line, in a page, and by the next module of a filter chain. All draws of a request are taken in one
/// documented order, whatever a module carries out: first the backend, then one for each sampled mirror in the order in
/// which the rule lists them. Custom filters have draws of their own, which are not part of this order.
///
/// ```
/// use httproute_sdk::Draw;
/// let (mut a, mut b) = (Draw::seeded(7), Draw::seeded(7));
/// assert_eq!(a.below(1000), b.below(1000));
/// assert_eq!(a.below(1), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Draw {
    seed: u64,
    state: u64,
}

impl Draw {
    /// The draws that follow from `seed`.
    pub fn seeded(seed: u64) -> Self {
        Draw { seed, state: seed }
    }

    /// The seed that these draws began with.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Draws of their own for part `number` of the request. They follow from the seed, and take nothing from these.
    pub(crate) fn fork(&self, number: u64) -> Draw {
        let apart = (number + 1).wrapping_mul(0xD1B5_4A32_D192_ED03);
        Draw::seeded(Draw::seeded(self.seed ^ apart).next_u64())
    }

    /// The next 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from `0..n`, each equally likely (off by less than one in four billion); 0 where `n` is 0.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        // The high half of a 32 × 32 bit product is below n: no division, no rejection loop.
        (((self.next_u64() >> 32) * u64::from(n)) >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_below_n_comes_up_about_equally_often() {
        let mut draw = Draw::seeded(1);
        let mut counts = [0u32; 10];
        for _ in 0..100_000 {
            counts[draw.below(10) as usize] += 1;
        }
        assert!(counts.iter().all(|&n| (9_500..10_500).contains(&n)), "{counts:?}");
    }
}

//! Numbers as text.

use std::fmt;

/// A number as JSON writes it.
///
/// The standard library's way is the shortest text for every number there is, and takes 16 KB of each module. This one writes
/// whole numbers below 10¹⁵ and what people write, up to 15 digits, as they stand; of others it gives 15 digits.
///
/// ```
/// use httproute_sdk::Decimal;
/// assert_eq!([8080.0, -0.25, 1e300, 2.0 / 3.0].map(|n| Decimal(n).to_string()), [
///     "8080", "-0.25", "1.00000000000000e300", "0.666666666666667",
/// ]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decimal(pub f64);

/// So many digits behind the point tell all that is written with 15 digits.
const MOST_DIGITS: usize = 15;

/// Above it not every whole number is a double.
const EXACT: f64 = 1e15;

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.0.abs();
        if !number.is_finite() {
            return f.write_str("no number");
        }
        if self.0 < 0.0 {
            f.write_str("-")?;
        }
        if number < EXACT {
            let mut scale = 1.0;
            for digits in 0..=MOST_DIGITS {
                let scaled = (number * scale).round();
                // Of two doubles that are whole and exact the quotient is the double that is nearest to it, and so is what a
                // reader makes of the text.
                if scaled / scale == number || digits == MOST_DIGITS || scaled * 10.0 >= EXACT {
                    return fraction(f, scaled as u64, scale as u64, digits);
                }
                scale *= 10.0;
            }
        }
        let (mut number, mut exponent) = (number, 0);
        while number >= 10.0 {
            number /= 10.0;
            exponent += 1;
        }
        fraction(f, (number * EXACT / 10.0).round() as u64, EXACT as u64 / 10, MOST_DIGITS - 1)?;
        write!(f, "e{exponent}")
    }
}

fn fraction(f: &mut fmt::Formatter<'_>, scaled: u64, scale: u64, digits: usize) -> fmt::Result {
    write!(f, "{}", scaled / scale)?;
    if digits > 0 {
        write!(f, ".{:0digits$}", scaled % scale)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_people_write_comes_back(whole in 0u32..100_000_000, digits in 0usize..7, part in any::<u32>()) {
            let scale = 10u32.pow(digits as u32);
            let number: f64 = format!("{whole}.{:0digits$}", part % scale).parse().unwrap();
            let text = Decimal(number).to_string();
            prop_assert_eq!(&text, &number.to_string());
        }

        #[test]
        fn every_number_is_near_what_is_written(bits in any::<u64>()) {
            let number = f64::from_bits(bits);
            prop_assume!(number.is_finite());
            let read: f64 = Decimal(number).to_string().parse().unwrap();
            prop_assert!((read - number).abs() <= number.abs() * 1e-12 + 1e-15, "{number} {read}");
        }
    }
}

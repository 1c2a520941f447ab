//! What a plain word of YAML stands for.

use serde_json::Value;

/// The value of a plain scalar, by the rules of YAML 1.1 in the form that kubectl has them (the library sigs.k8s.io/yaml):
/// no sexagesimal numbers, and dates stay text.
pub(super) fn resolve(word: &str) -> Value {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => {
            Value::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => {
            Value::Bool(false)
        }
        word => number(word).unwrap_or_else(|| Value::String(word.to_owned())),
    }
}

/// A whole number without a fraction, and every other number as it is.
pub(super) fn float(number: f64) -> Option<Value> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        return Some(Value::from(number as i64));
    }
    serde_json::Number::from_f64(number).map(Value::Number)
}

fn number(word: &str) -> Option<Value> {
    if !word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        return None;
    }
    let plain: String = word.chars().filter(|c| *c != '_').collect();
    integer(&plain).or_else(|| {
        if !is_float(&plain) {
            return None;
        }
        float(plain.parse().ok()?)
    })
}

/// A whole number: decimal, `0x1f`, `0o17`, `017` or `0b1`.
fn integer(plain: &str) -> Option<Value> {
    let (sign, digits) = match plain.strip_prefix(['+', '-']) {
        Some(digits) => (plain.get(..1)?, digits),
        None => ("", plain),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, lower.get(2..)?),
        [b'0', b'o', ..] => (8, lower.get(2..)?),
        [b'0', b'b', ..] => (2, lower.get(2..)?),
        [b'0', _, ..] => (8, lower.get(1..)?),
        _ => (10, lower.as_str()),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let signed = i64::from_str_radix(&format!("{sign}{digits}"), radix).ok().map(Value::from);
    signed
        .or_else(|| if sign == "-" { None } else { u64::from_str_radix(digits, radix).ok().map(Value::from) })
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(plain: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let is_mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || is_digits(fraction)),
        None => is_digits(mantissa),
    };
    is_mantissa && exponent.is_none_or(is_digits)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_and_numbers_are_those_of_yaml_1_1() {
        for (word, value) in [
            ("", json!(null)),
            ("~", json!(null)),
            ("Null", json!(null)),
            ("nULL", json!("nULL")),
            ("yes", json!(true)),
            ("On", json!(true)),
            ("y", json!(true)),
            ("off", json!(false)),
            ("N", json!(false)),
            ("FALSE", json!(false)),
            ("yEs", json!("yEs")),
            ("80", json!(80)),
            ("+80", json!(80)),
            ("-1", json!(-1)),
            ("80.0", json!(80)),
            ("1e3", json!(1000)),
            ("1.5", json!(1.5)),
            (".5", json!(0.5)),
            ("5.", json!(5)),
            ("1_000", json!(1000)),
            ("010", json!(8)),
            ("0o10", json!(8)),
            ("0x1F", json!(31)),
            ("-0b11", json!(-3)),
            ("08", json!(8)),
            ("18446744073709551615", json!(u64::MAX)),
            ("0", json!(0)),
            ("1.2.3", json!("1.2.3")),
            ("1:30", json!("1:30")),
            ("2024-01-31", json!("2024-01-31")),
            ("5s", json!("5s")),
            ("-", json!("-")),
            ("+", json!("+")),
            ("--1", json!("--1")),
            ("0x", json!("0x")),
            ("0x-1", json!("0x-1")),
            (".", json!(".")),
            ("1e", json!("1e")),
            ("1e999", json!("1e999")),
            (".inf", json!(".inf")),
            ("_", json!("_")),
            ("/foo", json!("/foo")),
        ] {
            assert_eq!(resolve(word), value, "{word}");
        }
    }
}

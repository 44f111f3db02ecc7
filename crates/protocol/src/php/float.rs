//! Floats as PHP writes them. Two notations exist: JSON takes the shortest digits that read back
//! as the same number, a conversion to string takes 14 significant digits (`precision`).

/// As in JSON: shortest digits, `1.0e+25`. Finite numbers only.
pub(super) fn json(number: f64) -> String {
    let shortest = format!("{:e}", number.abs());
    // Where two texts of this length are equally near, PHP takes the even digit, as exact rounding
    // does, and Rust the greater one.
    let places = shortest.bytes().take_while(|byte| *byte != b'e').count().saturating_sub(2);
    let nearest = format!("{:.places$e}", number.abs());
    let same = nearest.parse() == Ok(number.abs());
    let decimal = Decimal::parse(if same { &nearest } else { &shortest });
    notation(number, &decimal.trimmed(), 17, 'e')
}

/// As in `(string) $number`: 14 digits, `1.0E+25`, `INF`, `-INF`, `NAN`.
pub(super) fn string(number: f64) -> String {
    if number.is_nan() {
        return "NAN".into();
    }
    if number.is_infinite() {
        return if number.is_sign_negative() { "-INF" } else { "INF" }.into();
    }
    let decimal = Decimal::parse(&format!("{:.13e}", number.abs()));
    let decimal = if keeps_zeros(number.abs()) { decimal } else { decimal.trimmed() };
    notation(number, &decimal, 14, 'E')
}

/// PHP leaves zeros at the end of one sort of number: an integer of 15 digits that ends in 05, so
/// that rounding to 14 digits is a tie which the 0 wins.
fn keeps_zeros(number: f64) -> bool {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
    let ends_in_05 = || number as u64 % 100 == 5;
    (1e14..1e15).contains(&number) && number.trunc() == number && ends_in_05()
}

/// 0.digits times ten to the power of `point`.
struct Decimal {
    digits: String,
    point: i32,
}

impl Decimal {
    /// From what Rust writes: `1.25e-7`.
    fn parse(scientific: &str) -> Self {
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
        let point = exponent.parse::<i32>().unwrap_or(0).saturating_add(1);
        Self { digits: mantissa.replace('.', ""), point }
    }

    /// Without zeros at the end, but never without a digit.
    fn trimmed(mut self) -> Self {
        let significant = self.digits.trim_end_matches('0').len();
        self.digits.truncate(significant.max(1));
        self
    }
}

fn notation(number: f64, decimal: &Decimal, widest: i32, exponent_sign: char) -> String {
    let Decimal { digits, point } = decimal;
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let unsigned = if *point < -3 || *point > widest {
        with_exponent(digits, *point, exponent_sign)
    } else {
        without_exponent(digits, *point)
    };
    format!("{sign}{unsigned}")
}

fn with_exponent(digits: &str, point: i32, exponent_sign: char) -> String {
    let (first, rest) = digits.split_at(1);
    let rest = if rest.is_empty() { "0" } else { rest };
    format!("{first}.{rest}{exponent_sign}{:+}", point.saturating_sub(1))
}

fn without_exponent(digits: &str, point: i32) -> String {
    let Ok(before) = usize::try_from(point) else {
        let zeros = usize::try_from(point.unsigned_abs()).unwrap_or(0);
        return format!("0.{}{digits}", "0".repeat(zeros));
    };
    match (before, digits.len()) {
        (0, _) => format!("0.{digits}"),
        (_, length) if length <= before => format!("{digits:0<before$}"),
        _ => format!("{}.{}", &digits[..before], &digits[before..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_takes_the_shortest_digits() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (10.0, "10"),
            (1.5, "1.5"),
            (0.1, "0.1"),
            (0.0001, "0.0001"),
            (1e-5, "1.0e-5"),
            (1e16, "10000000000000000"),
            (1e17, "1.0e+17"),
            (1.25e25, "1.25e+25"),
            (0.1 + 0.2, "0.30000000000000004"),
            (5e-324, "5.0e-324"),
            (-123.456, "-123.456"),
            (1_669_665_046_413_590.3, "1669665046413590.2"),
        ];
        for (number, text) in cases {
            assert_eq!(json(number), text);
        }
    }

    #[test]
    fn strings_have_fourteen_digits() {
        let cases = [
            (0.1 + 0.2, "0.3"),
            (38.7, "38.7"),
            (-0.0, "-0"),
            (1e14, "1.0E+14"),
            (1e15, "1.0E+15"),
            (150000000000005.0, "1.5000000000000E+14"),
            (150000000000015.0, "1.5000000000002E+14"),
            (150000000000004.0, "1.5E+14"),
            (150000000000005.5, "1.5000000000001E+14"),
            (1500000000000005.0, "1.5E+15"),
            (12345678901234.0, "12345678901234"),
            (123456789012345678.0, "1.2345678901235E+17"),
            (0.00001, "1.0E-5"),
            (f64::INFINITY, "INF"),
            (f64::NEG_INFINITY, "-INF"),
            (f64::NAN, "NAN"),
        ];
        for (number, text) in cases {
            assert_eq!(string(number), text);
        }
    }
}

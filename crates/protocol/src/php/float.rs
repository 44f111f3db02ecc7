//! Floats as PHP writes them. Two notations exist: JSON takes the shortest digits that read back
//! as the same number, a conversion to string takes 14 significant digits (`precision`).

/// As in JSON: shortest digits, `1.0e+25`. Finite numbers only.
pub(super) fn json(number: f64) -> String {
    notation(number, &format!("{:e}", number.abs()), 17, 'e')
}

/// As in `(string) $number`: 14 digits, `1.0E+25`, `INF`, `-INF`, `NAN`.
pub(super) fn string(number: f64) -> String {
    if number.is_nan() {
        return "NAN".into();
    }
    if number.is_infinite() {
        return if number.is_sign_negative() { "-INF" } else { "INF" }.into();
    }
    notation(number, &format!("{:.13e}", number.abs()), 14, 'E')
}

/// `scientific` is the number without its sign as Rust writes it: `1.25e-7`.
fn notation(number: f64, scientific: &str, widest: i32, exponent_sign: char) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let digits = mantissa.replace('.', "");
    let digits = match digits.trim_end_matches('0') {
        "" => "0",
        significant => significant,
    };
    // The number is 0.digits times ten to the power of `point`.
    let point = exponent.parse::<i32>().unwrap_or(0).saturating_add(1);
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let unsigned = if point < -3 || point > widest {
        with_exponent(digits, point, exponent_sign)
    } else {
        without_exponent(digits, point)
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

//! Durations as people type them: `90`, `90s`, `15m`, `2h`, `1d`, `1h30m`, `-5m`.

/// Reads a duration and returns it in seconds.
pub(crate) fn parse(text: &str) -> Result<i64, String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let seconds = if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        digits.parse().ok()
    } else {
        parse_parts(digits)
    };
    seconds.map(|seconds: i64| sign * seconds).ok_or_else(|| {
        format!("`{text}` is not a duration; expected seconds or something like 15m, 2h or 1d12h")
    })
}

/// Writes seconds as [`parse`] reads them: `1d 2h`, `90s` as `1m 30s`.
pub(crate) fn show(seconds: u64) -> String {
    const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (unit, length) in UNITS {
        if rest >= length {
            parts.push(format!("{}{unit}", rest / length));
            rest %= length;
        }
    }
    if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
}

fn parse_parts(mut text: &str) -> Option<i64> {
    let mut total = 0_i64;
    while !text.is_empty() {
        let end = text.find(|letter: char| !letter.is_ascii_digit())?;
        let (number, rest) = text.split_at(end);
        let unit = rest.chars().next()?;
        let seconds = number.parse::<i64>().ok()?.checked_mul(unit_seconds(unit)?)?;
        total = total.checked_add(seconds)?;
        text = rest.strip_prefix(unit)?;
    }
    Some(total)
}

fn unit_seconds(unit: char) -> Option<i64> {
    match unit {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(3_600),
        'd' => Some(86_400),
        'w' => Some(604_800),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_add_up() {
        let cases = [("90", 90), ("90s", 90), ("15m", 900), ("1h30m", 5_400), ("1d12h", 129_600)];
        for (text, seconds) in cases {
            assert_eq!(parse(text), Ok(seconds), "{text}");
        }
        assert_eq!(parse("-5m"), Ok(-300));
        assert_eq!(parse("1w"), Ok(604_800));
    }

    #[test]
    fn what_is_shown_is_read_again() {
        for seconds in [0_u32, 59, 90, 3_600, 86_399, 200_000] {
            let shown = show(seconds.into()).replace(' ', "");
            assert_eq!(parse(&shown), Ok(seconds.into()), "{shown}");
        }
        assert_eq!(show(7_200), "2h");
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in
            ["", "-", "5x", "m", "1h30", "1.5h", "99999999999999999999", "9223372036854775807w"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}

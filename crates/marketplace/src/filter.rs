//! Which values a filter lets through, and the order of values.
//!
//! The vendor does not say how texts compare. Here numbers compare as numbers, whether they were
//! sent as such or as texts, and everything else without regard to case.

use std::cmp::Ordering;

use freischalt_protocol::actions::{Condition, Operator};
use rust_decimal::Decimal;

/// Whether a value, as the API writes it, satisfies a condition.
pub fn satisfies(value: &str, condition: &Condition) -> bool {
    let against = |wanted: &String| compare(value, wanted);
    let is = |wanted: &String| against(wanted) == Ordering::Equal;
    let first =
        |holds: fn(Ordering) -> bool| condition.values.first().map(against).is_some_and(holds);
    let matches = || condition.values.first().is_some_and(|pattern| is_like(value, pattern));
    match condition.operator {
        Operator::Equal => first(Ordering::is_eq),
        Operator::NotEqual => first(Ordering::is_ne),
        Operator::Less => first(Ordering::is_lt),
        Operator::AtMost => first(Ordering::is_le),
        Operator::Greater => first(Ordering::is_gt),
        Operator::AtLeast => first(Ordering::is_ge),
        Operator::Between => match condition.values.as_slice() {
            [low, high] => against(low).is_ge() && against(high).is_le(),
            _ => false,
        },
        Operator::Like => matches(),
        Operator::NotLike => !matches(),
        Operator::In => condition.values.iter().any(is),
        Operator::NotIn => !condition.values.iter().any(is),
    }
}

/// The order of two values.
pub fn compare(a: &str, b: &str) -> Ordering {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.to_lowercase().cmp(&b.to_lowercase()),
    }
}

fn number(text: &str) -> Option<Decimal> {
    text.parse().ok()
}

/// `%` stands for any text. Each part between two of them is found at its first place, so the work
/// grows with the text and not with the number of signs.
fn is_like(value: &str, pattern: &str) -> bool {
    let (value, pattern) = (value.to_lowercase(), pattern.to_lowercase());
    let mut parts = pattern.split('%');
    let Some(mut rest) = value.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let Some(end) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(value: &str, operator: Operator, wanted: &[&str]) -> bool {
        let values = wanted.iter().map(|&text| text.to_owned()).collect();
        satisfies(value, &Condition { field: String::new(), operator, values })
    }

    #[test]
    fn numbers_compare_as_numbers_and_texts_without_case() {
        assert!(holds("10", Operator::Greater, &["9"]));
        assert!(holds("10.00", Operator::Equal, &["10"]));
        assert!(holds("21", Operator::In, &["22", "21"]) && !holds("21", Operator::NotIn, &["21"]));
        assert!(holds("Albrecht", Operator::Equal, &["albrecht"]));
        assert!(
            holds("b", Operator::Between, &["A", "c"])
                && !holds("d", Operator::Between, &["a", "c"])
        );
        assert!(holds("a", Operator::NotEqual, &["b"]) && holds("5", Operator::AtMost, &["5"]));
    }

    #[test]
    fn percent_signs_stand_for_any_text() {
        for (pattern, expected) in [
            ("Muster%", true),
            ("%mann", true),
            ("%ster%", true),
            ("M%m%n", true),
            ("Mustermann", true),
            ("%", true),
            ("muster", false),
            ("%x%", false),
            ("mustermann%mann", false),
        ] {
            assert_eq!(holds("Mustermann", Operator::Like, &[pattern]), expected, "{pattern}");
            assert_eq!(holds("Mustermann", Operator::NotLike, &[pattern]), !expected, "{pattern}");
        }
    }
}

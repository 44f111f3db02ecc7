//! Amounts as people read them. The wire has its own form.

use freischalt_marketplace::Money;

use crate::web::Language;

/// `1.234,56 €` in German, `€1,234.56` in English.
pub(crate) fn shown(amount: Money, language: Language) -> String {
    let text = amount.to_string();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.as_str()),
    };
    let (whole, cents) = digits.split_once('.').unwrap_or((digits, "00"));
    let (group, point) = match language {
        Language::De => ('.', ','),
        Language::En => (',', '.'),
    };
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(group);
        }
        grouped.push(digit);
    }
    match language {
        Language::De => format!("{sign}{grouped}{point}{cents} €"),
        Language::En => format!("{sign}€{grouped}{point}{cents}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_in_the_language() {
        let amount = |cents| Money::from_cents(cents);
        for (cents, german, english) in [
            (0, "0,00 €", "€0.00"),
            (3870, "38,70 €", "€38.70"),
            (123_456, "1.234,56 €", "€1,234.56"),
            (100_000_000, "1.000.000,00 €", "€1,000,000.00"),
            (-99_90, "-99,90 €", "-€99.90"),
        ] {
            assert_eq!(shown(amount(cents), Language::De), german);
            assert_eq!(shown(amount(cents), Language::En), english);
        }
    }
}

//! Amounts of money: exact decimals in euros with two places, never floats.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount in euros, exact to the cent; may be negative, as balances are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(Decimal);

/// A text that is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount is digits, a dot and two digits, such as 1100.50")]
pub struct NotMoney;

impl Money {
    /// The currency of every amount.
    pub const CURRENCY: &'static str = "EUR";
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// The largest amount that can be written down before a dot and two digits here.
    const DIGITS: usize = 9;

    /// Reads the wire form: digits without needless zeros, a dot, two digits. No sign, exponent,
    /// grouping, comma or currency, and no more than nine digits before the dot.
    pub fn parse(text: &str) -> Result<Self, NotMoney> {
        let (whole, cents) = text.split_once('.').ok_or(NotMoney)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let needless_zero = whole.len() > 1 && whole.starts_with('0');
        if !(1..=Self::DIGITS).contains(&whole.len()) || needless_zero || cents.len() != 2 {
            return Err(NotMoney);
        }
        if !digits(whole) || !digits(cents) {
            return Err(NotMoney);
        }
        Decimal::from_str_exact(text).map(Self).map_err(|_| NotMoney)
    }

    /// An amount of so many cents.
    pub fn from_cents(cents: i64) -> Self {
        Self(Decimal::new(cents, 2))
    }

    /// The amount in cents; saturates far beyond every amount that can be ordered.
    pub fn cents(self) -> i64 {
        let cents = (self.0 * Decimal::ONE_HUNDRED).trunc().mantissa();
        i64::try_from(cents).unwrap_or(if cents < 0 { i64::MIN } else { i64::MAX })
    }

    /// Whether it is more than nothing.
    pub fn is_positive(self) -> bool {
        self > Self::ZERO
    }

    /// The sum, unless it is too large to be exact.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// So many times the amount, unless it is too large to be exact.
    #[must_use]
    pub fn times(self, quantity: u32) -> Option<Self> {
        self.0.checked_mul(Decimal::from(quantity)).map(Self)
    }

    /// The part of `permille` thousandths, rounded half up to the cent.
    #[must_use]
    pub fn permille(self, permille: u16) -> Self {
        let part = self.0 * Decimal::new(permille.into(), 3);
        Self(part.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero))
    }
}

impl std::ops::Neg for Money {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl std::ops::Add for Money {
    type Output = Self;

    /// Balances: 28 digits are exact, which no sum of nine-digit amounts reaches.
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |sum, amount| sum + amount)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.0)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.as_str()),
        };
        let amount = Self::parse(digits).map_err(de::Error::custom)?;
        Ok(if negative { -amount } else { amount })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_wire_form_is_an_amount() {
        for (text, cents) in [("0.00", 0), ("38.70", 3870), ("1100.50", 110_050), ("0.01", 1)] {
            let amount = Money::parse(text).unwrap();
            assert_eq!(amount.cents(), cents);
            assert_eq!(amount.to_string(), text);
            assert_eq!(Money::from_cents(cents), amount);
        }
        let wrong = [
            "",
            "1",
            "1.",
            ".50",
            "1.5",
            "1.500",
            "1,50",
            "-1.00",
            "+1.00",
            "1e2",
            "1.0e",
            " 1.00",
            "1.00 ",
            "01.00",
            "00.10",
            "1.000,00",
            "1'000.00",
            "1.00 EUR",
            "€1.00",
            "NaN",
            "١.٠٠",
            "1000000000.00",
            "0x1.00",
            "1.-1",
        ];
        for text in wrong {
            assert_eq!(Money::parse(text), Err(NotMoney), "{text}");
        }
    }

    #[test]
    fn sums_are_exact() {
        let tenth = Money::parse("0.10").unwrap();
        let sum: Money = std::iter::repeat_n(tenth, 1000).sum();
        assert_eq!(sum.to_string(), "100.00");
        assert_eq!(tenth.times(3).unwrap().to_string(), "0.30");
        assert_eq!((tenth - sum).to_string(), "-99.90");
        let most = Money::parse("999999999.99").unwrap().times(9_999).unwrap();
        assert_eq!(most.cents(), 99_999_999_999 * 9_999);
    }

    #[test]
    fn a_part_is_rounded_to_the_cent() {
        let amount = Money::parse("10.10").unwrap();
        assert_eq!(amount.permille(25).to_string(), "0.25");
        assert_eq!(amount.permille(0), Money::ZERO);
        assert_eq!(Money::parse("0.30").unwrap().permille(50).to_string(), "0.02");
    }

    #[test]
    fn the_json_form_is_a_text() {
        let amount = -Money::from_cents(3870);
        let json = serde_json::to_string(&amount).unwrap();
        assert_eq!(json, "\"-38.70\"");
        assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), amount);
        assert!(serde_json::from_str::<Money>("38.70").is_err());
    }
}

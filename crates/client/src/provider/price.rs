//! Amounts of money as the marketplace reads them: a dot, two decimals, no grouping.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

/// A net amount in euros with at most two decimals, zero or more. Never a float: 38.70 has to be
/// written as `38.70`, or the signature of the order does not match.
///
/// ```
/// use freischalt_client::Price;
///
/// let price: Price = "38.7".parse().unwrap();
/// assert_eq!(price.to_string(), "38.70");
/// assert!("38.705".parse::<Price>().is_err());
/// assert!("38,70".parse::<Price>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(Decimal);

/// The text or number is no amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a price; it is 0 or more with a dot and at most two decimals, like 38.70")]
pub struct NotAPrice;

impl Price {
    /// The amount, if it has at most two decimals and is not negative.
    ///
    /// ```
    /// use freischalt_client::Price;
    /// use freischalt_client::provider::NotAPrice;
    /// use rust_decimal::Decimal;
    ///
    /// # fn main() -> Result<(), NotAPrice> {
    /// let price = Price::new(Decimal::new(1990, 2))?;
    /// assert_eq!(price.times(3).map(|sum| sum.to_string()), Some("59.70".to_owned()));
    /// assert_eq!(price.amount(), Decimal::new(1990, 2));
    /// assert_eq!(Price::new(Decimal::new(-1, 2)), Err(NotAPrice));
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(amount: Decimal) -> Result<Self, NotAPrice> {
        if amount.is_sign_negative() && !amount.is_zero() || amount.normalize().scale() > 2 {
            return Err(NotAPrice);
        }
        Ok(Self(amount.abs()))
    }

    /// The exact amount.
    pub fn amount(self) -> Decimal {
        self.0
    }

    /// The price of so many; `None` beyond any amount of money that can be written.
    pub fn times(self, quantity: u32) -> Option<Self> {
        self.0.checked_mul(Decimal::from(quantity)).map(Self)
    }
}

impl FromStr for Price {
    type Err = NotAPrice;

    fn from_str(text: &str) -> Result<Self, NotAPrice> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let begins_and_ends_with_a_digit =
            !text.starts_with('.') && !text.ends_with('.') && !text.is_empty();
        match text.parse() {
            Ok(amount) if is_plain && begins_and_ends_with_a_digit => Self::new(amount),
            _ => Err(NotAPrice),
        }
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_amounts_are_prices_and_they_are_written_with_two_decimals() {
        for (text, written) in [("0", "0.00"), ("38.7", "38.70"), ("1100.50", "1100.50")] {
            assert_eq!(text.parse::<Price>().unwrap().to_string(), written);
        }
        for wrong in
            ["", "-1", "+1", "1,5", "1.005", "1e3", ".5", "5.", "1_000", "1.000.0", " 1", "NaN"]
        {
            assert_eq!(wrong.parse::<Price>(), Err(NotAPrice), "{wrong}");
        }
        assert_eq!("1.500".parse::<Price>().unwrap().to_string(), "1.50");
    }

    #[test]
    fn products_are_exact_or_nothing() {
        let price: Price = "0.10".parse().unwrap();
        assert_eq!(price.times(3).unwrap().to_string(), "0.30");
        assert_eq!(Price(Decimal::MAX).times(2), None);
    }
}

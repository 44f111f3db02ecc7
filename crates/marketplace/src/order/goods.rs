//! What can be ordered, read strictly from the signed members of an order.
//!
//! Members and types: the vendor's demo shop and a live provider's code. A member that is null,
//! an empty list or an empty object does not take part in the signature, so it counts as absent:
//! otherwise a stranger could add it.

use freischalt_protocol::php::{Array, Value};
use serde::{Deserialize, Serialize};

use super::OrderProblem;
use crate::Money;

/// What is ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Goods {
    /// Products, paid once.
    Products(Vec<Product>),
    /// A subscription.
    Abo(Abo),
    /// Extra costs of an earlier order, in the provider's words.
    Extra(String),
}

/// A product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// `name`.
    pub name: String,
    /// `price` of one, net.
    pub price: Money,
    /// `quantity`.
    pub quantity: u32,
    /// `circleofusers`.
    pub circle: Circle,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Abo {
    /// `durationinmonth`: what was agreed; billing goes on until it is cancelled.
    pub duration_in_month: u32,
    /// `noticeperiod`, in words.
    pub notice_period: String,
    /// `automaticrenewal`, in words.
    pub automatic_renewal: String,
    /// `monthlycosts`, net.
    pub monthly_costs: Money,
    /// `monthlyservicedescription`.
    pub monthly_service_description: String,
    /// `circleofusers`.
    pub circle: Circle,
}

/// Who may consume what is bought (marketplacedoc.onoffice.de, "Orders for multiple users").
/// Without a statement it is the buyer (inferred).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Circle {
    /// Every user of the customer.
    Customer,
    /// The buyer's group.
    Group,
    /// The buyer.
    #[default]
    User,
}

impl Goods {
    /// The largest quantity.
    const MAX_QUANTITY: u32 = 9_999;
    /// The longest agreed duration, in months.
    const MAX_MONTHS: u32 = 120;
    /// The longest name or description, in characters.
    const MAX_TEXT: usize = 500;
    /// The largest sum of one order, in cents.
    const MAX_CENTS: i64 = 99_999_999;

    /// Reads products or subscription, and what is to be paid at once.
    pub(super) fn read(order: &Array, max_products: usize) -> Result<(Self, Money), OrderProblem> {
        let (goods, amount) = match (filled(order, "products"), filled(order, "abo")) {
            (Some(products), None) => Self::products(products, max_products)?,
            (None, Some(Value::Array(abo))) if !abo.is_list() => Self::abo(abo)?,
            (None, Some(_)) => return Err(OrderProblem::Member("abo")),
            (Some(_), Some(_)) => return Err(OrderProblem::ProductsAndAbo),
            (None, None) => return Err(OrderProblem::NothingOrdered),
        };
        let is_abo = matches!(goods, Self::Abo(_));
        match filled(order, "totalprice") {
            None if is_abo => {}
            None => return Err(OrderProblem::Member("totalprice")),
            Some(total) => {
                let total = money(Some(total), "totalprice")?;
                if total != amount {
                    return Err(OrderProblem::TotalDiffers { total, sum: amount });
                }
            }
        }
        if amount.cents() > Self::MAX_CENTS {
            return Err(OrderProblem::TooExpensive);
        }
        Ok((goods, amount))
    }

    fn products(products: &Value, most: usize) -> Result<(Self, Money), OrderProblem> {
        let list = products
            .as_array()
            .filter(|list| list.is_list())
            .ok_or(OrderProblem::Member("products"))?;
        if list.len() > most {
            return Err(OrderProblem::TooManyProducts { found: list.len(), most });
        }
        let mut read = Vec::with_capacity(list.len());
        let mut sum = Money::ZERO;
        for product in list.values() {
            let product = product.as_array().ok_or(OrderProblem::Member("products"))?;
            let product = Product {
                name: text(product, "name")?,
                price: money(filled(product, "price"), "price")?,
                quantity: quantity(filled(product, "quantity"))?,
                circle: circle(product)?,
            };
            let line = product.price.times(product.quantity);
            sum = line.and_then(|line| sum.plus(line)).ok_or(OrderProblem::TooExpensive)?;
            read.push(product);
        }
        Ok((Self::Products(read), sum))
    }

    fn abo(abo: &Array) -> Result<(Self, Money), OrderProblem> {
        let months = whole(filled(abo, "durationinmonth"))
            .filter(|months| (1..=Self::MAX_MONTHS).contains(months))
            .ok_or(OrderProblem::Duration)?;
        let monthly_costs = money(filled(abo, "monthlycosts"), "monthlycosts")?;
        let abo = Abo {
            duration_in_month: months,
            notice_period: text_or_none(abo, "noticeperiod")?,
            automatic_renewal: text_or_none(abo, "automaticrenewal")?,
            monthly_costs,
            monthly_service_description: text(abo, "monthlyservicedescription")?,
            circle: circle(abo)?,
        };
        Ok((Self::Abo(abo), monthly_costs))
    }

    /// The circles of users named in it.
    pub fn circles(&self) -> Vec<Circle> {
        match self {
            Self::Products(products) => products.iter().map(|product| product.circle).collect(),
            Self::Abo(abo) => vec![abo.circle],
            Self::Extra(_) => Vec::new(),
        }
    }

    /// One line that says what it is: the provider's words, to be shown as plain text.
    pub fn title(&self) -> String {
        match self {
            Self::Products(products) => {
                let names: Vec<&str> =
                    products.iter().map(|product| product.name.as_str()).collect();
                names.join(", ")
            }
            Self::Abo(abo) => abo.monthly_service_description.clone(),
            Self::Extra(description) => description.clone(),
        }
    }
}

/// A member that takes part in the signature.
fn filled<'a>(members: &'a Array, name: &str) -> Option<&'a Value> {
    members.get(name).filter(|value| match value {
        Value::Null => false,
        Value::Array(array) => !array.is_empty(),
        _ => true,
    })
}

fn text(members: &Array, name: &'static str) -> Result<String, OrderProblem> {
    let text = filled(members, name).and_then(Value::as_str).unwrap_or_default().trim();
    let fine = !text.is_empty()
        && text.chars().count() <= Goods::MAX_TEXT
        && !text.chars().any(char::is_control);
    if fine { Ok(text.to_owned()) } else { Err(OrderProblem::Text(name)) }
}

fn text_or_none(members: &Array, name: &'static str) -> Result<String, OrderProblem> {
    match filled(members, name).map(Value::as_str) {
        None | Some(Some("")) => Ok(String::new()),
        Some(_) => text(members, name),
    }
}

/// Only as text: a JSON number would be signed in PHP's spelling, in which 38.70 is 38.7.
fn money(value: Option<&Value>, name: &'static str) -> Result<Money, OrderProblem> {
    let text = value.and_then(Value::as_str).ok_or(OrderProblem::Price(name))?;
    let amount = Money::parse(text).map_err(|_| OrderProblem::Price(name))?;
    if amount.is_positive() { Ok(amount) } else { Err(OrderProblem::Price(name)) }
}

fn quantity(value: Option<&Value>) -> Result<u32, OrderProblem> {
    whole(value)
        .filter(|number| (1..=Goods::MAX_QUANTITY).contains(number))
        .ok_or(OrderProblem::Quantity)
}

/// A whole number, or a text of nothing but its digits.
fn whole(value: Option<&Value>) -> Option<u32> {
    match value? {
        Value::Int(number) => u32::try_from(*number).ok(),
        Value::Str(text) => {
            let plain = text.iter().all(u8::is_ascii_digit) && !text.starts_with(b"0");
            if plain { std::str::from_utf8(text).ok()?.parse().ok() } else { None }
        }
        _ => None,
    }
}

fn circle(members: &Array) -> Result<Circle, OrderProblem> {
    match filled(members, "circleofusers") {
        None => Ok(Circle::default()),
        Some(value) => match value.as_str() {
            Some("customer") => Ok(Circle::Customer),
            Some("group") => Ok(Circle::Group),
            Some("user" | "") => Ok(Circle::User),
            _ => Err(OrderProblem::Circle),
        },
    }
}

//! What can be clicked in the shop, and what the gateway is asked for then.

use serde_json::{Value, json};

/// Something to buy. Names are those in the page, and the app's own names for its orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// One product, paid once, without a circle of users.
    Single,
    /// A product for the whole customer.
    Customer,
    /// A product for the buyer's group.
    Group,
    /// A product for the buyer.
    User,
    /// A subscription.
    Abo,
}

impl Item {
    const ALL: [Self; 5] = [Self::Single, Self::Customer, Self::Group, Self::User, Self::Abo];

    /// The name in the page.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Customer => "customer",
            Self::Group => "group",
            Self::User => "user",
            Self::Abo => "abo",
        }
    }

    /// The item with this name.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|item| item.name() == name)
    }

    /// What it is called on a bill.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Single => "360°-Rundgang (groß)",
            Self::Customer | Self::Group | Self::User => "Grundriss-Paket",
            Self::Abo => "Grundriss-Abo",
        }
    }

    /// The order of it, as `POST /api/orders` takes it.
    pub(crate) fn order(self, visit: &str, return_path: &str) -> Value {
        let mut order =
            json!({"visit": visit, "returnPath": return_path, "reference": self.name()});
        let package =
            |circle| json!({"name": self.title(), "price": "120.00", "circleOfUsers": circle});
        match self {
            Self::Single => order["product"] = json!({"name": self.title(), "price": "38.70"}),
            Self::Customer | Self::Group | Self::User => order["product"] = package(self.name()),
            Self::Abo => {
                order["subscription"] = json!({
                    "description": self.title(), "monthlyCosts": "25.30", "months": 6,
                    "noticePeriod": "bis 3 Monate vor Vertragsende",
                    "automaticRenewal": "6 Monate", "circleOfUsers": "customer",
                });
            }
        }
        order
    }
}

/// What the window may be asked to do, by its name in the page.
pub(crate) fn message(name: &str) -> Option<&'static str> {
    match name {
        "refresh" => Some("refresh"),
        "refresh-and-close" => Some("refreshAndClose"),
        "close" => Some("close"),
        _ => None,
    }
}

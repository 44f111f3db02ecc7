//! What can be clicked in the shop, and the message that each click makes.

use freischalt_protocol::{
    UnixTime,
    php::{Array, Value, json},
};

/// Something to click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
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
    /// Reload what is below the window.
    Refresh,
    /// Reload what is below the window and close it.
    RefreshAndClose,
    /// Close the window.
    Close,
}

impl Item {
    const ALL: [Self; 8] = [
        Self::Single,
        Self::Customer,
        Self::Group,
        Self::User,
        Self::Abo,
        Self::Refresh,
        Self::RefreshAndClose,
        Self::Close,
    ];

    /// The name in the page.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Customer => "customer",
            Self::Group => "group",
            Self::User => "user",
            Self::Abo => "abo",
            Self::Refresh => "refresh",
            Self::RefreshAndClose => "refresh-and-close",
            Self::Close => "close",
        }
    }

    /// The item with this name.
    pub(super) fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|item| item.name() == name)
    }

    /// The JSON text without its signature.
    pub(super) fn message(self, entry: &str, callback: &str, now: UnixTime) -> String {
        let mut message = match self {
            Self::Single => order("360°-Rundgang (groß)", "38.70", "", callback),
            Self::Customer => order("Grundriss-Paket", "120.00", "customer", callback),
            Self::Group => order("Grundriss-Paket", "120.00", "group", callback),
            Self::User => order("Grundriss-Paket", "120.00", "user", callback),
            Self::Abo => subscription(callback),
            Self::Refresh => window("onOffice.service.refreshParent"),
            Self::RefreshAndClose => window("onOffice.service.refreshParentAndClose"),
            Self::Close => window("onOffice.service.closeProviderWindow"),
        };
        message.insert("parametercacheid", entry);
        message.insert("timestamp", now.0);
        // Every text comes from here or from a decoded URL and is UTF-8, and there are no floats.
        json::encode(&Value::Array(message)).unwrap_or_default()
    }
}

/// Prices and quantities are texts, so that every program signs them alike.
fn order(name: &str, price: &str, circle: &str, callback: &str) -> Array {
    let product =
        object([("name", name), ("price", price), ("quantity", "1"), ("circleofusers", circle)]);
    let mut order = object([("callbackurl", callback), ("totalprice", price)]);
    order.insert("products", Value::Array(Array::list([Value::Array(product)])));
    order
}

fn subscription(callback: &str) -> Array {
    let abo = object([
        ("durationinmonth", "6"),
        ("noticeperiod", "bis 3 Monate vor Vertragsende"),
        ("automaticrenewal", "6 Monate"),
        ("monthlycosts", "25.30"),
        ("monthlyservicedescription", "Grundriss-Abo"),
        ("circleofusers", "customer"),
    ]);
    let mut order = object([("callbackurl", callback)]);
    order.insert("abo", Value::Array(abo));
    order
}

fn window(kind: &str) -> Array {
    object([("onOfficeType", kind)])
}

fn object<const N: usize>(members: [(&str, &str); N]) -> Array {
    let mut object = Array::default();
    for (name, value) in members {
        object.insert(name, value);
    }
    object
}

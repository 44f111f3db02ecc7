//! An office with an active provider, and orders as its shop signs them.

use freischalt_marketplace::{
    Activation, ActivationId, ApiToken, Audience, CustomerId, GroupId, Language, OrderId,
    ParameterCacheEntry, ParameterCacheId, Policy, ProviderId, Stage, User, UserId,
    activation::{Grant, UnlockRecord},
    order::{EntryFacts, IntakeFacts, NewOrder, Placed, Refused, SignedOrder, intake},
    service::UserRight,
};
use freischalt_protocol::{Secret, UnixTime, signed_order};
use serde_json::{Value, json};

pub const NOW: UnixTime = UnixTime(1_764_000_000);
pub const CUSTOMER: CustomerId = CustomerId(1);
pub const PROVIDER: ProviderId = ProviderId(7);
pub const BUYER: UserId = UserId(21);
pub const ENTRY: &str = "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6";

pub fn secret() -> Secret {
    Secret::new("provider-secret-0123456789")
}

pub fn user() -> User {
    User {
        id: BUYER,
        name: "Bea".into(),
        administrator: false,
        group: Some(GroupId(3)),
        language: Language::De,
        active: true,
    }
}

pub fn entry_id() -> ParameterCacheId {
    ParameterCacheId::parse(ENTRY).unwrap()
}

pub fn activation() -> Activation {
    let entry = ParameterCacheEntry { id: ParameterCacheId::new([1; 16]), expires: NOW };
    let grant = Grant {
        audience: Audience::AllUsers,
        token: ApiToken::from_wire("0123456789abcdef0123456789abcdef"),
        entry,
        chosen_at: NOW,
    };
    Activation {
        id: ActivationId::new(1, [1; 10]),
        customer: CUSTOMER,
        provider: PROVIDER,
        opened_by: UserId(1),
        opened_at: NOW,
        stage: Stage::Active {
            grant,
            key: Secret::new("k"),
            unlock: UnlockRecord { at: NOW, is_regular_customer: false },
        },
    }
}

pub fn facts() -> IntakeFacts {
    IntakeFacts {
        before: None,
        entry: Some(EntryFacts {
            id: entry_id(),
            user: BUYER,
            expires: NOW.plus(60),
            activation: activation(),
        }),
        customer_active: true,
        user: Some(user()),
        right: UserRight::AsChosen,
    }
}

/// An order of one product, as the vendor's demo shop makes it.
pub fn product_order() -> Value {
    json!({
        "parametercacheid": ENTRY,
        "callbackurl": "https://provider.example/result?order=17",
        "products": [
            { "name": "360°-Rundgang (groß)", "price": "38.70", "quantity": "1", "circleofusers": "customer" },
        ],
        "totalprice": "38.70",
        "timestamp": NOW.0,
    })
}

/// A subscription, as the vendor's demo shop makes it.
pub fn abo_order() -> Value {
    json!({
        "parametercacheid": ENTRY,
        "callbackurl": "https://provider.example/result",
        "abo": {
            "durationinmonth": "6",
            "noticeperiod": "bis 3 Monate vor Vertragsende",
            "automaticrenewal": "6 Monate",
            "monthlycosts": "25.30",
            "monthlyservicedescription": "Abo-Modell",
            "circleofusers": "",
        },
        "timestamp": NOW.0,
    })
}

pub fn sign(order: &Value) -> String {
    signed_order::sign(order.to_string().as_bytes(), &secret()).unwrap()
}

pub fn new_order() -> NewOrder {
    NewOrder { id: OrderId::new(1, [9; 10]), customer: CUSTOMER, provider: PROVIDER, user: BUYER }
}

/// Signs the order and takes it in.
pub fn place(order: &Value, facts: IntakeFacts, now: UnixTime) -> Result<Placed, Refused> {
    place_as(order, new_order(), facts, now)
}

pub fn place_as(
    order: &Value,
    new: NewOrder,
    facts: IntakeFacts,
    now: UnixTime,
) -> Result<Placed, Refused> {
    let signed = SignedOrder::verify(sign(order).as_bytes(), &secret()).unwrap();
    intake(&signed, new, facts, now, &Policy::default())
}

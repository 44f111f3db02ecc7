//! What the demo data needs for orders: accounts with cards of the test bank, records that webhooks
//! can be about, and the client in which the demo provider sees what it has sold.

use std::collections::BTreeMap;

use freischalt_marketplace::{
    Language, Slug, UserId,
    account::{AccountOwner, Contact},
    bank::Instrument,
    service::Module,
};
use freischalt_store::{NewCustomer, NewMethod, Record, Store};
use futures_util::future::{join, join_all};

use super::{DEMO_CUSTOMER, DEMO_PROVIDER, SeedError, find, user};
use crate::crm;

/// Slug of the demo provider's own client.
pub(crate) const DEMO_CLIENT: &str = "grundrisswerk";

/// Cards and accounts of the test bank that the demo customer pays with.
const TOKENS: [&str; 5] = [
    "card-paid",
    "card-3ds-paid",
    "card-declined-insufficient-funds",
    "sepa-paid",
    "card-paid-mastercard",
];

pub(super) async fn ensure(store: &Store) -> Result<(), SeedError> {
    let demo = find(store, DEMO_PROVIDER).await?;
    let client = NewCustomer {
        slug: Slug::parse(DEMO_CLIENT)?,
        name: "Grundrisswerk GmbH".to_owned(),
        web_id: "b7d9e0a4-51c6-4f0b-8f0e-0c3f5c1d2e9a".to_owned(),
        groups: Vec::new(),
        users: vec![user(1, "Greta Grund", true, None, Language::De)],
    };
    let client = store.create_customer(client).await?;
    store.set_provider_client(demo.id, client.id).await?;
    let customer = store.customer(&Slug::parse(DEMO_CUSTOMER)?).await?;
    let customer = customer.ok_or(SeedError::NoCustomer(DEMO_CUSTOMER))?;
    let owner = AccountOwner::Client;
    let users = [21, 22, 23, 24].map(UserId).to_vec();
    store.put_account(customer.id, owner, users, contact()).await?;
    // Asked for together, they share commits: a first start is not to be waited for.
    let methods = TOKENS.into_iter().filter_map(Instrument::of_token).map(|instrument| {
        let new = NewMethod {
            kind: instrument.kind,
            token: instrument.token.to_owned(),
            label: instrument.label(),
        };
        store.add_method(customer.id, owner, new)
    });
    let records = crm::ESTATES.iter().map(|estate| {
        let fields: BTreeMap<String, String> = crm::ESTATE_FIELDS
            .iter()
            .filter_map(|field| Some(((*field).to_owned(), estate.value(field)?)))
            .collect();
        let record = Record { module: Module::Estate, id: estate.id, fields };
        store.save_record(customer.id, record, |_| Vec::new())
    });
    let (methods, records) = join(join_all(methods), join_all(records)).await;
    methods.into_iter().try_for_each(|kept| kept.map(|_| ()))?;
    Ok(records.into_iter().collect::<Result<(), _>>()?)
}

fn contact() -> Contact {
    let text = str::to_owned;
    Contact {
        salutation: text("Frau"),
        first_name: text("Anna"),
        last_name: text("Albrecht"),
        company_name: text("Musterimmo GmbH"),
        address: text("Musterstraße 1"),
        zip_code: text("52062"),
        city: text("Aachen"),
        country: text("Deutschland"),
        email: text("buchhaltung@musterimmo.invalid"),
        company_ust_id: text("DE123456789"),
    }
}

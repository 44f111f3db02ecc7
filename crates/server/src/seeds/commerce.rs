//! What the demo data needs for orders: accounts with cards of the test bank, records that webhooks
//! can be about, and the client in which the demo provider sees what it has sold.

use freischalt_marketplace::{
    CustomerId, Language, Slug, UserId,
    account::{AccountOwner, Contact},
    bank::Instrument,
    service::Module,
};
use freischalt_store::{NewCustomer, NewMethod, Save, Store, StoreError};
use futures_util::future::{join, join_all};

use super::{DEMO_CUSTOMER, DEMO_PROVIDER, SeedError, find, user};
use crate::crm::samples;

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
    let records = records(store);
    let (methods, records) = join(join_all(methods), records).await;
    methods.into_iter().try_for_each(|kept| kept.map(|_| ()))?;
    records
}

/// Gives every customer records to click on, module by module where there are none yet.
pub(super) async fn records(store: &Store) -> Result<(), SeedError> {
    let customers = store.customers().await?;
    let given = customers.iter().map(|customer| for_customer(store, customer.id));
    Ok(join_all(given).await.into_iter().collect::<Result<(), _>>()?)
}

/// Gives a customer records to click on, module by module where there are none yet.
pub(crate) async fn for_customer(store: &Store, customer: CustomerId) -> Result<(), StoreError> {
    let mut samples = samples();
    for module in [Module::Estate, Module::Address, Module::Calendar] {
        if store.records(customer, module, 0, 1).await?.1 > 0 {
            samples.retain(|sample| sample.module != module);
        }
    }
    let saved = samples.into_iter().map(|sample| {
        let fields = sample.fields;
        store.save_record(customer, sample.module, Some(sample.id), move |_| {
            Some(Save { fields: fields.clone(), deliveries: Vec::new() })
        })
    });
    join_all(saved).await.into_iter().try_for_each(|kept| kept.map(|_| ()))
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

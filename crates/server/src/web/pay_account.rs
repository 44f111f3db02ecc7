//! Marketplace accounts of a customer: the company's, a group's, a user's own. The first two are
//! set up by administrators (enterprise help, "Marketplace-Konto").

use std::collections::HashMap;

use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use freischalt_marketplace::{
    MethodId, PayAccount, UserId,
    account::{AccountOwner, Contact},
    bank::{INSTRUMENTS, Instrument},
};
use freischalt_store::NewMethod;
use serde::Deserialize;

use super::{
    failure::Failure,
    form::Fields,
    page::page,
    views::{Section, pay_account},
    visitor::{SignedIn, Visitor},
};
use crate::security;

/// The fields of the contact data, as the API names them.
const FIELDS: [&str; 10] = [
    "salutation",
    "firstname",
    "lastname",
    "companyname",
    "address",
    "zipcode",
    "city",
    "country",
    "email",
    "companyUstId",
];
/// The longest value, in characters.
const LONGEST: usize = 200;

/// Which account.
#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    of: String,
}

/// `GET /account`
pub(super) async fn show(
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    render(&visitor, &which.of, None).await
}

/// `POST /account`: saves the contact data, and who may pay.
pub(super) async fn save(
    visitor: Visitor,
    Fields(sent): Fields<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let who = visitor.who()?;
    let of = sent.iter().find(|(name, _)| name == "of").map_or("", |(_, value)| value);
    let (name, owner) = owner(&visitor, who, of)?;
    let users: Vec<UserId> = sent
        .iter()
        .filter(|(name, _)| name == "user")
        .filter_map(|(_, value)| value.parse().ok().map(UserId))
        .collect();
    let values: HashMap<&str, &str> =
        sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let value = |field: &str| {
        let text = values.get(field).copied().unwrap_or_default().trim();
        text.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect::<String>()
    };
    let contact = Contact {
        salutation: value("salutation"),
        first_name: value("firstname"),
        last_name: value("lastname"),
        company_name: value("companyname"),
        address: value("address"),
        zip_code: value("zipcode"),
        city: value("city"),
        country: value("country"),
        email: value("email"),
        company_ust_id: value("companyUstId"),
    };
    let kept = visitor.app.store.put_account(who.customer.id, owner, users, contact).await;
    kept.map_err(|error| Failure::internal(&visitor, &error))?;
    changed(&visitor, who, name, "account");
    Ok(back(name))
}

/// A method to be added or removed.
#[derive(Deserialize)]
pub(super) struct Methods {
    of: String,
    number: Option<String>,
    remove: Option<i64>,
}

/// `POST /account/methods`
pub(super) async fn methods(
    visitor: Visitor,
    Fields(sent): Fields<Methods>,
) -> Result<Response, Failure> {
    let who = visitor.who()?;
    let (name, owner) = owner(&visitor, who, &sent.of)?;
    let internal = |error| Failure::internal(&visitor, &error);
    let store = &visitor.app.store;
    if let Some(method) = sent.remove.map(MethodId) {
        let account = account_of(&visitor, who, owner).await?;
        if account.is_some_and(|account| account.methods.iter().any(|known| known.id == method)) {
            store.remove_method(who.customer.id, method).await.map_err(internal)?;
            changed(&visitor, who, name, "method removed");
        }
        return Ok(back(name));
    }
    let number: String =
        sent.number.unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
    if !visitor.app.shops {
        let words = visitor.language.texts().pay_account.no_shops;
        return render(&visitor, name, Some(words)).await;
    }
    let Some(instrument) = Instrument::of_number(&number) else {
        let words = visitor.language.texts().pay_account.number_unknown;
        return render(&visitor, name, Some(words)).await;
    };
    let new = NewMethod {
        kind: instrument.kind,
        token: instrument.token.to_owned(),
        label: instrument.label(),
    };
    store.add_method(who.customer.id, owner, new).await.map_err(internal)?;
    changed(&visitor, who, name, "method added");
    Ok(back(name))
}

fn changed(visitor: &Visitor, who: &SignedIn, account: &'static str, what: &'static str) {
    tracing::info!(
        target: security::TARGET,
        event = "payment_account_changed",
        caller = %visitor.caller,
        by = %who.user.id,
        customer = %who.customer.id,
        account,
        what,
        "a payment account was changed"
    );
}

fn back(owner: &str) -> Response {
    Redirect::to(&format!("/account?of={owner}")).into_response()
}

/// The account that is meant, if the visitor may see to it.
fn owner(
    visitor: &Visitor,
    who: &SignedIn,
    of: &str,
) -> Result<(&'static str, AccountOwner), Failure> {
    let all = owners(who);
    let found = all.iter().find(|(name, _)| *name == of || of.is_empty());
    found.copied().ok_or_else(|| {
        let words = &visitor.language.texts().problems;
        Failure::forbidden(visitor, words.account_of_others.to_owned())
    })
}

fn owners(who: &SignedIn) -> Vec<(&'static str, AccountOwner)> {
    let mut all = Vec::new();
    if who.user.administrator {
        all.push(("client", AccountOwner::Client));
        all.extend(who.user.group.map(|group| ("group", AccountOwner::Group(group))));
    }
    all.push(("user", AccountOwner::User(who.user.id)));
    all
}

async fn account_of(
    visitor: &Visitor,
    who: &SignedIn,
    owner: AccountOwner,
) -> Result<Option<PayAccount>, Failure> {
    let accounts = visitor.app.store.accounts(who.customer.id).await;
    let accounts = accounts.map_err(|error| Failure::internal(visitor, &error))?;
    Ok(accounts.into_iter().find(|account| account.owner == owner))
}

async fn render(
    visitor: &Visitor,
    of: &str,
    number_problem: Option<&'static str>,
) -> Result<Response, Failure> {
    let who = visitor.who()?;
    let (name, owner) = owner(visitor, who, of)?;
    let words = &visitor.language.texts().pay_account;
    let language = visitor.store_language();
    let account = account_of(visitor, who, owner).await?;
    let label = |name| match name {
        "client" => words.client,
        "group" => words.group,
        _ => words.own,
    };
    let tabs = owners(who).into_iter().map(|(tab, _)| (tab, label(tab), tab == name));
    let contact = account.as_ref().map(|account| account.contact.clone()).unwrap_or_default();
    let labels = FIELDS.into_iter().zip(words.fields);
    let users = if owner == AccountOwner::Client {
        let all = visitor.app.store.users(who.customer.id).await;
        let all = all.map_err(|error| Failure::internal(visitor, &error))?;
        let may = |id| account.as_ref().is_some_and(|account| account.users.contains(&id));
        all.into_iter().map(|user| (user.id.0, user.name, may(user.id))).collect()
    } else {
        Vec::new()
    };
    let outcome = |token: &str| {
        let known = Instrument::of_token(token).filter(|_| visitor.app.is_sandbox());
        known.map_or("", |known| known.outcome_in(language))
    };
    let methods = account.iter().flat_map(|account| &account.methods);
    let methods = methods.map(|method| (method.id.0, method.label.clone(), outcome(&method.token)));
    let numbers = INSTRUMENTS.iter().filter(|_| visitor.app.is_sandbox());
    Ok(page(&pay_account::PayAccount {
        frame: visitor.frame(Section::Account),
        tabs: tabs.collect(),
        owner: name,
        exists: account.is_some(),
        contact: labels.map(|(field, label)| (field, label, value(&contact, field))).collect(),
        users,
        methods: methods.collect(),
        number_problem,
        test_numbers: numbers.map(|known| (known.number, known.outcome_in(language))).collect(),
    }))
}

fn value(contact: &Contact, field: &str) -> String {
    let value = match field {
        "salutation" => &contact.salutation,
        "firstname" => &contact.first_name,
        "lastname" => &contact.last_name,
        "companyname" => &contact.company_name,
        "address" => &contact.address,
        "zipcode" => &contact.zip_code,
        "city" => &contact.city,
        "country" => &contact.country,
        "email" => &contact.email,
        _ => &contact.company_ust_id,
    };
    value.clone()
}

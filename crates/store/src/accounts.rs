//! Marketplace accounts with their payment methods, and the right to use a provider one by one.

use freischalt_database::Transaction as Tx;
use freischalt_marketplace::{
    AccountOwner, Contact, CustomerId, MethodId, PayAccount, PaymentMethod, ProviderId, UserId,
    service::UserRight, transaction::MeansKind,
};

use crate::{
    Store, StoreError,
    deals::{means_kind, read_means_kind},
};

/// A payment method to be stored.
#[derive(Clone, Debug)]
pub struct NewMethod {
    /// Card or account.
    pub kind: MeansKind,
    /// The bank's name for it; never a card number.
    pub token: String,
    /// What people know it by.
    pub label: String,
}

impl Store {
    /// Makes an account or replaces its contact and users; its payment methods stay.
    pub async fn put_account(
        &self,
        customer: CustomerId,
        owner: AccountOwner,
        users: Vec<UserId>,
        contact: Contact,
    ) -> Result<(), StoreError> {
        let corrupt = |_| corrupt("the contact cannot be written as JSON");
        let contact = serde_json::to_string(&contact).map_err(corrupt)?;
        let users: Vec<i64> = users.iter().map(|user| user.0).collect();
        let users = serde_json::to_string(&users).map_err(corrupt)?;
        let (kind, number) = owner.stored();
        self.database
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO pay_accounts (customer_id, kind, number, contact, users)
                     VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (customer_id, kind, number) DO UPDATE SET
                         contact = excluded.contact, users = excluded.users",
                    &[&customer.0, &kind, &number, &contact, &users],
                )?;
                Ok(())
            })
            .await
    }

    /// The accounts of a customer.
    pub async fn accounts(&self, customer: CustomerId) -> Result<Vec<PayAccount>, StoreError> {
        self.database.read(move |tx| find_accounts(tx, customer)).await
    }

    /// Stores a payment method; `None` if there is no such account.
    pub async fn add_method(
        &self,
        customer: CustomerId,
        owner: AccountOwner,
        new: NewMethod,
    ) -> Result<Option<PaymentMethod>, StoreError> {
        let (kind, number) = owner.stored();
        self.database
            .write(move |tx| {
                let account = tx.query_for_update(
                    "SELECT number FROM pay_accounts WHERE customer_id = ?1
                     ORDER BY kind, number",
                    &[&customer.0],
                )?;
                let exists = tx.query_opt(
                    "SELECT number FROM pay_accounts
                     WHERE customer_id = ?1 AND kind = ?2 AND number = ?3",
                    &[&customer.0, &kind, &number],
                )?;
                if account.is_empty() || exists.is_none() {
                    return Ok(None);
                }
                let newest = tx.query_opt(
                    "SELECT COALESCE(MAX(method_id), 0) AS newest FROM payment_methods
                     WHERE customer_id = ?1",
                    &[&customer.0],
                )?;
                let id = 1 + newest.map_or(Ok(0), |row| row.get::<i64>("newest"))?;
                tx.execute(
                    "INSERT INTO payment_methods
                         (customer_id, method_id, kind, number, means, token, label)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    &[
                        &customer.0,
                        &id,
                        &kind,
                        &number,
                        &means_kind(new.kind),
                        &new.token,
                        &new.label,
                    ],
                )?;
                Ok(Some(PaymentMethod {
                    id: MethodId(id),
                    kind: new.kind,
                    token: new.token.clone(),
                    label: new.label.clone(),
                }))
            })
            .await
    }

    /// Forgets a payment method. What was paid with it keeps its label.
    pub async fn remove_method(
        &self,
        customer: CustomerId,
        method: MethodId,
    ) -> Result<bool, StoreError> {
        self.database
            .write(move |tx| {
                let removed = tx.execute(
                    "DELETE FROM payment_methods WHERE customer_id = ?1 AND method_id = ?2",
                    &[&customer.0, &method.0],
                )?;
                Ok(removed == 1)
            })
            .await
    }

    /// Gives or takes the right to use a provider, or leaves it as chosen at the activation.
    pub async fn set_right(
        &self,
        customer: CustomerId,
        provider: ProviderId,
        user: UserId,
        right: UserRight,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |tx| {
                let given = match right {
                    UserRight::AsChosen => {
                        tx.execute(
                            "DELETE FROM user_rights
                             WHERE customer_id = ?1 AND provider_id = ?2 AND user_id = ?3",
                            &[&customer.0, &provider.0, &user.0],
                        )?;
                        return Ok(());
                    }
                    UserRight::Given => true,
                    UserRight::Taken => false,
                };
                tx.execute(
                    "INSERT INTO user_rights (customer_id, provider_id, user_id, given)
                     VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (customer_id, provider_id, user_id) DO UPDATE SET
                         given = excluded.given",
                    &[&customer.0, &provider.0, &user.0, &given],
                )?;
                Ok(())
            })
            .await
    }

    /// Whether a user has the right one by one.
    pub async fn right(
        &self,
        customer: CustomerId,
        provider: ProviderId,
        user: UserId,
    ) -> Result<UserRight, StoreError> {
        self.database.read(move |tx| find_right(tx, customer, provider, user)).await
    }
}

pub(crate) fn find_right(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    provider: ProviderId,
    user: UserId,
) -> Result<UserRight, StoreError> {
    let row = tx.query_opt(
        "SELECT given FROM user_rights
         WHERE customer_id = ?1 AND provider_id = ?2 AND user_id = ?3",
        &[&customer.0, &provider.0, &user.0],
    )?;
    Ok(match row.map(|row| row.get("given")).transpose()? {
        None => UserRight::AsChosen,
        Some(true) => UserRight::Given,
        Some(false) => UserRight::Taken,
    })
}

pub(crate) fn find_accounts(
    tx: &mut Tx<'_>,
    customer: CustomerId,
) -> Result<Vec<PayAccount>, StoreError> {
    let found = tx.query(
        "SELECT kind, number, contact, users FROM pay_accounts
         WHERE customer_id = ?1 ORDER BY kind, number",
        &[&customer.0],
    )?;
    let mut accounts = Vec::with_capacity(found.len());
    for row in &found {
        let kind: String = row.get("kind")?;
        let number: i64 = row.get("number")?;
        let (contact, users): (String, String) = (row.get("contact")?, row.get("users")?);
        let users: Vec<i64> = serde_json::from_str(&users)
            .map_err(|_| corrupt("the users are not the JSON that they should be"))?;
        accounts.push(PayAccount {
            owner: AccountOwner::from_stored(&kind, number)
                .ok_or(corrupt("the kind of owner is none"))?,
            users: users.into_iter().map(UserId).collect(),
            contact: serde_json::from_str(&contact)
                .map_err(|_| corrupt("the contact is not the JSON that it should be"))?,
            methods: find_methods(tx, customer, &kind, number)?,
        });
    }
    Ok(accounts)
}

fn find_methods(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    kind: &str,
    number: i64,
) -> Result<Vec<PaymentMethod>, StoreError> {
    let found = tx.query(
        "SELECT method_id, means, token, label FROM payment_methods
         WHERE customer_id = ?1 AND kind = ?2 AND number = ?3 ORDER BY method_id",
        &[&customer.0, &kind, &number],
    )?;
    found
        .iter()
        .map(|row| {
            Ok(PaymentMethod {
                id: MethodId(row.get("method_id")?),
                kind: read_means_kind(&row.get::<String>("means")?)?,
                token: row.get("token")?,
                label: row.get("label")?,
            })
        })
        .collect()
}

fn corrupt(problem: &'static str) -> StoreError {
    StoreError::Corrupt { table: "pay_accounts", problem }
}

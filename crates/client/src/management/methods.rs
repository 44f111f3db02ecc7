//! Stored payment methods of customers.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::{Answer, Management, ManagementError};

/// A payment method to be stored. Without group and user it is one of the company's account.
#[derive(Clone, Debug, Serialize)]
pub struct NewPaymentMethod {
    /// A card or account number of the test bank.
    pub number: String,
    /// The group whose account it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<i64>,
    /// The user whose own account it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<i64>,
}

/// A stored payment method of a customer.
#[derive(Clone, Debug, Deserialize)]
pub struct PaymentMethod {
    /// What an order names to be paid with it.
    pub id: i64,
    /// `card` or `directDebit`.
    pub kind: String,
    /// What people know it by.
    pub label: String,
    /// The group whose account it is.
    #[serde(default)]
    pub group: Option<i64>,
    /// The user whose own account it is.
    #[serde(default)]
    pub user: Option<i64>,
}

type Received<T> = Result<Answer<T>, ManagementError>;

impl Management {
    /// The stored payment methods of a customer.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn payment_methods(&self, customer: &str) -> Received<Vec<PaymentMethod>> {
        self.get(self.url(&["customers", customer, "payment-methods"])).await
    }

    /// Stores a card or account of the test bank.
    ///
    /// # Errors
    /// See [`ManagementError`]; an unknown number, and an account that nobody has set up, is
    /// `Refused`.
    pub async fn add_payment_method(
        &self,
        customer: &str,
        new: &NewPaymentMethod,
    ) -> Received<PaymentMethod> {
        self.send(Method::POST, self.url(&["customers", customer, "payment-methods"]), new).await
    }

    /// Forgets a stored payment method.
    ///
    /// # Errors
    /// See [`ManagementError`]; an unknown id is `Refused`.
    pub async fn remove_payment_method(&self, customer: &str, id: i64) -> Received<PaymentMethod> {
        let url = self.url(&["customers", customer, "payment-methods", &id.to_string()]);
        self.call(self.http.request(Method::DELETE, url)).await
    }
}

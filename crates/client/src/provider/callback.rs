//! The result of an order, as the marketplace sends the browser back with it
//! (workdev1211/area-butler and `Shop` in onOfficeGmbH/marketplace-examples).

use std::fmt;

use freischalt_protocol::UnixTime;
use freischalt_protocol::signed_url::VerifiedUrl;

use super::check::{CheckError, UrlCheck};

/// A genuine result. The browser brings it, and may bring it again: `transaction_id` tells whether
/// it is known already.
#[derive(Clone)]
pub struct Callback {
    /// How it ended.
    pub outcome: Outcome,
    /// When the marketplace signed it.
    pub signed_at: UnixTime,
    url: VerifiedUrl,
}

/// How an order ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Paid.
    Success(Payment),
    /// Accepted, the money is on its way (SEPA). Providers deliver.
    InProcess(Payment),
    /// Not paid.
    Error {
        /// Why, in words for people; may be empty.
        message: String,
        /// Why, in numbers of the marketplace; may be empty.
        codes: String,
    },
}

/// What a payment is called by.
///
/// ```
/// use freischalt_client::provider::Payment;
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let (launch, _) = sandbox.launched().await;
/// # let payment = sandbox.transaction(&launch, freischalt_docs_sandbox::subscription()).await;
/// let Payment { transaction_id, subscription_id, .. } = payment;
/// assert!(!transaction_id.is_empty() && subscription_id.is_some());
/// # Ok(()) });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// `transactionid`.
    pub transaction_id: String,
    /// `referenceid`, whose meaning the vendor does not tell.
    pub reference_id: Option<String>,
    /// `aboid`, if a subscription was ordered.
    pub subscription_id: Option<String>,
}

/// Why a callback is not accepted.
///
/// ```
/// use freischalt_client::provider::{CallbackError, UrlCheck};
/// use freischalt_client::{Secret, UnixTime};
///
/// let check = UrlCheck::new("https://provider.example", Secret::new("secret")).unwrap();
/// let forged = "/result?order=17&status=success&transactionid=1&timestamp=1&signature=00";
/// assert!(matches!(check.callback(forged, UnixTime(1)), Err(CallbackError::Check(_))));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// Not signed by the marketplace, too old, or without a time.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// No result, or one that is not known.
    #[error("status is {0:?}; it should be success, inprocess or error")]
    UnknownStatus(String),
    /// A payment without its id.
    #[error("the callback reports a payment but has no transactionid")]
    NoTransaction,
}

impl Callback {
    /// A parameter of the callback URL's own, such as an order id.
    pub fn own(&self, name: &str) -> Option<&str> {
        self.url.get(name)
    }

    /// The payment, also one whose money is still on its way.
    pub fn payment(&self) -> Option<&Payment> {
        match &self.outcome {
            Outcome::Success(payment) | Outcome::InProcess(payment) => Some(payment),
            Outcome::Error { .. } => None,
        }
    }

    /// What tells this URL from every other genuine one: 64 characters, the same when the browser
    /// brings it again. A new result of the same order has another.
    ///
    /// [`UrlCheck::callback`] shows it at work.
    pub fn id(&self) -> &str {
        self.url.id()
    }
}

/// Own parameters may hold anything.
impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("outcome", &self.outcome)
            .field("signed_at", &self.signed_at)
            .finish_non_exhaustive()
    }
}

impl UrlCheck {
    /// Checks the URL of a callback and reads the result.
    ///
    /// ```
    /// use std::num::NonZeroU32;
    ///
    /// use freischalt_client::provider::{Callback, Item, Order, Outcome, Product, UrlCheck};
    /// use freischalt_client::system_time;
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let secret = sandbox.secret();
    /// # let (launch, _) = sandbox.launched().await;
    /// let order = Order {
    ///     parameter_cache_id: launch.parameter_cache_id,
    ///     callback_url: "https://provider.example/result?order=17".to_owned(),
    ///     item: Item::Product(Product {
    ///         name: "360°-Rundgang (groß)".to_owned(),
    ///         price: "38.70".parse()?,
    ///         quantity: NonZeroU32::MIN,
    ///         circle: None,
    ///     }),
    /// };
    /// // The page posts this text to the marketplace's window, and the customer pays.
    /// let signed = order.sign(&secret, system_time());
    /// # let path_and_query = sandbox.pay(&signed).await;
    /// // Then the browser comes back to the callback URL.
    /// let check = UrlCheck::new("https://provider.example", secret)?;
    /// let callback: Callback = check.callback(&path_and_query, system_time())?;
    /// assert_eq!(callback.own("order"), Some("17"));
    /// // A browser may bring the same URL again.
    /// assert_eq!(check.callback(&path_and_query, system_time())?.id(), callback.id());
    /// let payment = callback.payment().ok_or("not paid")?;
    /// println!("order 17 is transaction {}", payment.transaction_id);
    /// assert_eq!(callback.outcome, Outcome::Success(payment.clone()));
    /// # Ok(()) });
    /// ```
    pub fn callback(&self, path_and_query: &str, now: UnixTime) -> Result<Callback, CallbackError> {
        let url = self.verify(path_and_query, now)?;
        let text = |name| url.get(name).unwrap_or_default().to_owned();
        let optional = |name| Some(text(name)).filter(|text| !text.is_empty());
        let payment = || {
            Ok::<_, CallbackError>(Payment {
                transaction_id: optional("transactionid").ok_or(CallbackError::NoTransaction)?,
                reference_id: optional("referenceid"),
                subscription_id: optional("aboid"),
            })
        };
        let outcome = match text("status").as_str() {
            "success" => Outcome::Success(payment()?),
            "inprocess" => Outcome::InProcess(payment()?),
            "error" => Outcome::Error { message: text("message"), codes: text("errorCodes") },
            other => {
                return Err(CallbackError::UnknownStatus(other.chars().take(40).collect()));
            }
        };
        let signed_at = url.timestamp().unwrap_or(now);
        Ok(Callback { outcome, signed_at, url })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use freischalt_protocol::{Secret, signed_url};

    fn read(query: &str) -> Result<Callback, CallbackError> {
        let secret = Secret::new("s");
        let url = format!("https://p.example/r?{query}&timestamp=100");
        let url = signed_url::sign(&url, &secret).unwrap();
        let check = UrlCheck::new("https://p.example", secret).unwrap();
        check.callback(url.strip_prefix("https://p.example").unwrap(), UnixTime(100))
    }

    #[test]
    fn every_result_is_read_and_nothing_else_is_one() {
        let paid = read("status=inprocess&transactionid=7&aboid=5").unwrap();
        let payment = Payment {
            transaction_id: "7".to_owned(),
            reference_id: None,
            subscription_id: Some("5".to_owned()),
        };
        assert_eq!(paid.outcome, Outcome::InProcess(payment));
        let failed = read("status=error&message=zu+wenig&errorCodes=3").unwrap();
        let (message, codes) = ("zu wenig".to_owned(), "3".to_owned());
        assert_eq!(failed.outcome, Outcome::Error { message, codes });
        assert_eq!(read("status=success").unwrap_err(), CallbackError::NoTransaction);
        for status in ["", "status=", "status=Success&transactionid=7", "status[]=success"] {
            let error = read(status).unwrap_err();
            assert!(matches!(error, CallbackError::UnknownStatus(_)), "{status}: {error}");
        }
    }
}

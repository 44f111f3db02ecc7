//! The table in words, for people. A test compares it with [`Refusal::code`](super::Refusal::code).

/// Where in the answer a code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `status.errorcode`, `status.code` 500, no results.
    Top500,
    /// `status.errorcode`, `status.code` 400, no results.
    Top400,
    /// The action's own result; above it stands 500/97.
    Result,
}

/// A row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// A stable name; the black-box test of the row has it.
    pub id: &'static str,
    /// The situation.
    pub situation: &'static str,
    /// The code.
    pub code: u32,
    /// Where it stands.
    pub place: Place,
    /// Where the assignment of code to situation comes from.
    pub source: &'static str,
    /// The setting that changes it, if there is one.
    pub setting: Option<&'static str>,
}

const DOCUMENTED: &str = "documented";
const TEXT: &str = "inferred from the code's text";
const OURS: &str = "ours";

macro_rules! rows {
    ($($id:literal $code:literal $place:ident $source:ident $($setting:literal)? : $situation:literal;)*) => {
        &[$(Row {
            id: $id,
            situation: $situation,
            code: $code,
            place: Place::$place,
            source: $source,
            setting: rows!(@ $($setting)?),
        },)*]
    };
    (@ $setting:literal) => { Some($setting) };
    (@) => { None };
}

/// Every row, in the order of the checks.
pub const TABLE: &[Row] = rows! {
    "body-empty" 9 Top500 TEXT: "The body is empty.";
    "json-depth" 3 Top500 TEXT: "The JSON has more than 511 arrays or objects inside each other.";
    "json-brackets" 4 Top500 TEXT: "A bracket in the JSON closes one of the other kind.";
    "json-control-character" 5 Top500 TEXT: "A JSON string holds a raw control character.";
    "json-syntax" 6 Top500 TEXT: "The body is not JSON.";
    "json-utf8" 7 Top500 TEXT: "The body is not UTF-8.";
    "json-other" 8 Top500 TEXT: "A \\u escape is half a surrogate pair.";
    "json-not-an-object" 4 Top500 TEXT: "The body is JSON but not an object.";
    "token-missing" 13 Top500 TEXT: "token is missing, empty or not a text.";
    "request-missing" 14 Top500 TEXT: "request is missing or not an object.";
    "actions-missing" 15 Top500 TEXT: "request.actions is missing, empty or not a list.";
    "actions-too-many" 15 Top500 OURS "max_actions": "request.actions has more elements than are accepted.";
    "token-unknown" 22 Top400 DOCUMENTED: "No API user has this token.";
    "api-user-inactive" 22 Top400 TEXT "blocked_api_user": "The activation of the API user is over: blocked, or replaced by a new run.";
    "client-revoked" 48 Top500 TEXT "blocked_api_user": "As api-user-inactive, and the marketplace is set to this code.";
    "user-switched-off" 104 Result TEXT "blocked_api_user": "As api-user-inactive, and the marketplace is set to this code.";
    "action-not-an-object" 247 Result TEXT: "An element of actions is not an object.";
    "actionid-missing" 16 Result TEXT: "actionid is missing or not a text.";
    "actionid-empty" 17 Result TEXT: "actionid is empty.";
    "resourceid-invalid" 18 Result TEXT: "resourceid is a list, an object, a boolean or a float.";
    "resourcetype-missing" 19 Result TEXT: "resourcetype is missing or not a text.";
    "parameters-invalid" 20 Result TEXT: "parameters is a filled list or a scalar.";
    "parameter-name-empty" 21 Result TEXT: "A parameter's name is empty.";
    "timestamp-unreadable" 136 Result TEXT: "timestamp is missing or not a whole number.";
    "timestamp-outside" 136 Result DOCUMENTED "timestamp_tolerance": "timestamp differs from the server's clock by more than 120 s.";
    "hmac-missing" 137 Result TEXT "wrong_signature": "hmac is missing, empty or not a text.";
    "hmac-version" 137 Result OURS "wrong_signature": "hmac_version is neither 2 nor 1 nor absent.";
    "hmac-legacy-off" 137 Result OURS "hmac_v1": "hmac_version is absent and legacy signatures are switched off.";
    "hmac-wrong" 137 Result DOCUMENTED "wrong_signature": "hmac is wrong: another key, other texts, or another construction.";
    "secret-wrong" 49 Result TEXT "wrong_signature": "hmac is wrong, and the marketplace is set to the older code.";
    "hmac-float" 243 Result TEXT: "A legacy hmac is wrong and a parameter is a float.";
    "claim-missing" 193 Result TEXT "claim_required": "extendedclaim is missing, empty or not a text.";
    "claim-unreadable" 193 Result TEXT: "extendedclaim was never issued here, or was changed.";
    "claim-foreign" 248 Result TEXT: "extendedclaim belongs to another provider, customer, run or user, or the call is about what another user has bought.";
    "claim-outdated" 201 Result TEXT "claim_lifetime": "The lifetime of extendedclaim is over.";
    "action-unknown" 23 Result TEXT: "No action has this actionid.";
    "resourcetype-unknown" 25 Result TEXT: "The action has no such resourcetype, or this marketplace does not serve it yet.";
    "resourceid-unknown" 24 Result TEXT "strict_resource_id": "unlockProvider is called with a resourceid.";
    "not-for-marketplace-users" 240 Result TEXT: "A marketplace API user makes a call reserved for others.";
    "only-unlock" 240 Result TEXT: "Any other marketplace call before the provider is active.";
    "claim-of-service-call" 248 Result TEXT: "unlockProvider with the claim of a service call.";
    "claim-of-activation" 248 Result TEXT: "Another call with the claim of the activation.";
    "parameter-invalid" 255 Result OURS: "A parameter has the wrong type or an impossible value, or is not served yet.";
    "customer-inactive" 175 Result TEXT: "The customer is switched off.";
    "user-inactive" 176 Result TEXT: "The user who began the activation, or whose claim it is, is gone or switched off.";
    "user-not-administrator" 183 Result TEXT: "The user who began the activation is no administrator any more.";
    "user-without-right" 183 Result TEXT: "The user of the claim may not use the provider, or not any more.";
    "field-unknown" 141 Result DOCUMENTED: "data, filter or sortby names a field that the records do not have.";
    "operator-unknown" 142 Result DOCUMENTED: "filter has an operator that does not exist.";
    "filter-malformed" 257 Result TEXT: "filter has another structure than fields with lists of op and val.";
    "user-not-readable" 170 Result TEXT: "read user of somebody else, for a user who is no administrator.";
    "only-for-marketplace-users" 183 Result OURS: "An ordinary API user makes a call of marketplace API users.";
    "payer-unknown" 184 Result DOCUMENTED: "userid is missing, gone, switched off, or not the user who paid.";
    "userid-not-a-number" 186 Result TEXT: "userid is not a whole number.";
    "transaction-unknown" 189 Result DOCUMENTED: "There is no such transaction.";
    "transaction-foreign" 205 Result TEXT: "The transaction belongs to another provider or customer.";
    "transaction-too-old" 190 Result DOCUMENTED "invoice_recipient_window": "getMarketplaceInvoiceRecipient without a claim, too long after the transaction.";
    "recipient-unknown" 188 Result DOCUMENTED: "The user who paid has no marketplace account any more.";
    "refund-state" 210 Result DOCUMENTED: "The transaction is not paid, is a refund, or is a direct debit younger than 7 days.";
    "refund-before" 210 Result DOCUMENTED: "The transaction was refunded before, or is being refunded.";
    "price-format" 214 Result TEXT: "priceNet is no price.";
    "cancellation-unknown" 255 Result OURS: "aboid is no subscription of this customer and provider.";
    "cancellation-no-day" 122 Result TEXT: "cancelationDate is no day that exists.";
    "cancellation-date" 255 Result OURS: "The date lies in the past, or the subscription is cancelled to another one.";
    "record-unknown" 24 Result TEXT: "executeMarketplaceWebhooks for a record that does not exist.";
    "entry-missing" 177 Result TEXT: "parameterCacheId is missing or empty.";
    "entry-unknown" 177 Result TEXT: "parameterCacheId is unknown, or belongs to another activation.";
    "entry-of-service-call" 178 Result TEXT: "parameterCacheId is that of a service call.";
    "entry-expired" 177 Result TEXT "parameter_cache_lifetime": "The lifetime of the parameter cache entry is over.";
    "entry-used" 177 Result OURS: "The entry was used with another isRegularCustomer.";
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_codes_known() {
        for (index, row) in TABLE.iter().enumerate() {
            assert!(TABLE[..index].iter().all(|other| other.id != row.id), "{}", row.id);
            assert!(freischalt_protocol::ErrorCode(row.code).entry().is_some(), "{}", row.id);
        }
    }
}

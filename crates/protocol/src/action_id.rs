//! Names of what can be called: action ids and resource types.

use std::fmt;

/// Everything an action id starts with; the verb follows.
pub const ACTION_PREFIX: &str = "urn:onoffice-de-ns:smart:2.5:smartml:action:";

/// The six verbs of the API (apidoc.onoffice.de, "API structure").
///
/// ```
/// use freischalt_protocol::Verb;
///
/// let action_id = Verb::Read.action_id();
/// assert_eq!(action_id, "urn:onoffice-de-ns:smart:2.5:smartml:action:read");
/// assert_eq!(Verb::parse(&action_id), Some(Verb::Read));
/// assert_eq!(Verb::Read.as_str(), "read");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Read data records.
    Read,
    /// Create a record.
    Create,
    /// Change a record.
    Modify,
    /// Delete a record.
    Delete,
    /// Read other information.
    Get,
    /// Perform something.
    Do,
}

impl Verb {
    /// All verbs.
    pub const ALL: [Self; 6] =
        [Self::Read, Self::Create, Self::Modify, Self::Delete, Self::Get, Self::Do];

    /// The last part of the action id.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Modify => "modify",
            Self::Delete => "delete",
            Self::Get => "get",
            Self::Do => "do",
        }
    }

    /// The complete action id.
    pub fn action_id(self) -> String {
        format!("{ACTION_PREFIX}{}", self.as_str())
    }

    /// The verb of a complete action id; `None` if the API has no such action.
    pub fn parse(action_id: &str) -> Option<Self> {
        let verb = action_id.strip_prefix(ACTION_PREFIX)?;
        Self::ALL.into_iter().find(|known| known.as_str() == verb)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The calls that this marketplace knows, each a verb with a resource type: the marketplace's own,
/// and those of the data API that a provider needs first after a service call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KnownAction {
    /// Activates a provider.
    UnlockProvider,
    /// Invoice address of a transaction.
    InvoiceRecipient,
    /// Ends a subscription.
    CancelAbo,
    /// A payment link for subsequent costs.
    SubsequentPaymentLink,
    /// Pays a transaction back.
    TransactionRefund,
    /// Triggers a record's webhooks.
    ExecuteWebhooks,
    /// Users of the customer.
    ReadUser,
    /// Colours and logo of the customer.
    ReadBasicSettings,
    /// Properties of the customer.
    ReadEstate,
}

impl KnownAction {
    /// All of them, the marketplace's own first, in the order of the vendor's overview page.
    pub const ALL: [Self; 9] = [
        Self::UnlockProvider,
        Self::InvoiceRecipient,
        Self::CancelAbo,
        Self::SubsequentPaymentLink,
        Self::TransactionRefund,
        Self::ExecuteWebhooks,
        Self::ReadUser,
        Self::ReadBasicSettings,
        Self::ReadEstate,
    ];

    /// The verb.
    pub const fn verb(self) -> Verb {
        match self {
            Self::InvoiceRecipient => Verb::Get,
            Self::ReadUser | Self::ReadBasicSettings | Self::ReadEstate => Verb::Read,
            Self::UnlockProvider
            | Self::CancelAbo
            | Self::SubsequentPaymentLink
            | Self::TransactionRefund
            | Self::ExecuteWebhooks => Verb::Do,
        }
    }

    /// The resource type, case-sensitive.
    pub const fn resource_type(self) -> &'static str {
        match self {
            Self::UnlockProvider => "unlockProvider",
            Self::InvoiceRecipient => "getMarketplaceInvoiceRecipient",
            Self::CancelAbo => "marketplaceCancelAbo",
            Self::SubsequentPaymentLink => "subsequentPaymentLink",
            Self::TransactionRefund => "transactionRefund",
            Self::ExecuteWebhooks => "executeMarketplaceWebhooks",
            Self::ReadUser => "user",
            Self::ReadBasicSettings => "basicsettings",
            Self::ReadEstate => "estate",
        }
    }

    /// The call that a verb and a resource type name.
    pub fn find(verb: Verb, resource_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|known| known.verb() == verb && known.resource_type() == resource_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complete_action_ids_are_verbs() {
        for verb in Verb::ALL {
            assert_eq!(Verb::parse(&verb.action_id()), Some(verb));
        }
        for wrong in ["do", "", "urn:onoffice-dens:smart:2.5:smartml:action:do", "URN:do"] {
            assert_eq!(Verb::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn resource_types_are_case_sensitive_and_bound_to_a_verb() {
        assert_eq!(
            KnownAction::find(Verb::Do, "unlockProvider"),
            Some(KnownAction::UnlockProvider)
        );
        assert_eq!(KnownAction::find(Verb::Do, "unlockprovider"), None);
        assert_eq!(KnownAction::find(Verb::Get, "unlockProvider"), None);
    }
}

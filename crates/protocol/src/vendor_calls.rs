//! The calls of the vendor's data API by name, also those that are not served here: so that a
//! refusal can tell a call that exists from a name that is misspelt
//! (apidoc.onoffice.de, the samples of each page, and calls seen in the vendor's own plugin).

use crate::action_id::Verb;

/// How a name relates to the vendor's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// The vendor has this call.
    Exists,
    /// The vendor has it under another verb.
    OtherVerb(Verb),
    /// The vendor writes its name in another case, and has it with this verb.
    OtherCase(Verb, &'static str),
    /// The vendor has no call of this name.
    Unknown,
}

const CALLS: &[(Verb, &[&str])] = &[
    (
        Verb::Read,
        &[
            "address",
            "agentslog",
            "basicsettings",
            "calendar",
            "estate",
            "impressum",
            "log",
            "recordsLastSeen",
            "task",
            "user",
            "userphoto",
        ],
    ),
    (
        Verb::Create,
        &[
            "address",
            "agentslog",
            "calendar",
            "estate",
            "relation",
            "searchcriteria",
            "task",
            "workinglist",
        ],
    ),
    (
        Verb::Modify,
        &[
            "address",
            "agentslog",
            "calendar",
            "estate",
            "file",
            "fileRelation",
            "relation",
            "searchcriteria",
            "task",
            "timetracking",
        ],
    ),
    (Verb::Delete, &["calendar", "file", "fileRelation", "relation", "searchcriteria"]),
    (
        Verb::Get,
        &[
            "actionkindtypes",
            "addressCompletionFields",
            "appointmentConflicts",
            "appointmentList",
            "appointmentdocument",
            "calendarResources",
            "checkuserrecordsright",
            "confignewaddressfields",
            "defaultAttachments",
            "distinctValues",
            "downloadFiles",
            "emailInfo",
            "emailassignments",
            "emailsignature",
            "emailtemplatefolders",
            "estateCategories",
            "estatepictures",
            "estatetrackingdetails",
            "fields",
            "file",
            "filters",
            "getMarketplaceInvoiceRecipient",
            "getlink",
            "groups",
            "idsfromrelation",
            "macroresolve",
            "multiselectconfiguration",
            "pdf",
            "priceOffer",
            "qualifiedsuitors",
            "regions",
            "regionsLiveSearch",
            "search",
            "searchCriteriaFields",
            "searchcriterias",
            "statisticWidgets",
            "templates",
            "users",
        ],
    ),
    (
        Verb::Do,
        &[
            "accessControl",
            "appointmentAffirmation",
            "contactaddress",
            "createestatetrackingaccount",
            "emailassignments",
            "executeMarketplaceWebhooks",
            "marketplaceCancelAbo",
            "priceOffer",
            "registerNewsletter",
            "sendaddresscompletion",
            "sendmail",
            "subsequentPaymentLink",
            "transactionRefund",
            "unlockProvider",
            "uploadfile",
        ],
    ),
];

/// Looks for a call of the vendor with this verb and resource type, or one that it resembles.
pub fn likeness(verb: Verb, resource_type: &str) -> Likeness {
    let all = || CALLS.iter().flat_map(|(verb, names)| names.iter().map(|name| (*verb, *name)));
    if all().any(|call| call == (verb, resource_type)) {
        return Likeness::Exists;
    }
    if let Some((other, _)) = all().find(|(_, name)| *name == resource_type) {
        return Likeness::OtherVerb(other);
    }
    let mut alike = all().filter(|(_, name)| name.eq_ignore_ascii_case(resource_type));
    let first = alike.next();
    let same_verb = first.into_iter().chain(alike).find(|(other, _)| *other == verb);
    match same_verb.or(first) {
        Some((verb, name)) => Likeness::OtherCase(verb, name),
        None => Likeness::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KnownAction;

    #[test]
    fn every_call_that_is_served_is_one_of_the_vendor() {
        for call in KnownAction::ALL {
            assert_eq!(likeness(call.verb(), call.resource_type()), Likeness::Exists, "{call:?}");
        }
    }

    #[test]
    fn the_documented_calls_are_83_and_each_stands_once() {
        let mut all: Vec<(Verb, &str)> = CALLS
            .iter()
            .flat_map(|(verb, names)| names.iter().map(|name| (*verb, *name)))
            .collect();
        let written = all.clone();
        all.sort_by_key(|(verb, name)| (verb.as_str(), *name));
        all.dedup();
        assert_eq!(all.len(), written.len());
        // Beside the documented ones: two older names of `fileRelation`, `distinctValues`,
        // `contactaddress`.
        assert_eq!(all.len(), 83 + 4);
    }

    #[test]
    fn names_that_are_nearly_right_are_told_from_unknown_ones() {
        assert_eq!(likeness(Verb::Read, "estatepictures"), Likeness::OtherVerb(Verb::Get));
        let in_small_letters = likeness(Verb::Do, "unlockprovider");
        assert_eq!(in_small_letters, Likeness::OtherCase(Verb::Do, "unlockProvider"));
        assert_eq!(likeness(Verb::Modify, "Task"), Likeness::OtherCase(Verb::Modify, "task"));
        assert_eq!(
            likeness(Verb::Do, "estatePictures"),
            Likeness::OtherCase(Verb::Get, "estatepictures")
        );
        assert_eq!(likeness(Verb::Read, "hurz"), Likeness::Unknown);
    }
}

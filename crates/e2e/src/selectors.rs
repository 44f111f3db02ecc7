//! Where things are on the pages: the only place that knows.
//!
//! Forms are found by the fields and addresses that the server reads, provider pages by the ids
//! that the vendor's reference provider documents, since both are contracts. Where there is no
//! contract, ids, and in one case a class, have to do.

/// The user switcher.
pub const USERS: &str = "/sandbox/users";

/// The button of the user switcher that makes the user the current one.
pub fn user_button(customer: &str, user: &str) -> String {
    format!(
        "//form[contains(@action,'/sandbox/user')]\
         [.//*[@name='customer' and @value='{customer}']]\
         [.//*[@name='user' and @value='{user}']]//button"
    )
}

/// The same button as a CSS selector, for where XPath cannot be asked.
pub fn user_button_by_field(customer: &str, user: &str) -> String {
    format!(
        "form:has([name='customer'][value='{customer}']):has([name='user'][value='{user}']) button"
    )
}

/// The form to add a provider of one's own.
pub const NEW_PROVIDER: &str = "/providers/new";
/// The link of a property to its form.
pub const EDIT_RECORD: &str = "main a[href^='/records/edit/']";
/// The page that explains a wrong signature.
pub const EXPLAIN: &str = "/sandbox/explain";

/// The log of requests.
pub const REQUESTS: &str = "/requests";

/// The sandbox's records, from which services are opened.
pub const RECORDS: &str = "/records";
/// A link to a property.
pub const ESTATE: &str = "td a[href^='/records/estates/']";
/// A button that opens a service.
pub const SERVICE_BUTTON: &str = "button[name='service']";
/// The service's page inside its window.
pub const SERVICE_FRAME: &str = "#service-frame";
/// What services' pages have asked for.
pub const MESSAGES: &str = "/messages";
/// A message that was followed.
pub const FOLLOWED: &str = ".log .badge-active";
/// What the window says about a message that was followed.
pub const WINDOW_SAYS: &str = "#service-status";
/// What the window says about an order that was refused.
pub const ORDER_REFUSED: &str = "#service-refused p";

/// Something to click in the demo shop.
pub fn shop_item(item: &str) -> String {
    format!("button[data-item='{item}']")
}

/// What the demo shop was told about who calls, and about what.
pub fn shop_fact(name: &str) -> String {
    format!("#fact-{name}")
}

/// What the demo shop's page of results was told.
pub fn result_fact(name: &str) -> String {
    format!("#{name}")
}

/// Who may use what is ordered.
pub const CIRCLE: &str = "#order-lines tbody td:last-child";
/// The stored card that is paid at once.
pub const CARD_PAID: &str = "//label[contains(., '•••• 0010')]";
/// The stored card that is declined: no funds.
pub const CARD_DECLINED: &str = "//label[contains(., '•••• 0218')]";
/// The stored card about which the bank asks.
pub const CARD_ASKED: &str = "//label[contains(., '•••• 0127')]";
/// The stored account whose debit is in process for two days.
pub const DIRECT_DEBIT: &str = "//label[contains(., '•••• 0001')]";
/// The button that orders and pays, and that of a link.
pub const PAY: &str = "#pay";
/// The button that closes an order.
pub const GIVE_UP: &str = "#give-up";
/// Why a payment failed.
pub const PAYMENT_FAILED: &str = "#payment-failed";
/// How an order or a subsequent payment stands.
pub const STANDING: &str = "#standing";
/// Confirms a payment on the bank's page.
pub const BANK_CONFIRM: &str = "button[name='answer'][value='confirm']";

/// What the customer pays with.
pub const ACCOUNT: &str = "/account";
/// The field for the number of a card or account.
pub const NUMBER: &str = "#number";
/// Adds a payment method.
pub const ADD_METHOD: &str = "form[action='/account/methods']:has(#number) button";

/// The provider's own view of what it has sold.
pub const SALES: &str = "/provider";
/// The way to it, for those who may see it.
pub const SALES_ENTRY: &str = ".site-nav a[href='/provider']";
/// What the provider has earned.
pub const BALANCE: &str = "#balance";
/// How each transaction stands, the newest first.
pub const SALE_STATES: &str = "#transactions .sale-state";
/// Asks whether to refund the newest transaction that can be.
pub const REFUND_DETAILS: &str = "details:has(form[action='/provider/refund']) > summary";
/// The button that does.
pub const REFUND: &str = "form[action='/provider/refund'] button";
/// Asks when a subscription is to end.
pub const CANCEL_DETAILS: &str = "details:has(form[action='/provider/cancel']) > summary";
/// The day.
pub const CANCEL_DAY: &str = "form[action='/provider/cancel'] input[name='day']";
/// The button that cancels it.
pub const CANCEL: &str = "form[action='/provider/cancel'] button";
/// The last day of a subscription that was cancelled.
pub const ENDS: &str = "#subscriptions .ends";
/// The transaction that a link is about.
pub const LINK_TRANSACTION: &str = "form[action='/provider/link'] [name='transaction']";
/// What a link asks for.
pub const LINK_PRICE: &str = "form[action='/provider/link'] [name='price']";
/// Why it does.
pub const LINK_REASON: &str = "form[action='/provider/link'] [name='description']";
/// Makes a link.
pub const MAKE_LINK: &str = "form[action='/provider/link'] button";
/// The link that was made.
pub const PAYMENT_LINK: &str = "#payment-link";

/// The page of a provider.
pub fn provider_page(slug: &str) -> String {
    format!("/marketplace/providers/{slug}")
}

/// A document of a provider: `terms`, `dpa` or `privacy`.
pub fn document_page(slug: &str, document: &str) -> String {
    format!("/marketplace/providers/{slug}/documents/{document}")
}

/// The page on which a provider is activated.
pub fn activation_page(slug: &str) -> String {
    format!("/marketplace/providers/{slug}/activation")
}

/// Any way from a page to the activation of that provider.
pub fn activation_entry(slug: &str) -> String {
    format!("a[href*='/providers/{slug}/activation'], form[action*='/providers/{slug}/activation']")
}

/// The box to accept the terms.
pub const TERMS: &str = "input[name='terms']";
/// The box to accept the data-processing agreement.
pub const DATA_PROCESSING: &str = "input[name='dpa']";
/// The button of the legal step.
pub const TERMS_BUTTON: &str = "form[action$='/terms'] button";
/// The choice that everybody gets the right.
pub const AUDIENCE_ALL: &str = "input[name='audience'][value='all']";
/// The choice that only administrators get the right.
pub const AUDIENCE_ADMINISTRATORS: &str = "input[name='audience'][value='administrators']";
/// The button of the step in which the right is chosen.
pub const AUDIENCE_BUTTON: &str = "form[action$='/right'] button";
/// Any choice about the right that is already made.
pub const AUDIENCE_CHOSEN: &str = "input[name='audience']:checked";
/// The field that shows the API key.
pub const KEY: &str = "#api-key";
/// The button that copies the API key.
pub const COPY_KEY: &str = "[data-copy='api-key']";
/// The provider's page inside ours.
pub const FRAME: &str = "#provider-frame";
/// The panel that says that the provider's page cannot be reached.
pub const UNREACHABLE: &str = "#unreachable";
/// The panel that says that the provider's page leads to an address that is not its own.
pub const MOVED: &str = "#moved";
/// The panel that says what keeps the provider's page out of its frame.
pub const FINDING: &str = "#finding";
/// The same in the window of a service.
pub const WINDOW_FINDING: &str = "#service-finding";
/// What the page passes on from the provider's page.
pub const REPORT: &str = "#report";
/// What says that the provider is active.
pub const ACTIVE: &str = ".end-good";
/// What the page says about an error in a form.
pub const ERROR_SUMMARY: &str = "[role='alert']";
/// The form that blocks a provider.
pub const BLOCK_DETAILS: &str = "details:has(form[action$='/block']) > summary";
/// The button that blocks a provider.
pub const BLOCK_BUTTON: &str = "form[action$='/block'] button";

/// The key field on the provider's page.
pub const PROVIDER_KEY: &str = "#secret";
/// The button on the provider's page.
pub const PROVIDER_BUTTON: &str = "#unlockButton";
/// What the provider's page says on success.
pub const PROVIDER_SUCCESS: &str = "#successMessage";
/// What the demo provider's page says when the key is wrong.
pub const PROVIDER_PROBLEM: &str = "#keyProblem";

/// The link that changes the language.
pub fn language_switch(language: &str) -> String {
    format!("a[hreflang='{language}']")
}

/// A page that says that it is in that language.
pub fn page_in(language: &str) -> String {
    format!("html[lang='{language}']")
}

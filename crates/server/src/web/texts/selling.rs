//! The words of a provider's settings.

use super::Sentence;

/// See the module.
pub(crate) struct Selling {
    pub(crate) link: &'static str,
    pub(crate) title: Sentence,
    pub(crate) lead: &'static str,
    pub(crate) back: &'static str,
    pub(crate) settle: &'static str,
    pub(crate) settle_hint: &'static str,
    pub(crate) notify: &'static str,
    pub(crate) notify_hint: &'static str,
    pub(crate) accepts: &'static str,
    pub(crate) accepts_all: &'static str,
    pub(crate) accepts_cards: &'static str,
    pub(crate) accepts_debit: &'static str,
    pub(crate) save: &'static str,
    pub(crate) saved: &'static str,
    pub(crate) customers: &'static str,
    pub(crate) customers_hint: &'static str,
    pub(crate) none: &'static str,
    pub(crate) customer: &'static str,
    pub(crate) since: &'static str,
    pub(crate) regular: &'static str,
    pub(crate) yes: &'static str,
    pub(crate) no: &'static str,
    pub(crate) settles: &'static str,
}

pub(super) const DE: Selling = Selling {
    link: "Einstellungen und Kunden",
    title: Sentence("Wie {} verkauft"),
    lead: "Was Sie hier ändern, gilt sofort, auch für Bestellungen, die noch nicht bezahlt sind.",
    back: "Zu den Verkäufen",
    settle: "Mit Stammkunden direkt abrechnen",
    settle_hint: "Ihre Bestellungen werden festgehalten, ohne dass im Marketplace bezahlt wird. Die \
                  Rechnung schreiben Sie.",
    notify: "Ergebnisse auch von Server zu Server melden",
    notify_hint: "Der Marketplace ruft die Callback-Adresse einer Bestellung dann auch selbst auf, so \
                  lange, bis Ihr Server antwortet. So geht nichts verloren, wenn jemand den Browser \
                  schließt.",
    accepts: "Zahlungsarten, die Sie annehmen",
    accepts_all: "Karten und SEPA-Lastschrift",
    accepts_cards: "Nur Karten",
    accepts_debit: "Nur SEPA-Lastschrift",
    save: "Speichern",
    saved: "Gespeichert.",
    customers: "Kunden",
    customers_hint: "Ob jemand Stammkunde ist, sagt Ihr Server bei der Freischaltung \
                     (isRegularCustomer).",
    none: "Noch niemand hat Sie freigeschaltet.",
    customer: "Kunde",
    since: "Freigeschaltet am",
    regular: "Stammkunde",
    yes: "ja",
    no: "nein",
    settles: "rechnet direkt mit dem Anbieter ab",
};

pub(super) const EN: Selling = Selling {
    link: "Settings and customers",
    title: Sentence("How {} sells"),
    lead: "What you change here counts at once, also for orders that are not paid yet.",
    back: "To the sales",
    settle: "Settle directly with regular customers",
    settle_hint: "Their orders are recorded, and nothing is paid in the marketplace. You write the \
                  invoice.",
    notify: "Tell results from server to server, too",
    notify_hint: "The marketplace then also calls the callback address of an order itself, until your \
                  server answers, so that nothing is lost when somebody closes the browser.",
    accepts: "Payment methods that you take",
    accepts_all: "Cards and SEPA direct debit",
    accepts_cards: "Cards only",
    accepts_debit: "SEPA direct debit only",
    save: "Save",
    saved: "Saved.",
    customers: "Customers",
    customers_hint: "Your server says at the activation who is a regular customer \
                     (isRegularCustomer).",
    none: "Nobody has activated you yet.",
    customer: "Customer",
    since: "Activated",
    regular: "Regular customer",
    yes: "yes",
    no: "no",
    settles: "settles directly with the provider",
};

//! The words of calls to providers' servers, and of the right to use a provider.

use super::Sentence;

/// Deliveries.
pub(crate) struct Deliveries {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) empty: &'static str,
    pub(crate) all: &'static str,
    pub(crate) dead_only: &'static str,
    pub(crate) since: &'static str,
    pub(crate) about: &'static str,
    pub(crate) state: &'static str,
    pub(crate) attempts: &'static str,
    pub(crate) next: &'static str,
    pub(crate) id: &'static str,
    pub(crate) order: Sentence,
    pub(crate) waiting: &'static str,
    pub(crate) delivered: &'static str,
    pub(crate) dead: &'static str,
    pub(crate) one: &'static str,
    pub(crate) log: &'static str,
    pub(crate) log_empty: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) answered: Sentence,
    pub(crate) replay: &'static str,
    pub(crate) replay_all: &'static str,
    pub(crate) customer: &'static str,
}

pub(super) const DE: Deliveries = Deliveries {
    title: "Zustellungen",
    lead: "Aufrufe von Servern der Anbieter: Webhooks und Ergebnisse von Bestellungen. Was nicht \
           ankommt, wird drei Tage lang in wachsenden Abständen wiederholt.",
    empty: "Noch keine Zustellungen",
    all: "Alle",
    dead_only: "Nur aufgegebene",
    since: "Seit",
    about: "Worüber",
    state: "Stand",
    attempts: "Versuche",
    next: "Nächster Versuch",
    id: "Kennung",
    order: Sentence("Ergebnis der Bestellung {}"),
    waiting: "Wartet",
    delivered: "Angekommen",
    dead: "Aufgegeben",
    one: "Zustellung",
    log: "Versuche",
    log_empty: "Noch kein Versuch",
    outcome: "Ergebnis",
    answered: Sentence("Antwort {}"),
    replay: "Noch einmal zustellen",
    replay_all: "Alle aufgegebenen noch einmal zustellen",
    customer: "Kunde und Anbieter",
};

pub(super) const EN: Deliveries = Deliveries {
    title: "Deliveries",
    lead: "Calls to providers' servers: webhooks and results of orders. What does not arrive is tried \
           again for three days, in growing intervals.",
    empty: "No deliveries yet",
    all: "All",
    dead_only: "Only those given up",
    since: "Since",
    about: "About",
    state: "State",
    attempts: "Attempts",
    next: "Next attempt",
    id: "Id",
    order: Sentence("Result of order {}"),
    waiting: "Waiting",
    delivered: "Arrived",
    dead: "Given up",
    one: "Delivery",
    log: "Attempts",
    log_empty: "No attempt yet",
    outcome: "Outcome",
    answered: Sentence("Answer {}"),
    replay: "Deliver again",
    replay_all: "Deliver all that were given up again",
    customer: "Customer and provider",
};

/// Rights.
pub(crate) struct Rights {
    pub(crate) title: Sentence,
    pub(crate) lead: &'static str,
    pub(crate) user: &'static str,
    pub(crate) right: &'static str,
    pub(crate) now: &'static str,
    pub(crate) as_chosen: &'static str,
    pub(crate) given: &'static str,
    pub(crate) taken: &'static str,
    pub(crate) may: &'static str,
    pub(crate) may_not: &'static str,
    pub(crate) always: &'static str,
    pub(crate) save: &'static str,
    pub(crate) saved: &'static str,
    pub(crate) link: &'static str,
}

pub(super) const RIGHTS_DE: Rights = Rights {
    title: Sentence("Wer darf {} nutzen?"),
    lead: "Die Wahl bei der Freischaltung gilt für alle, für die hier nichts anderes steht. \
           Administratoren dürfen immer.",
    user: "Nutzer",
    right: "Recht",
    now: "Zurzeit",
    as_chosen: "wie bei der Freischaltung gewählt",
    given: "gegeben",
    taken: "entzogen",
    may: "darf",
    may_not: "darf nicht",
    always: "immer, als Administrator",
    save: "Rechte speichern",
    saved: "Die Rechte sind gespeichert.",
    link: "Rechte einzelner Nutzer",
};

pub(super) const RIGHTS_EN: Rights = Rights {
    title: Sentence("Who may use {}?"),
    lead: "The choice at the activation holds for everybody of whom nothing else is said here. \
           Administrators always may.",
    user: "User",
    right: "Right",
    now: "Now",
    as_chosen: "as chosen at the activation",
    given: "given",
    taken: "taken away",
    may: "may",
    may_not: "may not",
    always: "always, as an administrator",
    save: "Save rights",
    saved: "The rights are saved.",
    link: "Rights of single users",
};

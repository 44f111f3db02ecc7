//! The cards and accounts of the test bank: what each of them does is written down here, and
//! `docs/test-bank.md` is made of it.

use super::Reason;
use crate::{
    Language,
    transaction::{
        BankEvent::{self, Accepted, Captured, ChallengeRequired, Declined, Returned},
        MeansKind::{self, Card, DirectDebit},
    },
};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A card or account of the test bank.
#[derive(Clone, Copy, Debug)]
pub struct Instrument {
    /// The bank's name for it, which the marketplace keeps.
    pub token: &'static str,
    /// Card or account.
    pub kind: MeansKind,
    /// Card number or IBAN, to type in. The check digits are right, and no real bank has it.
    pub number: &'static str,
    /// What happens, in English.
    pub outcome: &'static str,
    /// What happens, in German.
    pub outcome_de: &'static str,
    /// What the bank says after a charge.
    pub charge: &'static [Step],
    /// What it says after the person has confirmed a charge.
    pub confirmed: &'static [Step],
    /// What it says after a refund.
    pub refund: &'static [Step],
}

/// Something the bank says.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Seconds after the command.
    pub after: i64,
    /// The number of the notification: what happened first has the smaller one.
    pub number: u32,
    /// What happened.
    pub event: BankEvent,
}

impl Instrument {
    /// The instrument of a token.
    pub fn of_token(token: &str) -> Option<&'static Self> {
        INSTRUMENTS.iter().find(|instrument| instrument.token == token)
    }

    /// The instrument of a card number or IBAN, with or without spaces.
    pub fn of_number(number: &str) -> Option<&'static Self> {
        let plain: String = number.split_whitespace().collect();
        INSTRUMENTS.iter().find(|instrument| instrument.number.eq_ignore_ascii_case(&plain))
    }

    /// What happens, in a language.
    pub const fn outcome_in(&self, language: Language) -> &'static str {
        match language {
            Language::De => self.outcome_de,
            Language::En => self.outcome,
        }
    }

    /// What people know it by: kind and last four digits.
    pub fn label(&self) -> String {
        let kind = match (self.kind, self.number.as_bytes()) {
            (DirectDebit, _) => "SEPA",
            (Card, [b'5', ..]) => "Mastercard",
            (Card, _) => "Visa",
        };
        let end = self.number.get(self.number.len().saturating_sub(4)..).unwrap_or_default();
        format!("{kind} •••• {end}")
    }
}

macro_rules! steps {
    ($($after:expr, $number:literal, $event:expr);*) => {
        &[$(Step { after: $after, number: $number, event: $event }),*]
    };
}

macro_rules! instruments {
    ($($token:literal $kind:ident $number:literal $en:literal $de:literal
        [$($charge:tt)*] [$($confirmed:tt)*] [$($refund:tt)*])*) => {
        /// Every card and account of the test bank.
        pub const INSTRUMENTS: &[Instrument] = &[$(Instrument {
            token: $token,
            kind: $kind,
            number: $number,
            outcome: $en,
            outcome_de: $de,
            charge: steps!($($charge)*),
            confirmed: steps!($($confirmed)*),
            refund: steps!($($refund)*),
        }),*];
    };
}

instruments! {
    "card-paid" Card "4000000000000010"
        "paid at once"
        "sofort bezahlt"
        [0, 1, Captured]
        [] [0, 1, Captured]
    "card-paid-mastercard" Card "5100000000000024"
        "paid at once (Mastercard)"
        "sofort bezahlt (Mastercard)"
        [0, 1, Captured]
        [] [0, 1, Captured]
    "card-timeout" Card "4000000000000036"
        "no answer, captured after a minute"
        "keine Antwort, nach einer Minute bezahlt"
        [MINUTE, 1, Captured]
        [] [0, 1, Captured]
    "card-timeout-hour" Card "4000000000000044"
        "no answer, captured after an hour"
        "keine Antwort, nach einer Stunde bezahlt"
        [HOUR, 1, Captured]
        [] [0, 1, Captured]
    "card-timeout-declined" Card "4000000000000051"
        "no answer, declined after two minutes"
        "keine Antwort, nach zwei Minuten abgelehnt"
        [2 * MINUTE, 1, Declined(Reason::IssuerUnavailable)]
        [] [0, 1, Captured]
    "card-silent" Card "4000000000000069"
        "no answer, declined after a day"
        "keine Antwort, nach einem Tag abgelehnt"
        [DAY, 1, Declined(Reason::ProcessingError)]
        [] [0, 1, Captured]
    "card-duplicate" Card "4000000000000077"
        "paid, told three times within a minute"
        "bezahlt, dreimal gemeldet"
        [0, 1, Captured; 0, 1, Captured; MINUTE, 1, Captured]
        [] [0, 1, Captured]
    "card-duplicate-late" Card "4000000000000085"
        "paid, told again after three days"
        "bezahlt, nach drei Tagen noch einmal gemeldet"
        [0, 1, Captured; 3 * DAY, 1, Captured]
        [] [0, 1, Captured]
    "card-reordered" Card "4000000000000093"
        "paid; the request for 3-D Secure comes after it"
        "bezahlt; die Bitte um 3-D Secure kommt danach"
        [0, 2, Captured; MINUTE, 1, ChallengeRequired]
        [] [0, 1, Captured]
    "card-late-capture" Card "4000000000000101"
        "declined, and captured after five minutes all the same"
        "abgelehnt, nach fünf Minuten doch abgebucht"
        [0, 1, Declined(Reason::ProcessingError); 5 * MINUTE, 2, Captured]
        [] [0, 1, Captured]
    "card-late-capture-day" Card "4000000000000119"
        "declined, and captured after a day all the same"
        "abgelehnt, nach einem Tag doch abgebucht"
        [0, 1, Declined(Reason::IssuerUnavailable); DAY, 2, Captured]
        [] [0, 1, Captured]
    "card-3ds-paid" Card "4000000000000127"
        "3-D Secure, paid when confirmed"
        "3-D Secure, nach Bestätigung bezahlt"
        [0, 1, ChallengeRequired; 15 * MINUTE, 90, Declined(Reason::AuthenticationAbandoned)]
        [0, 10, Captured] [0, 1, Captured]
    "card-3ds-slow" Card "4000000000000135"
        "3-D Secure, captured a minute after it is confirmed"
        "3-D Secure, eine Minute nach Bestätigung bezahlt"
        [0, 1, ChallengeRequired; 15 * MINUTE, 90, Declined(Reason::AuthenticationAbandoned)]
        [MINUTE, 10, Captured] [0, 1, Captured]
    "card-3ds-failed" Card "4000000000000143"
        "3-D Secure fails although it is confirmed"
        "3-D Secure scheitert trotz Bestätigung"
        [0, 1, ChallengeRequired; 15 * MINUTE, 90, Declined(Reason::AuthenticationAbandoned)]
        [0, 10, Declined(Reason::AuthenticationFailed)] [0, 1, Captured]
    "card-3ds-declined" Card "4000000000000150"
        "3-D Secure, declined after it is confirmed: no funds"
        "3-D Secure, nach Bestätigung abgelehnt: nicht gedeckt"
        [0, 1, ChallengeRequired; 15 * MINUTE, 90, Declined(Reason::AuthenticationAbandoned)]
        [0, 10, Declined(Reason::InsufficientFunds)] [0, 1, Captured]
    "card-3ds-abandoned" Card "4000000000000168"
        "3-D Secure, and any answer is lost: abandoned after 15 minutes"
        "3-D Secure, die Antwort geht verloren: nach 15 Minuten abgebrochen"
        [0, 1, ChallengeRequired; 15 * MINUTE, 90, Declined(Reason::AuthenticationAbandoned)]
        [20 * MINUTE, 10, Declined(Reason::AuthenticationAbandoned)] [0, 1, Captured]
    "card-3ds-duplicate" Card "4000000000000176"
        "3-D Secure, every notification twice"
        "3-D Secure, jede Meldung doppelt"
        [0, 1, ChallengeRequired; 0, 1, ChallengeRequired; 15 * MINUTE, 90, Declined(Reason::AuthenticationAbandoned)]
        [0, 10, Captured; 5, 10, Captured] [0, 1, Captured]
    "card-3ds-late" Card "4000000000000184"
        "3-D Secure, confirmed, told after it was given up"
        "3-D Secure, bestätigt, aber erst nach dem Abbruch gemeldet"
        [0, 1, ChallengeRequired; 15 * MINUTE, 90, Declined(Reason::AuthenticationAbandoned)]
        [20 * MINUTE, 91, Captured] [0, 1, Captured]
    "card-3ds-unavailable" Card "4000000000000192"
        "not enrolled for 3-D Secure"
        "nicht für 3-D Secure angemeldet"
        [0, 1, Declined(Reason::AuthenticationUnavailable)]
        [] [0, 1, Captured]
    "card-3ds-rejected" Card "4000000000000200"
        "3-D Secure rejected without asking"
        "3-D Secure ohne Rückfrage abgelehnt"
        [0, 1, Declined(Reason::AuthenticationRejected)]
        [] [0, 1, Captured]
    "card-declined-insufficient-funds" Card "4000000000000218"
        "declined: no funds"
        "abgelehnt: nicht gedeckt"
        [0, 1, Declined(Reason::InsufficientFunds)]
        [] [0, 1, Captured]
    "card-declined-expired" Card "4000000000000226"
        "declined: expired"
        "abgelehnt: abgelaufen"
        [0, 1, Declined(Reason::ExpiredCard)]
        [] [0, 1, Captured]
    "card-declined-wrong-code" Card "4000000000000234"
        "declined: wrong security code"
        "abgelehnt: falsche Prüfziffer"
        [0, 1, Declined(Reason::WrongSecurityCode)]
        [] [0, 1, Captured]
    "card-declined-lost" Card "4000000000000242"
        "declined: reported lost"
        "abgelehnt: als verloren gemeldet"
        [0, 1, Declined(Reason::LostCard)]
        [] [0, 1, Captured]
    "card-declined-stolen" Card "4000000000000259"
        "declined: reported stolen"
        "abgelehnt: als gestohlen gemeldet"
        [0, 1, Declined(Reason::StolenCard)]
        [] [0, 1, Captured]
    "card-declined-blocked" Card "4000000000000267"
        "declined: blocked"
        "abgelehnt: gesperrt"
        [0, 1, Declined(Reason::CardBlocked)]
        [] [0, 1, Captured]
    "card-declined-limit" Card "4000000000000275"
        "declined: above the limit"
        "abgelehnt: über dem Limit"
        [0, 1, Declined(Reason::LimitExceeded)]
        [] [0, 1, Captured]
    "card-declined-too-many" Card "4000000000000283"
        "declined: eleventh payment of the day"
        "abgelehnt: elfte Zahlung des Tages"
        [0, 1, Declined(Reason::TooManyToday)]
        [] [0, 1, Captured]
    "card-declined-fraud" Card "4000000000000291"
        "declined: suspected fraud"
        "abgelehnt: Betrugsverdacht"
        [0, 1, Declined(Reason::SuspectedFraud)]
        [] [0, 1, Captured]
    "card-declined-do-not-honour" Card "4000000000000309"
        "declined: no reason"
        "abgelehnt: ohne Grund"
        [0, 1, Declined(Reason::DoNotHonour)]
        [] [0, 1, Captured]
    "card-declined-not-supported" Card "4000000000000317"
        "declined: not for the internet"
        "abgelehnt: nicht fürs Internet"
        [0, 1, Declined(Reason::NotSupported)]
        [] [0, 1, Captured]
    "card-declined-currency" Card "4000000000000325"
        "declined: not in euros"
        "abgelehnt: nicht in Euro"
        [0, 1, Declined(Reason::CurrencyNotSupported)]
        [] [0, 1, Captured]
    "card-declined-issuer" Card "4000000000000333"
        "declined: bank cannot be reached"
        "abgelehnt: Bank nicht erreichbar"
        [0, 1, Declined(Reason::IssuerUnavailable)]
        [] [0, 1, Captured]
    "card-declined-processing" Card "4000000000000341"
        "declined: processing error"
        "abgelehnt: Verarbeitungsfehler"
        [0, 1, Declined(Reason::ProcessingError)]
        [] [0, 1, Captured]
    "card-declined-duplicate-payment" Card "4000000000000358"
        "declined: taken for a duplicate"
        "abgelehnt: für doppelt gehalten"
        [0, 1, Declined(Reason::DuplicatePayment)]
        [] [0, 1, Captured]
    "card-declined-wrong-number" Card "4000000000000366"
        "declined: wrong number"
        "abgelehnt: falsche Nummer"
        [0, 1, Declined(Reason::WrongNumber)]
        [] [0, 1, Captured]
    "card-declined-pin" Card "4000000000000374"
        "declined: too many wrong PINs"
        "abgelehnt: zu oft falsche PIN"
        [0, 1, Declined(Reason::PinTries)]
        [] [0, 1, Captured]
    "card-refund-refused" Card "4000000000000382"
        "paid; a refund is refused"
        "bezahlt; Erstattung wird abgelehnt"
        [0, 1, Captured]
        [] [0, 1, Declined(Reason::RefundRefused)]
    "card-refund-slow" Card "4000000000000390"
        "paid; a refund takes three days"
        "bezahlt; Erstattung dauert drei Tage"
        [0, 1, Captured]
        [] [0, 1, Accepted; 3 * DAY, 2, Captured]
    "card-refund-fails" Card "4000000000000408"
        "paid; a refund is accepted and refused after two days"
        "bezahlt; Erstattung nach zwei Tagen abgelehnt"
        [0, 1, Captured]
        [] [0, 1, Accepted; 2 * DAY, 2, Declined(Reason::RefundRefused)]
    "card-refund-timeout" Card "4000000000000416"
        "paid; a refund is answered after an hour"
        "bezahlt; Erstattung wird nach einer Stunde beantwortet"
        [0, 1, Captured]
        [] [HOUR, 1, Captured]
    "card-refund-duplicate" Card "4000000000000424"
        "paid; a refund is told twice"
        "bezahlt; Erstattung wird doppelt gemeldet"
        [0, 1, Captured]
        [] [0, 1, Captured; MINUTE, 1, Captured]
    "card-disputed" Card "4000000000000432"
        "paid, disputed after 30 days"
        "bezahlt, nach 30 Tagen widersprochen"
        [0, 1, Captured; 30 * DAY, 2, Returned(Reason::Disputed)]
        [] [0, 1, Captured]
    "sepa-paid" DirectDebit "DE50100000000000000001"
        "in process, paid after two days"
        "in Bearbeitung, nach zwei Tagen bezahlt"
        [0, 1, Accepted; 2 * DAY, 2, Captured]
        [] [0, 1, Captured]
    "sepa-paid-5-days" DirectDebit "DE23100000000000000002"
        "in process, paid after five days"
        "in Bearbeitung, nach fünf Tagen bezahlt"
        [0, 1, Accepted; 5 * DAY, 2, Captured]
        [] [0, 1, Captured]
    "sepa-paid-14-days" DirectDebit "DE93100000000000000003"
        "in process, paid after 14 days"
        "in Bearbeitung, nach 14 Tagen bezahlt"
        [0, 1, Accepted; 14 * DAY, 2, Captured]
        [] [0, 1, Captured]
    "sepa-paid-at-once" DirectDebit "DE66100000000000000004"
        "paid at once"
        "sofort bezahlt"
        [0, 1, Captured]
        [] [0, 1, Captured]
    "sepa-slow" DirectDebit "DE39100000000000000005"
        "no answer, in process after ten minutes, paid after three days"
        "keine Antwort, nach zehn Minuten in Bearbeitung, nach drei Tagen bezahlt"
        [10 * MINUTE, 1, Accepted; 3 * DAY, 2, Captured]
        [] [0, 1, Captured]
    "sepa-duplicate" DirectDebit "DE12100000000000000006"
        "in process and paid, every notification twice"
        "in Bearbeitung und bezahlt, jede Meldung doppelt"
        [0, 1, Accepted; MINUTE, 1, Accepted; 2 * DAY, 2, Captured; 2881 * MINUTE, 2, Captured]
        [] [0, 1, Captured]
    "sepa-reordered" DirectDebit "DE82100000000000000007"
        "paid; that it is in process is told a day later"
        "bezahlt; die Annahme wird einen Tag später gemeldet"
        [0, 2, Captured; DAY, 1, Accepted]
        [] [0, 1, Captured]
    "sepa-returned-funds" DirectDebit "DE55100000000000000008"
        "in process, returned after three days: no funds"
        "in Bearbeitung, nach drei Tagen zurück: nicht gedeckt"
        [0, 1, Accepted; 3 * DAY, 2, Returned(Reason::InsufficientFunds)]
        [] [0, 1, Captured]
    "sepa-returned-closed" DirectDebit "DE28100000000000000009"
        "in process, returned after three days: account closed"
        "in Bearbeitung, nach drei Tagen zurück: Konto aufgelöst"
        [0, 1, Accepted; 3 * DAY, 2, Returned(Reason::AccountClosed)]
        [] [0, 1, Captured]
    "sepa-returned-unknown" DirectDebit "DE98100000000000000010"
        "in process, returned after three days: unknown account"
        "in Bearbeitung, nach drei Tagen zurück: unbekanntes Konto"
        [0, 1, Accepted; 3 * DAY, 2, Returned(Reason::UnknownAccount)]
        [] [0, 1, Captured]
    "sepa-returned-blocked" DirectDebit "DE71100000000000000011"
        "in process, returned after three days: account blocked"
        "in Bearbeitung, nach drei Tagen zurück: Konto gesperrt"
        [0, 1, Accepted; 3 * DAY, 2, Returned(Reason::AccountBlocked)]
        [] [0, 1, Captured]
    "sepa-returned-forbidden" DirectDebit "DE44100000000000000012"
        "in process, returned after three days: no direct debits"
        "in Bearbeitung, nach drei Tagen zurück: keine Lastschriften"
        [0, 1, Accepted; 3 * DAY, 2, Returned(Reason::DebitForbidden)]
        [] [0, 1, Captured]
    "sepa-returned-mandate" DirectDebit "DE17100000000000000013"
        "in process, returned after three days: no mandate"
        "in Bearbeitung, nach drei Tagen zurück: kein Mandat"
        [0, 1, Accepted; 3 * DAY, 2, Returned(Reason::NoMandate)]
        [] [0, 1, Captured]
    "sepa-returned-no-reason" DirectDebit "DE87100000000000000014"
        "in process, returned after three days: no reason"
        "in Bearbeitung, nach drei Tagen zurück: ohne Grund"
        [0, 1, Accepted; 3 * DAY, 2, Returned(Reason::ReturnedWithoutReason)]
        [] [0, 1, Captured]
    "sepa-returned-deceased" DirectDebit "DE60100000000000000015"
        "in process, returned after three days: holder deceased"
        "in Bearbeitung, nach drei Tagen zurück: Inhaber verstorben"
        [0, 1, Accepted; 3 * DAY, 2, Returned(Reason::HolderDeceased)]
        [] [0, 1, Captured]
    "sepa-paid-returned" DirectDebit "DE33100000000000000016"
        "paid after two days, returned after four: no funds"
        "nach zwei Tagen bezahlt, nach vier zurück: nicht gedeckt"
        [0, 1, Accepted; 2 * DAY, 2, Captured; 4 * DAY, 3, Returned(Reason::InsufficientFunds)]
        [] [0, 1, Captured]
    "sepa-paid-disputed" DirectDebit "DE06100000000000000017"
        "paid after two days, disputed after 50"
        "nach zwei Tagen bezahlt, nach 50 widersprochen"
        [0, 1, Accepted; 2 * DAY, 2, Captured; 50 * DAY, 3, Returned(Reason::Disputed)]
        [] [0, 1, Captured]
    "sepa-returned-reordered" DirectDebit "DE76100000000000000018"
        "returned after four days; that it was paid is told a day later"
        "nach vier Tagen zurück; die Zahlung wird einen Tag später gemeldet"
        [0, 1, Accepted; 4 * DAY, 3, Returned(Reason::Disputed); 5 * DAY, 2, Captured]
        [] [0, 1, Captured]
    "sepa-declined-unknown" DirectDebit "DE49100000000000000019"
        "declined at once: unknown account"
        "sofort abgelehnt: unbekanntes Konto"
        [0, 1, Declined(Reason::UnknownAccount)]
        [] [0, 1, Captured]
    "sepa-declined-bank" DirectDebit "DE22100000000000000020"
        "declined at once: bank does not take part"
        "sofort abgelehnt: Bank nimmt nicht teil"
        [0, 1, Declined(Reason::UnknownBank)]
        [] [0, 1, Captured]
    "sepa-declined-mandate" DirectDebit "DE92100000000000000021"
        "declined at once: no mandate"
        "sofort abgelehnt: kein Mandat"
        [0, 1, Declined(Reason::NoMandate)]
        [] [0, 1, Captured]
    "sepa-refund-refused" DirectDebit "DE65100000000000000022"
        "paid after two days; a refund is refused"
        "nach zwei Tagen bezahlt; Erstattung wird abgelehnt"
        [0, 1, Accepted; 2 * DAY, 2, Captured]
        [] [0, 1, Declined(Reason::RefundRefused)]
    "sepa-refund-slow" DirectDebit "DE38100000000000000023"
        "paid after two days; a refund takes two days"
        "nach zwei Tagen bezahlt; Erstattung dauert zwei Tage"
        [0, 1, Accepted; 2 * DAY, 2, Captured]
        [] [0, 1, Accepted; 2 * DAY, 2, Captured]
}

//! Why a bank did not pay, or took back: a name for programs and a sentence for people.

use crate::Language;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $id:literal $code:literal $de:literal $en:literal;)*) => {
        /// Why a bank did not pay, or took back.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name in the store and in documents.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// `errorCodes` of the callback: our own numbers.
            pub const fn code(self) -> u32 {
                match self { $(Self::$name => $code,)* }
            }

            /// A sentence for the person who pays.
            pub const fn sentence(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::De) => $de, (Self::$name, Language::En) => $en,)*
                }
            }
        }
    };
}

reasons! {
    /// Not enough money.
    InsufficientFunds "insufficient-funds" 101
        "Das Konto ist nicht gedeckt." "The account has not enough money.";
    /// The card's date is over.
    ExpiredCard "expired-card" 102 "Die Karte ist abgelaufen." "The card has expired.";
    /// A wrong security code.
    WrongSecurityCode "wrong-security-code" 103
        "Die Prüfziffer der Karte ist falsch." "The card's security code is wrong.";
    /// Reported lost.
    LostCard "lost-card" 104 "Die Karte ist gesperrt." "The card is blocked.";
    /// Reported stolen.
    StolenCard "stolen-card" 105 "Die Karte ist gesperrt." "The card is blocked.";
    /// Blocked by the bank.
    CardBlocked "card-blocked" 106 "Die Karte ist gesperrt." "The card is blocked.";
    /// Above the card's limit.
    LimitExceeded "limit-exceeded" 107
        "Der Betrag liegt über dem Limit der Karte." "The amount is above the card's limit.";
    /// More than ten payments with one card in a day (enterprise help).
    TooManyToday "too-many-today" 108
        "Mit dieser Karte wurde heute schon zehnmal bezahlt. Bitte nehmen Sie eine andere."
        "This card has paid ten times today. Please choose another one.";
    /// Looks like fraud.
    SuspectedFraud "suspected-fraud" 109
        "Die Bank hat die Zahlung abgelehnt." "The bank has refused the payment.";
    /// The bank gives no reason.
    DoNotHonour "do-not-honour" 110
        "Die Bank hat die Zahlung abgelehnt." "The bank has refused the payment.";
    /// The card cannot pay on the internet.
    NotSupported "not-supported" 111
        "Mit dieser Karte kann man hier nicht bezahlen." "This card cannot pay here.";
    /// The card cannot pay in euros.
    CurrencyNotSupported "currency-not-supported" 112
        "Mit dieser Karte kann man nicht in Euro bezahlen." "This card cannot pay in euros.";
    /// The bank cannot be reached.
    IssuerUnavailable "issuer-unavailable" 113
        "Die Bank antwortet nicht. Bitte versuchen Sie es später noch einmal."
        "The bank does not answer. Please try again later.";
    /// The processor failed.
    ProcessingError "processing-error" 114
        "Die Zahlung konnte nicht verarbeitet werden." "The payment could not be processed.";
    /// The same payment twice in a short time.
    DuplicatePayment "duplicate-payment" 115
        "Die Bank hält die Zahlung für doppelt." "The bank takes the payment for a duplicate.";
    /// A card number that does not exist.
    WrongNumber "wrong-number" 116
        "Die Kartennummer ist falsch." "The card's number is wrong.";
    /// A wrong PIN too often.
    PinTries "pin-tries" 117
        "Die PIN wurde zu oft falsch eingegeben." "The PIN was entered wrongly too often.";
    /// 3-D Secure: not confirmed.
    AuthenticationFailed "authentication-failed" 120
        "Die Zahlung wurde bei der Bank nicht bestätigt."
        "The payment was not confirmed at the bank.";
    /// 3-D Secure: nobody answered.
    AuthenticationAbandoned "authentication-abandoned" 121
        "Die Bestätigung bei der Bank wurde abgebrochen."
        "The confirmation at the bank was abandoned.";
    /// 3-D Secure: not available for this card.
    AuthenticationUnavailable "authentication-unavailable" 122
        "Die Karte ist nicht für die sichere Bestätigung angemeldet."
        "The card is not enrolled for secure confirmation.";
    /// 3-D Secure: the bank refused without asking.
    AuthenticationRejected "authentication-rejected" 123
        "Die Bank lässt eine Bestätigung nicht zu." "The bank does not allow a confirmation.";
    /// SEPA: the account does not exist (AC01).
    UnknownAccount "unknown-account" 130
        "Die IBAN gehört zu keinem Konto." "The IBAN belongs to no account.";
    /// SEPA: the account is closed (AC04).
    AccountClosed "account-closed" 131 "Das Konto ist aufgelöst." "The account is closed.";
    /// SEPA: the account is blocked (AC06).
    AccountBlocked "account-blocked" 132 "Das Konto ist gesperrt." "The account is blocked.";
    /// SEPA: no direct debits from this account (AG01).
    DebitForbidden "debit-forbidden" 133
        "Von diesem Konto kann nicht abgebucht werden." "This account cannot be debited.";
    /// SEPA: no mandate (MD01).
    NoMandate "no-mandate" 134
        "Es liegt kein gültiges Mandat vor." "There is no valid mandate.";
    /// SEPA: the customer wants the money back (MD06).
    Disputed "disputed" 135
        "Der Lastschrift wurde widersprochen." "The direct debit was disputed.";
    /// SEPA: the bank gives no reason (MS03).
    ReturnedWithoutReason "returned-without-reason" 136
        "Die Bank hat die Lastschrift zurückgegeben." "The bank has returned the direct debit.";
    /// SEPA: the account holder has died (MD07).
    HolderDeceased "holder-deceased" 137
        "Die Bank hat die Lastschrift zurückgegeben." "The bank has returned the direct debit.";
    /// SEPA: the bank does not take part (RC01).
    UnknownBank "unknown-bank" 138
        "Die Bank nimmt nicht am Lastschriftverfahren teil."
        "The bank does not take part in direct debit.";
    /// A refund that the bank refuses.
    RefundRefused "refund-refused" 140
        "Die Bank hat die Erstattung abgelehnt." "The bank has refused the refund.";
    /// The test bank knows no such card or account.
    UnknownInstrument "unknown-instrument" 150
        "Diese Karte oder dieses Konto kennt die Testbank nicht."
        "The test bank does not know this card or account.";
}

impl Reason {
    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == text)
    }
}

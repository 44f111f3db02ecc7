//! Every sentence that an administrator reads, in both languages.

use freischalt_client::provider::CheckError;
use freischalt_client::{CallError, CallErrorKind, Credentials};
use freischalt_protocol::signed_url::SignedUrlError;

use crate::key_entry::KeyProblem;
use crate::language::Language::{self, English, German};
use crate::services::Refused;
use crate::store::Unavailable;

const KEY_LENGTH: usize = Credentials::KEY_LENGTH;

impl Language {
    pub(crate) fn choose(self, german: &'static str, english: &'static str) -> &'static str {
        match self {
            German => german,
            English => english,
        }
    }

    pub(crate) fn key_problem(self, problem: KeyProblem) -> String {
        let text = match problem {
            KeyProblem::TooShort(length) => return self.wrong_length(length),
            KeyProblem::Empty => {
                self.choose("Bitte den API-Key einfügen.", "Please paste the API key.")
            }
            KeyProblem::TooLong => self.choose(
                "Das ist kein API-Key: Der Text ist viel zu lang.",
                "This is not an API key: the text is far too long.",
            ),
            KeyProblem::ProviderSecret => self.choose(
                "Das ist das Anbieter-Secret, nicht der API-Key. Bitte den API-Key einfügen, den \
                 der Marketplace in dieser Freischaltung anzeigt.",
                "This is the provider secret, not the API key. Please paste the API key that the \
                 marketplace shows in this activation.",
            ),
        };
        text.to_owned()
    }

    pub(crate) fn launch_refused(self, error: &CheckError) -> &'static str {
        match error {
            CheckError::Incomplete(_)
            | CheckError::NotGenuine(SignedUrlError::MissingTimestamp) => self.choose(
                "Der Aufruf ist unvollständig. Bitte die Freischaltung im Marketplace neu öffnen.",
                "The request is incomplete. Please open the activation in the marketplace again.",
            ),
            CheckError::NotGenuine(SignedUrlError::TooOld { .. }) => self.choose(
                "Der Aufruf ist zu alt. Bitte die Freischaltung im Marketplace neu öffnen.",
                "The request is too old. Please open the activation in the marketplace again.",
            ),
            CheckError::NotGenuine(SignedUrlError::FromTheFuture { .. }) => self.choose(
                "Der Aufruf trägt eine Zeit in der Zukunft. Die Uhren von Marketplace und Anbieter \
                 gehen auseinander.",
                "The request bears a time in the future. The clocks of the marketplace and the \
                 provider differ.",
            ),
            _ => self.choose(
                "Die Signatur ist nicht korrekt. Bitte die Freischaltung im Marketplace öffnen.",
                "The signature is not correct. Please open the activation in the marketplace.",
            ),
        }
    }

    /// A text of the provider's, in the other language if there is none in this one.
    pub(crate) fn chosen<'a>(
        self,
        german: Option<&'a str>,
        english: Option<&'a str>,
    ) -> Option<&'a str> {
        match self {
            German => german.or(english),
            English => english.or(german),
        }
    }

    pub(crate) fn try_again(self) -> &'static str {
        self.choose(
            "Das hat nicht geklappt. Bitte in einem Moment noch einmal versuchen.",
            "That did not work. Please try again in a moment.",
        )
    }

    pub(crate) fn refused_service(self, refused: &Refused) -> &'static str {
        match refused {
            Refused::Check(CheckError::NotGenuine(SignedUrlError::TooOld { .. }))
            | Refused::UsedBefore
            | Refused::WindowClosed => self.choose(
                "Dieser Aufruf gilt nicht mehr. Bitte den Dienst im Marketplace neu öffnen.",
                "This request is over. Please open the service in the marketplace again.",
            ),
            Refused::Check(_) | Refused::Callback(_) => self.choose(
                "Der Aufruf kommt nicht vom Marketplace oder wurde verändert. Bitte den Dienst im \
                 Marketplace neu öffnen.",
                "The request does not come from the marketplace, or was changed. Please open the \
                 service in the marketplace again.",
            ),
            Refused::NotActivated => self.choose(
                "Der Anbieter ist hier nicht freigeschaltet. Eine Administratorin oder ein \
                 Administrator muss ihn im Marketplace noch einmal freischalten.",
                "The provider is not activated here. An administrator has to activate it again in \
                 the marketplace.",
            ),
            Refused::NoSuchOrder => {
                self.choose("Diese Bestellung gibt es nicht.", "There is no such order.")
            }
            Refused::NothingHere => self.choose(
                "Unter dieser Adresse gibt es nichts. Bitte den Dienst im Marketplace öffnen.",
                "There is nothing at this address. Please open the service in the marketplace.",
            ),
            Refused::WrongMethod => self.choose(
                "So lässt sich diese Adresse nicht aufrufen. Bitte den Dienst im Marketplace öffnen.",
                "This address cannot be called like that. Please open the service in the \
                 marketplace.",
            ),
            Refused::TooLarge => self.choose(
                "Das ist zu viel auf einmal: Es dürfen höchstens 10 MB sein.",
                "This is too much at once: 10 MB are the most.",
            ),
            Refused::App(_) => self.choose(
                "Der Anbieter antwortet gerade nicht. Bitte in einem Moment neu laden.",
                "The provider does not answer at the moment. Please reload in a moment.",
            ),
            Refused::Busy | Refused::Store(_) => self.try_again(),
        }
    }

    pub(crate) fn unavailable(self, reason: Unavailable) -> &'static str {
        match reason {
            Unavailable::Busy => self.choose(
                "Die Freischaltung läuft bereits. Bitte einen Moment warten.",
                "The activation is already under way. Please wait a moment.",
            ),
            Unavailable::Used => self.choose(
                "Diese Freischaltung ist schon erfolgt. Für eine neue bitte den Marketplace öffnen.",
                "This activation is already done. For a new one, please open the marketplace.",
            ),
            Unavailable::NeverOpened => self.choose(
                "Der Aufruf ist zu alt. Bitte die Freischaltung im Marketplace neu öffnen.",
                "The request is too old. Please open the activation in the marketplace again.",
            ),
        }
    }

    pub(crate) fn foreign_page(self) -> &'static str {
        self.choose(
            "Der Aufruf kam nicht von der Freischaltseite.",
            "The request did not come from the activation page.",
        )
    }

    pub(crate) fn unreadable_request(self) -> &'static str {
        self.choose(
            "Die Anfrage ist nicht lesbar. Bitte die Seite neu laden.",
            "The request cannot be read. Please reload the page.",
        )
    }

    /// Why the unlock call failed; `key_length` is the number of characters of the pasted key.
    pub(crate) fn unlock_failed(self, error: &CallError, key_length: usize) -> String {
        match error.kind() {
            CallErrorKind::Credentials if key_length != KEY_LENGTH => self.wrong_length(key_length),
            CallErrorKind::Refused => self.refused(error),
            kind => self.failed(kind).to_owned(),
        }
    }

    fn wrong_length(self, length: usize) -> String {
        match self {
            German => format!(
                "Der API-Key passt nicht: Er hat {length} Zeichen, richtig sind {KEY_LENGTH}. \
                 Bitte noch einmal vollständig kopieren."
            ),
            English => format!(
                "The API key does not fit: it has {length} characters, {KEY_LENGTH} are right. \
                 Please copy it again as a whole."
            ),
        }
    }

    fn refused(self, error: &CallError) -> String {
        let number = match error {
            CallError::Refused(refusal) => refusal.code.to_string(),
            _ => "1".to_owned(),
        };
        match self {
            German => format!("Der Marketplace hat die Freischaltung abgelehnt (Fehler {number})."),
            English => format!("The marketplace refused the activation (error {number})."),
        }
    }

    fn failed(self, kind: CallErrorKind) -> &'static str {
        match kind {
            CallErrorKind::Credentials => self.choose(
                "Der API-Key gehört nicht zu dieser Freischaltung. Bitte den API-Key kopieren, den \
                 der Marketplace gerade anzeigt.",
                "The API key does not belong to this activation. Please copy the API key that the \
                 marketplace is showing now.",
            ),
            CallErrorKind::Clock => self.choose(
                "Die Uhr des Anbieters geht falsch. Bitte den Anbieter verständigen.",
                "The provider's clock is wrong. Please tell the provider.",
            ),
            CallErrorKind::Claim | CallErrorKind::ParameterCache => self.choose(
                "Die Freischaltung ist abgelaufen. Bitte im Marketplace neu beginnen.",
                "The activation has run out. Please start again in the marketplace.",
            ),
            CallErrorKind::Unreachable => self.choose(
                "Der Marketplace antwortet nicht. Bitte später noch einmal versuchen.",
                "The marketplace does not answer. Please try again later.",
            ),
            _ => self.choose(
                "Der Marketplace hat unverständlich geantwortet. Bitte später noch einmal \
                 versuchen.",
                "The marketplace's answer makes no sense. Please try again later.",
            ),
        }
    }
}

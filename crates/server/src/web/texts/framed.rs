//! Words about pages of providers that stay empty in their frame.

use freischalt_diagnosis::NearMiss;

use super::Sentence;

pub(crate) struct Framed {
    pub(crate) silent: &'static str,
    pub(crate) silent_found: &'static str,
    pub(crate) silent_right: &'static str,
    pub(crate) status: &'static str,
    pub(crate) status_found: Sentence,
    pub(crate) status_right: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) options_found: Sentence,
    pub(crate) options_right: Sentence,
    pub(crate) ancestors_found: Sentence,
    pub(crate) ancestors_right: Sentence,
    only_self: &'static str,
    path: &'static str,
    port: &'static str,
    scheme: &'static str,
    quotes: &'static str,
    comma: &'static str,
    /// What a page sent in place of a text.
    pub(crate) not_text: Sentence,
    /// Name and words of what is no text, as the script has them.
    pub(crate) kinds: &'static str,
    /// That the page in the frame sent no word of the activation.
    pub(crate) unannounced: Sentence,
    pub(crate) help_message: Sentence,
    pub(crate) show_anyway: &'static str,
    pub(crate) same_site: Sentence,
}

impl Framed {
    pub(crate) fn near_miss(&self, miss: NearMiss) -> &'static str {
        match miss {
            NearMiss::OnlySelf => self.only_self,
            NearMiss::Path => self.path,
            NearMiss::Port => self.port,
            NearMiss::Scheme => self.scheme,
            NearMiss::Quotes => self.quotes,
            NearMiss::Comma => self.comma,
        }
    }
}

pub(super) const EN: Framed = Framed {
    silent: "The provider’s page does not answer",
    silent_found: "This server asked for the page and got no answer.",
    silent_right: "If the page stays empty, check that the provider’s server runs.",
    status: "The provider’s page answers with an error",
    status_found: Sentence(
        "This server asked for the page with a correctly signed URL. Its answer was the HTTP status {}.",
    ),
    status_right: "Most often the provider has another secret, or verifies another address than the \
                   one that is registered.",
    refused: "The provider’s page refuses to be shown in a frame",
    options_found: Sentence(
        "It answers with the header X-Frame-Options: {}. Browsers then leave the frame empty.",
    ),
    options_right: Sentence(
        "Right would be, in its place: Content-Security-Policy: frame-ancestors {}",
    ),
    ancestors_found: Sentence(
        "It answers with Content-Security-Policy: frame-ancestors {}. Browsers then leave the frame empty, \
         because this marketplace is not among them.",
    ),
    ancestors_right: Sentence("Right would be: Content-Security-Policy: frame-ancestors {}"),
    only_self: "'self' is the provider’s own address.",
    path: "A source with a path matches no marketplace: leave the path out.",
    port: "The port is another one; without a port only the usual one of the scheme matches.",
    scheme: "The scheme is another one, http or https.",
    quotes: "An address stands without quotes.",
    comma: "Blanks separate sources; a comma begins another policy, and both count.",
    not_text: Sentence(
        "The page sent {} in place of a text, which is ignored. Right would be a text, such as JSON.stringify makes it of an object.",
    ),
    kinds: "object:an object|array:an array|number:a number|boolean:a boolean|nothing:nothing|other:something",
    unannounced: Sentence(
        "The page in the frame did not send the message active. This server noticed the activation \
         without it, but other marketplaces wait for it: parent.postMessage(\"active\", \"{}\")",
    ),
    help_message: Sentence(
        "The page is done, and nothing happens here: it has to tell the marketplace, with \
         parent.postMessage(\"active\", \"{}\"). A message to another origin does not arrive.",
    ),
    same_site: Sentence(
        "This page is of the same site as the marketplace, so it keeps cookies that browsers drop in \
         production. Register it as {} to see what happens there.",
    ),
    show_anyway: "Show the page anyway: your browser may reach what this server does not",
};

pub(super) const DE: Framed = Framed {
    silent: "Die Seite des Anbieters antwortet nicht",
    silent_found: "Dieser Server hat die Seite abgerufen und keine Antwort erhalten.",
    silent_right: "Falls die Seite leer bleibt, prüfen Sie, ob der Server des Anbieters läuft.",
    status: "Die Seite des Anbieters antwortet mit einem Fehler",
    status_found: Sentence(
        "Dieser Server hat die Seite mit einer richtig signierten Adresse abgerufen. Die Antwort war der HTTP-Status {}.",
    ),
    status_right: "Meistens hat der Anbieter ein anderes Secret, oder er prüft eine andere Adresse als \
                   die eingetragene.",
    refused: "Die Seite des Anbieters lässt sich nicht in einem Rahmen zeigen",
    options_found: Sentence(
        "Sie antwortet mit dem Header X-Frame-Options: {}. Browser lassen den Rahmen dann leer.",
    ),
    options_right: Sentence(
        "Richtig wäre an seiner Stelle: Content-Security-Policy: frame-ancestors {}",
    ),
    ancestors_found: Sentence(
        "Sie antwortet mit Content-Security-Policy: frame-ancestors {}. Browser lassen den Rahmen dann leer, \
         denn dieser Marketplace gehört nicht dazu.",
    ),
    ancestors_right: Sentence("Richtig wäre: Content-Security-Policy: frame-ancestors {}"),
    only_self: "'self' ist die eigene Adresse des Anbieters.",
    path: "Eine Quelle mit Pfad passt zu keinem Marketplace: Lassen Sie den Pfad weg.",
    port: "Der Port ist ein anderer; ohne Port passt nur der übliche des Schemas.",
    scheme: "Das Schema ist ein anderes, http oder https.",
    quotes: "Eine Adresse steht ohne Anführungszeichen.",
    comma: "Quellen trennt ein Leerzeichen; mit einem Komma beginnt eine weitere Regel, und beide zählen.",
    not_text: Sentence(
        "Die Seite hat {} statt eines Textes gesendet; das wird nicht beachtet. Richtig wäre ein Text, wie ihn JSON.stringify aus einem Objekt macht.",
    ),
    kinds: "object:ein Objekt|array:ein Array|number:eine Zahl|boolean:einen Wahrheitswert|nothing:nichts|\
            other:etwas",
    unannounced: Sentence(
        "Die Seite im Rahmen hat die Nachricht active nicht gesendet. Dieser Server hat die Freischaltung \
         auch so bemerkt, aber andere Marketplaces warten darauf: parent.postMessage(\"active\", \"{}\")",
    ),
    help_message: Sentence(
        "Die Seite ist fertig, und hier geschieht nichts: Sie muss es dem Marketplace sagen, mit \
         parent.postMessage(\"active\", \"{}\"). Eine Nachricht an eine andere Adresse kommt nicht an.",
    ),
    same_site: Sentence(
        "Diese Seite gehört zur selben Site wie der Marketplace. Sie behält deshalb Cookies, die Browser \
         im Betrieb verwerfen. Unter {} eingetragen verhält sie sich wie dort.",
    ),
    show_anyway: "Die Seite trotzdem zeigen: Ihr Browser erreicht vielleicht, was dieser Server nicht erreicht",
};

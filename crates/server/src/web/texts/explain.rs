//! Words of the page that explains a wrong signature.

use super::Sentence;

pub(crate) struct Explain {
    pub(crate) link: &'static str,
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) url: &'static str,
    pub(crate) order: &'static str,
    pub(crate) request: &'static str,
    pub(crate) text: &'static str,
    pub(crate) text_hint: &'static str,
    pub(crate) text_needed: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) secret_hint: &'static str,
    pub(crate) secret_needed: &'static str,
    pub(crate) other: &'static str,
    pub(crate) other_hint: &'static str,
    pub(crate) submit: &'static str,
    pub(crate) genuine: &'static str,
    pub(crate) explained: &'static str,
    pub(crate) unexplained: &'static str,
    pub(crate) missing: &'static str,
    pub(crate) unreadable: &'static str,
    pub(crate) signed: &'static str,
    pub(crate) right: &'static str,
    pub(crate) same_here: &'static str,
    pub(crate) right_with_port: &'static str,
    pub(crate) besides: &'static str,
    pub(crate) about: &'static str,
    pub(crate) several: &'static str,
    pub(crate) explanation: Sentence,
    pub(crate) port_dropped: &'static str,
    pub(crate) port_kept: &'static str,
}

pub(super) const EN: Explain = Explain {
    link: "Explain a signature",
    title: "Explain a signature",
    lead: "The signature is made again with every known mistake, with every two of them and every \
           three of the usual ones, until one makes exactly the signature that was given. Nothing of \
           it is kept.",
    subject: "What was signed",
    url: "Signed URL",
    order: "Order or window message (JSON)",
    request: "API request (JSON, its first action)",
    text: "URL, order or request",
    text_hint: "Complete, with its signature, exactly as it was sent.",
    text_needed: "Paste the URL, the order or the request.",
    secret: "Secret",
    secret_hint: "The provider secret for URLs and orders, the API key for requests.",
    secret_needed: "Paste the secret that the signature has to be made with.",
    other: "Another secret",
    other_hint: "One that may have been used by mistake, such as the API key of this customer.",
    submit: "Explain",
    genuine: "The signature is right.",
    explained: "The signature is wrong, and this is why.",
    unexplained: "The signature is wrong, and none of the known mistakes makes it. Most likely the \
                  secret is another one, or the text was changed after it was signed.",
    missing: "There is no signature.",
    unreadable: "This cannot be read.",
    signed: "What was signed (credentials masked)",
    right: "What has to be signed (credentials masked)",
    same_here: "The same comes out, with this input, of:",
    right_with_port: "Or, from a host that signs the port, which is right as well",
    besides: "Besides",
    about: "Here:",
    several: "Several explanations fit. Each makes exactly this signature, and nothing in the input \
              tells which of them it was.",
    explanation: Sentence("Explanation {}"),
    port_dropped: "The URL has a port, and it was signed without it. Hosts of both kinds exist: a \
                   provider accepts both.",
    port_kept: "The URL has a port, and it was signed with it, between host and path. Hosts of both \
                kinds exist: a provider accepts both.",
};

pub(super) const DE: Explain = Explain {
    link: "Signatur erklären",
    title: "Signatur erklären",
    lead: "Die Signatur wird mit jedem bekannten Fehler, mit je zweien davon und mit je dreien der \
           üblichen nachgerechnet, bis genau die angegebene herauskommt. Nichts davon wird gespeichert.",
    subject: "Was signiert wurde",
    url: "Signierte URL",
    order: "Bestellung oder Fenster-Nachricht (JSON)",
    request: "API-Anfrage (JSON, deren erste Aktion)",
    text: "URL, Bestellung oder Anfrage",
    text_hint: "Vollständig, mit Signatur, genau so, wie sie gesendet wurde.",
    text_needed: "Fügen Sie die URL, die Bestellung oder die Anfrage ein.",
    secret: "Secret",
    secret_hint: "Das Anbietersecret für URLs und Bestellungen, der API-Schlüssel für Anfragen.",
    secret_needed: "Fügen Sie das Secret ein, mit dem signiert werden muss.",
    other: "Ein anderes Secret",
    other_hint: "Eines, das versehentlich verwendet worden sein könnte, etwa der API-Schlüssel \
                 dieses Kunden.",
    submit: "Erklären",
    genuine: "Die Signatur ist richtig.",
    explained: "Die Signatur ist falsch, und zwar deshalb:",
    unexplained: "Die Signatur ist falsch, und keiner der bekannten Fehler ergibt sie. \
                  Wahrscheinlich ist das Secret ein anderes, oder der Text wurde nach dem \
                  Signieren verändert.",
    missing: "Es gibt keine Signatur.",
    unreadable: "Das lässt sich nicht lesen.",
    signed: "Was signiert wurde (Zugangsdaten verdeckt)",
    right: "Was signiert werden muss (Zugangsdaten verdeckt)",
    same_here: "Mit dieser Eingabe kommt dasselbe heraus bei:",
    right_with_port: "Oder, von einem Host, der den Port mitsigniert, was ebenso richtig ist",
    besides: "Außerdem",
    about: "Hier:",
    several: "Mehrere Erklärungen passen. Jede ergibt genau diese Signatur, und nichts in der Eingabe \
              verrät, welche zutrifft.",
    explanation: Sentence("Erklärung {}"),
    port_dropped: "Die URL hat einen Port, und sie wurde ohne ihn signiert. Es gibt Hosts beider \
                   Arten: Ein Anbieter nimmt beides an.",
    port_kept: "Die URL hat einen Port, und sie wurde mit ihm signiert, zwischen Host und Pfad. Es \
                gibt Hosts beider Arten: Ein Anbieter nimmt beides an.",
};

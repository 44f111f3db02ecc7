//! What the demo providers say about themselves.

use freischalt_marketplace::{
    Document, DocumentKind,
    provider::{Localized, Profile},
};

pub(super) fn demo() -> Profile {
    Profile {
        slogan: text("Aus der Skizze wird ein Grundriss.", "From a sketch to a floor plan."),
        description: text(
            "Grundrisswerk zeichnet aus Skizzen und Fotos maßstäbliche Grundrisse. Dieser Anbieter \
             läuft wirklich: Er prüft die signierte Adresse, nimmt den API-Schlüssel entgegen und \
             schaltet sich mit unlockProvider frei.",
            "Grundrisswerk draws floor plans to scale from sketches and photos. This provider \
             really runs: it verifies the signed URL, takes the API key and activates itself with \
             unlockProvider.",
        ),
        rights: text(
            "Immobilien lesen, Dateien an Immobilien lesen und hinzufügen",
            "Read properties, read and add files of properties",
        ),
        ..contact("Grundrisswerk GmbH", "hallo@grundrisswerk.example")
    }
}

pub(super) fn webhook() -> Profile {
    Profile {
        slogan: text("Prüft Preise, sobald Sie speichern.", "Checks prices as soon as you save."),
        description: text(
            "Preisradar vergleicht den Kaufpreis einer Immobilie beim Speichern mit der Umgebung. \
             Sein einziger Dienst ist ein Webhook; deshalb gilt das Nutzerrecht für alle.",
            "Preisradar compares a property's price with its surroundings when it is saved. Its \
             only service is a webhook, so the right always goes to all users.",
        ),
        rights: text("Immobilien lesen, Aktivitäten anlegen", "Read properties, create activities"),
        ..contact("Preisradar AG", "service@preisradar.example")
    }
}

pub(super) fn unreachable() -> Profile {
    Profile {
        slogan: text("Antwortet nie. Zum Ausprobieren.", "Never answers. For trying out."),
        description: text(
            "Die Freischaltungsseite dieses Anbieters ist absichtlich nicht erreichbar. So sehen \
             Sie, was ein Administrator dann sieht.",
            "This provider's activation page cannot be reached, on purpose: it shows what an \
             administrator sees then.",
        ),
        rights: text("Immobilien lesen", "Read properties"),
        ..contact("Funkstille e. K.", "niemand@funkstille.example")
    }
}

fn contact(company: &str, email: &str) -> Profile {
    Profile {
        address: format!("{company}, Beispielstraße 1, 52068 Aachen"),
        email: email.to_owned(),
        phone: "+49 241 5550100".to_owned(),
        documents: documents(company),
        ..Profile::default()
    }
}

fn documents(company: &str) -> Vec<Document> {
    let document = |kind, de: String, en: String| Document {
        kind,
        version: "2026-01".to_owned(),
        text: Localized { de, en },
    };
    vec![
        document(
            DocumentKind::Terms,
            format!(
                "Diese Geschäftsbedingungen von {company} sind ein Muster für die Sandbox und \
                 binden niemanden.\n\nDer Anbieter erbringt seine Leistung nach der Freischaltung. \
                 Jede Bestellung wird einzeln bestätigt.\n\nDer Kunde kann den Anbieter jederzeit \
                 sperren."
            ),
            format!(
                "These terms of {company} are a sample for the sandbox and bind nobody.\n\nThe \
                 provider delivers after its activation. Each order is confirmed by itself.\n\n\
                 The customer can block the provider at any time."
            ),
        ),
        document(
            DocumentKind::Dpa,
            format!(
                "Muster eines Auftragsverarbeitungsvertrags mit {company}.\n\nDer Anbieter \
                 verarbeitet personenbezogene Daten nur auf Weisung des Kunden und löscht sie nach \
                 dem Ende des Auftrags."
            ),
            format!(
                "Sample of a data-processing agreement with {company}.\n\nThe provider processes \
                 personal data on the customer's instructions only, and deletes it when the \
                 contract ends."
            ),
        ),
        document(
            DocumentKind::Privacy,
            format!(
                "Muster der Datenschutzhinweise von {company}.\n\nÜbertragen werden Name und \
                 Kennung des Kunden und des Nutzers."
            ),
            format!(
                "Sample of the privacy notice of {company}.\n\nName and id of the customer and of \
                 the user are transferred."
            ),
        ),
    ]
}

fn text(de: &str, en: &str) -> Localized {
    Localized { de: de.to_owned(), en: en.to_owned() }
}

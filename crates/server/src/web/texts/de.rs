//! German.

use super::{
    Activation, Count, Documents, Frame, History, NewProvider, Overview, Problem, Problems,
    Provider, Requests, Sentence, State, Texts, Users, commerce, deliveries, orders, pay_account,
};

pub(super) const DE: Texts = Texts {
    frame: Frame {
        skip: "Zum Inhalt springen",
        navigation: "Hauptnavigation",
        marketplace: "Marketplace",
        add_provider: "Anbieter anlegen",
        requests: "Anfragen",
        sandbox: "Sandbox",
        language: "Sprache",
        account: "Konto",
        administrator: "Administrator",
        user: "Nutzer",
        switch_user: "Nutzer wechseln",
        choose_user: "Nutzer wählen",
        sign_out: "Abmelden",
        clock: Sentence("Serveruhr: {}"),
        opened_at: Sentence("Sie haben diese Sandbox unter {} geöffnet."),
        opened_right: Sentence("Rahmen, Nachrichten und Anmeldung funktionieren unter {}."),
        opened_go: "Diese Seite dort öffnen",
        opened_option: Sentence(
            "Falls Ihr Browser sie dort nicht erreicht, starten Sie sie mit --public-url {}.",
        ),
        copy: "Kopieren",
        copied: "Kopiert",
        error_summary: "Bitte prüfen Sie Ihre Angaben",
    },
    commerce: &commerce::DE,
    deliveries: &deliveries::DE,
    rights: &deliveries::RIGHTS_DE,
    orders: &orders::DE,
    pay_account: &pay_account::DE,
    seller: &pay_account::SELLER_DE,
    selling: &super::selling::DE,
    state: State {
        inactive: "Nicht aktiv",
        pending: "Freischaltung läuft",
        active: "Aktiv",
        blocked: "Gesperrt",
    },
    users: Users {
        title: "Wer möchten Sie sein?",
        lead: "Das ist die Sandbox: Kunden, Nutzer und Anbieter sind erfunden, nichts hier ist \
               echt. Wählen Sie einen Administrator, um Anbieter freizuschalten, oder einen \
               Nutzer, um zu sehen, was alle anderen sehen.",
        group: Sentence("Gruppe {}"),
        act_as: "Weiter als",
        current: "Sie gerade",
        number: Count { one: "1 Nutzer", other: Sentence("{} Nutzer") },
        empty: "Es gibt noch keine Kunden",
        empty_hint: "Legen Sie über die Verwaltungs-API einen an: POST /v1/customers.",
    },
    overview: Overview {
        title: "Marketplace",
        lead: Sentence("Anbieter und ihre Dienste für {}."),
        services: Count { one: "1 Dienst", other: Sentence("{} Dienste") },
        activate: "Freischalten",
        proceed: "Freischaltung fortsetzen",
        again: "Erneut freischalten",
        only_administrators: "Nur Administratoren können Anbieter freischalten.",
        empty: "Noch keine Anbieter",
        empty_sandbox: "Legen Sie Ihren eigenen Anbieter an. Es genügen ein Name und die Adresse \
                        der Freischaltungsseite.",
        empty_production: "Sobald ein Anbieter aufgenommen ist, erscheint er hier.",
    },
    provider: Provider {
        description: "Über diesen Anbieter",
        services: "Dienste",
        no_services: "Dieser Anbieter hat keine Dienste angegeben.",
        window: "Öffnet sich in einem Fenster",
        webhook: "Webhook, arbeitet im Hintergrund",
        contact: "Kontakt",
        address: "Anschrift",
        email: "E-Mail",
        phone: "Telefon",
        documents: "Dokumente",
        version: Sentence("Fassung {}"),
        activation: "Freischaltung",
        state: "Stand",
        since: "Seit",
        by: "Durch",
        audience: "Nutzerrecht",
        regular: "Stammkunde",
        yes: "Ja",
        no: "Nein",
        block: "Anbieter sperren",
        block_question: Sentence("{} sperren?"),
        block_effect: "Die Dienste sind dann nicht mehr nutzbar, und der API-Schlüssel verliert \
                       sofort seine Gültigkeit. Der Anbieter wird nicht benachrichtigt. Um ihn \
                       wieder zu nutzen, schalten Sie ihn erneut frei; er erhält dann einen neuen \
                       Schlüssel.",
        block_confirm: "Ja, sperren",
        only_administrators: "Nur Administratoren können Anbieter freischalten.",
        restricted: "Nur Administratoren dürfen diesen Anbieter nutzen.",
        ask: "Wenden Sie sich an Ihre Administratoren:",
        nobody_to_ask: "Ihr Unternehmen hat zurzeit keinen Administrator.",
        back: "Alle Anbieter",
    },
    history: History {
        title: "Verlauf",
        terms_accepted: "AGB und Auftrags\u{ad}verarbeitungs\u{ad}vertrag akzeptiert",
        right_chosen: "Nutzerrecht gewählt, API-Schlüssel erzeugt",
        unlocked: "Vom Anbieter freigeschaltet",
        blocked: "Gesperrt",
        superseded: "Durch eine neuere Freischaltung beendet",
    },
    documents: Documents {
        terms: "Allgemeine Geschäfts\u{ad}bedingungen (AGB)",
        dpa: "Auftrags\u{ad}verarbeitungs\u{ad}vertrag (AVV)",
        privacy: "Datenschutzhinweise",
        back: Sentence("Zurück zu {}"),
    },
    activation: Activation {
        title: Sentence("{} freischalten"),
        steps: "Schritte der Freischaltung",
        step_legal: "Rechtliches",
        step_right: "Nutzerrecht",
        step_key: "Schlüssel",
        step_active: "Aktiv",
        step_done: "erledigt",
        legal_lead: "Vor der Freischaltung braucht Ihr Unternehmen eine Vereinbarung mit dem \
                     Anbieter.",
        accept_terms: "Ich akzeptiere die AGB des Anbieters.",
        accept_dpa: "Ich schließe den Auftrags\u{ad}verarbeitungs\u{ad}vertrag (AVV) mit dem Anbieter.",
        read: "Lesen:",
        privacy_note: "Wie der Anbieter mit personenbezogenen Daten umgeht, beschreiben seine",
        terms_missing: "Akzeptieren Sie die AGB, um fortzufahren.",
        dpa_missing: "Schließen Sie den Auftrags\u{ad}verarbeitungs\u{ad}vertrag, um fortzufahren.",
        proceed: "Weiter",
        cancel: "Abbrechen",
        rights: "Was der Anbieter darf",
        rights_note: "Diese Rechte werden automatisch eingerichtet; Sie müssen nichts einstellen.",
        audience: "Wer darf den Anbieter nutzen?",
        audience_hint: "Administratoren haben immer Zugriff.",
        all: "Alle Nutzer",
        all_hint: "Jeder in Ihrem Unternehmen darf die Dienste nutzen.",
        administrators: "Nur Administratoren",
        administrators_hint: "Andere Nutzer sehen die Dienste nicht.",
        audience_missing: "Wählen Sie, wer den Anbieter nutzen darf.",
        webhook_only: "Der einzige Dienst dieses Anbieters ist ein Webhook. Webhooks arbeiten für \
                       alle im Hintergrund; deshalb gilt das Nutzerrecht für alle Nutzer, und es \
                       gibt nichts zu wählen.",
        key: "API-Schlüssel",
        key_note: "Kopieren Sie den Schlüssel und fügen Sie ihn unten in das Feld des Anbieters \
                   ein. Er wird nur während der Freischaltung angezeigt.",
        key_expires: Sentence("Dieser Schritt ist offen bis {}."),
        choice: "Nutzerrecht:",
        paste: Sentence("Seite von {}"),
        frame_title: Sentence("Freischaltungsseite von {}"),
        privacy_acknowledgement: "Mit der Freischaltung bestätigen Sie die Kenntnisnahme der",
        waiting: "Warten auf die Freischaltung durch den Anbieter.",
        waiting_no_script: "Ohne JavaScript aktualisiert sich diese Seite nicht von selbst.",
        check_now: "Jetzt prüfen",
        reports: "Der Anbieter meldet:",
        reports_hint: "Prüfen Sie, ob der API-Schlüssel vollständig eingefügt ist, und versuchen \
                       Sie es noch einmal.",
        unreachable: "Die Seite des Anbieters ist nicht erreichbar",
        unreachable_at: Sentence("Keine Antwort von {}."),
        unreachable_hint: "Es ist nichts verloren: Ihre Auswahl und der Schlüssel bleiben \
                           erhalten. Versuchen Sie es noch einmal, oder fragen Sie den Anbieter.",
        no_answer: "Der Server nimmt keine Verbindung an.",
        refused: "Der Server lehnt die Verbindung ab; dort läuft vermutlich kein Programm.",
        no_such_host: "Der Servername ist unbekannt oder das Netz nicht erreichbar.",
        retry: "Noch einmal versuchen",
        moved: "Die Seite des Anbieters führt woandershin",
        moved_at: Sentence(
            "Hier werden nur Seiten unter den hinterlegten Adressen des Anbieters gezeigt: {}.",
        ),
        moved_hint: "Es ist nichts verloren: Ihre Auswahl und der Schlüssel bleiben erhalten. \
                     Bitten Sie den Anbieter, die endgültige Adresse seiner Seite zu hinterlegen.",
        help: "Bleibt die Seite leer oder ihre Schaltfläche grau?",
        help_empty: Sentence(
            "Die Seite bleibt leer: Der Anbieter muss erlauben, dass {} sie in einem Rahmen zeigt. \
             Öffnen Sie sie bis dahin in einem eigenen Fenster; diese Seite bemerkt die \
             Freischaltung trotzdem.",
        ),
        help_window: "Seite des Anbieters in neuem Fenster öffnen",
        help_button: "Die Schaltfläche bleibt grau: Über sie entscheidet allein die Seite des \
                      Anbieters. Manche wartet auf einen Schlüssel oder ein Häkchen. Hilft nichts, \
                      sagen Sie es dem Anbieter.",
        under_way: Sentence("{} schaltet diesen Anbieter gerade frei."),
        under_way_effect: "Wenn Sie fortfahren, ersetzen Sie diese Freischaltung, und ihr \
                           API-Schlüssel verliert seine Gültigkeit.",
        active: Sentence("{} ist aktiv"),
        active_lead: "Der Anbieter hat sich mit Ihrem API-Schlüssel freigeschaltet.",
        active_next: "Die Dienste stehen jetzt den gewählten Nutzern zur Verfügung. Sie können den \
                      Anbieter jederzeit sperren.",
        active_next_webhook: "Der Webhook arbeitet jetzt im Hintergrund. Sie können den Anbieter \
                              jederzeit sperren.",
        expired: "Diese Freischaltung ist abgelaufen",
        expired_lead: "Der Schritt war zu lange offen; sein API-Schlüssel gilt nicht mehr. \
                       Beginnen Sie neu, dann erhalten Sie einen neuen Schlüssel.",
        superseded: "Diese Freischaltung wurde ersetzt",
        superseded_by: Sentence("{} hat eine neuere Freischaltung dieses Anbieters begonnen."),
        superseded_lead: "Der API-Schlüssel dieser Freischaltung gilt nicht mehr. Wenn Sie neu \
                          beginnen, ersetzen Sie die neuere.",
        start_again: "Neu beginnen",
        to_provider: "Zum Anbieter",
        to_overview: "Zum Marketplace",
    },
    new_provider: NewProvider {
        title: "Anbieter anlegen",
        lead: "Probieren Sie Ihren eigenen Anbieter aus, in jeder Sprache: Er erhält ein \
               Anbietersecret, und der Marketplace öffnet seine Freischaltungsseite mit einer \
               signierten URL.",
        name: "Name",
        name_hint: "So, wie Kunden ihn sehen.",
        slug: "Kurzname",
        slug_hint: "Kleinbuchstaben, Ziffern und Bindestriche. Leer wird er aus dem Namen \
                    gebildet.",
        url: "Freischaltungs-URL",
        url_hint: "Wird während der Freischaltung in einem Rahmen gezeigt. Eigene Parameter \
                   bleiben erhalten und werden mit signiert.",
        service: "Erster Dienst",
        service_hint: "Lassen Sie ihn leer, wenn Sie nur die Freischaltung ausprobieren möchten.",
        service_name: "Name des Dienstes",
        service_kind: "Art",
        service_url: "Dienst-URL",
        name_needed: "Geben Sie einen Namen mit 1 bis 200 Zeichen ein.",
        slug_wrong: "Der Kurzname hat 1 bis 63 Zeichen aus a-z, 0-9 und -, mit einem \
                     Buchstaben oder einer Ziffer an beiden Enden.",
        url_wrong: "Geben Sie eine vollständige Adresse mit http:// oder https:// ein, zum \
                    Beispiel http://localhost:3000/activate.",
        url_ipv6: "Geben Sie einen Hostnamen oder eine IPv4-Adresse an, zum Beispiel \
                   http://localhost:3000/activate. Eine Seite unter einer IPv6-Adresse lässt sich \
                   nicht in einem Rahmen zeigen.",
        url_respelled: Sentence(
            "Browser machen aus dieser Adresse {}, und dazu passt die Signatur nicht. Geben Sie \
             jene ein.",
        ),
        url_reserved: Sentence(
            "Lassen Sie den Parameter {} weg: Der Marketplace fügt ihn selbst hinzu.",
        ),
        service_name_wrong: "Der Name des Dienstes braucht Buchstaben oder Ziffern.",
        taken: "Dieser Kurzname ist schon vergeben.",
        submit: "Anbieter anlegen",
        optional: "optional",
        added: Sentence("{} ist angelegt"),
        secret: "Anbietersecret",
        secret_note: "Bewahren Sie es jetzt auf: Es wird nur dieses eine Mal angezeigt. Ihr \
                      Anbieter prüft damit signierte URLs.",
        example: "Ohne Browser ausprobieren",
        example_hint: "Dieser Befehl gibt die signierte URL aus, mit der Ihre Seite geöffnet wird, \
                       und alles, was Ihr Anbieter zum Freischalten braucht:",
        to_provider: "Zum Anbieter",
    },
    framed: &super::framed::DE,
    requests: Requests {
        title: "API-Anfragen",
        lead: "Die letzten Anfragen an diese Sandbox, neueste zuerst. Schlüssel, Token und Claims \
               werden nie gespeichert.",
        filter: "Filter",
        all: "Alle",
        failed: "Nur fehlgeschlagene",
        time: "Zeit",
        action: "Aktion",
        resource: "Ressourcentyp",
        from: "Kunde und Anbieter",
        outcome: "Ergebnis",
        unknown: "unbekannt",
        empty: "Noch keine Anfragen",
        empty_hint: "Sobald ein Anbieter die API aufruft, erscheint die Anfrage hier.",
        empty_failed: "Keine fehlgeschlagenen Anfragen",
        one: Sentence("Anfrage {}"),
        explanation: "Erklärung",
        duration: "Dauer",
        back: "Alle Anfragen",
    },
    explain: &super::explain::DE,
    problems: Problems {
        bad_request: Problem {
            title: "Diese Anfrage ist nicht verständlich",
            lead: "Gehen Sie zurück und senden Sie das Formular noch einmal ab.",
        },
        sign_in: Problem {
            title: "Bitte melden Sie sich an",
            lead: "Öffnen Sie den Marketplace aus Ihrer Software; sie meldet Sie an.",
        },
        forbidden: Problem { title: "Das dürfen Sie nicht", lead: "" },
        not_found: Problem {
            title: "Diese Seite gibt es nicht",
            lead: "Vielleicht ist die Adresse vertippt, oder was hier war, ist nicht mehr da.",
        },
        method: Problem {
            title: "So funktioniert diese Adresse nicht",
            lead: "Die Seite wurde auf eine Weise aufgerufen, die sie nicht kennt. Gehen Sie \
                   zurück und folgen Sie einem Link oder einer Schaltfläche.",
        },
        too_large: Problem {
            title: "Das war zu viel",
            lead: "Sie haben mehr gesendet, als der Marketplace annimmt. Kürzen Sie es, und \
                   versuchen Sie es noch einmal.",
        },
        misdirected: Problem {
            title: "Diese Sandbox heißt nicht so",
            lead: "Hier braucht niemand ein Passwort. Deshalb antwortet sie nur unter Namen, die keine \
                   Seite im Netz haben kann.",
        },
        busy: Problem {
            title: "Gerade ist zu viel los",
            lead: "Es wurde nichts geändert. Bitte versuchen Sie es gleich noch einmal.",
        },
        internal: Problem {
            title: "Bei uns ist etwas schiefgegangen",
            lead: "Es lag nicht an Ihnen. Versuchen Sie es gleich noch einmal.",
        },
        administrators_only: "Nur Administratoren können Anbieter freischalten und sperren.",
        account_of_others: "Dieses Zahlungskonto verwalten andere Nutzer Ihres Unternehmens.",
        to_overview: "Zum Marketplace",
    },
};

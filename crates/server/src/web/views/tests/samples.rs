//! Sample contexts of every page.

use askama::Template;
use freischalt_diagnosis::{Hints, explain_url};
use freischalt_protocol::{Secret, signed_url};

use crate::web::{
    Language,
    views::{
        Clock, CurrentUser, Frame, Misplaced, Section,
        activation::{End, Ending, Key, Legal, Right, SentLegal, Subject},
        catalogue::*,
        crm::{Estate, List, RecordField, RecordForm, Records, Row, ServiceButton},
        deliveries::{Attempt, Deliveries, Delivery, DeliveryPage, DeliveryState},
        explain::Explain,
        order::{
            Bank, Confirm, Line, LinkPage, LinkStep, Method, Payment, Standing, State, Summary,
        },
        pay_account::{PayAccount, Sale, Seller, SoldSubscription, Tone},
        problem::{Problem, ProblemPage},
        rights::{Rights, UserRights},
        sandbox::{
            Customer, Field, NewProvider, ProviderAdded, Request, RequestPage, Requests, User,
            Users,
        },
        selling::{Client, Selling},
        service::{Message, MessageOutcome, Messages, ServiceWindow},
    },
};

/// Must never appear as it is.
pub(super) const HOSTILE: &str = "<script>alert('x\"&')</script>";

fn text(value: &str) -> String {
    value.to_owned()
}

fn frame(language: Language, section: Section) -> Frame {
    Frame {
        language,
        sandbox: true,
        user: Some(CurrentUser {
            name: text("Anna Albrecht"),
            customer: text("Musterimmo"),
            administrator: true,
            sells: true,
        }),
        path: text("/marketplace?a=b&c=ü"),
        section,
        clock: None,
        opened_at: None,
    }
}

fn plain_user(language: Language) -> Frame {
    let mut frame = frame(language, Section::Marketplace);
    if let Some(user) = &mut frame.user {
        user.administrator = false;
        user.name = text(HOSTILE);
    }
    frame.sandbox = false;
    frame
}

fn signed_out(language: Language) -> Frame {
    let shows = text("2027-01-01 12:00");
    let opened_at = Some(Misplaced { origin: text(HOSTILE), right: text("http://127.0.0.1:8080") });
    Frame { language, sandbox: true, clock: Some(Clock { shows }), opened_at, ..Frame::default() }
}

fn tiles() -> Vec<ProviderTile> {
    let tile = |slug: &str, name: &str, slogan: &str, state, services| ProviderTile {
        slug: text(slug),
        name: text(name),
        slogan: text(slogan),
        state,
        services,
    };
    vec![
        tile(
            "demo",
            "Grundrisswerk",
            "Aus der Skizze wird ein Grundriss.",
            ProviderState::Inactive,
            2,
        ),
        tile(
            "preisradar",
            "Preisradar",
            "Prüft Preise, sobald Sie speichern.",
            ProviderState::Active,
            1,
        ),
        tile(
            "funkstille",
            "Funkstille",
            "Antwortet nie. Zum Ausprobieren.",
            ProviderState::Pending,
            3,
        ),
        tile("hostile", HOSTILE, HOSTILE, ProviderState::Blocked, 0),
    ]
}

fn documents() -> Vec<DocumentLink> {
    [DocumentKind::Terms, DocumentKind::Dpa, DocumentKind::Privacy]
        .map(|kind| DocumentLink { kind, version: text("2026-01") })
        .into()
}

fn provider(frame: Frame, index: usize) -> ProviderPage {
    let provider = tiles().swap_remove(index);
    let active = provider.state.is_active().then(|| ActiveSummary {
        since: text("3. März 2026, 14:05"),
        by: text("Anna Albrecht"),
        audience: Audience::AllUsers,
        regular_customer: true,
        settles_directly: true,
    });
    let history = [
        HistoryEvent::Superseded,
        HistoryEvent::Blocked,
        HistoryEvent::Unlocked,
        HistoryEvent::RightChosen,
        HistoryEvent::TermsAccepted,
    ];
    ProviderPage {
        frame,
        may_use: provider.state.is_active(),
        provider,
        description: vec![text(
            "Grundrisswerk zeichnet aus Skizzen und Fotos maßstäbliche Grundrisse. Dieser Anbieter \
             läuft wirklich: Er prüft die signierte Adresse und schaltet sich frei.",
        )],
        services: vec![
            Service { name: text("Grundriss bestellen"), kind: ServiceKind::Window },
            Service { name: text(HOSTILE), kind: ServiceKind::Webhook },
        ],
        contact: Contact {
            address: text("Grundrisswerk GmbH, Beispielstraße 1, 52068 Aachen"),
            email: text("hallo@grundrisswerk.example"),
            phone: text("+49 241 5550100"),
        },
        documents: documents(),
        active,
        history: history
            .map(|event| HistoryEntry {
                at: text("3. März 2026, 14:05"),
                event,
                by: text("Anna Albrecht"),
            })
            .into(),
        administrators: vec![text("Anna Albrecht"), text("Bernd Busch")],
    }
}

fn subject() -> Subject {
    Subject { slug: text("demo"), name: text("Grundrisswerk") }
}

fn key(frame: Frame, webhook_only: bool, unreachable: Option<&str>) -> Key {
    Key {
        frame,
        subject: subject(),
        audience: Audience::Administrators,
        webhook_only,
        api_key: text("0123456789abcdef").repeat(4),
        expires: text("15:05"),
        frame_url: text("about:blank?a=1&b=2"),
        provider_origin: text("http://127.0.0.1:8082"),
        origins: text("http://127.0.0.1:8082 http://127.0.0.1:8083"),
        host: text("http://127.0.0.1:8080"),
        other_site: Some(text(HOSTILE)),
        privacy: true,
        unreachable: unreachable.map(text),
    }
}

fn request(number: u64, code: u32, explanation: &str) -> Request {
    Request {
        number,
        at: text("14:05:09"),
        action: text("do"),
        resource_type: text("unlockProvider"),
        customer: (number != 2).then(|| text("Musterimmo")),
        provider: (number != 2).then(|| text(HOSTILE)),
        code,
        text: text(if code == 0 { "OK" } else { "HMAC invalid" }),
        explanation: text(explanation),
    }
}

fn requests() -> Vec<Request> {
    vec![
        request(3, 137, "The HMAC matches if token and secret are swapped."),
        request(2, 22, "No API user has this token."),
        request(1, 0, ""),
    ]
}

fn customers() -> Vec<Customer> {
    let user = |id: &str, name: &str, administrator, group: Option<&str>| User {
        id: text(id),
        name: text(name),
        administrator,
        group: group.map(text),
        current: id == "21",
    };
    vec![
        Customer {
            slug: text("musterimmo"),
            name: text("Musterimmo"),
            users: vec![
                user("21", "Anna Albrecht", true, None),
                user("22", "Bernd Busch", false, Some("Vertrieb")),
                user("23", HOSTILE, false, None),
            ],
        },
        Customer {
            slug: text("nordhaus"),
            name: text("Nordhaus Immobilien"),
            users: vec![user("7", "Clara Claasen", true, Some("Leitung"))],
        },
    ]
}

fn sandbox_pages(language: Language) -> Vec<(&'static str, String)> {
    let at = |section| frame(language, section);
    let wrong = |value: &str| Field {
        value: text(value),
        error: Some(text("ftp:// does not work here; write http:// or https://.")),
    };
    let added = ProviderAdded {
        frame: at(Section::NewProvider),
        slug: text("mine"),
        name: text(HOSTILE),
        secret: text("0123456789abcdef").repeat(2),
        example: text(
            "export FREISCHALT_PROVIDER_SECRET=0123456789abcdef0123456789abcdef\n\
             freischalt verify url 'http://localhost:3000/activate?…'",
        ),
    };
    let detail = RequestPage {
        frame: at(Section::Requests),
        request: requests().swap_remove(0),
        duration: text("1.2 ms"),
    };
    let log =
        |requests, failed_only| Requests { frame: at(Section::Requests), failed_only, requests };
    let sent = NewProvider {
        frame: at(Section::NewProvider),
        name: Field { value: text(HOSTILE), error: None },
        activation_url: wrong("ftp://x"),
        ..NewProvider::default()
    };
    let empty = NewProvider { frame: at(Section::NewProvider), ..NewProvider::default() };
    let users = |frame, customers| Users { frame, customers }.render().unwrap();
    vec![
        ("users", users(signed_out(language), customers())),
        ("users-empty", users(signed_out(language), vec![])),
        ("provider-new", empty.render().unwrap()),
        ("provider-new-wrong", sent.render().unwrap()),
        ("provider-added", added.render().unwrap()),
        ("requests", log(requests(), false).render().unwrap()),
        ("requests-empty", log(vec![], true).render().unwrap()),
        ("request", detail.render().unwrap()),
        (
            "explain",
            Explain { frame: at(Section::Explain), ..Default::default() }.render().unwrap(),
        ),
        ("explain-wrong", explained(at(Section::Explain), "").render().unwrap()),
        ("explain-hostile", explained(at(Section::Explain), HOSTILE).render().unwrap()),
    ]
}

/// What the page shows of a URL that was signed with the API key, and of what is no URL at all.
fn explained(frame: Frame, url: &str) -> Explain {
    let (secret, key) = (Secret::new("provider-secret"), Secret::new("api-key"));
    let signed = signed_url::sign_with("http://localhost:3000/activate", &[("a", "b")], &key);
    let url = if url.is_empty() { signed.unwrap() } else { url.to_owned() };
    let mut view = Explain { frame, ..Default::default() };
    view.explanation = Some({
        let others = [key];
        explain_url(&url, &secret, &Hints { others: &others, ..Hints::default() })
    });
    view.text.value = url;
    view.secret.error = Some(text("Paste the secret."));
    view
}

fn catalogue_pages(language: Language) -> Vec<(&'static str, String)> {
    let here = || frame(language, Section::Marketplace);
    let overview = |frame, providers| Overview { frame, providers }.render().unwrap();
    let document = DocumentPage {
        frame: here(),
        slug: text("demo"),
        provider: text(HOSTILE),
        document: documents().swap_remove(0),
        paragraphs: vec![text("Der Anbieter erbringt seine Leistung nach der Freischaltung."); 4],
    };
    vec![
        ("overview", overview(here(), tiles())),
        ("overview-user", overview(plain_user(language), tiles())),
        ("overview-empty", overview(here(), vec![])),
        ("provider", provider(here(), 0).render().unwrap()),
        ("provider-active", provider(here(), 1).render().unwrap()),
        ("provider-user", provider(plain_user(language), 3).render().unwrap()),
        ("document", document.render().unwrap()),
    ]
}

fn activation_pages(language: Language) -> Vec<(&'static str, String)> {
    let here = || frame(language, Section::Marketplace);
    let legal = |sent, under_way: Option<&str>| {
        let (frame, subject, documents) = (here(), subject(), documents());
        let under_way = under_way.map(text);
        Legal { frame, subject, documents, sent, under_way }.render().unwrap()
    };
    let right = |missing| {
        let description = text("Aus der Skizze wird ein Grundriss.");
        let rights = text("Immobilien lesen, Dateien an Immobilien lesen und hinzufügen");
        let (frame, subject) = (here(), subject());
        Right { frame, subject, description, rights, missing }.render().unwrap()
    };
    let end = |ending| End { frame: here(), subject: subject(), ending }.render().unwrap();
    let active = Ending::Active {
        audience: Audience::AllUsers,
        regular_customer: false,
        webhook_only: false,
        unannounced: Some(text(HOSTILE)),
    };
    vec![
        ("activation-legal", legal(None, None)),
        ("activation-legal-another", legal(None, Some(HOSTILE))),
        ("activation-legal-wrong", legal(Some(SentLegal { terms: true, dpa: false }), None)),
        ("activation-right", right(false)),
        ("activation-right-wrong", right(true)),
        ("activation-key", key(here(), false, None).render().unwrap()),
        ("activation-key-webhook", key(here(), true, None).render().unwrap()),
        ("activation-key-unreachable", key(here(), false, Some(HOSTILE)).render().unwrap()),
        ("activation-active", end(active)),
        ("activation-expired", end(Ending::Expired)),
        ("activation-superseded", end(Ending::Superseded { by: text(HOSTILE) })),
    ]
}

fn problem_pages(language: Language) -> Vec<(String, String)> {
    const PROBLEMS: [Problem; 9] = [
        Problem::BadRequest,
        Problem::SignIn,
        Problem::Forbidden,
        Problem::NotFound,
        Problem::MethodNotAllowed,
        Problem::TooLarge,
        Problem::Misdirected,
        Problem::Internal,
        Problem::Busy,
    ];
    PROBLEMS
        .into_iter()
        .map(|problem| {
            let page = ProblemPage { frame: plain_user(language), problem, detail: text(HOSTILE) };
            (format!("problem-{}", problem.status()), page.render().unwrap())
        })
        .collect()
}

fn commerce_pages(language: Language) -> Vec<(&'static str, String)> {
    let row = |id| Row {
        id,
        title: text(HOSTILE),
        detail: text("Aachen"),
        page: Some(format!("/records/estates/{id}")),
    };
    let button = || ServiceButton {
        value: text("demo/floor-plan"),
        name: text("Grundriss zeichnen"),
        provider: text(HOSTILE),
    };
    let list = || List {
        rows: vec![row(1), row(2)],
        services: vec![button(), button()],
        new: Some(text("/records/new/estates")),
    };
    let records = |list: &dyn Fn() -> List| Records {
        frame: frame(language, Section::Records),
        saved: Some(2),
        estates: list(),
        addresses: list(),
        appointments: list(),
        menu: list(),
    };
    let estate = |images: Vec<Row>| Estate {
        frame: frame(language, Section::Records),
        saved: None,
        id: 7,
        title: text(HOSTILE),
        edit: text("/records/edit/estates/7"),
        fields: vec![(text("kaufpreis"), text("325000.00"))],
        images,
        services: vec![button()],
        file_services: vec![],
    };
    let field = |name, long, error: Option<&str>| RecordField {
        name,
        kind: "text",
        long,
        field: Field { value: text(HOSTILE), error: error.map(text) },
    };
    let form = |error| RecordForm {
        frame: frame(language, Section::Records),
        title: text(HOSTILE),
        action: text("/records/new/estates"),
        back: text("/records"),
        fields: vec![field("kaufpreis", false, error), field("objektbeschreibung", true, error)],
    };
    let window = |unreachable: Option<&str>| ServiceWindow {
        frame: frame(language, Section::Records),
        service: text("Grundriss zeichnen"),
        provider: text(HOSTILE),
        frame_url: text("https://provider.example/service?a=1&signature=0"),
        width: 1000,
        height: 700,
        origins: text("https://provider.example"),
        window: text("c2VhbGVk"),
        check: Some(text("/services/check?from=menu")),
        back: text("/records"),
        unreachable: unreachable.map(text),
        refused: unreachable.map(|_| text(HOSTILE)),
    };
    let message = |outcome| Message {
        at: text("1. Januar"),
        customer: text("Musterimmo"),
        provider: text(HOSTILE),
        outcome,
        detail: text("onOffice.service.refreshParent"),
    };
    let messages = |messages| Messages { frame: frame(language, Section::Messages), messages };
    let both = vec![message(MessageOutcome::Followed), message(MessageOutcome::Ignored)];
    vec![
        ("records", records(&list).render().unwrap()),
        ("records-empty", records(&List::default).render().unwrap()),
        ("estate", estate(vec![row(101), row(102)]).render().unwrap()),
        ("estate-without-pictures", estate(vec![]).render().unwrap()),
        ("record-form", form(None).render().unwrap()),
        ("record-form-refused", form(Some(HOSTILE)).render().unwrap()),
        ("service", window(None).render().unwrap()),
        ("service-unreachable", window(Some(HOSTILE)).render().unwrap()),
        ("messages", messages(both).render().unwrap()),
        ("messages-empty", messages(vec![]).render().unwrap()),
    ]
}

fn order_pages(language: Language) -> Vec<(&'static str, String)> {
    let here = || frame(language, Section::Records);
    let order = || Summary {
        id: text("0193-7"),
        provider: text(HOSTILE),
        lines: vec![Line {
            name: text(HOSTILE),
            quantity: 2,
            price: text("38,70 €"),
            circle: text("alle Nutzer"),
        }],
        amount: text("77,40 €"),
        agreement: vec![text("Monatlich, vereinbart für 6 Monate.")],
    };
    let confirm = |payment, failed: Option<&str>| {
        let (frame, order, failed) = (here(), order(), failed.map(text));
        Confirm { frame, order, payment, failed }.render().unwrap()
    };
    let method = |id, label| Method { id, label: text(label), outcome: text("sofort bezahlt") };
    let methods =
        || Payment::Methods(vec![method(1, "Card •••• 0010"), method(2, "Account •••• 0001")]);
    let state = |state| {
        let (frame, order, again) = (here(), order(), text("/orders/0193-7"));
        State { frame, order, state, again }.render().unwrap()
    };
    let link = |step, failed: Option<&str>| {
        let (frame, order, token) = (here(), order(), text("ab12"));
        LinkPage { frame, order, token, step, failed: failed.map(text) }.render().unwrap()
    };
    let bank = Bank { frame: here(), order: order(), label: text("Card •••• 0127") };
    vec![
        ("order", confirm(methods(), None)),
        ("order-declined", confirm(methods(), Some(HOSTILE))),
        ("order-without-method", confirm(Payment::NoMethod, None)),
        ("order-directly", confirm(Payment::Directly, None)),
        ("order-bank", bank.render().unwrap()),
        ("order-waiting", state(Standing::Waiting)),
        ("order-given-up", state(Standing::GivenUp)),
        ("order-expired", state(Standing::Expired)),
        ("order-paid", state(Standing::Paid)),
        ("order-in-process", state(Standing::InProcess)),
        ("order-returned", state(Standing::Returned)),
        ("pay-link", link(LinkStep::Pay, Some(HOSTILE))),
        ("pay-link-bank", link(LinkStep::Bank, None)),
    ]
}

fn account_pages(language: Language) -> Vec<(&'static str, String)> {
    let account = |exists, number_problem| PayAccount {
        frame: frame(language, Section::Account),
        tabs: vec![("client", "Konto der Firma", true), ("user", "Ihr eigenes Konto", false)],
        owner: "client",
        exists,
        contact: vec![("lastname", "Nachname", text(HOSTILE)), ("city", "Ort", text("Aachen"))],
        users: vec![(21, text("Anna Albrecht"), true), (22, text(HOSTILE), false)],
        methods: vec![(1, text("Card •••• 0010"), "sofort bezahlt")],
        number_problem,
        test_numbers: vec![("4000000000000010", "sofort bezahlt")],
    };
    let sale = |id, is_refund| Sale {
        id,
        at: text("1. Januar"),
        customer: text("Musterimmo GmbH"),
        title: text(HOSTILE),
        amount: text("77,40 €"),
        stage: "bezahlt",
        tone: Tone::Good,
        is_refund,
        refundable: !is_refund,
    };
    let abo = |id, until: Option<&str>| SoldSubscription {
        id,
        customer: text("Musterimmo GmbH"),
        title: text(HOSTILE),
        monthly: text("25,30 €"),
        until: until.map(text),
        running: until.is_none(),
    };
    let seller = |full: bool| Seller {
        frame: frame(language, Section::Elsewhere),
        provider: text("Grundrisswerk"),
        balance: text("77,40 €"),
        transactions: if full { vec![sale(2, true), sale(1, false)] } else { vec![] },
        subscriptions: if full { vec![abo(2, None), abo(1, Some("2027-01-31"))] } else { vec![] },
        link: full.then(|| text("/smart/short.php?c=ab12")),
        problem: full.then(|| text(HOSTILE)),
    };
    let selling = |full: bool| Selling {
        frame: frame(language, Section::Elsewhere),
        provider: text("Grundrisswerk"),
        settles_directly: full,
        notifies: full,
        accepted: if full { "cards" } else { "all" },
        saved: full,
        customers: if full {
            [(HOSTILE, true), ("Musterimmo", false)]
                .map(|(name, is_regular)| Client {
                    name: text(name),
                    since: text("2027-01-01 12:00"),
                    is_regular,
                })
                .to_vec()
        } else {
            vec![]
        },
    };
    vec![
        ("selling", selling(true).render().unwrap()),
        ("selling-empty", selling(false).render().unwrap()),
        ("pay-account", account(true, None).render().unwrap()),
        ("pay-account-new", account(false, None).render().unwrap()),
        ("pay-account-wrong", account(true, Some("Unbekannt.")).render().unwrap()),
        ("seller", seller(true).render().unwrap()),
        ("seller-empty", seller(false).render().unwrap()),
    ]
}

fn delivery_pages(language: Language) -> Vec<(&'static str, String)> {
    let delivery = |state, next: Option<&str>| Delivery {
        id: text("0193-8"),
        since: text("1. Januar"),
        customer: text("Musterimmo GmbH"),
        provider: text(HOSTILE),
        about: text(HOSTILE),
        state,
        attempts: 3,
        next: next.map(text),
    };
    let states = [
        (DeliveryState::Waiting, Some("2. Januar")),
        (DeliveryState::Delivered, None),
        (DeliveryState::Dead, None),
    ];
    let list = |full: bool| Deliveries {
        frame: frame(language, Section::Requests),
        list: "/deliveries",
        dead_only: !full,
        any_dead: full,
        deliveries: states
            .into_iter()
            .filter(|_| full)
            .map(|(state, next)| delivery(state, next))
            .collect(),
    };
    let attempt = |number, status, problem: Option<&str>| Attempt {
        number,
        at: text("1. Januar"),
        status,
        problem: problem.map(text),
    };
    let one = |state, next, log| DeliveryPage {
        frame: frame(language, Section::Requests),
        list: "/deliveries",
        delivery: delivery(state, next),
        log,
    };
    let log = vec![attempt(1, Some(503), None), attempt(2, None, Some(HOSTILE))];
    let user = |id, name: &str, administrator, right, may_use| UserRights {
        id,
        name: text(name),
        administrator,
        right,
        may_use,
    };
    let rights = Rights {
        frame: frame(language, Section::Marketplace),
        slug: text("demo"),
        provider: text(HOSTILE),
        saved: true,
        users: vec![
            user(21, "Anna Albrecht", true, "chosen", true),
            user(22, HOSTILE, false, "taken", false),
            user(23, "Clara Chen", false, "given", true),
        ],
    };
    vec![
        ("deliveries", list(true).render().unwrap()),
        ("deliveries-empty", list(false).render().unwrap()),
        ("delivery-dead", one(DeliveryState::Dead, None, log).render().unwrap()),
        ("delivery-new", one(DeliveryState::Waiting, Some("jetzt"), vec![]).render().unwrap()),
        ("rights", rights.render().unwrap()),
    ]
}

/// Every page, with a name.
pub(super) fn pages(language: Language) -> Vec<(String, String)> {
    let groups = [
        sandbox_pages,
        catalogue_pages,
        activation_pages,
        commerce_pages,
        order_pages,
        account_pages,
        delivery_pages,
    ];
    groups
        .into_iter()
        .flat_map(|group| group(language))
        .map(|(name, source)| (name.to_owned(), source))
        .chain(problem_pages(language))
        .collect()
}

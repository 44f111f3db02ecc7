//! The list of all checks.

use freischalt_protocol::ErrorCode;

use super::{craft, delivery, order, page, service, unlock, url as urls};
use crate::{
    catalogue::{
        Area, Check,
        Probe::{Accepted, Own, Refused},
        Severity::{Critical, High, Info, Low, Medium},
        Surface,
    },
    marketplace::Manner,
    mend,
    session::framed,
};

const FORGERY: &str =
    "Whoever gets this through acts as any user of any customer, without the provider secret.";
const STALE: &str = "URLs stay in histories, logs and referrers. One that works for ever is a password for all who read it.";
const SHAPE: &str =
    "What a program does not expect it may misread; and a crash tells an attacker where to go on.";
const REACH: &str = "A genuine customer is turned away as soon as the marketplace, a proxy or a browser writes the URL in another way that means the same.";
const FIRST: &str = "Nothing can be judged of what does not open. As often as the provider it is the doctor that has another secret, or another address.";
const NAMES: &str = "Customers choose their names. A framework that trims, escapes or converts values on the way changes what was signed, and refuses some of them.";
const MOVED: &str = "The browser follows and the page opens, but every visit costs a request more, and what is registered is not what answers.";
const BLANK: &str = "The browser shows nothing where the page should be, and tells nobody why.";
const COOKIE: &str = "Marketplace and provider are two sites: browsers keep and send only SameSite=None cookies that are Secure and Partitioned.";
const TWO: &str = "If one part of a program reads the first and another the last of two equal names, a value that nobody signed is used.";
const TELLING: &str = "Whoever learns it can sign whatever they like, or learns where to go on.";
const TRUST: &str =
    "A customer would be told that a service works which does not, or the other way round.";
const HOP: &str = "The request from the page to its back end is the provider's own; nobody but the provider protects it.";
const BROWSER: &str = "The page takes a key that opens a customer's data. The browser protects it only if it is told to.";
const MONEY: &str =
    "An order that the provider signed is binding: the marketplace charges what it says.";

/// Checks that are made on every signed URL, with the prefix of their ids.
macro_rules! on_every_url {
    ($surface:ident, $area:ident, $id:literal, $what:literal, $name:literal, $text:literal) => {
        [
            check(concat!($id, "-019"), concat!($what, ": a genuine URL is accepted"), Area::$area, High, FIRST, &mend::FIRST,
                Own(|s, t| Box::pin(async move { Ok(urls::genuine(s, t, Surface::$surface)) }))),
            check(concat!($id, "-001"), concat!($what, ": a wrong signature is refused"), Area::$area, Critical, FORGERY, &mend::SIGNATURE,
                Refused(Surface::$surface, |_, t, _| craft::with_signature(&t, &"0".repeat(64)))),
            check(concat!($id, "-002"), concat!($what, ": a missing signature is refused"), Area::$area, Critical, FORGERY, &mend::SIGNATURE,
                Refused(Surface::$surface, |_, t, _| framed(&craft::raw(&t, "")))),
            check(concat!($id, "-003"), concat!($what, ": an empty signature is refused"), Area::$area, Critical, FORGERY, &mend::SIGNATURE,
                Refused(Surface::$surface, |_, t, _| craft::with_signature(&t, ""))),
            check(concat!($id, "-004"), concat!($what, ": a signature that is an array is refused"), Area::$area, Critical, FORGERY, &mend::DUPLICATES,
                Refused(Surface::$surface, |s, t, _| {
                    let right = t.signature(s.secret());
                    framed(&craft::raw(&t.with("userId", "999"), &format!("&signature[]={right}")))
                })),
            check(concat!($id, "-005"), concat!($what, ": the beginning of the right signature is refused"), Area::$area, High, "A comparison by prefix can be guessed piece by piece.", &mend::SIGNATURE,
                Refused(Surface::$surface, |s, t, _| {
                    let right = t.signature(s.secret());
                    craft::with_signature(&t, &right[..32])
                })),
            check(concat!($id, "-006"), concat!($what, ": a signature of another secret is refused"), Area::$area, Critical, FORGERY, &mend::SIGNATURE,
                Refused(Surface::$surface, |_, t, _| craft::signed_by(&t, "another-secret-0123456789"))),
            check(concat!($id, "-007"), concat!($what, ": a signature made with an empty secret is refused"), Area::$area, Critical, "A program whose secret is not configured verifies with an empty one, which everybody knows.", &mend::SIGNATURE,
                Refused(Surface::$surface, |_, t, _| craft::signed_by(&t, ""))),
            check(concat!($id, "-008"), concat!($what, ": a plain hash is no signature"), Area::$area, Critical, FORGERY, &mend::SIGNATURE,
                Refused(Surface::$surface, |_, t, _| {
                    use sha2::{Digest, Sha256};
                    let text = t.port.canonical(&craft::raw(&t, "")).unwrap_or_default();
                    let hash = Sha256::digest(text);
                    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
                    craft::with_signature(&t, &hex)
                })),
            check(concat!($id, "-009"), concat!($what, ": ", $name, " changed after signing is refused"), Area::$area, Critical, FORGERY, &mend::SIGNATURE,
                Refused(Surface::$surface, |s, t, _| craft::tampered(s, t, $name, "999999"))),
            check(concat!($id, "-010"), concat!($what, ": a parameter added after signing is refused"), Area::$area, High, "A parameter that nobody signed may switch something on, such as a price, a role or a language file.", &mend::SIGNATURE,
                Refused(Surface::$surface, |s, t, _| craft::tampered(s, t, "extra", "1"))),
            check(concat!($id, "-011"), concat!($what, ": a parameter removed after signing is refused"), Area::$area, High, FORGERY, &mend::SIGNATURE,
                Refused(Surface::$surface, |s, t, _| {
                    let right = t.signature(s.secret());
                    craft::with_signature(&t.without($name), &right)
                })),
            check(concat!($id, "-012"), concat!($what, ": a URL of an hour ago is refused"), Area::$area, High, STALE, &mend::AGE,
                Refused(Surface::$surface, |s, t, _| craft::dated(s, t, -3600))),
            check(concat!($id, "-013"), concat!($what, ": a URL of last year is refused"), Area::$area, High, STALE, &mend::AGE,
                Refused(Surface::$surface, |s, t, _| craft::dated(s, t, -31_536_000))),
            check(concat!($id, "-014"), concat!($what, ": a URL from the future is refused"), Area::$area, Medium, "A URL that is dated tomorrow works for a day and a half; whoever can get one made can wait.", &mend::AGE,
                Refused(Surface::$surface, |s, t, _| craft::dated(s, t, 86_400))),
            check(concat!($id, "-015"), concat!($what, ": a missing timestamp is refused"), Area::$area, High, STALE, &mend::AGE,
                Refused(Surface::$surface, |s, t, _| framed(&t.without("timestamp").signed(s.secret())))),
            check(concat!($id, "-016"), concat!($what, ": a timestamp that is no number is refused"), Area::$area, Medium, STALE, &mend::AGE,
                Refused(Surface::$surface, |s, t, _| craft::stamped(s, t, "soon"))),
            check(concat!($id, "-017"), concat!($what, ": a timestamp with a number and more is refused"), Area::$area, Low, SHAPE, &mend::AGE,
                Refused(Surface::$surface, |s, t, _| {
                    let text = format!("{}abc", s.api.now());
                    craft::stamped(s, t, &text)
                })),
            check(concat!($id, "-018"), concat!($what, ": a changed timestamp is refused"), Area::$area, Critical, STALE, &mend::SIGNATURE,
                Refused(Surface::$surface, |s, t, _| {
                    let old = t.with("timestamp", &s.api.now().plus(-86_400).to_string());
                    craft::tampered(s, old, "timestamp", &s.api.now().to_string())
                })),
            check(concat!($id, "-020"), concat!($what, ": a genuine URL is accepted, whatever the order of its parameters"), Area::$area, Medium, REACH, &mend::COMPATIBLE,
                Accepted(Surface::$surface, |s, mut t, _| {
                    t.parameters.reverse();
                    framed(&t.signed(s.secret()))
                })),
            check(concat!($id, "-021"), concat!($what, ": a genuine URL is accepted, with %20 for spaces and small hex digits"), Area::$area, Medium, REACH, &mend::COMPATIBLE,
                Accepted(Surface::$surface, |s, t, _| craft::rewritten(s, &t, |url| url.replace('+', "%20").replace("%C3%B6", "%c3%b6")))),
            check(concat!($id, "-022"), concat!($what, ": a genuine URL is accepted, with `*`, `~`, quotes and letters of all kinds"), Area::$area, Medium, REACH, &mend::COMPATIBLE,
                Accepted(Surface::$surface, |s, t, _| framed(&t.with("memo", "it's *new* ~ (50% + ü/é€🏠)!").signed(s.secret())))),
            check(concat!($id, "-023"), concat!($what, ": a genuine URL is accepted with an empty parameter and a capital name"), Area::$area, Medium, REACH, &mend::COMPATIBLE,
                Accepted(Surface::$surface, |s, t, _| framed(&t.with("UserLanguage", "ENG").with("imageIds", "").signed(s.secret())))),
            check(concat!($id, "-024"), concat!($what, ": a genuine URL is accepted with blanks at both ends of a name, and two in it"), Area::$area, Medium, NAMES, &mend::RAW,
                Accepted(Surface::$surface, |s, t, _| framed(&t.with($text, " Muster  Immobilien ").signed(s.secret())))),
            check(concat!($id, "-025"), concat!($what, ": a genuine URL is accepted with quotes, backslashes and marks of HTML in a name"), Area::$area, Medium, NAMES, &mend::RAW,
                Accepted(Surface::$surface, |s, t, _| framed(&t.with($text, "O'Brien \\ \"Haus\" & <Söhne> %41").signed(s.secret())))),
            check(concat!($id, "-026"), concat!($what, ": the registered address answers without a redirect"), Area::$area, Low, MOVED, &mend::MOVED,
                Own(|s, _| Box::pin(async move { Ok(urls::stays(s, Surface::$surface)) }))),
        ]
    };
}

const fn check(
    id: &'static str,
    title: &'static str,
    area: Area,
    severity: crate::catalogue::Severity,
    why: &'static str,
    mend: &'static crate::catalogue::Mend,
    probe: crate::catalogue::Probe,
) -> Check {
    Check { id, title, area, severity, why, mend, probe }
}

/// Every check, in the order of reports.
pub static CHECKS: &[&[Check]] = &[
    &on_every_url!(Activation, Activation, "FD-ACT", "Activation", "customerWebId", "customerName"),
    &ACTIVATION,
    &UNLOCK,
    &PAGE,
    &on_every_url!(Service, Service, "FD-SRV", "Service", "customerWebId", "customerName"),
    &SERVICE,
    &on_every_url!(Webhook, Webhook, "FD-HOOK", "Webhook", "customerWebId", "customerName"),
    &WEBHOOK,
    &on_every_url!(Callback, Callback, "FD-CB", "Callback", "transactionid", "memo"),
    &CALLBACK,
    &ORDER,
];

static ACTIVATION: [Check; 19] = [
    check(
        "FD-ACT-030",
        "Activation: userId changed after signing is refused",
        Area::Activation,
        Critical,
        FORGERY,
        &mend::SIGNATURE,
        Refused(Surface::Activation, |s, t, _| craft::tampered(s, t, "userId", "1")),
    ),
    check(
        "FD-ACT-031",
        "Activation: apiToken changed after signing is refused",
        Area::Activation,
        Critical,
        FORGERY,
        &mend::SIGNATURE,
        Refused(Surface::Activation, |s, t, _| craft::tampered(s, t, "apiToken", &"f".repeat(32))),
    ),
    check(
        "FD-ACT-032",
        "Activation: apiClaim changed after signing is refused",
        Area::Activation,
        Critical,
        FORGERY,
        &mend::SIGNATURE,
        Refused(Surface::Activation, |s, t, _| craft::tampered(s, t, "apiClaim", "forged")),
    ),
    check(
        "FD-ACT-033",
        "Activation: parameterCacheId changed after signing is refused",
        Area::Activation,
        Critical,
        FORGERY,
        &mend::SIGNATURE,
        Refused(Surface::Activation, |s, t, _| craft::tampered(s, t, "parameterCacheId", "forged")),
    ),
    check(
        "FD-ACT-034",
        "Activation: customerName changed after signing is refused",
        Area::Activation,
        High,
        FORGERY,
        &mend::SIGNATURE,
        Refused(Surface::Activation, |s, t, _| {
            craft::tampered(s, t, "customerName", "Somebody else")
        }),
    ),
    check(
        "FD-ACT-035",
        "Activation: the signature in capital letters is refused",
        Area::Activation,
        Low,
        "The signature is defined to the letter. A comparison that is lenient here is lenient elsewhere.",
        &mend::SIGNATURE,
        Refused(Surface::Activation, |s, t, _| {
            let right = t.signature(s.secret()).to_uppercase();
            craft::with_signature(&t, &right)
        }),
    ),
    check(
        "FD-ACT-036",
        "Activation: an API token before the signed one is not used",
        Area::Activation,
        Critical,
        TWO,
        &mend::DUPLICATES,
        Own(|s, t| {
            Box::pin(urls::two_tokens(s, t, |url, token| {
                url.replacen('?', &format!("?apiToken={token}&"), 1)
            }))
        }),
    ),
    check(
        "FD-ACT-037",
        "Activation: an API token after the signed one is not used",
        Area::Activation,
        Critical,
        TWO,
        &mend::DUPLICATES,
        Own(|s, t| {
            Box::pin(urls::two_tokens(s, t, |url, token| format!("{url}&apiToken={token}")))
        }),
    ),
    check(
        "FD-ACT-038",
        "Activation: an API token as an array is not used",
        Area::Activation,
        High,
        TWO,
        &mend::DUPLICATES,
        Own(|s, t| {
            Box::pin(urls::two_tokens(s, t, |url, token| format!("{url}&apiToken[]={token}")))
        }),
    ),
    check(
        "FD-ACT-040",
        "Activation: a refusal does not tell the right signature",
        Area::Activation,
        Critical,
        TELLING,
        &mend::LEAK,
        Own(|s, t| Box::pin(urls::refusal(s, t, urls::tells_the_signature))),
    ),
    check(
        "FD-ACT-041",
        "Activation: a refusal does not tell the secret",
        Area::Activation,
        Critical,
        TELLING,
        &mend::LEAK,
        Own(|s, t| Box::pin(urls::refusal(s, t, urls::tells_the_secret))),
    ),
    check(
        "FD-ACT-042",
        "Activation: a refusal does not show the inside of the program",
        Area::Activation,
        Medium,
        TELLING,
        &mend::LEAK,
        Own(|s, t| Box::pin(urls::refusal(s, t, urls::tells_a_trace))),
    ),
    check(
        "FD-ACT-043",
        "Activation: a refusal has a status of 4xx",
        Area::Activation,
        Low,
        "Proxies, monitors and tests see the status, not the text.",
        &mend::LEAK,
        Own(|s, t| Box::pin(urls::refuses_with_4xx(s, t))),
    ),
    check(
        "FD-ACT-044",
        "Activation: odd bytes, long values and many parameters do not crash it",
        Area::Activation,
        Medium,
        SHAPE,
        &mend::LEAK,
        Own(|s, t| {
            Box::pin(urls::survives(s, t, |s, launch| {
                let ticket = s.activation(launch);
                vec![
                    craft::raw(&ticket, "&x=%FF%FE&signature=%FF"),
                    craft::raw(&ticket, "&x=%00&signature=%00"),
                    craft::raw(&ticket, "&%=%&signature=%zz"),
                    ticket.clone().with("memo", &"x".repeat(4000)).signed(s.secret()),
                    craft::raw(&ticket, &format!("{}&signature=0", "&a=1".repeat(500))),
                    craft::raw(&ticket, "&userId[a][b][c]=1&signature[a]=b"),
                ]
            }))
        }),
    ),
    check(
        "FD-ACT-045",
        "Activation: a genuine URL without its claim does not crash it",
        Area::Activation,
        Low,
        SHAPE,
        &mend::LEAK,
        Own(|s, t| {
            Box::pin(urls::survives(s, t, |s, launch| {
                let ticket = s.activation(launch);
                ["apiClaim", "apiToken", "parameterCacheId", "customerWebId", "userId"]
                    .map(|name| ticket.clone().without(name).signed(s.secret()))
                    .to_vec()
            }))
        }),
    ),
    check(
        "FD-ACT-046",
        "Activation: headers that name another host are not repeated",
        Area::Activation,
        Medium,
        "A cache or an e-mail would carry the attacker's address.",
        &mend::ORIGIN,
        Own(|s, t| Box::pin(urls::repeats_host(s, t))),
    ),
    check(
        "FD-ACT-047",
        "Activation: headers that rewrite path or method open nothing",
        Area::Activation,
        High,
        FORGERY,
        &mend::ORIGIN,
        Own(|s, t| Box::pin(urls::rewriting_headers(s, t))),
    ),
    check(
        "FD-ACT-048",
        "Activation: an unknown method does not crash it",
        Area::Activation,
        Info,
        SHAPE,
        &mend::LEAK,
        Own(|s, t| Box::pin(urls::unknown_method(s, t))),
    ),
    check(
        "FD-ACT-049",
        "Activation: a genuine URL is accepted whether its port is signed or not",
        Area::Activation,
        Info,
        "The vendor's samples disagree about a port; the newer one keeps it. On the usual port, as in production, both are the same.",
        &mend::PORT,
        Own(|s, t| Box::pin(urls::other_port(s, t))),
    ),
];

macro_rules! api_manner {
    ($id:literal, $title:literal, $severity:ident, $mend:ident, $manner:expr) => {
        check(
            $id,
            $title,
            Area::Unlock,
            $severity,
            TRUST,
            &mend::$mend,
            Own(|s, t| Box::pin(unlock::api(s, t, $manner))),
        )
    };
}

static UNLOCK: [Check; 41] = [
    check(
        "FD-UNL-009",
        "Unlock: the button of the page leads to a call of the API",
        Area::Unlock,
        High,
        "The request from the page to its back end is the provider's own. If the doctor guesses it wrongly, or the provider calls another API, nothing can be said about the unlock.",
        &mend::BUTTON,
        Own(|s, t| Box::pin(async move { Ok(unlock::reaches(s, t)) })),
    ),
    check(
        "FD-UNL-001",
        "Unlock: a genuine activation ends in `active`",
        Area::Unlock,
        High,
        "The provider cannot be activated at all.",
        &mend::CALL,
        Own(|s, t| Box::pin(unlock::succeeds(s, t))),
    ),
    check(
        "FD-UNL-002",
        "Unlock: the call is signed with HMAC version 2",
        Area::Unlock,
        High,
        "Version 1 is legacy, and MD5.",
        &mend::CALL,
        Own(|s, t| {
            Box::pin(unlock::call(
                s,
                t,
                |_, call| Ok(call.wire()?.version_2),
                "the call is not signed by HMAC version 2",
            ))
        }),
    ),
    check(
        "FD-UNL-003",
        "Unlock: the call carries the parameterCacheId of the URL",
        Area::Unlock,
        High,
        TRUST,
        &mend::CALL,
        Own(|s, t| {
            Box::pin(unlock::call(
                s,
                t,
                |l, call| Ok(call.cache.as_deref() == Some(&*l.cache)),
                "parameterCacheId is missing or another",
            ))
        }),
    ),
    check(
        "FD-UNL-004",
        "Unlock: the call carries the claim of the URL",
        Area::Unlock,
        High,
        TRUST,
        &mend::CALL,
        Own(|s, t| {
            Box::pin(unlock::call(
                s,
                t,
                |l, call| Ok(call.claim.as_deref() == Some(&*l.claim)),
                "extendedclaim is missing or another",
            ))
        }),
    ),
    check(
        "FD-UNL-005",
        "Unlock: the timestamp of the call is that of now",
        Area::Unlock,
        Medium,
        "Outside of 120 s the call is refused with 136.",
        &mend::CALL,
        Own(|s, t| {
            Box::pin(unlock::call(
                s,
                t,
                |_, call| Ok(call.wire()?.age.is_some_and(|age| age.abs() <= 60)),
                "the timestamp is missing, or not within a minute of now",
            ))
        }),
    ),
    check(
        "FD-UNL-006",
        "Unlock: the key does not travel with the call",
        Area::Unlock,
        High,
        "The key signs; whoever sends it gives it away.",
        &mend::CALL,
        Own(|s, t| {
            Box::pin(unlock::call(
                s,
                t,
                |_, call| Ok(!call.wire()?.key_in_body),
                "the body of the call holds the key",
            ))
        }),
    ),
    check(
        "FD-UNL-007",
        "Unlock: the call is a POST to the documented address",
        Area::Unlock,
        Low,
        "A GET is logged with all it carries.",
        &mend::CALL,
        Own(|s, t| {
            Box::pin(unlock::call(
                s,
                t,
                |_, call| {
                    let wire = call.wire()?;
                    Ok(wire.method == reqwest::Method::POST && wire.path.ends_with("/api.php"))
                },
                "the call is no POST to …/api.php",
            ))
        }),
    ),
    check(
        "FD-UNL-008",
        "Unlock: only unlockProvider is called during an activation",
        Area::Unlock,
        Medium,
        "Everything else is refused during activation (240).",
        &mend::CALL,
        Own(|s, t| {
            Box::pin(async {
                let (launch, _) = s.activate(t, Manner::Honest).await?;
                let other = s
                    .calls(&launch)
                    .await?
                    .iter()
                    .any(|call| call.resource_type != "unlockProvider");
                Ok(crate::report::Outcome::of(
                    !other,
                    "another call was made during the activation",
                ))
            })
        }),
    ),
    api_manner!(
        "FD-UNL-010",
        "Unlock: 137, a wrong signature, is not `active`",
        Critical,
        ANSWERS,
        Manner::Refuse(ErrorCode::HMAC_INVALID)
    ),
    api_manner!(
        "FD-UNL-011",
        "Unlock: 22, not authenticated, is not `active`",
        Critical,
        ANSWERS,
        Manner::NotAuthenticated
    ),
    api_manner!(
        "FD-UNL-012",
        "Unlock: 177, an unknown cache entry, is not `active`",
        Critical,
        ANSWERS,
        Manner::Refuse(ErrorCode::PARAMETER_CACHE_MISSING)
    ),
    api_manner!(
        "FD-UNL-013",
        "Unlock: an outer OK over a refused action is not `active`",
        High,
        ANSWERS,
        Manner::LyingOuter
    ),
    api_manner!(
        "FD-UNL-014",
        "Unlock: a record that does not say success is not `active`",
        Medium,
        ANSWERS,
        Manner::OtherSuccess
    ),
    api_manner!(
        "FD-UNL-015",
        "Unlock: an OK without results is not `active`",
        High,
        ANSWERS,
        Manner::NoResults
    ),
    api_manner!(
        "FD-UNL-016",
        "Unlock: a page of HTML is not `active`",
        High,
        ANSWERS,
        Manner::Html
    ),
    api_manner!(
        "FD-UNL-017",
        "Unlock: an empty answer is not `active`",
        High,
        ANSWERS,
        Manner::Empty
    ),
    api_manner!(
        "FD-UNL-018",
        "Unlock: half a JSON document is not `active`",
        High,
        ANSWERS,
        Manner::HalfJson
    ),
    api_manner!("FD-UNL-019", "Unlock: HTTP 500 is not `active`", High, ANSWERS, Manner::Broken),
    api_manner!(
        "FD-UNL-020",
        "Unlock: an answer of 12 MB is not read to its end",
        Low,
        ROBUST,
        Manner::Huge
    ),
    check(
        "FD-UNL-021",
        "Unlock: a redirect of the API is not followed",
        Area::Unlock,
        Medium,
        "The call carries token and claim; a redirect takes them elsewhere.",
        &mend::ROBUST,
        Own(|s, t| Box::pin(unlock::redirect(s, t))),
    ),
    check(
        "FD-UNL-022",
        "Unlock: a slow API is waited for once",
        Area::Unlock,
        Medium,
        "A call that is repeated on impatience doubles the load when the API can bear it least.",
        &mend::ROBUST,
        Own(|s, t| Box::pin(unlock::slow(s, t))),
    ),
    check(
        "FD-UNL-030",
        "Unlock: a key with white space around it is trimmed or refused",
        Area::Unlock,
        Low,
        "Copied keys have line breaks; the API answers 137, which helps nobody.",
        &mend::KEY_ENTRY,
        Own(|s, t| Box::pin(unlock::typed(s, t, |_, key| format!(" {key}\n")))),
    ),
    check(
        "FD-UNL-031",
        "Unlock: half a key is refused before the API is called",
        Area::Unlock,
        Low,
        "The administrator can be told what is wrong at once.",
        &mend::KEY_ENTRY,
        Own(|s, t| Box::pin(unlock::typed(s, t, |_, key| key[..40].to_owned()))),
    ),
    check(
        "FD-UNL-032",
        "Unlock: the provider secret as a key is refused before the API is called",
        Area::Unlock,
        Low,
        "The two secrets are mixed up often.",
        &mend::KEY_ENTRY,
        Own(|s, t| Box::pin(unlock::typed(s, t, |s, _| s.secret().expose().to_owned()))),
    ),
    check(
        "FD-UNL-033",
        "Unlock: a missing, empty or repeated key is refused",
        Area::Unlock,
        Medium,
        SHAPE,
        &mend::KEY_ENTRY,
        Own(|s, t| Box::pin(unlock::no_key(s, t))),
    ),
    check(
        "FD-UNL-034",
        "Unlock: a key of 300 kB is refused",
        Area::Unlock,
        Low,
        SHAPE,
        &mend::KEY_ENTRY,
        Own(|s, t| Box::pin(unlock::large(s, t))),
    ),
    check(
        "FD-UNL-035",
        "Unlock: after a mistyped key the right one works",
        Area::Unlock,
        Medium,
        "An administrator would have to begin again in the marketplace.",
        &mend::ONCE,
        Own(|s, t| Box::pin(unlock::second_try(s, t))),
    ),
    check(
        "FD-UNL-040",
        "Unlock: the button does nothing without a genuine URL",
        Area::Unlock,
        Critical,
        HOP,
        &mend::BINDING,
        Own(|s, t| Box::pin(unlock::without_page(s, t))),
    ),
    check(
        "FD-UNL-041",
        "Unlock: the token of another customer is not used",
        Area::Unlock,
        Critical,
        HOP,
        &mend::BINDING,
        Own(|s, t| Box::pin(unlock::mixed(s, t, |l| &l.token))),
    ),
    check(
        "FD-UNL-042",
        "Unlock: the claim of another customer is not used",
        Area::Unlock,
        Critical,
        HOP,
        &mend::BINDING,
        Own(|s, t| Box::pin(unlock::mixed(s, t, |l| &l.claim))),
    ),
    check(
        "FD-UNL-043",
        "Unlock: the cache entry of another customer is not used",
        Area::Unlock,
        Critical,
        HOP,
        &mend::BINDING,
        Own(|s, t| Box::pin(unlock::mixed(s, t, |l| &l.cache))),
    ),
    check(
        "FD-UNL-044",
        "Unlock: fields beside the page's own change nothing",
        Area::Unlock,
        High,
        HOP,
        &mend::BINDING,
        Own(|s, t| Box::pin(unlock::extra_fields(s, t))),
    ),
    check(
        "FD-UNL-045",
        "Unlock: a launch of yesterday does not unlock",
        Area::Unlock,
        High,
        STALE,
        &mend::AGE,
        Own(|s, t| Box::pin(unlock::old_launch(s, t))),
    ),
    check(
        "FD-UNL-046",
        "Unlock: a launch serves once",
        Area::Unlock,
        Medium,
        STALE,
        &mend::ONCE,
        Own(|s, t| Box::pin(unlock::again(s, t))),
    ),
    check(
        "FD-UNL-047",
        "Unlock: of two at once one wins",
        Area::Unlock,
        Medium,
        "Two administrators, or one with a double click, would activate twice.",
        &mend::ONCE,
        Own(|s, t| Box::pin(unlock::at_once(s, t))),
    ),
    check(
        "FD-UNL-050",
        "Unlock: pages of other sites cannot press the button",
        Area::Unlock,
        Medium,
        HOP,
        &mend::ORIGIN,
        Own(|s, t| Box::pin(unlock::foreign_origin(s, t))),
    ),
    check(
        "FD-UNL-051",
        "Unlock: the key is not accepted in an address",
        Area::Unlock,
        Medium,
        "Addresses are logged and kept.",
        &mend::ORIGIN,
        Own(|s, t| Box::pin(unlock::by_get(s, t))),
    ),
    check(
        "FD-UNL-052",
        "Unlock: no header turns a GET into a POST",
        Area::Unlock,
        Medium,
        "Links and images make GETs on every page.",
        &mend::ORIGIN,
        Own(|s, t| Box::pin(unlock::method_override(s, t))),
    ),
    check(
        "FD-UNL-053",
        "Unlock: other sites cannot read the answer",
        Area::Unlock,
        Medium,
        HOP,
        &mend::ORIGIN,
        Own(|s, t| Box::pin(unlock::cors(s, t))),
    ),
    check(
        "FD-UNL-054",
        "Unlock: no answer holds the key or the secret",
        Area::Unlock,
        High,
        TELLING,
        &mend::LEAK,
        Own(|s, t| {
            Box::pin(async {
                let refused = unlock::echoes(s, t, Manner::Refuse(ErrorCode::HMAC_INVALID)).await?;
                match refused {
                    crate::report::Outcome::Passed => unlock::echoes(s, t, Manner::Honest).await,
                    failed => Ok(failed),
                }
            })
        }),
    ),
];

macro_rules! on_page {
    ($id:literal, $title:literal, $severity:ident, $mend:ident, $look:path) => {
        check(
            $id,
            $title,
            Area::Page,
            $severity,
            BROWSER,
            &mend::$mend,
            Own(|s, t| Box::pin(page::look(s, t, $look))),
        )
    };
}

macro_rules! on_frame {
    ($id:literal, $title:literal, $severity:ident, $why:ident, $look:path) => {
        check(
            $id,
            $title,
            Area::Page,
            $severity,
            $why,
            &mend::FRAME,
            Own(|s, t| Box::pin(page::framing(s, t, $look))),
        )
    };
}

static PAGE: [Check; 21] = [
    on_frame!(
        "FD-PAGE-001",
        "Page: only the marketplace may frame it",
        Medium,
        BROWSER,
        page::closed
    ),
    on_frame!(
        "FD-PAGE-002",
        "Page: X-Frame-Options does not keep the marketplace out",
        High,
        BLANK,
        page::frame_options
    ),
    on_page!("FD-PAGE-003", "Page: it is not stored", Medium, HEADERS, page::no_store),
    on_page!(
        "FD-PAGE-004",
        "Page: its address does not travel on",
        Medium,
        HEADERS,
        page::referrer
    ),
    on_page!("FD-PAGE-005", "Page: its type is not guessed", Low, HEADERS, page::sniffing),
    on_page!("FD-PAGE-006", "Page: its charset is named", Info, HEADERS, page::charset),
    on_page!("FD-PAGE-007", "Page: no version is told", Info, LEAK, page::server_version),
    on_page!(
        "FD-PAGE-008",
        "Page: nothing is loaded without TLS",
        Medium,
        HEADERS,
        page::mixed_content
    ),
    on_page!(
        "FD-PAGE-009",
        "Page: scripts of others are pinned",
        Medium,
        HEADERS,
        page::foreign_scripts
    ),
    on_page!(
        "FD-PAGE-010",
        "Page: the form sends the key by POST",
        High,
        ORIGIN,
        page::form_method
    ),
    on_page!("FD-PAGE-011", "Page: browsers do not keep the key", Low, HEADERS, page::autocomplete),
    on_page!(
        "FD-PAGE-012",
        "Page: the documented elements are there",
        Info,
        FRAME,
        page::documented_ids
    ),
    on_page!("FD-PAGE-013", "Page: it does not hold the secret", Critical, LEAK, page::secrets),
    on_page!("FD-PAGE-014", "Page: cookies are protected", Medium, COOKIES, page::cookies),
    on_page!("FD-PAGE-015", "Page: it is served over TLS", High, HEADERS, page::tls),
    check(
        "FD-PAGE-016",
        "Page: messages go to the marketplace's origin alone",
        Area::Page,
        Medium,
        BROWSER,
        &mend::MESSAGE,
        Own(|s, t| Box::pin(page::message_target(s, t))),
    ),
    check(
        "FD-PAGE-017",
        "Page: messages are received from known origins alone",
        Area::Page,
        Medium,
        BROWSER,
        &mend::MESSAGE,
        Own(|s, t| Box::pin(page::message_source(s, t))),
    ),
    check(
        "FD-PAGE-018",
        "Page: values of a genuine URL do not become markup",
        Area::Page,
        High,
        "Customers choose their names. A script in one runs where the key is typed.",
        &mend::ESCAPE,
        Own(|s, t| Box::pin(page::markup(s, t, true))),
    ),
    check(
        "FD-PAGE-019",
        "Page: values of a refused URL do not become markup",
        Area::Page,
        High,
        "A link with a script in it works on everybody who clicks it.",
        &mend::ESCAPE,
        Own(|s, t| Box::pin(page::markup(s, t, false))),
    ),
    on_frame!("FD-PAGE-020", "Page: the marketplace may frame it", High, BLANK, page::shown),
    check(
        "FD-PAGE-021",
        "Page: the button works with the cookies that live in a frame",
        Area::Page,
        High,
        COOKIE,
        &mend::COOKIES,
        Own(|s, _| Box::pin(async move { Ok(page::cookies_live(s)) })),
    ),
];

static SERVICE: [Check; 11] = [
    check(
        "FD-SRV-030",
        "Service: userId changed after signing is refused",
        Area::Service,
        Critical,
        FORGERY,
        &mend::SIGNATURE,
        Refused(Surface::Service, |s, t, _| craft::tampered(s, t, "userId", "1")),
    ),
    check(
        "FD-SRV-031",
        "Service: apiClaim changed after signing is refused",
        Area::Service,
        Critical,
        FORGERY,
        &mend::SIGNATURE,
        Refused(Surface::Service, |s, t, _| craft::tampered(s, t, "apiClaim", "forged")),
    ),
    check(
        "FD-SRV-032",
        "Service: calls to the API carry the claim of this service call",
        Area::Service,
        High,
        "The claim of the activation serves the unlock only, and an old one acts with another user's rights.",
        &mend::TENANT,
        Own(|s, t| Box::pin(service::newest_claim(s, t))),
    ),
    check(
        "FD-SRV-033",
        "Service: a customer is never served with another's credentials",
        Area::Service,
        Critical,
        "User ids repeat from customer to customer: what is kept by user id alone is shared by strangers.",
        &mend::TENANT,
        Own(|s, t| Box::pin(service::foreign_customer(s, t))),
    ),
    check(
        "FD-SRV-034",
        "Service: every user of an activated customer is served",
        Area::Service,
        Medium,
        "One administrator activates for all.",
        &mend::TENANT,
        Own(|s, t| Box::pin(service::other_user(s, t))),
    ),
    check(
        "FD-SRV-035",
        "Service: after activating again the new credentials are used",
        Area::Service,
        High,
        "Token and key change with every activation; the old ones are dead.",
        &mend::TENANT,
        Own(|s, t| Box::pin(service::reactivated(s, t))),
    ),
    check(
        "FD-SRV-036",
        "Service: a customer that blocked the provider is told, without a crash",
        Area::Service,
        Medium,
        "A blocked provider is told nothing; it only sees 22.",
        &mend::ROBUST,
        Own(|s, t| Box::pin(service::blocked(s, t))),
    ),
    check(
        "FD-SRV-037",
        "Service: an API that fails does not crash it",
        Area::Service,
        Medium,
        TRUST,
        &mend::ROBUST,
        Own(|s, t| Box::pin(service::api_fails(s, t))),
    ),
    check(
        "FD-SRV-038",
        "Service: a refusal tells neither signature nor secret nor traces",
        Area::Service,
        High,
        TELLING,
        &mend::LEAK,
        Own(|s, t| Box::pin(service::leaks(s, t, Surface::Service))),
    ),
    check(
        "FD-SRV-039",
        "Service: the marketplace may frame it",
        Area::Service,
        High,
        BLANK,
        &mend::FRAME,
        Own(|s, t| Box::pin(service::shown(s, t))),
    ),
    check(
        "FD-SRV-040",
        "Service: its page opens with the cookies that live in a frame",
        Area::Service,
        High,
        COOKIE,
        &mend::COOKIES,
        Own(|s, _| Box::pin(async move { Ok(service::cookies_live(s)) })),
    ),
];

static WEBHOOK: [Check; 3] = [
    check(
        "FD-HOOK-030",
        "Webhook: userId changed after signing is refused",
        Area::Webhook,
        Critical,
        FORGERY,
        &mend::SIGNATURE,
        Refused(Surface::Webhook, |s, t, _| craft::tampered(s, t, "userId", "1")),
    ),
    check(
        "FD-HOOK-031",
        "Webhook: it is answered at once with 2xx",
        Area::Webhook,
        Low,
        "Saving a record waits for it.",
        &mend::ROBUST,
        Own(|s, t| Box::pin(service::quick(s, t))),
    ),
    check(
        "FD-HOOK-032",
        "Webhook: a refusal tells neither signature nor secret nor traces",
        Area::Webhook,
        High,
        TELLING,
        &mend::LEAK,
        Own(|s, t| Box::pin(service::leaks(s, t, Surface::Webhook))),
    ),
];

static CALLBACK: [Check; 6] = [
    check(
        "FD-CB-030",
        "Callback: status changed to success after signing is refused",
        Area::Callback,
        Critical,
        "Whoever can change it gets goods without paying.",
        &mend::SIGNATURE,
        Refused(Surface::Callback, |s, t, _| {
            craft::tampered(s, t.with("status", "error"), "status", "success")
        }),
    ),
    check(
        "FD-CB-031",
        "Callback: a payment that failed is not delivered",
        Area::Callback,
        Critical,
        MONEY,
        &mend::STATUS,
        Own(|s, t| Box::pin(service::status(s, t, "error", false))),
    ),
    check(
        "FD-CB-032",
        "Callback: an unknown status is not delivered",
        Area::Callback,
        High,
        MONEY,
        &mend::STATUS,
        Own(|s, t| Box::pin(service::status(s, t, "refunded", false))),
    ),
    check(
        "FD-CB-033",
        "Callback: a payment in process is delivered",
        Area::Callback,
        Low,
        "Direct debits take days; the marketplace's samples deliver at once.",
        &mend::STATUS,
        Own(|s, t| Box::pin(service::status(s, t, "inprocess", true))),
    ),
    check(
        "FD-CB-034",
        "Callback: a refusal tells neither signature nor secret nor traces",
        Area::Callback,
        High,
        TELLING,
        &mend::LEAK,
        Own(|s, t| Box::pin(service::leaks(s, t, Surface::Callback))),
    ),
    check(
        "FD-CB-035",
        "Callback: one that comes again delivers nothing again",
        Area::Callback,
        High,
        "The customer reloads the page, or keeps its address: one payment, goods each time.",
        &mend::STATUS,
        Own(|s, t| Box::pin(delivery::replay(s, t))),
    ),
];

static ORDER: [Check; 10] = [
    check(
        "FD-ORD-001",
        "Order: it is signed rightly",
        Area::Order,
        High,
        "The marketplace refuses what is signed otherwise.",
        &mend::ORDER,
        Own(|s, t| {
            Box::pin(order::look(
                s,
                t,
                order::is_an_order,
                "the order has no callback address or nothing to buy",
            ))
        }),
    ),
    check(
        "FD-ORD-002",
        "Order: it carries the cache entry of its launch",
        Area::Order,
        High,
        MONEY,
        &mend::ORDER,
        Own(|s, t| {
            Box::pin(order::look(
                s,
                t,
                order::has_own_cache,
                "parametercacheid is not that of the launch",
            ))
        }),
    ),
    check(
        "FD-ORD-003",
        "Order: its timestamp is that of now",
        Area::Order,
        Medium,
        MONEY,
        &mend::ORDER,
        Own(|s, t| {
            Box::pin(order::look(
                s,
                t,
                order::is_fresh,
                "timestamp is missing, or not within two minutes of now",
            ))
        }),
    ),
    check(
        "FD-ORD-004",
        "Order: amounts are texts with two places, and add up",
        Area::Order,
        Medium,
        MONEY,
        &mend::ORDER,
        Own(|s, t| {
            Box::pin(order::look(
                s,
                t,
                order::adds_up,
                "totalprice is not the sum, or an amount is no text with two places",
            ))
        }),
    ),
    check(
        "FD-ORD-005",
        "Order: the browser does not set the price",
        Area::Order,
        Critical,
        MONEY,
        &mend::ORDER,
        Own(|s, t| Box::pin(order::unchanged(s, t))),
    ),
    check(
        "FD-ORD-006",
        "Order: the browser does not set the callback address",
        Area::Order,
        High,
        "The goods would be delivered on a page that verifies nothing.",
        &mend::ORDER,
        Own(|s, t| Box::pin(order::unchanged_callback(s, t))),
    ),
    check(
        "FD-ORD-007",
        "Order: quantities that are none are refused",
        Area::Order,
        High,
        MONEY,
        &mend::ORDER,
        Own(|s, t| Box::pin(order::quantities(s, t))),
    ),
    check(
        "FD-ORD-008",
        "Order: nothing is signed without a genuine launch",
        Area::Order,
        High,
        MONEY,
        &mend::BINDING,
        Own(|s, t| Box::pin(order::unlaunched(s, t, false))),
    ),
    check(
        "FD-ORD-009",
        "Order: nothing is signed for a launch of yesterday",
        Area::Order,
        Medium,
        STALE,
        &mend::AGE,
        Own(|s, t| Box::pin(order::unlaunched(s, t, true))),
    ),
    check(
        "FD-ORD-010",
        "Order: the browser does not set the cache entry",
        Area::Order,
        High,
        MONEY,
        &mend::BINDING,
        Own(|s, t| Box::pin(order::unchanged_cache(s, t))),
    ),
];

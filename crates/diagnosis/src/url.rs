//! Signed URLs.

mod address;
mod query;
mod transport;

use freischalt_protocol::{
    Secret,
    php::url,
    signed_url::{Port, SignedUrlError},
};

use crate::{
    Cause, Explanation, Found, Hints, SignedPort, Verdict, Work, causes,
    mask::Hidden,
    search::{self, Mistake, Recipe, Search, Written},
    signing,
    target::{self, Writing},
};

use address::Head;
use query::{Query, Source};

pub(crate) use query::{CHANGES, locale_key, slot};

/// Why the signature of this URL is wrong.
pub fn explain_url(text: &str, secret: &Secret, hints: &Hints<'_>) -> Explanation {
    let mut work = hints.work;
    let forms = transport::forms(text);
    // The URL as it stands comes first, so that nothing is unwrapped that was not wrapped.
    for form in &forms {
        for (port, signed) in [(Port::Dropped, SignedPort::Without), (Port::Kept, SignedPort::With)]
        {
            if port.verify(&form.text, secret).is_ok() {
                return genuine(form, signed);
            }
        }
    }
    if let Some(explanation) = seen_from_inside(&forms, secret, hints) {
        return explanation;
    }
    let signed: Vec<_> = forms.iter().filter(|form| form.is_signed()).collect();
    let Some(&first) = signed.first() else { return unsigned(&forms, text, secret) };
    let mut explanation = described(&first.text, Verdict::Unexplained);
    for form in signed {
        let found = form.search(secret, hints, &mut work);
        if !found.is_empty() {
            explanation = Explanation { found, ..described(&form.text, Verdict::Explained) };
            break;
        }
    }
    if explanation.verdict == Verdict::Unexplained && first.has_no_digest() {
        explanation = found(explanation, vec![&causes::SIGNATURE_NONE]);
    }
    if explanation.verdict == Verdict::Unexplained && work == Work(0) {
        explanation.remark = Some(search::ENDED.to_owned());
    }
    explanation
}

fn found(explanation: Explanation, causes: Vec<&'static Cause>) -> Explanation {
    let found = vec![Found::of(causes)];
    Explanation { found, verdict: Verdict::Explained, ..explanation }
}

/// With what is said of every URL that can be read.
fn described(text: &str, verdict: Verdict) -> Explanation {
    let mut explanation = Explanation::new(verdict);
    let hidden = Hidden::of_url(text);
    let right = |port: Port| port.canonical(text).ok().map(|right| hidden.masked(&right));
    explanation.right_text = right(Port::Dropped);
    let with = right(Port::Kept).filter(|with| Some(with) != explanation.right_text.as_ref());
    explanation.right_text_with_port = with;
    let time = Source::of(text).and_then(|source| source.value("timestamp"));
    explanation.besides.extend(time_problem(time.as_deref()));
    explanation
}

fn genuine(form: &transport::Form, signed: SignedPort) -> Explanation {
    let verdict = if form.causes.is_empty() { Verdict::Genuine } else { Verdict::Explained };
    let mut explanation = described(&form.text, verdict);
    if explanation.right_text_with_port.is_some() {
        explanation.signed_port = Some(signed);
    }
    match verdict {
        Verdict::Genuine => {
            (explanation.right_text, explanation.right_text_with_port) = (None, None);
        }
        _ => explanation.found.push(Found::of(form.causes.clone())),
    }
    explanation
}

fn unsigned(forms: &[transport::Form], text: &str, secret: &Secret) -> Explanation {
    let read = |form: &transport::Form| match Port::Dropped.verify(&form.text, secret) {
        Err(SignedUrlError::NotAbsolute) => None,
        other => Some(other),
    };
    match forms.iter().find(|form| read(form).is_some()) {
        None => Explanation::unreadable(format!(
            "{}; give the whole address of the browser or of a log, in quotes",
            Port::Dropped
                .verify(text, secret)
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default()
        )),
        Some(form) => {
            let mut explanation = described(&form.text, Verdict::Missing);
            explanation.besides.push(&causes::SIGNATURE_MISSING);
            explanation
        }
    }
}

/// A URL as a program behind a proxy has it, whose signature is right for a registered address.
fn seen_from_inside(
    forms: &[transport::Form],
    secret: &Secret,
    hints: &Hints<'_>,
) -> Option<Explanation> {
    for form in forms.iter().filter(|form| form.is_signed()) {
        let query = form.text.split_once('?')?.1;
        for registered in hints.addresses {
            let base = registered.split(['?', '#']).next()?;
            let called = format!("{base}?{query}");
            for port in [Port::Dropped, Port::Kept] {
                if port.verify(&called, secret).is_ok() {
                    let explanation = described(&called, Verdict::Explained);
                    let causes = [&form.causes[..], &[&causes::ADDRESS_SEEN]].concat();
                    return Some(found(explanation, causes));
                }
            }
        }
    }
    None
}

impl transport::Form {
    fn is_signed(&self) -> bool {
        Source::of(&self.text).is_some_and(|source| source.given().is_some())
    }

    fn has_no_digest(&self) -> bool {
        let given = Source::of(&self.text).and_then(|source| source.given());
        given.is_some_and(|given| target::is_no_digest(&given))
    }

    fn search(&self, secret: &Secret, hints: &Hints<'_>, work: &mut Work) -> Vec<Found> {
        let Some(source) = Source::of(&self.text) else { return Vec::new() };
        let Some(given) = source.given() else { return Vec::new() };
        let Some(parts) = url::parse_url(self.text.as_bytes()) else { return Vec::new() };
        let rights: Vec<_> = [Port::Dropped, Port::Kept]
            .iter()
            .filter_map(|port| port.canonical(&self.text).ok())
            .collect();
        let heads = Head::right(&parts);
        let others: Vec<_> = hints.others.iter().map(Secret::expose).collect();
        let values = source.credentials();
        let mut search = Search {
            head_menu: address::menu(&heads[0], &parts, hints.addresses),
            last_heads: address::last(&heads[0]),
            body_menu: query::menu(&source, &heads[0]),
            body: Query::right(),
            recipe: UrlRecipe { source, fragment: parts.fragment.clone() },
            heads,
            signings: signing::deviations(secret.expose(), &others, &values),
            key: secret.expose().as_bytes().to_vec(),
            targets: target::targets(&given, Writing::Hex),
        };
        let mut fits = search.run(work);
        for fit in &mut fits {
            let transport = self.causes.iter().map(|cause| Mistake::of(cause));
            fit.mistakes = transport.chain(fit.mistakes.drain(..)).collect();
        }
        search::told(fits, &rights, &Hidden::of_url(&self.text).and(secret, hints.others))
    }
}

pub(crate) struct UrlRecipe {
    source: Source,
    fragment: Option<Vec<u8>>,
}

impl Recipe for UrlRecipe {
    type Head = Head;
    type Body = Query;

    fn body(&self, body: &Query) -> Option<Written> {
        body.write(&self.source)
    }

    fn text(&self, head: &Head, body: &[u8], text: &mut Vec<u8>) -> bool {
        head.write(body, &self.source, self.fragment.as_deref(), text)
    }
}

/// Whether a time is one in milliseconds, or none.
pub(crate) fn time_problem(timestamp: Option<&str>) -> Option<&'static Cause> {
    let text = timestamp?;
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match (is_number, text.len()) {
        (true, 12..=14) => Some(&causes::TIME_MILLIS),
        (true, _) => None,
        (false, _) => Some(&causes::TIME_TEXT),
    }
}

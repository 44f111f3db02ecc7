//! Actions of API requests: HMAC version 2, and the legacy version 1.

use freischalt_protocol::{
    Secret, UnixTime,
    envelope::{Action, Echo, Request, Signature},
    hmac::{LegacyAction, SigningKey, V2Message, verify_v1},
    php::Value,
};

use crate::{
    Cause, Explanation, Found, Hints, Verdict, Work, body, causes, json, legacy,
    mask::{self, Hidden},
    order::styles,
    search::{self, Menu, Recipe, Search, Written},
    signing,
    target::{self, Writing},
    unset,
    url::time_problem,
};

const MAX_ACTIONS: usize = 1000;
/// How far a timestamp may be off (apidoc.onoffice.de, "Request").
const WINDOW: i64 = 120;

/// Why the signature of the `index`th action of this request, counted from 0, is wrong. `now` is the
/// time against which its timestamp is judged; without one its age does not matter.
pub fn explain_request(
    body: &[u8],
    index: usize,
    key: &Secret,
    hints: &Hints<'_>,
    now: Option<UnixTime>,
) -> Explanation {
    let problem = body::body_problem(body);
    let request = match Request::parse(body::without_mark(body), MAX_ACTIONS) {
        Ok(request) => request,
        Err(why) => {
            let mut explanation = Explanation::unreadable(why);
            explanation.besides.extend(problem);
            return explanation;
        }
    };
    let Some(parsed) = request.actions.get(index) else {
        let count = request.actions.len();
        return Explanation::unreadable(format!("the request has {count} actions, counted from 0"));
    };
    let action = match &parsed.action {
        Ok(action) => action,
        Err(problem) => return Explanation::unreadable(problem),
    };
    let mut explanation = explain_action(&request.token, &parsed.echo, action, key, hints, now);
    explanation.besides.extend(problem);
    explanation
}

/// The same for an action that was read already.
pub fn explain_action(
    token: &str,
    echo: &Echo,
    action: &Action,
    key: &Secret,
    hints: &Hints<'_>,
    now: Option<UnixTime>,
) -> Explanation {
    let subject = Subject { token, echo, action };
    let mut explanation = subject.explain(key, hints);
    explanation.besides.extend(subject.besides(key, now));
    let causes: Vec<_> = explanation.found.iter().flat_map(|found| &found.causes).collect();
    let besides = explanation.besides.clone();
    explanation.besides = besides.into_iter().filter(|one| !causes.contains(&one)).collect();
    explanation
}

struct Subject<'a> {
    token: &'a str,
    echo: &'a Echo,
    action: &'a Action,
}

impl Subject<'_> {
    fn explain(&self, key: &Secret, hints: &Hints<'_>) -> Explanation {
        match &self.action.signature {
            Signature::V2(given) => self.version_2(given, key, hints),
            Signature::V1(given) => self.version_1(given, key, hints),
            Signature::Missing => {
                let mut explanation = Explanation::new(Verdict::Missing);
                explanation.besides.push(&causes::SIGNATURE_MISSING);
                explanation
            }
            Signature::UnknownVersion => {
                Explanation::unreadable("hmac_version is neither 2 nor 1 nor absent")
            }
        }
    }

    fn message(&self) -> V2Message<'_> {
        V2Message {
            timestamp: &self.action.timestamp.text,
            token: self.token,
            resource_type: &self.echo.resource_type,
            action_id: &self.echo.action_id,
        }
    }

    fn legacy(&self) -> LegacyAction<'_> {
        LegacyAction {
            parameters: &self.action.parameters,
            token: self.token,
            action_id: &self.echo.action_id,
            identifier: &self.echo.identifier,
            resource_id: &self.echo.resource_id,
            timestamp: &self.action.timestamp.text,
            resource_type: &self.echo.resource_type,
        }
    }

    fn version_2(&self, given: &str, key: &Secret, hints: &Hints<'_>) -> Explanation {
        if SigningKey::new(key).verify(&self.message(), given) {
            return Explanation::new(Verdict::Genuine);
        }
        let recipe = Pieces::right(self, key);
        let hidden = self.hidden(key, hints);
        let right = recipe.text();
        let mut explanation = Explanation::new(Verdict::Unexplained);
        explanation.right_text = Some(self.masked(&right, key, &hidden));
        if verify_v1(&self.legacy(), key, given) {
            return found(explanation, &causes::VERSION_1_AS_2);
        }
        let mut swapped = recipe;
        swapped.put("token", key.expose());
        let made = signing::hmac_sha256(self.token.as_bytes(), &swapped.text());
        let targets = target::targets(given, Writing::Base64);
        if targets.iter().any(|target| target.causes.is_empty() && target.is(&made)) {
            return found(explanation, &causes::SWAPPED);
        }
        let mut work = hints.work;
        let fits = self.search(given, Writing::Base64, key, hints, &mut work);
        explanation.found = search::told(fits, &[right], &hidden);
        for found in &mut explanation.found {
            let text = found.signed_text.take();
            found.signed_text = text.map(|text| self.masked(text.as_bytes(), key, &hidden));
        }
        self.concluded(explanation, given, work)
    }

    fn search(
        &self,
        given: &str,
        writing: Writing,
        key: &Secret,
        hints: &Hints<'_>,
        work: &mut Work,
    ) -> Vec<search::Fit> {
        let others: Vec<_> = hints.others.iter().map(Secret::expose).collect();
        let mut search = Search {
            heads: vec![Before::Nothing],
            head_menu: heads(),
            last_heads: Box::new(std::iter::empty()),
            body: Pieces::right(self, key),
            body_menu: menu(self),
            recipe: RequestRecipe,
            signings: signing::deviations(key.expose(), &others, &self.values()),
            key: key.expose().as_bytes().to_vec(),
            targets: target::targets(given, writing),
        };
        search.run(work)
    }

    fn concluded(&self, mut explanation: Explanation, given: &str, work: Work) -> Explanation {
        if explanation.found.is_empty() && target::is_no_digest(given) {
            explanation.found.push(Found::of(vec![&causes::SIGNATURE_NONE]));
        }
        if !explanation.found.is_empty() {
            explanation.verdict = Verdict::Explained;
        } else if work == Work(0) {
            explanation.remark = Some(search::ENDED.to_owned());
        }
        explanation
    }

    /// What may have been taken for the key.
    fn values(&self) -> Vec<(String, String)> {
        let mut values = vec![("token".to_owned(), self.token.to_owned())];
        let texts = self.action.parameters.iter().filter_map(|(key, value)| {
            let name = String::from_utf8_lossy(&key.to_bytes()).into_owned();
            Some((name, value.as_str()?.to_owned()))
        });
        values.extend(texts.filter(|(_, value)| !value.is_empty()).take(24));
        values
    }

    fn hidden(&self, key: &Secret, hints: &Hints<'_>) -> Hidden {
        let texts =
            self.action.parameters.values().filter_map(|value| Some(value.as_str()?.to_owned()));
        Hidden::of(texts.take(24).collect::<Vec<_>>()).and(key, hints.others)
    }

    /// The token is a name and no secret, but it need not be shown whole either.
    fn masked(&self, text: &[u8], key: &Secret, hidden: &Hidden) -> String {
        let text = mask::masked(text).replace(key.expose(), "‹key›");
        let text = text.replace(self.token, &format!("‹token {}›", self.token.len()));
        let text =
            match self.action.parameters.get_str("extendedclaim").filter(|claim| !claim.is_empty())
            {
                Some(claim) => text.replace(claim, &format!("‹claim {}›", claim.len())),
                None => text,
            };
        hidden.masked(text.as_bytes())
    }

    fn version_1(&self, given: &str, key: &Secret, hints: &Hints<'_>) -> Explanation {
        if verify_v1(&self.legacy(), key, given) {
            return Explanation::new(Verdict::Genuine);
        }
        let explanation = Explanation::new(Verdict::Unexplained);
        if SigningKey::new(key).verify(&self.message(), given) {
            return found(explanation, &causes::VERSION_MISSING);
        }
        let mut work = hints.work;
        let causes = legacy::explain(&self.legacy(), given, key, hints, &mut work);
        let mut explanation = Explanation { found: causes, ..explanation };
        if explanation.found.is_empty() {
            // The signature of version 2 with a mistake, and no version.
            let fits = self.search(given, Writing::Base64, key, hints, &mut work);
            let fewest: Vec<_> = search::told(fits, &[], &self.hidden(key, hints));
            explanation.found = fewest
                .into_iter()
                .map(|mut one| {
                    one.causes.insert(0, &causes::VERSION_MISSING);
                    one.signed_text = None;
                    one
                })
                .collect();
        }
        self.concluded(explanation, given, work)
    }

    /// What is wrong although no signature covers it.
    fn besides(&self, key: &Secret, now: Option<UnixTime>) -> Vec<&'static Cause> {
        let mut besides = Vec::new();
        let timestamp = Some(&self.action.timestamp.text[..]);
        besides.extend(time_problem(timestamp));
        let off = now.zip(self.action.timestamp.value).map(|(now, then)| now.since(then));
        if let Some(off) = off.filter(|off| off.abs() > WINDOW) {
            let hours = (off.rem_euclid(3600)).min(3600 - off.rem_euclid(3600)) <= WINDOW;
            let zone = hours && off.abs() < 14 * 3600;
            if time_problem(timestamp).is_none() {
                besides.push(if zone { &causes::TIME_ZONE } else { &causes::TIME_OFF });
            }
        }
        match (self.token.chars().count(), key.expose().chars().count()) {
            (64, 32) => besides.push(&causes::SWAPPED),
            (_, 64) => {}
            _ => besides.push(&causes::KEY_LENGTH),
        }
        let claim = self.action.parameters.get_str("extendedclaim");
        match claim {
            None if self.echo.resource_type == "unlockProvider" => {
                besides.push(&causes::CLAIM_MISSING);
            }
            Some(claim) if claim.contains('%') => besides.push(&causes::CLAIM_ENCODED),
            _ => {}
        }
        besides
    }
}

fn found(explanation: Explanation, cause: &'static Cause) -> Explanation {
    Explanation { found: vec![Found::of(vec![cause])], verdict: Verdict::Explained, ..explanation }
}

/// The four texts that are joined, in their right order, and how they are joined.
#[derive(Clone)]
struct Pieces {
    pieces: Vec<(&'static str, String)>,
    key: String,
    between: &'static str,
    labels: Labels,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Labels {
    None,
    Glued,
    Query,
    Json,
}

impl Pieces {
    fn right(subject: &Subject<'_>, key: &Secret) -> Self {
        let V2Message { timestamp, token, resource_type, action_id } = subject.message();
        let pieces = vec![
            ("timestamp", timestamp.to_owned()),
            ("token", token.to_owned()),
            ("resourcetype", resource_type.to_owned()),
            ("actionid", action_id.to_owned()),
        ];
        Self { pieces, key: key.expose().to_owned(), between: "", labels: Labels::None }
    }

    fn reorder(&mut self, order: [usize; 4]) {
        let old = self.pieces.clone();
        let chosen = order.iter().filter_map(|at| old.get(*at).cloned());
        self.pieces = chosen.chain(old.iter().skip(4).cloned()).collect();
    }

    fn piece(&mut self, name: &str) -> Option<&mut String> {
        self.pieces.iter_mut().find(|piece| piece.0 == name).map(|piece| &mut piece.1)
    }

    fn put(&mut self, name: &str, text: &str) {
        if let Some(piece) = self.piece(name) {
            text.clone_into(piece);
        }
    }

    fn text(&self) -> Vec<u8> {
        let labelled = self.pieces.iter().map(|(name, text)| match self.labels {
            Labels::None => text.clone(),
            Labels::Glued => format!("{name}{text}"),
            Labels::Query => format!("{name}={text}"),
            Labels::Json => format!("\"{name}\":\"{text}\""),
        });
        let text = labelled.collect::<Vec<_>>().join(self.between);
        let text = if self.labels == Labels::Json { format!("{{{text}}}") } else { text };
        text.into_bytes()
    }
}

/// What stands before the pieces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Text(&'static str),
}

struct RequestRecipe;

impl Recipe for RequestRecipe {
    type Head = Before;
    type Body = Pieces;

    fn body(&self, body: &Pieces) -> Option<Written> {
        Some(Written { bytes: body.text(), whole: false })
    }

    fn text(&self, head: &Before, body: &[u8], text: &mut Vec<u8>) -> bool {
        if let Before::Text(before) = head {
            text.extend(before.as_bytes());
        }
        text.extend(body);
        true
    }
}

fn heads() -> Menu<Before> {
    let mut menu = Menu::default();
    for before in ["POST", "POST\n", "v2", "2"] {
        menu.add(&causes::SCHEME_FOREIGN, "before", move |head| *head = Before::Text(before))
            .about(before.trim());
    }
    menu
}

/// The pieces by their names in a request.
const NAMES: [&str; 4] = ["timestamp", "token", "resourcetype", "actionid"];

fn menu(subject: &Subject<'_>) -> Menu<Pieces> {
    let mut menu = Menu::default();
    for order in permutations() {
        menu.add(&causes::PIECES_ORDER, "order", move |pieces: &mut Pieces| pieces.reorder(order))
            .usual();
    }
    for between in [",", "\n", "|", ":", ".", " ", ";", "-", "&", "_", "/", "+", "\r\n", ", ", "\t"]
    {
        menu.add(&causes::PIECES_SEPARATED, "between", move |pieces: &mut Pieces| {
            pieces.between = between
        })
        .usual();
    }
    for (labels, between) in [
        (Labels::Glued, ""),
        (Labels::Query, "&"),
        (Labels::Query, ""),
        (Labels::Query, ","),
        (Labels::Json, ","),
    ] {
        menu.add(&causes::PIECES_LABELLED, "between", move |pieces: &mut Pieces| {
            (pieces.labels, pieces.between) = (labels, between);
        });
    }
    let mut add = |cause: &'static Cause, slot: &'static str, change: fn(&mut Pieces)| {
        menu.add(cause, slot, change).usual();
    };
    add(&causes::ACTION_SHORT, "actionid", |pieces| {
        if let Some(action) = pieces.piece("actionid") {
            *action = action.rsplit(':').next().unwrap_or_default().to_owned();
        }
    });
    add(&causes::ACTION_SHORT, "actionid", |pieces| {
        if let Some(action) = pieces.piece("actionid") {
            *action = action.to_lowercase();
        }
    });
    add(&causes::TYPE_CASE, "resourcetype", |pieces| {
        if let Some(kind) = pieces.piece("resourcetype") {
            *kind = kind.to_lowercase();
        }
    });
    add(&causes::TYPE_CASE, "resourcetype", |pieces| {
        if let Some(kind) = pieces.piece("resourcetype") {
            *kind = kind.to_uppercase();
        }
    });
    add(&causes::TYPE_CASE, "resourcetype", |pieces| {
        if let Some(kind) = pieces.piece("resourcetype")
            && let Some(first) = kind.get(..1).map(str::to_uppercase)
        {
            kind.replace_range(..1, &first);
        }
    });
    add(&causes::TOKEN_CASE, "token", |pieces| {
        if let Some(token) = pieces.piece("token") {
            *token = token.to_uppercase();
        }
    });
    add(&causes::TOKEN_CASE, "token", |pieces| {
        if let Some(token) = pieces.piece("token") {
            *token = token.to_lowercase();
        }
    });
    add(&causes::KEY_IN_TEXT, "more", |pieces| pieces.pieces.push(("secret", pieces.key.clone())));
    add(&causes::KEY_IN_TEXT, "more", |pieces| {
        pieces.pieces.insert(0, ("secret", pieces.key.clone()));
    });
    add(&causes::TOKEN_IS_KEY, "token", |pieces| {
        let key = pieces.key.clone();
        pieces.put("token", &key);
    });
    for left_out in NAMES {
        menu.add(&causes::PIECE_MISSING, left_out, move |pieces: &mut Pieces| {
            pieces.pieces.retain(|piece| piece.0 != left_out);
        })
        .about(left_out)
        .usual();
    }
    unset_pieces(&mut menu);
    times(subject, &mut menu);
    extras(subject, &mut menu);
    menu
}

/// Pieces that had no value, or something around it.
fn unset_pieces(menu: &mut Menu<Pieces>) {
    for name in NAMES {
        let placeholders = [
            format!("{{{{{name}}}}}"),
            format!("{{{{ {name} }}}}"),
            format!("${{{name}}}"),
            format!("${name}"),
            format!("{{{name}}}"),
            format!(":{name}"),
        ];
        let words = unset::WORDS.iter().map(|word| (*word).to_owned());
        for (at, word) in words.chain(placeholders).enumerate() {
            let about = format!("{name}: {word}");
            let cause = if at < unset::WORDS.len() {
                &causes::PIECE_UNSET
            } else {
                &causes::PIECE_PLACEHOLDER
            };
            menu.add(cause, name, move |pieces: &mut Pieces| {
                pieces.put(name, &word);
            })
            .about(about);
        }
        for (before, after) in [
            (" ", ""),
            ("", " "),
            ("", "\n"),
            ("\"", "\""),
            ("", "\r\n"),
            ("'", "'"),
            ("\t", ""),
            ("", "\t"),
            ("\u{feff}", ""),
            ("", "\u{200b}"),
        ] {
            menu.add(&causes::PIECE_PADDED, name, move |pieces: &mut Pieces| {
                if let Some(piece) = pieces.piece(name) {
                    *piece = format!("{before}{piece}{after}");
                }
            })
            .about(name);
        }
    }
}

fn times(subject: &Subject<'_>, menu: &mut Menu<Pieces>) {
    let Some(UnixTime(time)) = subject.action.timestamp.value else { return };
    let mut other = |cause: &'static Cause, text: String, alone: bool, about: Option<String>| {
        let one = menu.add(cause, "timestamp", move |pieces: &mut Pieces| {
            pieces.put("timestamp", &text);
        });
        if let Some(about) = about {
            one.about(about);
        }
        if alone {
            one.alone();
        }
    };
    for off in (-WINDOW..=WINDOW).filter(|off| *off != 0) {
        let about = Some(format!("{off:+} s"));
        other(&causes::TIME_TWICE, time.saturating_add(off).to_string(), off.abs() > 5, about);
    }
    other(&causes::TIME_MILLIS, time.saturating_mul(1000).to_string(), false, None);
    other(&causes::TIME_MILLIS, (time / 1000).to_string(), false, None);
    for hours in (-14..=14).filter(|hours| *hours != 0) {
        let about = Some(format!("{hours:+} h"));
        other(&causes::TIME_ZONE, time.saturating_add(hours * 3600).to_string(), false, about);
    }
    other(&causes::TIME_TEXT, format!("{time}.0"), false, None);
    for text in written_times(time) {
        other(&causes::TIME_TEXT, text, true, None);
    }
    // A clock with fractions, as far as a language prints them by default.
    for places in 1..=3_usize {
        for fraction in 0..10_usize.pow(u32::try_from(places).unwrap_or(1)) {
            other(&causes::TIME_FRACTION, format!("{time}.{fraction:0places$}"), true, None);
        }
    }
    for fraction in 0..1000 {
        other(&causes::TIME_MILLIS, format!("{time}{fraction:03}"), true, None);
    }
}

/// The time as languages write dates, in UTC.
fn written_times(time: i64) -> Vec<String> {
    let (days, seconds) = (time.div_euclid(86_400), time.rem_euclid(86_400));
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    // Days since 1 March of year 0, after Howard Hinnant's "chrono-compatible low-level date algorithms".
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let date = format!("{year:04}-{month:02}-{day:02}");
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    vec![
        format!("{date}T{clock}Z"),
        format!("{date}T{clock}.000Z"),
        format!("{date}T{clock}+00:00"),
        format!("{date} {clock}"),
        format!("{date}T{clock}"),
        date,
    ]
}

fn extras(subject: &Subject<'_>, menu: &mut Menu<Pieces>) {
    let mut texts = vec![subject.echo.resource_id.clone(), subject.echo.identifier.clone()];
    let parameters = Value::Array(subject.action.parameters.clone());
    texts.extend(
        styles()
            .map(|style| String::from_utf8_lossy(&json::write(&parameters, style)).into_owned()),
    );
    let both = format!("{}{}", subject.echo.resource_id, subject.echo.identifier);
    texts.push(both);
    texts.extend(["2".to_owned(), "[]".to_owned()]);
    for text in texts.into_iter().filter(|text| !text.is_empty()) {
        for first in [false, true] {
            let text = text.clone();
            menu.add(&causes::PIECES_MORE, "more", move |pieces: &mut Pieces| {
                let at = if first { 0 } else { pieces.pieces.len() };
                pieces.pieces.insert(at, ("more", text.clone()));
            });
        }
    }
}

fn permutations() -> impl Iterator<Item = [usize; 4]> {
    let all = (0..256_usize).map(|n| [n & 3, n >> 2 & 3, n >> 4 & 3, n >> 6 & 3]);
    all.filter(|order| (0..4).all(|at| order.contains(&at)) && *order != [0, 1, 2, 3])
}

//! Actions of API requests: HMAC version 2, and the legacy version 1.

use freischalt_protocol::{
    Secret, UnixTime,
    envelope::{Action, Echo, Request, Signature},
    hmac::{LegacyAction, SigningKey, V2Message, sign_v1, verify_v1},
    php::{self, Value, json as php_json, sort},
};

use crate::{
    Cause, Explanation, Found, Verdict, causes, json, mask,
    order::styles,
    search::{Deviation, Recipe, Search},
    signing::{Signing, md5_hex},
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
    others: &[Secret],
    now: Option<UnixTime>,
) -> Explanation {
    let request = match Request::parse(body, MAX_ACTIONS) {
        Ok(request) => request,
        Err(problem) => return Explanation::unreadable(problem),
    };
    let Some(parsed) = request.actions.get(index) else {
        let count = request.actions.len();
        return Explanation::unreadable(format!("the request has {count} actions, counted from 0"));
    };
    let action = match &parsed.action {
        Ok(action) => action,
        Err(problem) => return Explanation::unreadable(problem),
    };
    let subject = Subject { token: &request.token, echo: &parsed.echo, action };
    let mut explanation = subject.explain(key, others);
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
    fn explain(&self, key: &Secret, others: &[Secret]) -> Explanation {
        match &self.action.signature {
            Signature::V2(given) => self.version_2(given, key, others),
            Signature::V1(given) => self.version_1(given, key),
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

    fn version_2(&self, given: &str, key: &Secret, others: &[Secret]) -> Explanation {
        if SigningKey::new(key).verify(&self.message(), given) {
            return Explanation::new(Verdict::Genuine);
        }
        if verify_v1(&self.legacy(), key, given) {
            return explained(&causes::VERSION_1_AS_2);
        }
        let recipe = RequestRecipe::right(self, key);
        let right = recipe.right_text();
        let token = Secret::new(self.token);
        let swapped = recipe.with_token(key.expose()).right_text();
        if Signing::base64().sign(&swapped, &token).as_deref() == Some(given) {
            return explained(&causes::SWAPPED);
        }
        let mut keys: Vec<_> = others.iter().map(|other| (&causes::KEY_OTHER, other)).collect();
        keys.push((&causes::KEY_TOKEN, &token));
        for (cause, other) in keys {
            if Signing::base64().sign(&right, other).as_deref() == Some(given) {
                return explained(cause);
            }
        }
        let mut explanation = Explanation::new(Verdict::Unexplained);
        explanation.right_text = Some(self.masked(&right, key));
        let deviations = deviations(self);
        let search = Search { recipe, signing: Signing::base64(), deviations, secret: key, given };
        explanation.found = search.run();
        for found in &mut explanation.found {
            let text = found.signed_text.take();
            found.signed_text = text.map(|text| self.masked(text.as_bytes(), key));
        }
        if !explanation.found.is_empty() {
            explanation.verdict = Verdict::Explained;
        }
        explanation
    }

    /// The token is a name and no secret, but it need not be shown whole either.
    fn masked(&self, text: &[u8], key: &Secret) -> String {
        let text = mask::masked(text).replace(self.token, &format!("‹token {}›", self.token.len()));
        let text = text.replace(key.expose(), "‹key›");
        match self.action.parameters.get_str("extendedclaim").filter(|claim| !claim.is_empty()) {
            Some(claim) => text.replace(claim, &format!("‹claim {}›", claim.len())),
            None => text,
        }
    }

    fn version_1(&self, given: &str, key: &Secret) -> Explanation {
        if verify_v1(&self.legacy(), key, given) {
            return Explanation::new(Verdict::Genuine);
        }
        if SigningKey::new(key).verify(&self.message(), given) {
            return explained(&causes::VERSION_MISSING);
        }
        let made = self.legacy_mistakes(key);
        if let Some((cause, _)) = made.iter().find(|(_, made)| made == given) {
            return explained(cause);
        }
        let upper = sign_v1(&self.legacy(), key).map(|right| right.to_uppercase());
        if upper.as_deref() == Some(given) {
            return explained(&causes::WRITTEN_UPPER);
        }
        Explanation::new(Verdict::Unexplained)
    }

    /// What the legacy signature is with each mistake.
    fn legacy_mistakes(&self, key: &Secret) -> Vec<(&'static Cause, String)> {
        let sent = &self.action.parameters;
        let (mut sorted, mut deep) = (sent.clone(), sent.clone());
        sort::ksort(&mut sorted);
        sort::ksort_recursive(&mut deep);
        let php = |array: &php::Array| {
            php_json::encode(&Value::Array(array.clone())).unwrap_or_default().into_bytes()
        };
        let mut texts =
            vec![(&causes::V1_NOT_SORTED, php(sent)), (&causes::V1_SORTED_DEEP, php(&deep))];
        let right = php(&sorted);
        for style in styles() {
            let cause = match (style.spaces, style.slashes_escaped) {
                (true, _) => &causes::V1_JSON_SPACES,
                (_, false) => &causes::V1_JSON_SLASHES,
                _ => &causes::V1_JSON_UNICODE,
            };
            texts.push((cause, json::write(&Value::Array(sorted.clone()), style)));
        }
        if sorted.is_empty() {
            texts.push((&causes::V1_EMPTY_OBJECT, b"{}".to_vec()));
        }
        let secret = key.expose();
        let members = |secret: &str| {
            [
                self.token,
                &self.echo.action_id,
                &self.echo.identifier,
                &self.echo.resource_id,
                secret,
                &self.action.timestamp.text,
                &self.echo.resource_type,
            ]
            .join(",")
        };
        let inner = |parameters: &[u8], secret: &str| {
            md5_hex(&[parameters, b",", members(secret).as_bytes()].concat())
        };
        let outer = |inner: String| md5_hex(format!("{secret}{inner}").as_bytes());
        let mut made: Vec<_> =
            texts.iter().map(|(cause, text)| (*cause, outer(inner(text, secret)))).collect();
        made.push((&causes::V1_ONE_HASH, inner(&right, secret)));
        made.push((&causes::V1_NO_SECRET, outer(inner(&right, ""))));
        let trimmed = [secret, "\n"].concat();
        let newline = md5_hex(format!("{trimmed}{}", inner(&right, &trimmed)).as_bytes());
        made.push((&causes::KEY_NEWLINE, newline));
        made
    }

    /// What is wrong although no signature covers it.
    fn besides(&self, key: &Secret, now: Option<UnixTime>) -> Vec<&'static Cause> {
        let mut besides = Vec::new();
        besides.extend(time_problem(Some(&self.action.timestamp.text)));
        let off = now.zip(self.action.timestamp.value).map(|(now, then)| now.since(then));
        if let Some(off) = off.filter(|off| off.abs() > WINDOW) {
            let hours = (off.rem_euclid(3600)).min(3600 - off.rem_euclid(3600)) <= WINDOW;
            let zone = hours && off.abs() < 14 * 3600;
            if time_problem(Some(&self.action.timestamp.text)).is_none() {
                besides.push(if zone { &causes::TIME_ZONE } else { &causes::TIME_OFF });
            }
        }
        let lengths = (self.token.chars().count(), key.expose().chars().count());
        match lengths {
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

fn explained(cause: &'static Cause) -> Explanation {
    let found = Found { causes: vec![cause], signed_text: None, same_here: Vec::new() };
    Explanation { found: vec![found], ..Explanation::new(Verdict::Explained) }
}

/// The four texts that are joined, in their right order.
#[derive(Clone)]
struct RequestRecipe {
    pieces: Vec<(&'static str, String)>,
    right: Vec<u8>,
    key: String,
    between: &'static str,
    labels: Labels,
    whole: Option<Vec<u8>>,
    tail: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Labels {
    None,
    Glued,
    Query,
}

impl RequestRecipe {
    fn right(subject: &Subject<'_>, key: &Secret) -> Self {
        let V2Message { timestamp, token, resource_type, action_id } = subject.message();
        let pieces = vec![
            ("timestamp", timestamp.to_owned()),
            ("token", token.to_owned()),
            ("resourcetype", resource_type.to_owned()),
            ("actionid", action_id.to_owned()),
        ];
        let right = pieces.iter().map(|(_, text)| text.as_str()).collect::<String>().into_bytes();
        Self {
            pieces,
            right,
            key: key.expose().to_owned(),
            between: "",
            labels: Labels::None,
            whole: None,
            tail: "",
        }
    }

    fn with_token(&self, token: &str) -> Self {
        let mut other = self.clone();
        other.pieces[1].1 = token.to_owned();
        other.right = other.pieces.iter().flat_map(|(_, text)| text.bytes()).collect();
        other
    }

    fn reorder(&mut self, order: [usize; 4]) {
        let old = self.pieces.clone();
        self.pieces = order.iter().map(|at| old[*at].clone()).collect();
    }
}

impl Recipe for RequestRecipe {
    fn text(&self) -> Option<Vec<u8>> {
        if let Some(whole) = &self.whole {
            return Some(whole.clone());
        }
        let labelled = self.pieces.iter().map(|(name, text)| match self.labels {
            Labels::None => text.clone(),
            Labels::Glued => format!("{name}{text}"),
            Labels::Query => format!("{name}={text}"),
        });
        let text = labelled.collect::<Vec<_>>().join(self.between);
        Some([text.as_bytes(), self.tail.as_bytes()].concat())
    }

    fn right_text(&self) -> Vec<u8> {
        self.right.clone()
    }
}

fn deviations(subject: &Subject<'_>) -> Vec<Deviation<RequestRecipe>> {
    let mut all = Vec::new();
    for order in permutations() {
        let change = move |recipe: &mut RequestRecipe| recipe.reorder(order);
        all.push(Deviation::of_text(&causes::PIECES_ORDER, change));
    }
    let mut add = |cause: &'static Cause, change: fn(&mut RequestRecipe)| {
        all.push(Deviation::of_text(cause, change));
    };
    add(&causes::PIECES_SEPARATED, |recipe| recipe.between = ",");
    add(&causes::PIECES_SEPARATED, |recipe| recipe.between = "\n");
    add(&causes::PIECES_SEPARATED, |recipe| recipe.between = "|");
    add(&causes::PIECES_SEPARATED, |recipe| recipe.between = ":");
    add(&causes::PIECES_SEPARATED, |recipe| recipe.between = ".");
    add(&causes::PIECES_SEPARATED, |recipe| recipe.between = " ");
    add(&causes::PIECES_SEPARATED, |recipe| recipe.between = ";");
    add(&causes::PIECES_SEPARATED, |recipe| recipe.between = "-");
    add(&causes::PIECES_LABELLED, |recipe| recipe.labels = Labels::Glued);
    add(&causes::PIECES_LABELLED, |recipe| (recipe.labels, recipe.between) = (Labels::Query, "&"));
    add(&causes::PIECES_SEPARATED, |recipe| recipe.between = "&");
    add(&causes::TEXT_NEWLINE, |recipe| recipe.tail = "\n");
    add(&causes::ACTION_SHORT, |recipe| {
        let action = &mut recipe.pieces[3].1;
        *action = action.rsplit(':').next().unwrap_or_default().to_owned();
    });
    add(&causes::TYPE_CASE, |recipe| {
        recipe.pieces[2].1 = recipe.pieces[2].1.to_lowercase();
    });
    add(&causes::TYPE_CASE, |recipe| {
        let kind = &mut recipe.pieces[2].1;
        if let Some(first) = kind.get(..1).map(str::to_uppercase) {
            kind.replace_range(..1, &first);
        }
    });
    add(&causes::KEY_IN_TEXT, |recipe| {
        let key = recipe.key.clone();
        recipe.pieces.push(("secret", key));
    });
    add(&causes::TOKEN_IS_KEY, |recipe| recipe.pieces[1].1 = recipe.key.clone());
    for left_out in 0..4 {
        let change = move |recipe: &mut RequestRecipe| {
            recipe.pieces.remove(left_out);
        };
        all.push(Deviation::of_text(&causes::PIECE_MISSING, change));
    }
    times(subject, &mut all);
    extras(subject, &mut all);
    all
}

fn times(subject: &Subject<'_>, all: &mut Vec<Deviation<RequestRecipe>>) {
    let Some(UnixTime(time)) = subject.action.timestamp.value else { return };
    let mut other = |cause: &'static Cause, text: String| {
        let change = move |recipe: &mut RequestRecipe| recipe.pieces[0].1 = text.clone();
        all.push(Deviation::of_text(cause, change));
    };
    for off in (-30..=30).filter(|off| *off != 0) {
        other(&causes::TIME_TWICE, time.saturating_add(off).to_string());
    }
    other(&causes::TIME_MILLIS, time.saturating_mul(1000).to_string());
    other(&causes::TIME_MILLIS, (time / 1000).to_string());
    for hours in (-14..=14).filter(|hours| *hours != 0) {
        other(&causes::TIME_ZONE, time.saturating_add(hours * 3600).to_string());
    }
    other(&causes::TIME_TEXT, format!("{time}.0"));
}

fn extras(subject: &Subject<'_>, all: &mut Vec<Deviation<RequestRecipe>>) {
    let mut texts = vec![subject.echo.resource_id.clone(), subject.echo.identifier.clone()];
    let parameters = Value::Array(subject.action.parameters.clone());
    texts.extend(
        styles()
            .map(|style| String::from_utf8_lossy(&json::write(&parameters, style)).into_owned()),
    );
    for text in texts.into_iter().filter(|text| !text.is_empty()) {
        let change = move |recipe: &mut RequestRecipe| recipe.pieces.push(("more", text.clone()));
        all.push(Deviation::of_text(&causes::PIECES_MORE, change));
    }
}

fn permutations() -> impl Iterator<Item = [usize; 4]> {
    let all = (0..256_usize).map(|n| [n & 3, n >> 2 & 3, n >> 4 & 3, n >> 6 & 3]);
    all.filter(|order| (0..4).all(|at| order.contains(&at)) && *order != [0, 1, 2, 3])
}

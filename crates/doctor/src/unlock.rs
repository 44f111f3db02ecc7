//! The request that the activation page makes when its button is pressed.

use reqwest::Method;
use url::Url;

use crate::{
    cookie::{Cookie, Jar},
    http::{Answer, Ask},
    launch::Launch,
    page::{self, Form},
    target::{UnlockBody, UnlockHop},
};

/// A page that was opened, ready for its button.
#[derive(Clone)]
pub(crate) struct Opened {
    /// Where the page is, after redirects.
    pub(crate) url: Url,
    /// The signed query that it was opened with.
    pub(crate) query: String,
    pub(crate) page: Answer,
    /// The cookies that a browser sends back.
    pub(crate) jar: Jar,
    /// Those that it was given and that die in a frame of another site.
    pub(crate) dying: Vec<Cookie>,
}

impl Opened {
    pub(crate) fn html(&self) -> &str {
        &self.page.body
    }
}

/// The unlock as fields, so that checks can change them before they are sent.
#[derive(Clone)]
pub(crate) struct Press {
    pub(crate) url: Url,
    pub(crate) method: Method,
    body: UnlockBody,
    pub(crate) fields: Vec<(String, String)>,
    /// The name of the field for the key.
    pub(crate) key_field: String,
    pub(crate) headers: Vec<(String, String)>,
    /// The cookies that a browser sends with it.
    pub(crate) jar: Jar,
}

impl Press {
    /// What a browser would send after `key` was typed into the opened page.
    pub(crate) fn of(hop: &UnlockHop, opened: &Opened, launch: &Launch, key: &str) -> Self {
        let form = page::form(opened.html());
        let url = hop.url.clone().or_else(|| {
            let action = form.as_ref()?.action.as_deref()?;
            opened.url.join(action).ok()
        });
        let mut bare = opened.url.clone();
        bare.set_query(None);
        let url = url.unwrap_or(bare);
        let body = hop.body.unwrap_or(match form.as_ref().map(|form| form.encoding.as_str()) {
            Some("multipart/form-data") | None => UnlockBody::Multipart,
            Some(_) => UnlockBody::Form,
        });
        let (fields, key_field) = fields(hop, form.as_ref(), opened, launch, key);
        let origin = url.origin().ascii_serialization();
        let mut headers = vec![
            ("Origin".to_owned(), origin),
            ("Sec-Fetch-Site".to_owned(), "same-origin".to_owned()),
        ];
        let jar = opened.jar.clone();
        let cookies = jar.header();
        if !cookies.is_empty() {
            headers.push(("Cookie".to_owned(), cookies));
        }
        Self { url, method: Method::POST, body, fields, key_field, headers, jar }
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        for field in self.fields.iter_mut().filter(|field| field.0 == name) {
            value.clone_into(&mut field.1);
        }
    }

    pub(crate) fn header(&mut self, name: &str, value: &str) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// The request.
    pub(crate) fn ask(&self) -> Ask {
        let mut url = self.url.clone();
        if self.method == Method::GET {
            url.query_pairs_mut().extend_pairs(&self.fields);
        }
        let mut ask = Ask::get(url);
        ask.method = self.method.clone();
        ask.headers.clone_from(&self.headers);
        if self.method != Method::GET {
            ask.body = Some(self.body.encoded(&self.fields));
        }
        ask
    }
}

fn fields(
    hop: &UnlockHop,
    form: Option<&Form>,
    opened: &Opened,
    launch: &Launch,
    key: &str,
) -> (Vec<(String, String)>, String) {
    if !hop.fields.is_empty() {
        let filled = hop
            .fields
            .iter()
            .map(|(name, template)| (name.clone(), filled(template, opened, launch, key)));
        let key_field = hop.fields.iter().find(|(_, template)| template.contains("{key}"));
        let key_field = key_field.map(|(name, _)| name.clone()).unwrap_or_default();
        return (filled.collect(), key_field);
    }
    if let Some(form) = form {
        let mut fields = form.hidden.clone();
        fields.push((form.key_name.clone(), key.to_owned()));
        return (fields, form.key_name.clone());
    }
    // The documented form: marketplace-examples, "ProviderUnlock".
    let documented = [
        ("token", launch.token.as_str()),
        ("secret", key),
        ("parameterCacheId", &launch.cache),
        ("extendedClaim", &launch.claim),
    ];
    let fields = documented.map(|(name, value)| (name.to_owned(), value.to_owned()));
    (fields.to_vec(), "secret".to_owned())
}

fn filled(template: &str, opened: &Opened, launch: &Launch, key: &str) -> String {
    let mut text = template.to_owned();
    for (name, value) in [
        ("{token}", launch.token.as_str()),
        ("{cache}", &launch.cache),
        ("{claim}", &launch.claim),
        ("{query}", &opened.query),
        ("{key}", key),
    ] {
        text = text.replace(name, value);
    }
    if text.contains("{hidden:") {
        for (name, value) in page::hidden(opened.html()) {
            text = text.replace(&format!("{{hidden:{name}}}"), &value);
        }
    }
    text
}

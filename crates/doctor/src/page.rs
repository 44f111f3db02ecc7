//! What an HTML page holds: forms, scripts, resources.

use std::sync::LazyLock;

use scraper::{Html, Selector};

/// The form in which the key is entered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    pub(crate) action: Option<String>,
    pub(crate) method: String,
    pub(crate) encoding: String,
    /// Hidden fields.
    pub(crate) hidden: Vec<(String, String)>,
    /// The name of the field for the key.
    pub(crate) key_name: String,
    /// The type and `autocomplete` of that field.
    pub(crate) key_type: String,
    pub(crate) autocomplete: String,
}

/// A resource that the page loads.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) url: String,
    pub(crate) is_script: bool,
    pub(crate) has_integrity: bool,
}

static FORM: LazyLock<Option<Selector>> = LazyLock::new(|| Selector::parse("form").ok());
static HIDDEN: LazyLock<Option<Selector>> =
    LazyLock::new(|| Selector::parse("input[type=hidden][name]").ok());
static KEY: LazyLock<Option<Selector>> = LazyLock::new(|| {
    Selector::parse(
        "input#secret, input[name=secret], input[name=key], input#key, input[type=password]",
    )
    .ok()
});
static LOADED: LazyLock<Option<Selector>> = LazyLock::new(|| {
    Selector::parse("script[src], link[rel=stylesheet][href], img[src], iframe[src]").ok()
});
static SCRIPT: LazyLock<Option<Selector>> = LazyLock::new(|| Selector::parse("script").ok());

/// Whether there is a field for the key.
pub(crate) fn has_key_field(html: &str) -> bool {
    let page = Html::parse_document(html);
    KEY.as_ref().is_some_and(|key| page.select(key).next().is_some())
}

/// The form that holds the field for the key.
pub(crate) fn form(html: &str) -> Option<Form> {
    let page = Html::parse_document(html);
    let (form, key) = (FORM.as_ref()?, KEY.as_ref()?);
    let form = page.select(form).find(|form| form.select(key).next().is_some())?;
    let field = form.select(key).next()?;
    let attribute = |name: &str| form.attr(name).unwrap_or_default().to_ascii_lowercase();
    let hidden = form.select(HIDDEN.as_ref()?).filter_map(|field| {
        Some((field.attr("name")?.to_owned(), field.attr("value").unwrap_or_default().to_owned()))
    });
    Some(Form {
        action: form.attr("action").map(str::to_owned),
        method: attribute("method"),
        encoding: attribute("enctype"),
        hidden: hidden.collect(),
        key_name: field.attr("name").unwrap_or("secret").to_owned(),
        key_type: field.attr("type").unwrap_or("text").to_ascii_lowercase(),
        autocomplete: field
            .attr("autocomplete")
            .or(form.attr("autocomplete"))
            .unwrap_or_default()
            .to_owned(),
    })
}

/// Hidden fields anywhere on the page.
pub(crate) fn hidden(html: &str) -> Vec<(String, String)> {
    let page = Html::parse_document(html);
    let Some(hidden) = HIDDEN.as_ref() else { return Vec::new() };
    let pairs = page.select(hidden).filter_map(|field| {
        Some((field.attr("name")?.to_owned(), field.attr("value").unwrap_or_default().to_owned()))
    });
    pairs.collect()
}

/// What the page loads.
pub(crate) fn resources(html: &str) -> Vec<Resource> {
    let page = Html::parse_document(html);
    let Some(loaded) = LOADED.as_ref() else { return Vec::new() };
    let resources = page.select(loaded).filter_map(|element| {
        let url = element.attr("src").or(element.attr("href"))?.to_owned();
        let is_script = element.value().name() == "script";
        Some(Resource { url, is_script, has_integrity: element.attr("integrity").is_some() })
    });
    resources.collect()
}

/// The text of the scripts that stand in the page.
pub(crate) fn inline_scripts(html: &str) -> String {
    let page = Html::parse_document(html);
    let Some(script) = SCRIPT.as_ref() else { return String::new() };
    page.select(script)
        .map(|script| script.text().collect::<String>())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether the page has an element of that name.
pub(crate) fn has_element(html: &str, selector: &str) -> bool {
    let page = Html::parse_document(html);
    Selector::parse(selector).is_ok_and(|selector| page.select(&selector).next().is_some())
}

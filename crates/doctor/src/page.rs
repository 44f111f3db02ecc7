//! What an HTML page holds: forms, scripts, resources.
//!
//! Only tags and their attributes matter here, so the page is read as a row of tags by a tokenizer
//! that follows the standard, and no tree is made of it.

mod tags;

use tags::{Tag, tags};

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
    /// Whether the form sends that field at all: one without a name is not sent.
    pub(crate) sends_key: bool,
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

/// Whether there is a field for the key.
pub(crate) fn has_key_field(html: &str) -> bool {
    tags(html).iter().any(is_key_field)
}

/// The documented id and name, a common name, or a field for passwords.
fn is_key_field(tag: &Tag) -> bool {
    let named = |attribute| matches!(tag.get(attribute), Some("secret" | "key"));
    let hidden = tag.is("type", "hidden");
    tag.name == "input" && !hidden && (named("id") || named("name") || tag.is("type", "password"))
}

fn hidden_field(tag: &Tag) -> Option<(String, String)> {
    let is_hidden = tag.name == "input" && tag.is("type", "hidden");
    let name = tag.get("name").filter(|_| is_hidden)?;
    Some((name.to_owned(), tag.get("value").unwrap_or_default().to_owned()))
}

/// The form that holds the field for the key.
pub(crate) fn form(html: &str) -> Option<Form> {
    let tags = tags(html);
    let starts = tags.iter().enumerate().filter(|(_, tag)| tag.name == "form");
    let mut forms = starts.map(|(start, _)| {
        let inside =
            tags[start + 1..].iter().take_while(|tag| !matches!(&*tag.name, "form" | "/form"));
        (&tags[start], inside.collect::<Vec<_>>())
    });
    let (form, inside) = forms.find(|(_, inside)| inside.iter().any(|tag| is_key_field(tag)))?;
    let field = inside.iter().find(|tag| is_key_field(tag))?;
    let attribute = |name: &str| form.get(name).unwrap_or_default().to_ascii_lowercase();
    Some(Form {
        action: form.get("action").map(str::to_owned),
        method: attribute("method"),
        encoding: attribute("enctype"),
        hidden: inside.iter().filter_map(|tag| hidden_field(tag)).collect(),
        key_name: field.get("name").unwrap_or("secret").to_owned(),
        sends_key: field.get("name").is_some(),
        key_type: field.get("type").unwrap_or("text").to_ascii_lowercase(),
        autocomplete: field
            .get("autocomplete")
            .or(form.get("autocomplete"))
            .unwrap_or_default()
            .to_ascii_lowercase(),
    })
}

/// Hidden fields anywhere on the page.
pub(crate) fn hidden(html: &str) -> Vec<(String, String)> {
    tags(html).iter().filter_map(hidden_field).collect()
}

/// What the page loads.
pub(crate) fn resources(html: &str) -> Vec<Resource> {
    let resource = |tag: &Tag| {
        let url = match &*tag.name {
            "script" | "img" | "iframe" => tag.get("src"),
            "link" if tag.is("rel", "stylesheet") => tag.get("href"),
            _ => None,
        }?;
        let (url, is_script) = (url.to_owned(), tag.name == "script");
        Some(Resource { url, is_script, has_integrity: tag.get("integrity").is_some() })
    };
    tags(html).iter().filter_map(resource).collect()
}

/// The text of the scripts that stand in the page.
pub(crate) fn inline_scripts(html: &str) -> String {
    let scripts = tags(html).into_iter().filter(|tag| tag.name == "script");
    scripts.map(|tag| tag.text).collect::<Vec<_>>().join("\n")
}

/// Whether an element has this attribute with this value.
pub(crate) fn has(html: &str, attribute: &str, value: &str) -> bool {
    tags(html).iter().any(|tag| tag.get(attribute) == Some(value))
}

/// Whether the page tells browsers by itself to send no referrer.
pub(crate) fn forbids_referrer(html: &str) -> bool {
    tags(html).iter().any(|tag| {
        tag.name == "meta" && tag.is("name", "referrer") && tag.is("content", "no-referrer")
    })
}

/// Whether the page names who may frame it by itself, which browsers ignore.
pub(crate) fn has_ancestors_in_meta(html: &str) -> bool {
    tags(html).iter().any(|tag| {
        let content = tag.get("content").unwrap_or_default().to_ascii_lowercase();
        tag.name == "meta"
            && tag.is("http-equiv", "content-security-policy")
            && content.contains("frame-ancestors")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!doctype html><form action="/search"><input name="q"></form>
        <!-- <input name="secret"> --><FORM action='/unlock?a=1&amp;b=2' METHOD=Post autocomplete=OFF>
        <input type=hidden name=launch value="x=&quot;1&quot;&amp;y=2"><input type="text" id="secret"
        name="secret"></form><script src="/a.js" integrity=x></script>
        <script>if (a < b && c) { text = "<input name=key>"; }</script>
        <link rel="stylesheet" href="http://other.example/a.css"><img src=//i.example/x>"#;

    #[test]
    fn the_form_with_the_key_is_found_and_decoded() {
        let form = form(PAGE).unwrap();
        assert_eq!(form.action.as_deref(), Some("/unlock?a=1&b=2"));
        assert_eq!((&*form.method, &*form.autocomplete), ("post", "off"));
        assert_eq!(form.hidden, [("launch".to_owned(), "x=\"1\"&y=2".to_owned())]);
        assert_eq!(form.key_name, "secret");
    }

    #[test]
    fn comments_and_scripts_are_no_elements() {
        assert!(!has_key_field("<!-- <input name=secret> -->"));
        assert!(!has_key_field(
            "<script>'<input name=secret>'</script><input type=hidden name=key>"
        ));
        assert!(has_key_field("<INPUT Type=Password>"));
        assert!(has(PAGE, "id", "secret") && !has(PAGE, "id", "spinner"));
    }

    #[test]
    fn scripts_and_resources_are_listed() {
        assert_eq!(
            inline_scripts(PAGE).trim(),
            r#"if (a < b && c) { text = "<input name=key>"; }"#
        );
        let resources = resources(PAGE);
        let urls: Vec<_> = resources.iter().map(|one| one.url.as_str()).collect();
        assert_eq!(urls, ["/a.js", "http://other.example/a.css", "//i.example/x"]);
        assert!(resources[0].is_script && resources[0].has_integrity && !resources[1].is_script);
    }

    #[test]
    fn a_page_without_a_form_has_none() {
        assert!(form("<input id=secret><form><input name=q></form>").is_none());
        assert!(forbids_referrer("<meta name=referrer content=no-referrer>"));
        assert!(!forbids_referrer("<meta name=referrer content=origin>"));
    }
}

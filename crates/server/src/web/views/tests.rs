//! Every page is rendered in both languages and checked as a browser would read it. The pages are
//! also written to `target/pages`, for looking at them.

mod samples;

use std::{collections::HashSet, fs, path::PathBuf};

use scraper::{Html, Selector};

use self::samples::{HOSTILE, pages};
use crate::web::{Language, assets};

fn select(html: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    html.select(&selector).map(|element| element.html()).collect()
}

fn each_page(check: impl Fn(&str, Language, &str, &Html)) {
    for language in Language::ALL {
        for (name, source) in pages(language) {
            check(&name, language, &source, &Html::parse_document(&source));
        }
    }
}

#[test]
fn pages_are_well_formed() {
    each_page(|name, _, _, html| assert!(html.errors.is_empty(), "{name}: {:?}", html.errors));
}

#[test]
fn pages_fit_the_content_security_policy() {
    each_page(|name, _, _, html| {
        let inline = select(html, "style, [style], script:not([src])");
        assert!(inline.is_empty(), "{name}: {inline:?}");
        let external = select(html, "link[href^=http], script[src^=http], img[src^=http]");
        assert!(external.is_empty(), "{name}: {external:?}");
        let all = Selector::parse("*").unwrap();
        for element in html.select(&all) {
            let handler = element.value().attrs().find(|(key, _)| key.starts_with("on"));
            assert_eq!(handler, None, "{name}");
        }
    });
}

#[test]
fn pages_can_be_navigated() {
    each_page(|name, language, _, html| {
        let root = html.root_element();
        assert_eq!(root.value().attr("lang"), Some(language.tag()), "{name}");
        for once in ["h1", "main", "title", "a.skip[href='#content']"] {
            assert_eq!(select(html, once).len(), 1, "{name}: {once}");
        }
        let headings = Selector::parse("h1, h2, h3, h4").unwrap();
        let mut last = 0;
        for heading in html.select(&headings) {
            let level = i32::from(heading.value().name().as_bytes()[1] - b'0');
            assert!(level <= last + 1, "{name}: h{level} after h{last}");
            last = level;
        }
    });
}

#[test]
fn ids_are_unique_and_references_resolve() {
    let all = Selector::parse("*").unwrap();
    each_page(|name, _, _, html| {
        let mut ids = HashSet::new();
        for id in html.select(&all).filter_map(|element| element.value().attr("id")) {
            assert!(ids.insert(id), "{name}: id {id} twice");
        }
        for element in html.select(&all) {
            for attribute in ["for", "aria-labelledby", "aria-describedby", "data-copy"] {
                for id in element.value().attr(attribute).unwrap_or_default().split_whitespace() {
                    assert!(ids.contains(id), "{name}: {attribute} names {id}");
                }
            }
            let target = element.value().attr("href").and_then(|href| href.strip_prefix('#'));
            assert!(target.is_none_or(|id| ids.contains(id)), "{name}: link to {target:?}");
        }
    });
}

#[test]
fn fields_have_labels_and_frames_have_titles() {
    let fields = Selector::parse("input:not([type=hidden]), select, textarea").unwrap();
    each_page(|name, _, _, html| {
        for field in html.select(&fields) {
            let id = field.value().attr("id").unwrap_or_default();
            let labels = select(html, &format!("label[for='{id}']"));
            assert_eq!(labels.len(), 1, "{name}: {}", field.html());
        }
        assert!(select(html, "iframe:not([title])").is_empty(), "{name}");
    });
}

#[test]
fn what_others_wrote_is_escaped() {
    let mut seen = 0;
    for language in Language::ALL {
        for (name, source) in pages(language) {
            assert!(!source.contains(HOSTILE), "{name}");
            seen +=
                usize::from(source.contains("&lt;script&#62;") || source.contains("&#60;script"));
        }
    }
    assert!(seen > 20, "only {seen} pages show the hostile name");
}

#[test]
fn assets_that_pages_ask_for_exist() {
    let linked = Selector::parse("link[href], script[src]").unwrap();
    each_page(|name, _, _, html| {
        for element in html.select(&linked) {
            let attribute = element.value().attr("href").or(element.value().attr("src"));
            let path = attribute.unwrap().trim_start_matches('/').split('?').next().unwrap();
            assert!(assets::get(path).is_some(), "{name}: {path}");
        }
    });
}

#[test]
fn no_audience_is_chosen_beforehand() {
    each_page(|name, _, _, html| {
        let checked = select(html, "input[type=radio][checked]:not(fieldset[disabled] *)");
        assert!(checked.is_empty(), "{name}: {checked:?}");
    });
}

#[test]
fn pages_can_be_looked_at() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/pages");
    fs::create_dir_all(directory.join("assets")).unwrap();
    for path in assets::paths().filter(|path| path.starts_with("assets/")) {
        fs::write(directory.join(path), assets::get(path).unwrap().bytes).unwrap();
    }
    for language in Language::ALL {
        for (name, source) in pages(language) {
            let file = directory.join(format!("{name}.{}.html", language.tag()));
            fs::write(file, source.replace("\"/assets/", "\"assets/")).unwrap();
        }
    }
}

/// The privacy notice is acknowledged by activating, and what only the provider can mend is said.
#[test]
fn the_key_page_asks_for_no_box_and_offers_another_window() {
    each_page(|name, _, _, html| {
        if name != "activation-key" {
            return;
        }
        assert_eq!(select(html, ".theirs a[href$='/documents/privacy']").len(), 1);
        assert!(select(html, "input[type=checkbox]").is_empty());
        let window = select(html, ".help a[target=_blank][rel~=noopener][rel~=noreferrer]");
        assert_eq!(window.len(), 1);
    });
}

/// The same page refuses a service, an account and an activation.
#[test]
fn a_refusal_gives_no_reason_but_its_own() {
    each_page(|name, _, _, html| {
        if name == "problem-403" {
            assert_eq!(select(html, ".problem p:not(.problem-code):not(:has(a))").len(), 1);
            assert!(select(html, ".problem .lead")[0].contains("alert("), "the detail");
        }
    });
}

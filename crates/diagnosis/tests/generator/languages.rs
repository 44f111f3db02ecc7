//! What languages and frameworks make of values on their way into the signed text of a URL.

use super::{
    Case, Dice, percent, percent_bytes,
    urls::{Parts, RFC1738},
};

pub(super) fn cases(dice: &mut Dice) -> Vec<Case> {
    let mut all = letters(dice);
    all.extend(values(dice));
    all.extend(encoders(dice));
    all
}

/// With a customer that has umlauts, and own parameters that need no encoding.
fn named(dice: &mut Dice, name: &str) -> Parts {
    let mut parts = Parts::rolled(dice);
    parts.parameters.retain(|(own, _)| own != "theme");
    name.clone_into(&mut parts.parameters[0].1);
    parts
}

fn letters(dice: &mut Dice) -> Vec<Case> {
    let name = *dice.pick(&["Müller & Söhne", "Jürgen Groß", "Höfe am Öresund"]);
    let parts = named(dice, name);
    let latin: Vec<u8> = name.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let misread: String = name.bytes().map(char::from).collect();
    let marks: String = name.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
    let gone: String = name.chars().filter(char::is_ascii).collect();
    let apart = [("ü", "u\u{308}"), ("ö", "o\u{308}"), ("Ö", "O\u{308}")]
        .iter()
        .fold(name.to_owned(), |text, (one, two)| text.replace(one, two));
    let bare = [("ü", "u"), ("ö", "o"), ("Ö", "O")]
        .iter()
        .fold(name.to_owned(), |text, (one, two)| text.replace(one, two));
    let spelt = [("ü", "ue"), ("ö", "oe"), ("Ö", "Oe"), ("ß", "ss")]
        .iter()
        .fold(name.to_owned(), |text, (one, two)| text.replace(one, two));
    vec![
        written(&parts, "charset-latin1", &percent_bytes(&latin, RFC1738, true)),
        changed(&parts, "charset-misread", &misread),
        changed(&parts, "charset-lost", &marks),
        changed(&parts, "charset-lost", &gone),
        changed(&parts, "charset-lost", &spelt),
        changed(&parts, "unicode-form", &apart),
        changed(&parts, "charset-lost", &bare),
    ]
}

/// Signed with another customer name than was sent.
fn changed(parts: &Parts, cause: &'static str, name: &str) -> Case {
    written(parts, cause, &percent(name, RFC1738, true))
}

/// The same, already encoded.
fn written(parts: &Parts, cause: &'static str, name: &str) -> Case {
    let pairs = parts.sorted().into_iter().map(|(own, value)| match &own[..] {
        "customerName" => format!("{own}={name}"),
        _ => format!("{own}={}", percent(&value, RFC1738, true)),
    });
    let query = pairs.collect::<Vec<_>>().join("&");
    parts.signed(cause, &format!("{}?{query}", parts.base()))
}

fn values(dice: &mut Dice) -> Vec<Case> {
    let number = dice.roll(9000);
    let mut all = Vec::new();
    let blank = named(dice, &format!(" Muster {number} "));
    all.push(changed(&blank, "values-trimmed", &format!("Muster {number}")));
    let quote = named(dice, &format!("O'Brien \"{number}\" \\ Co"));
    let slashed = format!("O\\'Brien \\\"{number}\\\" \\\\ Co");
    all.push(changed(&quote, "values-backslashes", &slashed));
    let cleaned = named(dice, &format!("A  B %41 {number}"));
    all.push(changed(&cleaned, "values-sanitised", &format!("A B {number}")));
    let tags = named(dice, &format!("A <b>B</b> & 'C' \"D\" {number}"));
    for (amp, quote, single) in [
        ("&amp;", "&quot;", "&#039;"),
        ("&amp;", "&quot;", "&#x27;"),
        ("&amp;", "&#34;", "&#39;"),
        ("&amp;", "&quot;", "'"),
    ] {
        let escaped =
            format!("A &lt;b&gt;B&lt;/b&gt; {amp} {single}C{single} {quote}D{quote} {number}");
        all.push(changed(&tags, "html-escaped", &escaped));
    }
    let mut zeros = named(dice, "Muster");
    for (sent, signed) in [("007", "7"), ("0021", "21"), ("5", "5.0")] {
        zeros.parameters[2].1 = sent.to_owned();
        let mut sorted = zeros.sorted();
        for pair in sorted.iter_mut().filter(|pair| pair.0 == "userId") {
            signed.clone_into(&mut pair.1);
        }
        let text = format!("{}?{}", zeros.base(), Parts::query(&sorted, RFC1738, true));
        all.push(zeros.signed("number-converted", &text));
    }
    let lists = named(dice, &format!("Muster {number}"));
    for (start, end) in [("['", "']"), ("[\"", "\"]")] {
        let each =
            lists.sorted().into_iter().map(|(name, value)| (name, format!("{start}{value}{end}")));
        let query = Parts::query(&each.collect::<Vec<_>>(), RFC1738, true);
        all.push(lists.signed("values-lists", &format!("{}?{query}", lists.base())));
    }
    let mut empty = lists.clone();
    empty.parameters.push(("groupId".to_owned(), String::new()));
    for word in ["None", "null", "undefined"] {
        let mut sorted = empty.sorted();
        for pair in sorted.iter_mut().filter(|pair| pair.0 == "groupId") {
            word.clone_into(&mut pair.1);
        }
        let text = format!("{}?{}", empty.base(), Parts::query(&sorted, RFC1738, true));
        all.push(empty.signed("absent-signed", &text));
    }
    all
}

fn encoders(dice: &mut Dice) -> Vec<Case> {
    let parts = Parts::rolled(dice);
    let with = |cause, text: String| parts.signed(cause, &format!("{}?{text}", parts.base()));
    let mut all = Vec::new();
    for kept in ["-_.~!$'()*,:;=?@^`|", "-_.~!$'()*,/:;?@", "-_.~!$'()*,/:?@", "-_.~()"] {
        all.push(with("encode-builder", Parts::query(&parts.sorted(), kept, true)));
    }
    let dotnet = Parts::query(&parts.sorted(), "-_.!*()", true);
    all.push(with("encode-dotnet", dotnet.clone()));
    all.push(with("encode-dotnet", super::urls::lower_hex(&dotnet)));
    all.push(with("encode-space", Parts::query(&parts.sorted(), RFC1738, false)));
    // `imageIds=3,4` and `Immo (Nord)`, as builders write them.
    let mut images = named(dice, "Immo (Nord)");
    images.parameters.push(("imageIds".to_owned(), "3,4".to_owned()));
    for kept in ["-_.~!$'()*,:;=?@^`|", "-_.~!$'()*,/:;?@"] {
        let text = format!("{}?{}", images.base(), Parts::query(&images.sorted(), kept, true));
        all.push(images.signed("encode-builder", &text));
    }
    all
}

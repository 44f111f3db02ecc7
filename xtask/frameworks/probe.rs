
/// What a Rust framework made of a request; appended to the shared file of the pages.
pub fn probe(url: &str, read: std::collections::HashMap<String, String>) -> String {
    let quote = |text: &str| {
        let escape = |c: char| match c {
            '"' | '\\' => format!("\\{c}"),
            c => c.to_string(),
        };
        format!("\"{}\"", text.chars().map(escape).collect::<String>())
    };
    let pairs: Vec<_> = read.iter().map(|(name, value)| format!("{}:{}", quote(name), quote(value))).collect();
    format!("{{\"url\":{},\"read\":{{{}}}}}", quote(url), pairs.join(","))
}

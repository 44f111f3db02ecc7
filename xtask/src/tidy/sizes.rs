//! Notices about long files and long functions. A reason to look, never a limit to satisfy by
//! cutting a thought in two, so they never fail.

use super::Finding;

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;

/// Looks at one file of masked Rust code.
pub(super) fn check(path: &str, code: &str) -> Vec<Finding> {
    let mut notices = Vec::new();
    let lines = code.lines().count();
    if lines > FILE_LINES {
        notices.push(Finding::new(path, format!("{lines} lines")));
    }
    for function in functions(code).into_iter().filter(|f| f.lines > FUNCTION_LINES) {
        let text = format!("function `{}` has {} lines", function.name, function.lines);
        notices.push(Finding::at_line(path, function.line, text));
    }
    notices
}

struct Function<'a> {
    name: &'a str,
    /// Where it begins, counted from 1.
    line: usize,
    lines: usize,
}

fn functions(code: &str) -> Vec<Function<'_>> {
    code.match_indices("fn ").filter_map(|(at, _)| function_at(code, at)).collect()
}

fn function_at(code: &str, at: usize) -> Option<Function<'_>> {
    let starts_word = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let rest = &code[at + 3..];
    let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    if !starts_word || name.is_empty() {
        return None;
    }
    let length = body_end(rest)?;
    let line = code[..at].matches('\n').count() + 1;
    Some(Function { name, line, lines: rest[..length].matches('\n').count() + 1 })
}

/// Where the braces that follow close again; nothing for a declaration without a body.
fn body_end(rest: &str) -> Option<usize> {
    let open = rest.find(['{', ';']).filter(|at| rest[*at..].starts_with('{'))?;
    let mut depth = 0_usize;
    for (at, c) in rest.char_indices().skip_while(|(at, _)| *at < open) {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function_of(lines: usize) -> String {
        format!("pub fn long(x: u8) {{\n{}}}\n", "    { x; }\n".repeat(lines - 2))
    }

    #[test]
    fn a_function_is_measured_from_its_name_to_its_last_brace() {
        assert_eq!(check("a.rs", &function_of(FUNCTION_LINES)), []);
        let notices = check("a.rs", &format!("\n{}", function_of(FUNCTION_LINES + 1)));
        assert_eq!(notices, [Finding::new("a.rs:2", "function `long` has 61 lines")]);
    }

    #[test]
    fn declarations_and_function_types_are_no_functions() {
        assert_eq!(functions("trait T { fn a(&self); }\nstruct S { run: fn() -> u8 }").len(), 0);
        assert_eq!(functions("fn a() { fn b() {} }").len(), 2);
    }

    #[test]
    fn a_long_file_is_noticed() {
        assert_eq!(check("a.rs", &"x\n".repeat(FILE_LINES)), []);
        assert_eq!(check("a.rs", &"x\n".repeat(FILE_LINES + 1)).len(), 1);
    }
}

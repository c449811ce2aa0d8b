//! How a tag's contents fall into words: `smart_split`, `Token.split_contents`, `kwarg_re`.

use crate::error::{ErrorKind, Result, fail};
use crate::lexer::is_python_space;
use std::borrow::Cow;

/// End of a quoted string that starts at `at`, if it is closed (`"(?:[^"\\]|\\.)*"`, where `.` is no newline).
fn quoted_end(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = bytes[at];
    let mut i = at + 1;
    while i < bytes.len() {
        match bytes[i] {
            b'\\' => {
                let next = text[i + 1..].chars().next()?;
                if next == '\n' {
                    return None;
                }
                i += 1 + next.len_utf8();
            }
            b if b == quote => return Some(i + 1),
            _ => i += 1,
        }
    }
    None
}

/// Where white space (or a quote, if `quotes`) comes next in `text`, from `at` on.
fn next_break(text: &str, at: usize, quotes: bool) -> usize {
    let bytes = text.as_bytes();
    let mut i = at;
    while let Some(&byte) = bytes.get(i) {
        match byte {
            b'"' | b'\'' if quotes => return i,
            b'!'..=b'~' => i += 1,
            _ => match text[i..].chars().next() {
                Some(c) if !is_python_space(c) => i += c.len_utf8(),
                _ => return i,
            },
        }
    }
    i
}

/// Where something else than white space comes next in `text`, from `at` on.
fn next_word(text: &str, at: usize) -> usize {
    match text.as_bytes()[at..] {
        [b'!'..=b'~', ..] => at,
        [b' ', b'!'..=b'~', ..] => at + 1,
        _ => text.len() - text[at..].trim_start_matches(is_python_space).len(),
    }
}

/// End of one word of `smart_split` starting at `at` (not white space).
///
/// `([^\s'"]*(?:(?:"…"|'…')[^\s'"]*)+)|\S+`: plain runs with closed quoted strings between them; when a quote is not
/// closed, the word ends before it if a quoted part was seen, else it runs to the next white space.
fn word_end(text: &str, at: usize) -> usize {
    let mut i = at;
    let mut seen_quoted = false;
    loop {
        i = next_break(text, i, true);
        if !matches!(text.as_bytes().get(i), Some(b'"' | b'\'')) {
            return i;
        }
        match quoted_end(text, i) {
            Some(end) => {
                i = end;
                seen_quoted = true;
            }
            None if seen_quoted => return i,
            None => return next_break(text, at, false),
        }
    }
}

/// `django.utils.text.smart_split`: words by white space, quoted strings kept together.
pub fn smart_split(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = next_word(text, at);
        if start == text.len() {
            return None;
        }
        at = word_end(text, start);
        Some(&text[start..at])
    })
}

/// `Token.split_contents`: as [`smart_split`], with `_("two words")` in one piece.
pub fn split_contents(text: &str) -> Result<Vec<Cow<'_, str>>> {
    let mut words = smart_split(text);
    let mut split = Vec::with_capacity(6);
    while let Some(word) = words.next() {
        if !(word.starts_with("_(\"") || word.starts_with("_('")) {
            split.push(Cow::Borrowed(word));
            continue;
        }
        let sentinel = [word.as_bytes()[2], b')'];
        let mut joined = Cow::Borrowed(word);
        let mut last = word;
        while !last.as_bytes().ends_with(&sentinel) {
            match words.next() {
                Some(next) => {
                    joined = Cow::Owned(format!("{joined} {next}"));
                    last = next;
                }
                None => return fail(ErrorKind::Unsupported),
            }
        }
        split.push(joined);
    }
    Ok(split)
}

/// `str.split()` of Python.
pub fn words(text: &str) -> Vec<&str> {
    text.split(is_python_space).filter(|w| !w.is_empty()).collect()
}

/// `kwarg_re` (`(?:(\w+)=)?(.+)`): the name before `=`, if there is one, and the value. `None` if it does not match.
pub fn keyword(bit: &str) -> Option<(Option<&str>, &str)> {
    if !bit.as_bytes().contains(&b'=') {
        let value = until_newline(bit);
        return (!value.is_empty()).then_some((None, value));
    }
    let name_end = bit.find(|c: char| !is_word(c)).unwrap_or(bit.len());
    if name_end > 0 && bit[name_end..].starts_with('=') {
        let value = until_newline(&bit[name_end + 1..]);
        if !value.is_empty() {
            return Some((Some(&bit[..name_end]), value));
        }
    }
    let value = until_newline(bit);
    (!value.is_empty()).then_some((None, value))
}

fn until_newline(text: &str) -> &str {
    text.split('\n').next().unwrap_or("")
}

/// `\w` of Python's `re` on str: alphanumeric or underscore.
pub fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// `django.utils.text.unescape_string_literal`: the text within quotes. `None` if it is no quoted string.
pub fn unescape_string_literal(text: &str) -> Option<Cow<'_, str>> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    if !text.ends_with(quote) {
        return None;
    }
    let inner = if text.len() == 1 { "" } else { &text[1..text.len() - 1] };
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    Some(Cow::Owned(inner.replace(&format!("\\{quote}"), &quote.to_string()).replace("\\\\", "\\")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_quoted_strings_together() {
        let cases: [(&str, &[&str]); 13] = [
            (r#"a "b c" d"#, &["a", r#""b c""#, "d"]),
            (r#"x|default:"b c"|y z"#, &[r#"x|default:"b c"|y"#, "z"]),
            (r"it's ok", &["it's", "ok"]),
            (r#"a"b c"#, &[r#"a"b"#, "c"]),
            (r#""a" "b"#, &[r#""a""#, r#""b"#]),
            (r"'a\'b' c", &[r"'a\'b'", "c"]),
            ("", &[]),
            (r#"a="x y"'z w'q r"#, &[r#"a="x y"'z w'q"#, "r"]),
            (r#" a"b""c d" e "#, &[r#"a"b""c d""#, "e"]),
            ("a\u{a0}\u{e9}\u{2003}b\x1fc\x7f\u{200b}", &["a", "\u{e9}", "b", "c\x7f\u{200b}"]),
            (r#"a'b c"d"#, &["a'b", r#"c"d"#]),
            ("  \t ", &[]),
            ("\u{e9}\"x \"y z\"", &["\u{e9}\"x \"y", "z\""]),
        ];
        for (text, expected) in cases {
            assert_eq!(smart_split(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn translated_strings_stay_whole() {
        assert_eq!(split_contents(r#"a _("b c") d"#).expect("closed"), vec!["a", r#"_("b c")"#, "d"]);
        assert_eq!(split_contents("_('b  c   d')|x").map_err(|error| error.kind), Err(ErrorKind::Unsupported));
        assert_eq!(split_contents("_('b'  c   d') e").expect("closed"), vec!["_('b' c d')", "e"]);
    }

    #[test]
    fn keywords_need_a_word_before_the_sign() {
        assert_eq!(keyword("a=1"), Some((Some("a"), "1")));
        assert_eq!(keyword("a.b=1"), Some((None, "a.b=1")));
        assert_eq!(keyword("a="), Some((None, "a=")));
        assert_eq!(keyword("=a"), Some((None, "=a")));
    }
}

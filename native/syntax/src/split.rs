//! How a tag's contents fall into words: `smart_split`, `Token.split_contents`, `kwarg_re`.

use crate::error::{ErrorKind, Result, fail};
use crate::lexer::is_python_space;

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

/// End of one word of `smart_split` starting at `at` (not white space).
///
/// `([^\s'"]*(?:(?:"…"|'…')[^\s'"]*)+)|\S+`: plain runs with closed quoted strings between them; when a quote is not
/// closed, the word ends before it if a quoted part was seen, else it runs to the next white space.
fn word_end(text: &str, at: usize) -> usize {
    let mut i = at;
    let mut seen_quoted_until = None;
    loop {
        let rest = &text[i..];
        let run = rest.find(|c: char| is_python_space(c) || c == '"' || c == '\'').unwrap_or(rest.len());
        i += run;
        if seen_quoted_until.is_some() {
            seen_quoted_until = Some(i);
        }
        match text[i..].chars().next() {
            Some('"' | '\'') => match quoted_end(text, i) {
                Some(end) => {
                    i = end;
                    seen_quoted_until = Some(end);
                }
                None => break,
            },
            _ => break,
        }
    }
    if let Some(end) = seen_quoted_until {
        return end;
    }
    let rest = &text[at..];
    at + rest.find(is_python_space).unwrap_or(rest.len())
}

/// `django.utils.text.smart_split`: words by white space, quoted strings kept together.
pub fn smart_split(text: &str) -> Vec<&str> {
    let mut words = Vec::with_capacity(8);
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let skipped = rest.len() - rest.trim_start_matches(is_python_space).len();
        at += skipped;
        if at >= text.len() {
            break;
        }
        let end = word_end(text, at);
        words.push(&text[at..end]);
        at = end;
    }
    words
}

/// `Token.split_contents`: as [`smart_split`], with `_("two words")` in one piece.
pub fn split_contents(text: &str) -> Result<Vec<String>> {
    let mut words = smart_split(text).into_iter();
    let mut split = Vec::with_capacity(8);
    while let Some(word) = words.next() {
        if !(word.starts_with("_(\"") || word.starts_with("_('")) {
            split.push(word.to_owned());
            continue;
        }
        let sentinel = format!("{})", &word[2..3]);
        let mut joined = word.to_owned();
        let mut last = word;
        while !last.ends_with(&sentinel) {
            match words.next() {
                Some(next) => {
                    joined.push(' ');
                    joined.push_str(next);
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
pub fn unescape_string_literal(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    if !text.ends_with(quote) {
        return None;
    }
    let inner = if text.len() == 1 { "" } else { &text[1..text.len() - 1] };
    if !inner.contains('\\') {
        return Some(inner.to_owned());
    }
    Some(inner.replace(&format!("\\{quote}"), &quote.to_string()).replace("\\\\", "\\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_quoted_strings_together() {
        let cases: [(&str, &[&str]); 8] = [
            (r#"a "b c" d"#, &["a", r#""b c""#, "d"]),
            (r#"x|default:"b c"|y z"#, &[r#"x|default:"b c"|y"#, "z"]),
            (r"it's ok", &["it's", "ok"]),
            (r#"a"b c"#, &[r#"a"b"#, "c"]),
            (r#""a" "b"#, &[r#""a""#, r#""b"#]),
            (r"'a\'b' c", &[r"'a\'b'", "c"]),
            ("", &[]),
            (r#"a="x y"'z w'q r"#, &[r#"a="x y"'z w'q"#, "r"]),
        ];
        for (text, expected) in cases {
            assert_eq!(smart_split(text), expected, "{text}");
        }
    }

    #[test]
    fn translated_strings_stay_whole() {
        assert_eq!(split_contents(r#"a _("b c") d"#).expect("closed"), vec!["a", r#"_("b c")"#, "d"]);
    }

    #[test]
    fn keywords_need_a_word_before_the_sign() {
        assert_eq!(keyword("a=1"), Some((Some("a"), "1")));
        assert_eq!(keyword("a.b=1"), Some((None, "a.b=1")));
        assert_eq!(keyword("a="), Some((None, "a=")));
        assert_eq!(keyword("=a"), Some((None, "=a")));
    }
}

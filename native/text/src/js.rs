//! Text for script contexts: `escapejs` and the inside of `json_script`.

use crate::Series;

/// Append `\uXXXX` for a character of the basic plane.
fn push_unicode_escape(code: u32, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        out.push(HEX[(code >> shift) as usize & 15] as char);
    }
}

fn is_escaped_in_js(c: char, series: Series) -> bool {
    match c {
        '\0'..='\x1f' | '\\' | '\'' | '"' | '>' | '<' | '&' | '=' | '-' | ';' | '`' | '\u{2028}' | '\u{2029}' => true,
        '\x7f'..='\u{9f}' => series >= Series::Django61,
        _ => false,
    }
}

/// Append every character of `s`, those that `escaped` names as `\uXXXX`.
fn push_with_escapes(s: &str, escaped: impl Fn(char) -> bool, out: &mut String) {
    let mut clean = 0;
    for (at, c) in s.char_indices() {
        if escaped(c) {
            out.push_str(&s[clean..at]);
            push_unicode_escape(u32::from(c), out);
            clean = at + c.len_utf8();
        }
    }
    out.push_str(&s[clean..]);
}

/// Append `s` as `django.utils.html.escapejs` writes it.
///
/// Django 6.1 also escapes U+007F to U+009F.
pub fn escapejs_into(s: &str, series: Series, out: &mut String) {
    push_with_escapes(s, |c| is_escaped_in_js(c, series), out);
}

/// `s` as `django.utils.html.escapejs` writes it.
pub fn escapejs(s: &str, series: Series) -> String {
    let mut out = String::with_capacity(s.len() + 16);
    escapejs_into(s, series, &mut out);
    out
}

/// Append dumped JSON with `<`, `>` and `&` as unicode escapes, as `json_script` does.
pub fn json_script_into(json: &str, out: &mut String) {
    push_with_escapes(json, |c| matches!(c, '<' | '>' | '&'), out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_differ_by_series() {
        assert_eq!(escapejs("\x7f\n'é", Series::Django52), "\x7f\\u000A\\u0027é");
        assert_eq!(escapejs("\x7f\u{9f}\u{a0}", Series::Django61), "\\u007F\\u009F\u{a0}");
    }

    #[test]
    fn json_keeps_quotes() {
        let mut out = String::new();
        json_script_into("{\"a\": \"<b>&'\"}", &mut out);
        assert_eq!(out, "{\"a\": \"\\u003Cb\\u003E\\u0026'\"}");
    }
}

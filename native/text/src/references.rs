//! HTML character references, as far as `html.unescape` is the same for them everywhere.

use std::borrow::Cow;

/// Named references that are decoded here; each needs its semicolon.
const NAMED: [(&str, char); 40] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("hellip", '…'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("middot", '·'),
    ("bull", '•'),
    ("times", '×'),
    ("euro", '€'),
    ("pound", '£'),
    ("cent", '¢'),
    ("sect", '§'),
    ("para", '¶'),
    ("deg", '°'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("agrave", 'à'),
    ("ccedil", 'ç'),
    ("ntilde", 'ñ'),
];

/// The character of a numeric reference, for codes that `html.unescape` maps to themselves.
fn numeric_reference(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    if digits.contains('+') || !matches!(code, 0x20..=0x7e | 0xa0..=0xd7ff) {
        return None;
    }
    char::from_u32(code)
}

/// The character that `body` of `&body;` stands for. `None`: not decided here.
pub(crate) fn reference(body: &str) -> Option<char> {
    if let Some(digits) = body.strip_prefix('#') {
        return numeric_reference(digits);
    }
    NAMED.iter().find(|(name, _)| *name == body).map(|&(_, c)| c)
}

/// `html.unescape(text)` for a text whose references are all plain. `None`: some is not.
///
/// An ampersand before white space stays, and so does one at the end unless the text is `last` (the
/// parser then waits for more input and drops what it holds).
pub(crate) fn unescape(text: &str, last: bool) -> Option<Cow<'_, str>> {
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else {
        return Some(Cow::Borrowed(text));
    };
    let mut out = String::with_capacity(text.len());
    let mut clean = 0;
    let mut next = Some(first);
    while let Some(at) = next {
        out.push_str(&text[clean..at]);
        let after = &text[at + 1..];
        clean = at + 1;
        match after.bytes().next() {
            None if last => return None,
            None | Some(b' ' | b'\t' | b'\n' | b'\x0c') => out.push('&'),
            Some(_) => {
                let window = &after.as_bytes()[..after.len().min(10)];
                let end = memchr::memchr(b';', window)?;
                out.push(reference(&after[..end])?);
                clean += end + 1;
            }
        }
        next = memchr::memchr(b'&', &text.as_bytes()[clean..]).map(|i| clean + i);
    }
    out.push_str(&text[clean..]);
    Some(Cow::Owned(out))
}

/// The names `html.unescape` also knows without a semicolon, and at the start of longer names.
const UNTERMINATED: [&str; 106] = [
    "AElig", "AMP", "Aacute", "Acirc", "Agrave", "Aring", "Atilde", "Auml", "COPY", "Ccedil", "ETH", "Eacute", "Ecirc",
    "Egrave", "Euml", "GT", "Iacute", "Icirc", "Igrave", "Iuml", "LT", "Ntilde", "Oacute", "Ocirc", "Ograve", "Oslash",
    "Otilde", "Ouml", "QUOT", "REG", "THORN", "Uacute", "Ucirc", "Ugrave", "Uuml", "Yacute", "aacute", "acirc",
    "acute", "aelig", "agrave", "amp", "aring", "atilde", "auml", "brvbar", "ccedil", "cedil", "cent", "copy",
    "curren", "deg", "divide", "eacute", "ecirc", "egrave", "eth", "euml", "frac12", "frac14", "frac34", "gt",
    "iacute", "icirc", "iexcl", "igrave", "iquest", "iuml", "laquo", "lt", "macr", "micro", "middot", "nbsp", "not",
    "ntilde", "oacute", "ocirc", "ograve", "ordf", "ordm", "oslash", "otilde", "ouml", "para", "plusmn", "pound",
    "quot", "raquo", "reg", "sect", "shy", "sup1", "sup2", "sup3", "szlig", "thorn", "times", "uacute", "ucirc",
    "ugrave", "uml", "uuml", "yacute", "yen", "yuml",
];

/// What the text after an `&` stands for, and how many of its bytes that takes.
///
/// Outer `None`: not decided here. Inner `None`: the ampersand is a plain one.
type Loose = Option<Option<(char, usize)>>;

/// A numeric reference, after `&#`.
fn loose_number(after: &str) -> Loose {
    let hex = after.as_bytes().get(1).is_some_and(|byte| matches!(byte, b'x' | b'X'));
    let start = if hex { 2 } else { 1 };
    let is_digit = |byte: &u8| if hex { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() };
    let digits = after.bytes().skip(start).take_while(is_digit).count();
    if digits == 0 {
        return Some(None);
    }
    let end = start + digits;
    let semicolon = usize::from(after.as_bytes().get(end) == Some(&b';'));
    Some(Some((numeric_reference(&after[1..end])?, end + semicolon)))
}

/// A named reference, after `&`.
fn loose_name(after: &str) -> Loose {
    let ends = |c: char| matches!(c, '\t' | '\n' | '\x0c' | ' ' | '<' | '&' | '#' | ';');
    let length: usize = after.chars().take(32).take_while(|&c| !ends(c)).map(char::len_utf8).sum();
    let name = &after[..length];
    if after.as_bytes().get(length) == Some(&b';') && !name.is_empty() {
        if let Some(c) = reference(name) {
            return Some(Some((c, length + 1)));
        }
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
    }
    if UNTERMINATED.iter().any(|known| name.starts_with(known)) {
        return None;
    }
    Some(None)
}

/// `html.unescape(text)` for any text. `None`: a reference in it is not decided here.
pub(crate) fn unescape_loose(text: &str) -> Option<Cow<'_, str>> {
    if memchr::memchr(b'&', text.as_bytes()).is_none() {
        return Some(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let found = if after.starts_with('#') { loose_number(after)? } else { loose_name(after)? };
        let (c, taken) = found.unwrap_or(('&', 0));
        out.push(c);
        rest = &after[taken..];
    }
    out.push_str(rest);
    Some(Cow::Owned(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_references_are_decoded() {
        assert_eq!(unescape("a &amp; b & c&#39;&#x27;&nbsp;", true).as_deref(), Some("a & b & c''\u{a0}"));
        assert_eq!(unescape("a &amp b", false), None);
        assert_eq!(unescape("a &", true), None);
        assert_eq!(unescape("a &", false).as_deref(), Some("a &"));
        assert_eq!(unescape("&#+39;", false), None);
    }

    #[test]
    fn loose_ampersands_stay() {
        let text = "?a=1&b=2&c;=3&#;&";
        assert_eq!(unescape_loose(text), None);
        assert_eq!(unescape_loose("?a=1&b=2&#x;& &#65").as_deref(), Some("?a=1&b=2&#x;& A"));
        assert_eq!(unescape_loose("?a&amp;b&c=d;").as_deref(), Some("?a&b&c=d;"));
        assert_eq!(unescape_loose("?a&param=1"), None);
    }
}

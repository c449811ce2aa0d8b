//! HTML escaping and line-break filters: `escape`, `linebreaks`, `linebreaksbr`, `linenumbers`, `spaceless`.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::unicode::is_space;

/// Bytes looked at together; two vector registers on common machines.
const BLOCK: usize = 32;
/// Bytes looked at together where there are not so many any more, or something special is among them.
const SMALL_BLOCK: usize = 8;

/// What `html.escape` writes for this byte; empty for bytes it leaves alone.
pub(crate) const fn entity(byte: u8) -> &'static str {
    match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        b'\'' => "&#x27;",
        _ => "",
    }
}

/// Whether `html.escape` replaces this byte.
pub(crate) const fn is_special(byte: u8) -> bool {
    // `&'` and `<>` differ from each other in one bit, so three comparisons cover five characters.
    byte | 1 == b'\'' || byte | 2 == b'>' || byte == b'"'
}

/// [`is_special`] for every byte, for scanning byte by byte.
const SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = is_special(byte as u8);
        byte += 1;
    }
    table
};

/// Whether a special byte is among these.
pub(crate) fn any_special<const SIZE: usize>(bytes: &[u8; SIZE]) -> bool {
    // Without an early exit and without branches this compiles to vector instructions.
    bytes.iter().fold(0_u8, |hit, &byte| {
        hit | u8::from(byte | 1 == b'\'') | u8::from(byte | 2 == b'>') | u8::from(byte == b'"')
    }) != 0
}

/// How many whole blocks at the start of `bytes` hold nothing special, in bytes.
fn clean_blocks(bytes: &[u8]) -> usize {
    let rest = without_clean::<SMALL_BLOCK>(without_clean::<BLOCK>(bytes));
    bytes.len() - rest.len()
}

/// The bytes behind all whole blocks at the start that hold nothing special.
fn without_clean<const SIZE: usize>(mut bytes: &[u8]) -> &[u8] {
    while let Some((block, tail)) = bytes.split_first_chunk::<SIZE>() {
        if any_special(block) {
            break;
        }
        bytes = tail;
    }
    bytes
}

/// Whether [`escape_into`] would change `s`.
pub fn needs_escape(s: &str) -> bool {
    let rest = &s.as_bytes()[clean_blocks(s.as_bytes())..];
    rest.len() >= SMALL_BLOCK || rest.iter().any(|&byte| SPECIAL[usize::from(byte)])
}

/// Append `s` with `& < > " '` replaced, as `django.utils.html.escape` does.
pub fn escape_into(s: &str, out: &mut String) {
    out.reserve(s.len());
    // What is cut off between special bytes, which are ASCII, is whole characters.
    pieces(s.as_bytes(), |from, to, entity| {
        out.push_str(&s[from..to]);
        out.push_str(entity);
    });
}

/// [`escape_into`] for bytes of UTF-8, or of anything that has ASCII in it as UTF-8 has.
pub fn escape_bytes_into(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len());
    // Most values are some words or a number.
    match bytes.len() {
        8..16 if append_clean::<8>(bytes, out) => return,
        16..=32 if append_clean::<16>(bytes, out) => return,
        _ => {}
    }
    pieces(bytes, |from, to, entity| {
        out.extend_from_slice(&bytes[from..to]);
        out.extend_from_slice(entity.as_bytes());
    });
}

/// Appends between `SIZE` and twice as many bytes as two blocks, which may overlap, if nothing special is in them.
fn append_clean<const SIZE: usize>(bytes: &[u8], out: &mut Vec<u8>) -> bool {
    let (Some(first), Some(last)) = (bytes.first_chunk::<SIZE>(), bytes.last_chunk::<SIZE>()) else { return false };
    if any_special(first) | any_special(last) {
        return false;
    }
    let rest = bytes.len() - SIZE;
    out.extend_from_slice(first);
    out.truncate(out.len() - (SIZE - rest));
    out.extend_from_slice(last);
    true
}

/// Gives `piece` the clean bytes before each special one, and its entity; at last the rest, and nothing.
fn pieces(bytes: &[u8], mut piece: impl FnMut(usize, usize, &'static str)) {
    let mut clean = 0;
    let mut at = 0;
    while at < bytes.len() {
        at += clean_blocks(&bytes[at..]);
        // A block with something special in it, or the end.
        let stop = bytes.len().min(at + SMALL_BLOCK);
        while at < stop {
            let byte = bytes[at];
            if SPECIAL[usize::from(byte)] {
                piece(clean, at, entity(byte));
                clean = at + 1;
            }
            at += 1;
        }
    }
    piece(clean, bytes.len(), "");
}

/// `s` escaped as by [`escape_into`]; borrowed when nothing changes.
pub fn escape(s: &str) -> Cow<'_, str> {
    if !needs_escape(s) {
        return Cow::Borrowed(s);
    }
    let mut out = String::with_capacity(s.len() + s.len() / 8 + 16);
    escape_into(s, &mut out);
    Cow::Owned(out)
}

/// `s` with `\r\n` and lone `\r` as `\n` (`django.utils.text.normalize_newlines`).
pub fn normalize_newlines(s: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\r', s.as_bytes()) else {
        return Cow::Borrowed(s);
    };
    let mut out = String::with_capacity(s.len());
    let mut clean = 0;
    let mut next = Some(first);
    while let Some(at) = next {
        out.push_str(&s[clean..at]);
        out.push('\n');
        clean = at + 1;
        if s.as_bytes().get(clean) == Some(&b'\n') {
            clean += 1;
        }
        next = memchr::memchr(b'\r', &s.as_bytes()[clean..]).map(|i| clean + i);
    }
    out.push_str(&s[clean..]);
    Cow::Owned(out)
}

/// Append `s`, escaped on demand, with every `\n` as `<br>`.
fn push_broken_lines(s: &str, autoescape: bool, out: &mut String) {
    for (i, line) in s.split('\n').enumerate() {
        if i > 0 {
            out.push_str("<br>");
        }
        if autoescape {
            escape_into(line, out);
        } else {
            out.push_str(line);
        }
    }
}

/// The `linebreaks` filter: paragraphs at two or more newlines, `<br>` at single ones.
///
/// `autoescape` is the filter's effective one: off for safe input.
pub fn linebreaks(s: &str, autoescape: bool) -> String {
    let text = normalize_newlines(s);
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest: &str = &text;
    loop {
        let (paragraph, tail) = match memchr::memmem::find(rest.as_bytes(), b"\n\n") {
            Some(at) => (&rest[..at], Some(rest[at..].trim_start_matches('\n'))),
            None => (rest, None),
        };
        out.push_str("<p>");
        push_broken_lines(paragraph, autoescape, &mut out);
        out.push_str("</p>");
        match tail {
            Some(tail) => {
                out.push_str("\n\n");
                rest = tail;
            }
            None => return out,
        }
    }
}

/// The `linebreaksbr` filter: every newline as `<br>`. `autoescape` as in [`linebreaks`].
pub fn linebreaksbr(s: &str, autoescape: bool) -> String {
    let text = normalize_newlines(s);
    let mut out = String::with_capacity(text.len() + 16);
    push_broken_lines(&text, autoescape, &mut out);
    out
}

/// The `linenumbers` filter: every line after its zero padded number. `autoescape` as in [`linebreaks`].
pub fn linenumbers(s: &str, autoescape: bool) -> String {
    let count = memchr::memchr_iter(b'\n', s.as_bytes()).count() + 1;
    let width = count.to_string().len();
    let mut out = String::with_capacity(s.len() + count * (width + 2));
    for (i, line) in s.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        // Writing into a String cannot fail.
        let _ = write!(out, "{:0width$}. ", i + 1);
        if autoescape {
            escape_into(line, &mut out);
        } else {
            out.push_str(line);
        }
    }
    out
}

/// `s` without the white space between a `>` and the next `<` (`django.utils.html.strip_spaces_between_tags`).
pub fn strip_spaces_between_tags(s: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut clean = 0;
    for at in memchr::memchr_iter(b'>', s.as_bytes()) {
        let after = &s[at + 1..];
        // Runs are looked at once: each one belongs to the `>` directly before it.
        let gap = after.len() - after.trim_start_matches(is_space).len();
        if gap > 0 && after.as_bytes().get(gap) == Some(&b'<') {
            out.push_str(&s[clean..=at]);
            clean = at + 1 + gap;
        }
    }
    if clean == 0 {
        return Cow::Borrowed(s);
    }
    out.push_str(&s[clean..]);
    Cow::Owned(out)
}

/// What `{% spaceless %}` makes of its rendered body: stripped, then without space between tags.
pub fn spaceless(s: &str) -> Cow<'_, str> {
    strip_spaces_between_tags(s.trim_matches(is_space))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_character_at_every_offset_is_escaped() {
        for special in ['&', '<', '>', '"', '\''] {
            for offset in 0..40 {
                let text = format!("{}{special}é{}", "x".repeat(offset), "y".repeat(40 - offset));
                let want = text.replace(special, entity(special as u8));
                assert_eq!(escape(&text), want);
            }
        }
        assert!(matches!(escape("plain – text = `x` %?;"), Cow::Borrowed(_)));
    }

    #[test]
    fn newline_runs_make_paragraphs() {
        assert_eq!(linebreaks("", true), "<p></p>");
        assert_eq!(linebreaks("a\r\rb\nc\n\n\n<", true), "<p>a</p>\n\n<p>b<br>c</p>\n\n<p>&lt;</p>");
        assert_eq!(linebreaks("a\n\n", false), "<p>a</p>\n\n<p></p>");
        assert_eq!(linebreaksbr("a\r\nb\rc", true), "a<br>b<br>c");
    }

    #[test]
    fn spaceless_keeps_space_in_text() {
        assert_eq!(spaceless("\n <p>\u{a0}\n<a>x </a> y</p>\u{2028} "), "<p><a>x </a> y</p>");
        assert!(matches!(strip_spaces_between_tags("<p> x </p>"), Cow::Borrowed(_)));
    }
}

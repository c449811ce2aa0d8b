//! A strict reader of simple markup, and the filters that need Python's `HTMLParser`.
//!
//! `HTMLParser` is lenient and its leniency changes between Python versions. This reader accepts only
//! what every version reads alike: plain tags with plain attributes, their end tags, plain comments,
//! and text. Everything else ends in `Err(Unproven)`, and the filter returns `None`.

use std::borrow::Cow;

/// The markup is not simple enough to be sure what `HTMLParser` makes of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unproven;

/// One piece of simple markup.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// Everything up to the next `<` or the end; never empty.
    Text { text: &'a str, last: bool },
    /// `<name …>`; `closed` for `<name …/>`.
    Start { source: &'a str, name: String, closed: bool },
    /// `</name>`.
    End { name: String },
    /// `<!-- … -->`.
    Comment,
}

/// Elements whose content some Python version reads as raw text.
const RAW: [&str; 10] =
    ["script", "style", "textarea", "title", "iframe", "noembed", "noframes", "xmp", "plaintext", "noscript"];

const fn is_tag_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

/// A lazy walk over the tokens of a text; ends after the first `Err`.
pub(crate) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (head, tail) = self.rest.split_at(length);
        self.rest = tail;
        head
    }

    fn text(&mut self) -> Token<'a> {
        let end = memchr::memchr(b'<', self.rest.as_bytes());
        let text = self.take(end.unwrap_or(self.rest.len()));
        Token::Text { text, last: end.is_none() }
    }

    fn comment(&mut self) -> Option<Token<'a>> {
        let body = self.rest.strip_prefix("<!--")?;
        let end = memchr::memchr(b'>', body.as_bytes())?;
        let inner = body[..end].strip_suffix("--")?;
        if inner.contains("--") || inner.ends_with('-') {
            return None;
        }
        self.take("<!--".len() + end + 1);
        Some(Token::Comment)
    }

    fn end_tag(&mut self) -> Option<Token<'a>> {
        let bytes = self.rest.as_bytes();
        let end = tag_name_end(bytes, 2)?;
        if bytes.get(end) != Some(&b'>') {
            return None;
        }
        let name = self.rest[2..end].to_ascii_lowercase();
        self.take(end + 1);
        Some(Token::End { name })
    }

    fn start_tag(&mut self) -> Option<Token<'a>> {
        let bytes = self.rest.as_bytes();
        let name_end = tag_name_end(bytes, 1)?;
        let mut at = name_end;
        loop {
            let gap = at;
            at = skip(bytes, at, is_tag_space);
            match bytes.get(at)? {
                b'>' => break,
                b'/' if bytes.get(at + 1) == Some(&b'>') => {
                    at += 1;
                    break;
                }
                _ if at == gap => return None,
                _ => at = attribute_end(bytes, at)?,
            }
        }
        let name = self.rest[1..name_end].to_ascii_lowercase();
        if RAW.contains(&name.as_str()) {
            return None;
        }
        let closed = bytes[at - 1] == b'/';
        let source = self.take(at + 1);
        Some(Token::Start { source, name, closed })
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Result<Token<'a>, Unproven>;

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.rest.as_bytes();
        let token = match (bytes.first()?, bytes.get(1)) {
            (b'<', Some(b'/')) => self.end_tag(),
            (b'<', Some(b'!')) => self.comment(),
            (b'<', _) => self.start_tag(),
            _ => Some(self.text()),
        };
        if token.is_none() {
            self.rest = "";
        }
        Some(token.ok_or(Unproven))
    }
}

fn skip(bytes: &[u8], from: usize, accepted: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|&&byte| accepted(byte)).count()
}

/// Where the tag name starting at `from` ends. `None`: there is none.
fn tag_name_end(bytes: &[u8], from: usize) -> Option<usize> {
    bytes.get(from).filter(|byte| byte.is_ascii_alphabetic())?;
    Some(skip(bytes, from, |byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

/// Where the attribute starting at `from` ends. `None`: it is not a plain one.
fn attribute_end(bytes: &[u8], from: usize) -> Option<usize> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.' | b'@');
    bytes.get(from).filter(|&&byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | b'@'))?;
    let end = skip(bytes, from, is_name);
    if bytes.get(end) != Some(&b'=') {
        return Some(end);
    }
    let first = *bytes.get(end + 1)?;
    if matches!(first, b'"' | b'\'') {
        let value = &bytes[end + 2..];
        let length = memchr::memchr3(first, b'<', b'>', value)?;
        return (value[length] == first).then_some(end + 2 + length + 1);
    }
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'#');
    let value_end = skip(bytes, end + 1, is_bare);
    let next = *bytes.get(value_end)?;
    (value_end > end + 1 && (next == b'>' || is_tag_space(next))).then_some(value_end)
}

/// Appends a text as `HTMLParser` and Django's stripper hand it on. `None`: not every version reads its references alike.
fn push_text(text: &str, out: &mut String) -> Option<()> {
    let bytes = text.as_bytes();
    let mut done = 0;
    for at in memchr::memchr_iter(b'&', bytes) {
        let end = match *bytes.get(at + 1)? {
            b'#' => skip(bytes, at + 2, |byte| byte.is_ascii_digit()),
            byte if byte.is_ascii_alphabetic() => skip(bytes, at + 1, |byte| byte.is_ascii_alphanumeric()),
            _ => continue,
        };
        if end == at + 1 || bytes[end - 1] == b'#' {
            return None;
        }
        match *bytes.get(end)? {
            b';' => {}
            // A name without its semicolon is given one.
            next if bytes[at + 1] != b'#' && next.is_ascii() && !matches!(next, b'-' | b'.') => {
                out.push_str(&text[done..end]);
                out.push(';');
                done = end;
            }
            _ => return None,
        }
    }
    out.push_str(&text[done..]);
    Some(())
}

/// The `striptags` filter. `None`: the markup or a reference is not plain enough (see the module).
pub fn striptags(s: &str) -> Option<Cow<'_, str>> {
    // Django refuses very long unclosed tags; below this length there are none.
    const LONG_TAG: usize = 1000;
    let has_open = memchr::memchr(b'<', s.as_bytes()).is_some();
    let has_close = memchr::memchr(b'>', s.as_bytes()).is_some();
    if !has_open || (!has_close && s.len() < LONG_TAG) {
        return Some(Cow::Borrowed(s));
    }
    let mut out = String::with_capacity(s.len());
    for token in Tokens::new(s) {
        if let Token::Text { text, .. } = token.ok()? {
            push_text(text, &mut out)?;
        }
    }
    Some(Cow::Owned(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_tags_go_and_odd_ones_are_left_to_python() {
        assert_eq!(striptags("a <b class=\"x\" data-y='z' k=v>c</b><br/>&amp;<!-- x -->").as_deref(), Some("a c&amp;"));
        assert_eq!(striptags("?a=1&c=2&d <b>&x</b>&e,").as_deref(), None);
        assert_eq!(striptags("?a=1&c=2&d <b>").as_deref(), Some("?a=1&c;=2&d; "));
        assert_eq!(striptags("a < b"), Some(Cow::Borrowed("a < b")));
        for odd in [
            "a < b > c",
            "<b<i",
            "<script>x</script>>",
            "<a b=\"<\">",
            "<!doctype html>",
            "&am<b",
            "&a-b;<b",
            "&#<b",
            "&#1 <b",
        ] {
            assert!(striptags(&format!("{odd}>")).is_none(), "{odd}");
        }
    }
}

//! The four truncation filters, on text and on simple markup.

use crate::html::escape_into;
use crate::markup::{Token, Tokens};
use crate::references::unescape;
use crate::text::words;
use crate::unicode::{is_nfc_inert, is_space};

/// Elements that have no end tag.
const VOID: [&str; 16] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "frame", "spacer",
];

const PLACEHOLDER: &str = "%(truncated_text)s";

/// What the word filters put after their words.
const WORD_SUFFIX: &str = " …";

/// `text` put into the translated `replacement` (`django.utils.text.add_truncation_text`).
///
/// `None`: the replacement holds other `%` signs, Python formats them.
fn with_truncation(text: &str, replacement: &str) -> Option<String> {
    if !replacement.contains(PLACEHOLDER) {
        let suffix = if text.ends_with(replacement) { "" } else { replacement };
        return Some(format!("{text}{suffix}"));
    }
    let mut out = String::with_capacity(text.len() + replacement.len());
    for (i, piece) in replacement.split(PLACEHOLDER).enumerate() {
        if piece.contains('%') {
            return None;
        }
        if i > 0 {
            out.push_str(text);
        }
        out.push_str(piece);
    }
    Some(out)
}

fn is_inert(s: &str) -> bool {
    s.is_ascii() || s.chars().all(is_nfc_inert)
}

/// How many characters stay before the replacement when `length` are allowed.
fn kept_length(length: usize, replacement: &str) -> Option<usize> {
    let empty = with_truncation("", replacement)?;
    is_inert(&empty).then(|| length.saturating_sub(empty.chars().count()))
}

fn char_prefix(s: &str, count: usize) -> &str {
    s.char_indices().nth(count).map_or(s, |(end, _)| &s[..end])
}

/// The `truncatechars` filter for a number argument.
///
/// `replacement` is the active translation of `%(truncated_text)s…`. `None`: the text may change under
/// NFC or hold combining marks, or the replacement is unusual.
pub fn truncatechars(s: &str, length: i64, replacement: &str) -> Option<String> {
    let Some(length) = usize::try_from(length).ok().filter(|&length| length > 0) else {
        return Some(String::new());
    };
    if !is_inert(s) {
        return None;
    }
    let kept = kept_length(length, replacement)?;
    if s.char_indices().nth(length).is_none() {
        return Some(s.to_owned());
    }
    with_truncation(char_prefix(s, kept), replacement)
}

/// The `truncatewords` filter for a number argument: white space becomes single spaces.
pub fn truncatewords(s: &str, length: i64) -> String {
    let mut out = String::new();
    let Some(length) = usize::try_from(length).ok().filter(|&length| length > 0) else {
        return out;
    };
    for (i, word) in words(s).enumerate() {
        if i == length {
            if !out.ends_with(WORD_SUFFIX) {
                out.push_str(WORD_SUFFIX);
            }
            break;
        }
        if i > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The state of Django's truncating parser.
struct Truncation<'a> {
    out: String,
    open: Vec<String>,
    remaining: usize,
    replacement: &'a str,
}

impl Truncation<'_> {
    fn open(&mut self, source: &str, name: String, closed: bool) {
        self.out.push_str(source);
        if VOID.contains(&name.as_str()) {
            return;
        }
        if closed {
            self.push_end(&name);
        } else {
            self.open.push(name);
        }
    }

    fn push_end(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    fn close(&mut self, name: &str) {
        if VOID.contains(&name) {
            return;
        }
        self.push_end(name);
        if self.open.last().is_some_and(|top| top == name) {
            self.open.pop();
        }
    }

    /// End tags of whatever is still open, innermost first.
    fn finish(mut self) -> String {
        while let Some(name) = self.open.pop() {
            self.push_end(&name);
        }
        self.out
    }

    /// Take `units` units of text whose first `remaining` are `kept`; whether the limit was reached.
    fn take(&mut self, units: usize, kept: &str) -> Option<bool> {
        let mut escaped = String::with_capacity(kept.len());
        escape_into(kept, &mut escaped);
        if self.remaining < units {
            self.out.push_str(&with_truncation(&escaped, self.replacement)?);
            return Some(true);
        }
        self.remaining -= units;
        self.out.push_str(&escaped);
        Some(false)
    }
}

/// Run Django's truncating parser; `take` handles a piece of decoded text and tells whether to stop.
fn truncate_markup<'a>(
    s: &str,
    mut state: Truncation<'a>,
    mut take: impl FnMut(&mut Truncation<'a>, &str) -> Option<bool>,
) -> Option<String> {
    for token in Tokens::new(s) {
        match token.ok()? {
            Token::Start { source, name, closed } => state.open(source, name, closed),
            Token::End { name } => state.close(&name),
            Token::Comment => {}
            Token::Text { text, last } => {
                if take(&mut state, &unescape(text, last)?)? {
                    return Some(state.finish());
                }
            }
        }
    }
    // Without truncation Django leaves open elements open.
    Some(state.out)
}

/// The `truncatechars_html` filter for a number argument; `replacement` as in [`truncatechars`].
///
/// `None`: as there, or the markup is not plain enough (see [`crate::markup`]).
pub fn truncatechars_html(s: &str, length: i64, replacement: &str) -> Option<String> {
    let Some(length) = usize::try_from(length).ok().filter(|&length| length > 0) else {
        return Some(String::new());
    };
    if !is_inert(s) {
        return None;
    }
    let total = s.chars().count();
    let remaining = kept_length(length, replacement)?;
    let state = Truncation { out: String::new(), open: Vec::new(), remaining, replacement };
    let (mut processed, mut counted_bytes, mut written) = (0, 0, 0);
    truncate_markup(s, state, |state, data| {
        let units = data.chars().count();
        processed += units;
        written += state.out[counted_bytes..].chars().count();
        counted_bytes = state.out.len();
        if processed == length && written + units == total {
            // The text ends exactly at the limit: Django adds it as it is, without escaping it again.
            state.out.push_str(data);
            return Some(true);
        }
        let kept = char_prefix(data, state.remaining);
        state.take(units, kept)
    })
}

/// Number of words in `data` as the parser counts them, and the first `limit` joined by spaces.
///
/// Words end at white space between two other characters, so outer white space belongs to a word and
/// a blank text is one word.
fn leading_words(data: &str, limit: usize) -> (usize, String) {
    let inner = data.trim_matches(is_space);
    if inner.is_empty() {
        return (1, if limit > 0 { data.to_owned() } else { String::new() });
    }
    let lead = data.len() - data.trim_start_matches(is_space).len();
    let tail = &data[lead + inner.len()..];
    let mut kept = String::new();
    let mut count = 0;
    for word in words(inner) {
        if count < limit {
            kept.push_str(if count == 0 { &data[..lead] } else { " " });
            kept.push_str(word);
        }
        count += 1;
    }
    if count <= limit {
        kept.push_str(tail);
    }
    (count, kept)
}

/// The `truncatewords_html` filter for a number argument.
///
/// `None`: the markup is not plain enough (see [`crate::markup`]).
pub fn truncatewords_html(s: &str, length: i64) -> Option<String> {
    let Some(remaining) = usize::try_from(length).ok().filter(|&length| length > 0) else {
        return Some(String::new());
    };
    let state = Truncation { out: String::new(), open: Vec::new(), remaining, replacement: WORD_SUFFIX };
    truncate_markup(s, state, |state, data| {
        let (units, kept) = leading_words(data, state.remaining);
        state.take(units, &kept)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ELLIPSIS: &str = "%(truncated_text)s…";

    #[test]
    fn the_ellipsis_counts_as_a_character() {
        assert_eq!(truncatechars("abcdef", 4, ELLIPSIS).as_deref(), Some("abc…"));
        assert_eq!(truncatechars("abcd", 4, ELLIPSIS).as_deref(), Some("abcd"));
        assert_eq!(truncatechars("abcd", 2, "<%(truncated_text)s...>").as_deref(), Some("<...>"));
        assert_eq!(truncatechars("abcd", 2, "100%% %(truncated_text)s"), None);
        assert_eq!(truncatechars("e\u{301}a", 9, ELLIPSIS), None);
        assert_eq!(truncatechars("abcd", -1, ELLIPSIS).as_deref(), Some(""));
    }

    #[test]
    fn words_lose_their_newlines() {
        assert_eq!(truncatewords(" a\nb  c ", 2), "a b …");
        assert_eq!(truncatewords(" a\nb  c ", 3), "a b c");
        assert_eq!(truncatewords("a … b", 2), "a …");
    }

    #[test]
    fn open_tags_are_closed_where_the_text_ends() {
        let html = "<p>one <a href=\"#\">two - three <br>four</a> five</p>";
        assert_eq!(truncatewords_html(html, 4).as_deref(), Some("<p>one <a href=\"#\">two - three <br> …</a></p>"));
        assert_eq!(truncatechars_html("<p>one <b>two</b></p>", 6, ELLIPSIS).as_deref(), Some("<p>one <b>t…</b></p>"));
        assert_eq!(truncatewords_html("<p>a < b</p>", 1), None);
    }
}

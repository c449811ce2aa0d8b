//! The `urlize` and `urlizetrunc` filters.

use crate::Series;
use crate::html::escape_into;
use crate::references::unescape_loose;
use crate::unicode::is_space;
use crate::urls::{quote_into, quote_plus_into, unquote};

/// Longer texts are no links for Django.
const MAX_URL_LENGTH: usize = 2048;
const MAX_EMAIL_LENGTH: usize = 320;
/// Words whose punctuation takes more rounds to trim are left to Python: each round looks at the whole word.
const MAX_TRIM_ROUNDS: usize = 16;
const WRAPPING: [(char, char); 2] = [('(', ')'), ('[', ']')];
const TRAILING: [char; 5] = ['.', ',', ':', ';', '!'];
const TRAILING_WITHOUT_SEMICOLON: [char; 4] = ['.', ',', ':', '!'];
const TOP_LEVEL: [&str; 7] = ["com", "edu", "gov", "int", "mil", "net", "org"];
/// Delimiters of RFC 3986, and the tilde.
const URL_SAFE: &str = "!$&'()*+,;=:/?#[]@~";

/// How links are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options<'a> {
    /// `urlizetrunc`'s limit for the link text.
    pub limit: Option<i64>,
    /// Whether links get `rel="nofollow"`; both filters ask for it.
    pub nofollow: bool,
    /// Whether text is escaped: autoescaping is on and the input isn't safe.
    pub autoescape: bool,
    /// Whose rules for bare domains and punctuation apply.
    pub series: Series,
    /// The scheme for links without one; without it such a link gives `None` (Django may warn about them).
    pub default_scheme: Option<&'a str>,
}

/// The `urlize` filter. `None`: a word may be a link in a way not decided here (non-ASCII or bracketed
/// hosts, unusual references, endless punctuation).
pub fn urlize(s: &str, options: &Options<'_>) -> Option<String> {
    let mut out = String::with_capacity(s.len() + s.len() / 4);
    let is_separator = |c: char| is_space(c) || matches!(c, '<' | '>' | '"' | '\'');
    let mut rest = s;
    while !rest.is_empty() {
        let end = rest.find(is_separator).unwrap_or(rest.len());
        push_word(&rest[..end], options, &mut out)?;
        rest = &rest[end..];
        let end = rest.find(|c| !is_separator(c)).unwrap_or(rest.len());
        push_text(&rest[..end], options, &mut out);
        rest = &rest[end..];
    }
    Some(out)
}

fn push_text(text: &str, options: &Options<'_>, out: &mut String) {
    if options.autoescape {
        escape_into(text, out);
    } else {
        out.push_str(text);
    }
}

fn push_word(word: &str, options: &Options<'_>, out: &mut String) -> Option<()> {
    if !word.bytes().any(|byte| matches!(byte, b'.' | b'@' | b':')) {
        push_text(word, options, out);
        return Some(());
    }
    let (lead, middle, trail) = trim_punctuation(word, options.series)?;
    let Some(Link { url, nofollow }) = link(middle, options)? else {
        push_text(word, options, out);
        return Some(());
    };
    push_text(lead, options, out);
    out.push_str("<a href=\"");
    escape_into(&url, out);
    out.push('"');
    if nofollow && options.nofollow {
        out.push_str(" rel=\"nofollow\"");
    }
    out.push('>');
    push_label(middle, options, out);
    out.push_str("</a>");
    push_text(&trail, options, out);
    Some(())
}

/// Append the link text, shortened to the limit.
fn push_label(middle: &str, options: &Options<'_>, out: &mut String) {
    let limit = options.limit.map(|limit| usize::try_from(limit).unwrap_or(0));
    match limit {
        Some(limit) if middle.char_indices().nth(limit).is_some() => {
            let end = middle.char_indices().nth(limit.saturating_sub(1)).map_or(0, |(at, _)| at);
            push_text(&middle[..end], options, out);
            out.push('…');
        }
        _ => push_text(middle, options, out),
    }
}

fn count(text: &str, wanted: char) -> usize {
    text.chars().filter(|&c| c == wanted).count()
}

/// `text` without its last `length` characters, and those.
fn split_end(text: &str, length: usize) -> (&str, &str) {
    let at = text.char_indices().rev().nth(length.saturating_sub(1)).map_or(0, |(at, _)| at);
    text.split_at(at)
}

/// Opening brackets before a word, the word, and the punctuation after it.
fn trim_punctuation(word: &str, series: Series) -> Option<(&str, &str, String)> {
    let mut middle = word.trim_start_matches(['(', '[']);
    let lead = &word[..word.len() - middle.len()];
    let mut trail = String::new();
    let mut counts = WRAPPING.map(|(opening, closing)| (count(middle, opening), count(middle, closing)));
    for _ in 0..MAX_TRIM_ROUNDS {
        let before = middle.len();
        for ((_, closing), (opened, closed)) in WRAPPING.into_iter().zip(&mut counts) {
            if *opened < *closed && middle.ends_with(closing) {
                let surplus = *closed - *opened;
                let (kept, cut) = split_end(middle, surplus);
                if series < Series::Django61 {
                    // Django 5.2 forgets what it trimmed before.
                    trail.clear();
                }
                trail.insert_str(0, cut);
                middle = kept;
                *closed = *opened;
            }
        }
        let ampersand = middle.rfind('&');
        let kept = match ampersand {
            Some(_) => middle.trim_end_matches(TRAILING_WITHOUT_SEMICOLON),
            None => middle.trim_end_matches(TRAILING),
        };
        trail.insert_str(0, &middle[kept.len()..]);
        middle = kept;
        if let Some(ampersand) = ampersand.filter(|_| middle.ends_with(';')) {
            let entity = &middle[ampersand..];
            let decoded = unescape_loose(entity)?;
            if decoded == entity || decoded.ends_with(';') {
                let end = semicolon_cut(middle);
                trail.insert_str(0, &middle[end..]);
                middle = &middle[..end];
            }
        }
        if middle.len() == before || middle.is_empty() {
            return Some((lead, middle, trail));
        }
    }
    None
}

/// Where the punctuation of a word that ends in `;` and is no entity begins.
///
/// Of several semicolons the first stays: it may belong to an entity.
fn semicolon_cut(middle: &str) -> usize {
    let start = middle.trim_end_matches(TRAILING).len();
    if middle.ends_with(";;") { middle[start..].find(';').map_or(start, |at| start + at + 1) } else { start }
}

struct Link {
    url: String,
    nofollow: bool,
}

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    text.as_bytes().get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

/// What `middle` links to. Outer `None`: not decided here; inner `None`: it is no link.
#[expect(clippy::option_option, reason = "undecided and no link are different answers")]
fn link(middle: &str, options: &Options<'_>) -> Option<Option<Link>> {
    let short = middle.chars().nth(MAX_URL_LENGTH).is_none();
    if short && has_scheme(middle)? {
        let url = quoted_url(&unescape_loose(middle)?)?;
        return Some(Some(Link { url, nofollow: true }));
    }
    if short && is_bare_domain(middle, options.series) {
        let url = quoted_url(&format!("{}://{}", options.default_scheme?, unescape_loose(middle)?))?;
        return Some(Some(Link { url, nofollow: true }));
    }
    if !middle.is_ascii() {
        return if may_be_foreign_link(middle) { None } else { Some(None) };
    }
    if middle.contains(':') || middle.len() > MAX_EMAIL_LENGTH {
        return Some(None);
    }
    let Some((local, domain)) = middle.rsplit_once('@') else {
        return Some(None);
    };
    if !is_dot_atom(local) {
        return Some(None);
    }
    if domain.starts_with('[') {
        // An address literal.
        return None;
    }
    Some(is_email_domain(domain).then(|| {
        let mut url = "mailto:".to_owned();
        quote_into(local, "", &mut url);
        url.push('@');
        quote_into(domain, "", &mut url);
        Link { url, nofollow: false }
    }))
}

/// Whether some pattern of Django's could match this non-ASCII word, whose host is not ASCII or no known one.
fn may_be_foreign_link(middle: &str) -> bool {
    // Python's case-insensitive `i` also matches the Turkish letters.
    let fold = |c: char| if matches!(c, 'ı' | 'İ') { 'i' } else { c.to_ascii_lowercase() };
    middle.contains("://")
        || middle.contains('@')
        || starts_with_ignoring_case(middle, "www.")
        || middle.match_indices('.').any(|(at, _)| {
            let next: String = middle[at + 1..].chars().take(3).map(fold).collect();
            TOP_LEVEL.contains(&next.as_str())
        })
}

fn is_word_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a word starts like `http://x`. `None`: with a bracketed or non-ASCII host.
fn has_scheme(middle: &str) -> Option<bool> {
    let scheme = ["http://", "https://"].into_iter().find(|scheme| starts_with_ignoring_case(middle, scheme));
    let Some(scheme) = scheme else {
        return Some(false);
    };
    match middle.as_bytes().get(scheme.len()) {
        Some(b'[' | 0x80..) => None,
        Some(&byte) => Some(is_word_character(byte)),
        None => Some(false),
    }
}

/// Whether a word without a scheme is a link, as far as ASCII alone decides.
fn is_bare_domain(middle: &str, series: Series) -> bool {
    if starts_with_ignoring_case(middle, "www.") {
        return true;
    }
    if starts_with_ignoring_case(middle, "http") {
        return false;
    }
    if series >= Series::Django60 {
        let host = middle.split('/').next().unwrap_or(middle);
        let Some((labels, last)) = host.rsplit_once('.') else {
            return false;
        };
        return TOP_LEVEL.iter().any(|known| last.eq_ignore_ascii_case(known)) && is_host(labels);
    }
    let bytes = middle.as_bytes();
    if !middle.is_ascii() || !bytes.first().copied().is_some_and(is_word_character) {
        return false;
    }
    let reach = memchr::memchr(b'@', &bytes[1..]).map_or(bytes.len(), |at| at + 1);
    (2..reach).any(|at| {
        bytes[at] == b'.'
            && matches!(bytes.get(at + 4), None | Some(b'/'))
            && TOP_LEVEL.iter().any(|known| starts_with_ignoring_case(&middle[at + 1..], known))
    })
}

/// Whether an ASCII text is a host name without its top-level domain.
fn is_host(text: &str) -> bool {
    text.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

fn is_dot_atom(local: &str) -> bool {
    let is_atom = |byte: u8| byte.is_ascii_alphanumeric() || b"-!#$%&'*+/=?^_`{}|~".contains(&byte);
    local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom))
}

fn is_email_domain(domain: &str) -> bool {
    let Some((host, last)) = domain.rsplit_once('.') else {
        return false;
    };
    let is_word = (2..=63).contains(&last.len())
        && !last.starts_with('-')
        && !last.ends_with('-')
        && last.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    let is_punycode = starts_with_ignoring_case(last, "xn--")
        && (1..=59).contains(&(last.len() - 4))
        && last.bytes().skip(4).all(|byte| byte.is_ascii_alphanumeric());
    (is_word || is_punycode) && is_host(host)
}

fn push_requoted(part: &str, out: &mut String) {
    quote_into(&unquote(part), URL_SAFE, out);
}

/// `django.utils.html.smart_urlquote` of an HTTP URL. `None`: its host is not ASCII, or has brackets.
fn quoted_url(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, rest) = rest.split_at(host_end);
    // Python checks hosts with brackets, and drops control characters.
    if !host.is_ascii() || host.contains(['[', ']']) || url.bytes().any(|byte| byte < b' ') {
        return None;
    }
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut out = scheme.to_ascii_lowercase();
    out.push_str("://");
    push_requoted(host, &mut out);
    push_requoted(path, &mut out);
    let before = out.len();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        out.push(if out.len() == before { '?' } else { '&' });
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text: &str| unquote(&unquote(&text.replace('+', " ")));
        quote_plus_into(&decode(key), &mut out);
        out.push('=');
        quote_plus_into(&decode(value), &mut out);
    }
    if !fragment.is_empty() {
        out.push('#');
        push_requoted(fragment, &mut out);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: Options<'_> = Options {
        limit: None,
        nofollow: true,
        autoescape: true,
        series: Series::Django52,
        default_scheme: Some("http"),
    };

    #[test]
    fn punctuation_stays_outside_of_links() {
        assert_eq!(
            urlize("(see www.x.com/a_(b), or HTTP://y.org/?q=1&r=a b@c.de.)", &OPTIONS).as_deref(),
            Some(concat!(
                "(see <a href=\"http://www.x.com/a_(b)\" rel=\"nofollow\">www.x.com/a_(b)</a>, or ",
                "<a href=\"http://y.org/?q=1&amp;r=a\" rel=\"nofollow\">HTTP://y.org/?q=1&amp;r=a</a> ",
                "<a href=\"mailto:b@c.de\">b@c.de</a>.)",
            ))
        );
    }

    #[test]
    fn limits_shorten_the_text_only() {
        let options = Options { limit: Some(6), autoescape: false, ..OPTIONS };
        assert_eq!(
            urlize("xy.com/abc <b>", &options).as_deref(),
            Some("<a href=\"http://xy.com/abc\" rel=\"nofollow\">xy.co…</a> <b>")
        );
    }

    #[test]
    fn foreign_words_are_text_unless_they_may_be_links() {
        assert_eq!(urlize("schön. z.B. für:", &OPTIONS).as_deref(), Some("schön. z.B. für:"));
        assert_eq!(urlize("http://ü.de", &OPTIONS), None);
        assert_eq!(urlize("http://[::1]/", &OPTIONS), None);
        assert_eq!(urlize("www.x.com", &Options { default_scheme: None, ..OPTIONS }), None);
    }
}

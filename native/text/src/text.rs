//! Filters on plain strings: case, padding, slugs, counting and choosing.

use std::borrow::Cow;

use crate::Series;
use crate::unicode::{has_stable_case, is_space};

/// The longest result [`center`], [`ljust`] and [`rjust`] build; Python decides about longer ones.
const MAX_WIDTH: usize = 1 << 20;

fn has_only_stable_case(s: &str) -> bool {
    s.is_ascii() || s.chars().all(has_stable_case)
}

/// The `addslashes` filter: a backslash before `\`, `"` and `'`.
pub fn addslashes(s: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr3(b'\\', b'"', b'\'', s.as_bytes()) else {
        return Cow::Borrowed(s);
    };
    let mut out = String::with_capacity(s.len() + 8);
    out.push_str(&s[..first]);
    for c in s[first..].chars() {
        if matches!(c, '\\' | '"' | '\'') {
            out.push('\\');
        }
        out.push(c);
    }
    Cow::Owned(out)
}

/// The `capfirst` filter. `None`: the first character's case may differ between Python versions.
pub fn capfirst(s: &str) -> Option<Cow<'_, str>> {
    let Some(first) = s.chars().next() else {
        return Some(Cow::Borrowed(s));
    };
    if !has_stable_case(first) {
        return None;
    }
    if first.to_uppercase().eq([first]) {
        return Some(Cow::Borrowed(s));
    }
    let mut out = String::with_capacity(s.len() + 2);
    out.extend(first.to_uppercase());
    out.push_str(&s[first.len_utf8()..]);
    Some(Cow::Owned(out))
}

/// The `lower` filter (`str.lower`). `None`: a character's case may differ between Python versions.
pub fn lower(s: &str) -> Option<String> {
    // The rules of Unicode look at one character after the other, these at a block.
    if s.is_ascii() { Some(s.to_ascii_lowercase()) } else { has_only_stable_case(s).then(|| s.to_lowercase()) }
}

/// The `upper` filter (`str.upper`). `None`: a character's case may differ between Python versions.
pub fn upper(s: &str) -> Option<String> {
    if s.is_ascii() { Some(s.to_ascii_uppercase()) } else { has_only_stable_case(s).then(|| s.to_uppercase()) }
}

/// `str.title`. `None`: a character's case may differ between Python versions.
pub fn python_title(s: &str) -> Option<String> {
    if !has_only_stable_case(s) {
        return None;
    }
    let mut out = String::with_capacity(s.len());
    let mut in_word = false;
    for c in s.chars() {
        let cased = c.is_lowercase() || c.is_uppercase();
        if in_word {
            out.extend(c.to_lowercase());
        } else if c == 'ß' {
            // The only character here whose title case isn't its upper case.
            out.push_str("Ss");
        } else {
            out.extend(c.to_uppercase());
        }
        in_word = cased;
    }
    Some(out)
}

/// The `title` filter: `str.title`, with lower case after `'` inside a word and after a digit.
///
/// `None` as for [`python_title`].
pub fn title(s: &str) -> Option<String> {
    let mut bytes = python_title(s)?.into_bytes();
    let mut at = 0;
    // Django's first pattern takes letter, quote and capital together, so its matches don't overlap.
    while at + 2 < bytes.len() {
        let apostrophe = bytes[at].is_ascii_lowercase() && bytes[at + 1] == b'\'';
        if apostrophe && bytes[at + 2].is_ascii_uppercase() {
            bytes[at + 2].make_ascii_lowercase();
            at += 3;
        } else {
            at += 1;
        }
    }
    for at in 1..bytes.len() {
        if bytes[at - 1].is_ascii_digit() {
            bytes[at].make_ascii_lowercase();
        }
    }
    String::from_utf8(bytes).ok()
}

/// The `cut` filter: `s` without `arg`. The caller decides about safety (`arg != ";"`).
pub fn cut<'a>(s: &'a str, arg: &str) -> Cow<'a, str> {
    if arg.is_empty() || !s.contains(arg) { Cow::Borrowed(s) } else { Cow::Owned(s.replace(arg, "")) }
}

/// How many spaces bring `s` to `width` characters. `None`: too wide to build here.
fn padding(s: &str, width: i64) -> Option<usize> {
    let Ok(width) = usize::try_from(width) else {
        return Some(0);
    };
    let missing = width.saturating_sub(s.chars().count());
    (missing <= MAX_WIDTH).then_some(missing)
}

fn padded(s: &str, left: usize, right: usize) -> String {
    let mut out = String::with_capacity(s.len() + left + right);
    out.extend(std::iter::repeat_n(' ', left));
    out.push_str(s);
    out.extend(std::iter::repeat_n(' ', right));
    out
}

/// The `center` filter. `None`: more than a million spaces are missing.
///
/// Django 5.2 uses `str.center`, which puts an odd space left when `width` is odd; later ones format
/// with `^`, which always puts it right.
pub fn center(s: &str, width: i64, series: Series) -> Option<String> {
    let missing = padding(s, width)?;
    let odd_left = usize::from(series < Series::Django60 && missing % 2 == 1 && width % 2 == 1);
    let left = missing / 2 + odd_left;
    Some(padded(s, left, missing - left))
}

/// The `ljust` filter. `None` as for [`center`].
pub fn ljust(s: &str, width: i64) -> Option<String> {
    Some(padded(s, 0, padding(s, width)?))
}

/// The `rjust` filter. `None` as for [`center`].
pub fn rjust(s: &str, width: i64) -> Option<String> {
    Some(padded(s, padding(s, width)?, 0))
}

/// What U+00A0 to U+017F leave of themselves in a slug, one place a character; `.` is nothing and `*`
/// stands for the entries of [`slug_piece`].
const SLUG_LATIN: &[u8; 224] = b" ....... .a.... ..23 ... 1o.***.AAAAAA.CEEEEIIII.NOOOOO..UUUUY..\
aaaaaa.ceeeeiiii.nooooo..uuuuy.yAaAaAaCcCcCcCcDd..EeEeEeEeEeGgGgGgGgHh..IiIiIiIiI.**JjKk.LlLlLlLl\
..NnNnNnn..OoOoOo..RrRrRrSsSsSsSsTtTt..UuUuUuUuUuUuWwYyYZzZzZzs";

/// Append what NFKD and dropping non-ASCII leave of `c`. `None`: not decided here.
fn slug_piece(c: char, out: &mut String) -> Option<()> {
    match c {
        '\0'..='\x7f' => out.push(c),
        '\u{bc}' => out.push_str("14"),
        '\u{bd}' => out.push_str("12"),
        '\u{be}' => out.push_str("34"),
        '\u{132}' => out.push_str("IJ"),
        '\u{133}' => out.push_str("ij"),
        '\u{a0}'..='\u{17f}' => match SLUG_LATIN[c as usize - 0xa0] {
            b'.' => {}
            byte => out.push(byte as char),
        },
        '\u{2002}'..='\u{200a}' | '\u{2017}' | '\u{202f}' | '\u{203e}' | '\u{3000}' => out.push(' '),
        '\u{20a8}' => out.push_str("Rs"),
        '\u{ff0d}' => out.push('-'),
        // Whatever else the stable ranges decompose to, none of it survives a slug.
        '\u{3a3}' => {}
        _ if has_stable_case(c) => {}
        _ => return None,
    }
    Some(())
}

/// The `slugify` filter. `None`: a character's decomposition is not known here.
pub fn slugify(s: &str) -> Option<String> {
    let mut ascii = String::with_capacity(s.len());
    for c in s.chars() {
        slug_piece(c, &mut ascii)?;
    }
    let mut out = String::with_capacity(ascii.len());
    for c in ascii.chars() {
        if c == '-' || is_space(c) {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else if c == '_' || c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        }
    }
    Some(out.trim_matches(['-', '_']).to_owned())
}

/// The `phone2numeric` filter. `None` as for [`lower`].
pub fn phone2numeric(s: &str) -> Option<String> {
    const KEYS: &[u8; 26] = b"22233344455566677778889999";
    let lowered = lower(s)?;
    let digit = |c: char| match c {
        'a'..='z' => KEYS[c as usize - 'a' as usize] as char,
        _ => c,
    };
    Some(lowered.chars().map(digit).collect())
}

/// The words of `str.split()`.
pub fn words(s: &str) -> impl Iterator<Item = &str> {
    s.split(is_space).filter(|word| !word.is_empty())
}

/// The `wordcount` filter.
pub fn wordcount(s: &str) -> usize {
    words(s).count()
}

/// The items of the `make_list` filter.
pub fn characters(s: &str) -> impl Iterator<Item = &str> {
    s.char_indices().map(|(at, c)| &s[at..at + c.len_utf8()])
}

/// The `get_digit` filter for `str(int(value))` and `int(arg)`.
///
/// `None`: `arg < 1` (the filter gives the value back) or the place holds the minus sign (Django raises).
pub fn get_digit(decimal: &str, arg: i64) -> Option<u8> {
    let place = usize::try_from(arg).ok().filter(|&place| place > 0)?;
    let Some(at) = decimal.len().checked_sub(place) else {
        return Some(0);
    };
    let byte = decimal.as_bytes()[at];
    byte.is_ascii_digit().then(|| byte - b'0')
}

/// The suffix that `pluralize` takes from its argument; `singular` is "the value counts as one".
pub fn pluralize(arg: &str, singular: bool) -> &str {
    let (one, many) = arg.split_once(',').unwrap_or(("", arg));
    if many.contains(',') {
        ""
    } else if singular {
        one
    } else {
        many
    }
}

/// The choice that `yesno` takes from its argument; `truth` is `None` for Python's `None`.
///
/// `None`: the argument has a single choice, the filter gives its value back.
pub fn yesno(arg: &str, truth: Option<bool>) -> Option<&str> {
    let (yes, rest) = arg.split_once(',')?;
    let (no, maybe) = match rest.split_once(',') {
        Some((no, maybe)) if !maybe.contains(',') => (no, maybe),
        Some((no, _)) => (no, no),
        None => (rest, rest),
    };
    Some(match truth {
        Some(true) => yes,
        Some(false) => no,
        None => maybe,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_space_goes_where_each_series_puts_it() {
        assert_eq!(center("xx", 5, Series::Django52).as_deref(), Some("  xx "));
        assert_eq!(center("xx", 5, Series::Django60).as_deref(), Some(" xx  "));
        assert_eq!(center("x", 4, Series::Django52).as_deref(), Some(" x  "));
        assert_eq!(center("x", -4, Series::Django52).as_deref(), Some("x"));
        assert_eq!(ljust("x", i64::MAX), None);
    }

    #[test]
    fn title_lowers_after_apostrophe_and_digit() {
        assert_eq!(title("it's 3rd o'neill's aa'b'c").as_deref(), Some("It's 3rd O'Neill's Aa'b'C"));
        assert_eq!(title("straße ßa").as_deref(), Some("Straße Ssa"));
        assert_eq!(title("ǆ"), None);
    }

    #[test]
    fn final_sigma_is_left_to_python() {
        assert_eq!(lower("ΑΣ"), None);
        assert_eq!(lower("ÄÉЖ").as_deref(), Some("äéж"));
        assert_eq!(upper("straße").as_deref(), Some("STRASSE"));
    }

    #[test]
    fn slugs_fold_accents() {
        assert_eq!(slugify(" Crème -- brûlée_½ 漢 ").as_deref(), Some("creme-brulee_12"));
        assert_eq!(slugify("ﬁ"), None);
    }

    #[test]
    fn choices_follow_the_number_of_commas() {
        assert_eq!(pluralize("y,ies", true), "y");
        assert_eq!(pluralize("es", true), "");
        assert_eq!(pluralize("a,b,c", false), "");
        assert_eq!(yesno("a,b", None), Some("b"));
        assert_eq!(yesno("a,b,c,d", None), Some("b"));
        assert_eq!(yesno("a", Some(true)), None);
    }

    #[test]
    fn digits_count_from_the_right() {
        assert_eq!(get_digit("123", 2), Some(2));
        assert_eq!(get_digit("123", 4), Some(0));
        assert_eq!(get_digit("-1", 2), None);
        assert_eq!(get_digit("123", 0), None);
    }
}

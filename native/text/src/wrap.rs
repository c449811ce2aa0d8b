//! The `wordwrap` filter: Python's `textwrap` with the options Django gives it.

use crate::unicode::{is_line_break, is_space};

const TAB: usize = 8;

/// The lines of `str.splitlines()`.
fn lines(s: &str) -> impl Iterator<Item = &str> {
    let mut rest = s;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some((at, c)) = rest.char_indices().find(|&(_, c)| is_line_break(c)) else {
            return Some(std::mem::take(&mut rest));
        };
        let line = &rest[..at];
        rest = &rest[at + c.len_utf8()..];
        if c == '\r' {
            rest = rest.strip_prefix('\n').unwrap_or(rest);
        }
        Some(line)
    })
}

/// `line.expandtabs()` of a text without line breaks.
fn expand_tabs(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + TAB);
    let mut column = 0;
    for c in line.chars() {
        if c == '\t' {
            let spaces = TAB - column % TAB;
            out.extend(std::iter::repeat_n(' ', spaces));
            column += spaces;
        } else {
            out.push(c);
            column += 1;
        }
    }
    out
}

/// Runs of spaces and of other characters, in turn, each with its number of characters.
fn chunks(line: &str) -> Vec<(&str, usize)> {
    let mut out = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let blank = first == ' ';
        let end = rest.find(|c: char| (c == ' ') != blank).unwrap_or(rest.len());
        let (chunk, tail) = rest.split_at(end);
        out.push((chunk, chunk.chars().count()));
        rest = tail;
    }
    out
}

fn is_blank(chunk: &str) -> bool {
    chunk.chars().all(is_space)
}

/// Append the wrapped lines of one line to `out`; whether there was any.
fn wrap_line(line: &str, width: usize, out: &mut Vec<String>) -> bool {
    let expanded = expand_tabs(line);
    let chunks = chunks(&expanded);
    let before = out.len();
    let mut next = 0;
    while next < chunks.len() {
        // Blank chunks start no line, except the first one.
        if out.len() > before && is_blank(chunks[next].0) {
            next += 1;
        }
        let start = next;
        let mut used = 0;
        while next < chunks.len() && used + chunks[next].1 <= width {
            used += chunks[next].1;
            next += 1;
        }
        if next == start && next < chunks.len() {
            // Wider than any line: it gets its own.
            next += 1;
        }
        let mut end = next;
        if end > start && is_blank(chunks[end - 1].0) {
            end -= 1;
        }
        if end > start {
            out.push(chunks[start..end].iter().map(|&(chunk, _)| chunk).collect());
        }
    }
    out.len() > before
}

/// The `wordwrap` filter. `None`: `width` is not positive, which raises in Python for any line.
pub fn wordwrap(s: &str, width: i64) -> Option<String> {
    let width = usize::try_from(width).ok().filter(|&width| width > 0)?;
    let mut out = Vec::new();
    for line in lines(s) {
        if !wrap_line(line, width, &mut out) {
            out.push(line.to_owned());
        }
    }
    if s.ends_with('\n') {
        out.push(String::new());
    }
    Some(out.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_stay_whole() {
        assert_eq!(wordwrap("this is a loooooong word\n", 6).as_deref(), Some("this\nis a\nloooooong\nword\n"));
        assert_eq!(wordwrap("  \n\tx\u{85}y", 3).as_deref(), Some("  \nx\ny"));
        assert_eq!(wordwrap("x", 0), None);
    }
}

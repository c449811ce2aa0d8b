//! Source text to tokens, as `django.template.base.Lexer` does it.

use crate::ast::Text;
use memchr::{memchr, memchr2};

/// The four kinds of `django.template.base.TokenType`, with the same numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum TokenKind {
    /// Plain text.
    Text = 0,
    /// `{{ … }}`
    Var = 1,
    /// `{% … %}`
    Block = 2,
    /// `{# … #}`
    Comment = 3,
}

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// First byte of the token in the source, delimiters included.
    pub start: u32,
    /// Byte after the token.
    pub end: u32,
    /// The contents, without delimiters and surrounding white space. Python code can make some up (through
    /// `parser.prepend_token`).
    pub contents: Text,
    /// Line number of the first byte, from 1.
    pub line: u32,
}

impl Token {
    /// The contents of a token of this source, as `Token.contents` in Django. Empty if they are no part of it.
    pub fn contents<'a>(&self, source: &'a str) -> &'a str {
        match self.contents {
            Text::Source(from, to) => &source[from as usize..to as usize],
            Text::MadeUp(_) => "",
        }
    }
}

/// True for the characters that `str.strip()` and `str.split()` of Python take for white space.
///
/// Python's list (`str.isspace`) is that of Unicode's `White_Space` plus the four separators U+001C to U+001F.
pub fn is_python_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | '\x1c'..='\x20' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// The byte range of `text[from..to]` without surrounding white space, as `str.strip()`.
fn stripped(source: &str, from: usize, to: usize) -> (usize, usize) {
    let text = &source[from..to];
    if let [b' ', inner @ .., b' '] = text.as_bytes()
        && let [b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~'] = inner
    {
        return (from + 1, to - 1);
    }
    let left = text.trim_start_matches(is_python_space);
    let from = from + (text.len() - left.len());
    let inner = left.trim_end_matches(is_python_space);
    (from, from + inner.len())
}

/// Where a tag ends whose inside starts at `at`: after its first `%}` (`close` and a brace), if that is on the line or
/// tags may span lines.
fn tag_end(bytes: &[u8], mut at: usize, close: u8, tags_span_lines: bool) -> Option<usize> {
    loop {
        let rest = &bytes[at..];
        let found = at + if tags_span_lines { memchr(close, rest)? } else { memchr2(close, b'\n', rest)? };
        if bytes[found] == b'\n' {
            return None;
        }
        if bytes.get(found + 1) == Some(&b'}') {
            return Some(found + 2);
        }
        at = found + 1;
    }
}

/// Finds the next tag at or after `at`: `(start, end)` of `{%…%}`, `{{…}}` or `{#…#}`.
///
/// Once there is no end for a kind of tag, there is none for another of that kind that starts later; `unclosed` keeps
/// their signs, so that a source full of beginnings takes no more than a few walks.
fn next_tag(source: &str, mut at: usize, tags_span_lines: bool, unclosed: &mut Vec<u8>) -> Option<(usize, usize)> {
    let bytes = source.as_bytes();
    while let Some(found) = memchr(b'{', &bytes[at..]) {
        let start = at + found;
        at = start + 1;
        let close = match bytes.get(start + 1) {
            Some(b'%') => b'%',
            Some(b'{') => b'}',
            Some(b'#') => b'#',
            _ => continue,
        };
        if unclosed.contains(&close) {
            continue;
        }
        if let Some(end) = tag_end(bytes, start + 2, close, tags_span_lines) {
            return Some((start, end));
        }
        if tags_span_lines {
            unclosed.push(close);
        }
    }
    None
}

/// Whether a text in quotes goes on over the end of a line within a tag, or a quote is not closed before one.
pub fn quotes_span_lines(source: &str, tokens: &[Token]) -> bool {
    let tags = tokens.iter().filter(|token| matches!(token.kind, TokenKind::Block | TokenKind::Var));
    tags.map(|token| token.contents(source).as_bytes()).any(|contents| {
        let (mut quote, mut is_escaped) = (None, false);
        contents.iter().any(|&byte| {
            match (quote, byte) {
                _ if is_escaped => is_escaped = false,
                (Some(_), b'\\') => is_escaped = true,
                (Some(open), _) if open == byte => quote = None,
                (None, b'"' | b'\'') => quote = Some(byte),
                _ => {}
            }
            byte == b'\n' && quote.is_some()
        })
    })
}

struct Lexer<'a> {
    source: &'a str,
    line: u32,
    /// The end tag of the verbatim block that is open.
    verbatim: Option<String>,
    tags_span_lines: bool,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn push(&mut self, kind: TokenKind, span: (usize, usize), contents: (usize, usize)) {
        let contents = Text::Source(contents.0 as u32, contents.1 as u32);
        self.tokens.push(Token { kind, start: span.0 as u32, end: span.1 as u32, contents, line: self.line });
    }

    fn text(&mut self, start: usize, end: usize) {
        if start < end {
            self.push(TokenKind::Text, (start, end), (start, end));
            self.count_lines(start, end);
        }
    }

    fn count_lines(&mut self, start: usize, end: usize) {
        self.line += self.source.as_bytes()[start..end].iter().map(|byte| u32::from(*byte == b'\n')).sum::<u32>();
    }

    fn tag(&mut self, start: usize, end: usize) {
        let contents = stripped(self.source, start + 2, end - 2);
        let text = &self.source[contents.0..contents.1];
        if self.source.as_bytes()[start + 1] == b'%' {
            if let Some(closing) = &self.verbatim {
                if text != closing {
                    return self.text(start, end);
                }
                self.verbatim = None;
            } else if text == "verbatim" || text.starts_with("verbatim ") {
                self.verbatim = Some(format!("end{text}"));
            }
            return self.push_tag(TokenKind::Block, (start, end), contents);
        }
        if self.verbatim.is_some() {
            return self.text(start, end);
        }
        let kind = if self.source.as_bytes()[start + 1] == b'{' { TokenKind::Var } else { TokenKind::Comment };
        self.push_tag(kind, (start, end), contents);
    }

    fn push_tag(&mut self, kind: TokenKind, (start, end): (usize, usize), contents: (usize, usize)) {
        self.push(kind, (start, end), contents);
        if self.tags_span_lines {
            self.count_lines(start, end);
        }
    }
}

/// Splits a source into tokens. `source` must be shorter than 4 GiB.
///
/// `tags_span_lines`: as when a site has compiled `django.template.base.tag_re` with `re.DOTALL`.
pub fn tokenize(source: &str, tags_span_lines: bool) -> Vec<Token> {
    let tokens = Vec::with_capacity(source.len() / 16 + 1);
    let mut lexer = Lexer { source, line: 1, verbatim: None, tags_span_lines, tokens };
    let mut unclosed = Vec::new();
    let mut at = 0;
    while let Some((start, end)) = next_tag(source, at, tags_span_lines, &mut unclosed) {
        lexer.text(at, start);
        lexer.tag(start, end);
        at = end;
    }
    lexer.text(at, source.len());
    lexer.tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(source: &str) -> Vec<(TokenKind, &str, u32)> {
        let tokens = tokenize(source, false);
        tokens.iter().map(|t| (t.kind, t.contents(source), t.line)).collect()
    }

    #[test]
    fn tags_do_not_span_lines() {
        assert_eq!(show("a{{ b\n }}c"), vec![(TokenKind::Text, "a{{ b\n }}c", 1)]);
        assert_eq!(
            show("{% x {{ y }}\n{# z #}"),
            vec![
                (TokenKind::Text, "{% x ", 1),
                (TokenKind::Var, "y", 1),
                (TokenKind::Text, "\n", 1),
                (TokenKind::Comment, "z", 2),
            ]
        );
    }

    #[test]
    fn white_space_around_contents_is_that_of_python() {
        let spaced = "{{ a }}{{a}}{{  b}}{{\u{a0}c\u{2003} }}{{ \x1c }}{{ \u{e9} }}{{ \x7f }}{{ }}{{}}";
        let contents: Vec<&str> = show(spaced).into_iter().map(|(_, contents, _)| contents).collect();
        assert_eq!(contents, ["a", "a", "b", "c", "", "\u{e9}", "\x7f", "", ""]);
    }

    #[test]
    fn lines_are_counted_in_text_only() {
        let source = "\n\n{{ a }}{% b %}\n{# c #}x\ny{{ d }}{% verbatim %}\n{{ e }}\n{% endverbatim %}{{ f }}";
        let tags = show(source).into_iter().filter(|(kind, ..)| *kind != TokenKind::Text);
        let lines: Vec<(&str, u32)> = tags.map(|(_, contents, line)| (contents, line)).collect();
        let expected = [("a", 3), ("b", 3), ("c", 4), ("d", 5), ("verbatim", 5), ("endverbatim", 7), ("f", 7)];
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_first_delimiter_wins() {
        assert_eq!(show("{{{ a }}}"), vec![(TokenKind::Var, "{ a", 1), (TokenKind::Text, "}", 1)]);
        assert_eq!(show("{%%}"), vec![(TokenKind::Block, "", 1)]);
        assert_eq!(show("{% a } % %b %} %}"), vec![(TokenKind::Block, "a } % %b", 1), (TokenKind::Text, " %}", 1)]);
        assert_eq!(show("{{ a }b%}}"), vec![(TokenKind::Var, "a }b%", 1)]);
        assert_eq!(show("{%}"), vec![(TokenKind::Text, "{%}", 1)]);
    }

    #[test]
    fn verbatim_blocks_are_text_until_their_own_end() {
        assert_eq!(
            show("{% verbatim x %}{{ a }}{% endverbatim %}{% endverbatim x %}{{ b }}"),
            vec![
                (TokenKind::Block, "verbatim x", 1),
                (TokenKind::Text, "{{ a }}", 1),
                (TokenKind::Text, "{% endverbatim %}", 1),
                (TokenKind::Block, "endverbatim x", 1),
                (TokenKind::Var, "b", 1),
            ]
        );
    }
}

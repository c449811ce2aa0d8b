//! Source text to tokens, as `django.template.base.Lexer` does it.

use memchr::{memchr, memchr_iter};

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

/// One token. Texts that Python code made up (through `parser.prepend_token`) are kept in `made_up`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// First byte of the token in the source, delimiters included.
    pub start: u32,
    /// Byte after the token.
    pub end: u32,
    /// First byte of the contents (without delimiters and surrounding white space).
    pub from: u32,
    /// Byte after the contents.
    pub to: u32,
    /// Line number of the first byte, from 1.
    pub line: u32,
    /// Contents that are no part of the source.
    pub made_up: Option<Box<str>>,
}

impl Token {
    /// The contents, as `Token.contents` in Django.
    pub fn contents<'a>(&'a self, source: &'a str) -> &'a str {
        match &self.made_up {
            Some(text) => text,
            None => &source[self.from as usize..self.to as usize],
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
    let left = text.trim_start_matches(is_python_space);
    let from = from + (text.len() - left.len());
    let inner = left.trim_end_matches(is_python_space);
    (from, from + inner.len())
}

/// Finds the next tag at or after `at`: `(start, end)` of `{%…%}`, `{{…}}` or `{#…#}` on one line.
fn next_tag(source: &str, mut at: usize) -> Option<(usize, usize)> {
    let bytes = source.as_bytes();
    while let Some(found) = memchr(b'{', &bytes[at..]) {
        let start = at + found;
        let close = match bytes.get(start + 1) {
            Some(b'%') => b'%',
            Some(b'{') => b'}',
            Some(b'#') => b'#',
            _ => {
                at = start + 1;
                continue;
            }
        };
        let inside = start + 2;
        let line_end = memchr(b'\n', &bytes[inside..]).map_or(bytes.len(), |n| inside + n);
        let line = &bytes[inside..line_end];
        let end = memchr_iter(close, line).find(|&i| line.get(i + 1) == Some(&b'}'));
        if let Some(i) = end {
            return Some((start, inside + i + 2));
        }
        at = start + 1;
    }
    None
}

struct Lexer<'a> {
    source: &'a str,
    line: u32,
    /// The end tag of the verbatim block that is open.
    verbatim: Option<String>,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn push(&mut self, kind: TokenKind, span: (usize, usize), contents: (usize, usize)) {
        self.tokens.push(Token {
            kind,
            start: span.0 as u32,
            end: span.1 as u32,
            from: contents.0 as u32,
            to: contents.1 as u32,
            line: self.line,
            made_up: None,
        });
        self.line += memchr_iter(b'\n', &self.source.as_bytes()[span.0..span.1]).count() as u32;
    }

    fn text(&mut self, start: usize, end: usize) {
        if start < end {
            self.push(TokenKind::Text, (start, end), (start, end));
        }
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
            return self.push(TokenKind::Block, (start, end), contents);
        }
        if self.verbatim.is_some() {
            return self.text(start, end);
        }
        let kind = if self.source.as_bytes()[start + 1] == b'{' { TokenKind::Var } else { TokenKind::Comment };
        self.push(kind, (start, end), contents);
    }
}

/// Splits a source into tokens. `source` must be shorter than 4 GiB.
pub fn tokenize(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { source, line: 1, verbatim: None, tokens: Vec::with_capacity(source.len() / 24 + 1) };
    let mut at = 0;
    while let Some((start, end)) = next_tag(source, at) {
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
        let tokens = tokenize(source);
        tokens.iter().map(|t| (t.kind, &source[t.from as usize..t.to as usize], t.line)).collect()
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
    fn the_first_delimiter_wins() {
        assert_eq!(show("{{{ a }}}"), vec![(TokenKind::Var, "{ a", 1), (TokenKind::Text, "}", 1)]);
        assert_eq!(show("{%%}"), vec![(TokenKind::Block, "", 1)]);
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

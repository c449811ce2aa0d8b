//! The tokens of a source: ours, or those of a lexer that a site has put in the place of Django's.

use crate::stock::Stock;
use crate::watch;
use djust_syntax::ast::Text;
use djust_syntax::lexer::{is_python_space, quotes_span_lines};
use djust_syntax::{Token, TokenKind, tokenize};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

/// What `Token.__init__` sets; a token with more is more than its text.
const ATTRIBUTES: [&str; 4] = ["token_type", "contents", "lineno", "position"];

/// `Token.position`: the characters before a token and before what follows it, or nothing.
type Position = Option<(usize, usize)>;

/// The tokens of a source, as the lexer makes them that Django would use. `None`: they are not for us.
pub fn tokens_of(stock: &Stock, source: &Bound<'_, PyString>, text: &str, debug: bool) -> PyResult<Option<Vec<Token>>> {
    let Some(tags_span_lines) = watch::tags_span_lines(source.py(), stock)? else {
        return site_tokens(stock, source, text, debug);
    };
    let tokens = tokenize(text, tags_span_lines);
    // Django's expressions for words and arguments end at the end of a line in their own ways.
    let is_ours = !tags_span_lines || !quotes_span_lines(text, &tokens);
    Ok(is_ours.then_some(tokens))
}

/// What the lexer makes of `source`, whose text is `text` (`Template.compile_nodelist`).
///
/// `None`: it fails, or its tokens are not the source, piece by piece. Django then asks it once more.
fn site_tokens(stock: &Stock, source: &Bound<'_, PyString>, text: &str, debug: bool) -> PyResult<Option<Vec<Token>>> {
    let py = source.py();
    let name = if debug { intern!(py, "DebugLexer") } else { intern!(py, "Lexer") };
    let lexer = stock.django_base.bind(py).getattr(name)?;
    let made = lexer.call1((source,)).and_then(|lexer| lexer.call_method0(intern!(py, "tokenize")));
    let Some(made) = made.ok().and_then(|made| made.cast_into::<PyList>().ok()) else { return Ok(None) };
    let mut tokens = Vec::with_capacity(made.len());
    let (mut at, mut characters) = (0, 0);
    for token in made.iter() {
        let Some((found, position)) = found_again(stock, &token, text, at)? else { return Ok(None) };
        let end = found.end as usize;
        let span = (characters, characters + text[at..end].chars().count());
        // Where there is none, the report of an error fails.
        if position != debug.then_some(span) {
            return Ok(None);
        }
        (at, characters) = (end, span.1);
        tokens.push(found);
    }
    Ok((at == text.len() && !quotes_span_lines(text, &tokens)).then_some(tokens))
}

/// A token of Python's that starts at a byte of the source, and the `position` that it has. `None`: it is not there, or
/// it is no plain token.
fn found_again(
    stock: &Stock,
    token: &Bound<'_, PyAny>,
    source: &str,
    start: usize,
) -> PyResult<Option<(Token, Position)>> {
    let py = token.py();
    if !token.get_type().is(stock.Token.bind(py)) {
        return Ok(None);
    }
    let facts = token.getattr(stock.dunder_dict.bind(py))?.cast_into::<PyDict>()?;
    if facts.len() != ATTRIBUTES.len() {
        return Ok(None);
    }
    let [Some(kind), Some(contents), Some(line), Some(position)] =
        ATTRIBUTES.map(|name| facts.get_item(name).ok().flatten())
    else {
        return Ok(None);
    };
    let kind = match kind.getattr_opt(intern!(py, "value"))?.and_then(|value| value.extract::<u8>().ok()) {
        Some(0) => TokenKind::Text,
        Some(1) => TokenKind::Var,
        Some(2) => TokenKind::Block,
        Some(3) => TokenKind::Comment,
        _ => return Ok(None),
    };
    let (Ok(contents), Ok(line), Ok(position)) = (contents.extract::<&str>(), line.extract(), position.extract())
    else {
        return Ok(None);
    };
    let Some((end, inside)) = span_of(kind, contents, source, start) else { return Ok(None) };
    let contents = Text::Source(inside as u32, (inside + contents.len()) as u32);
    Ok(Some((Token { kind, start: start as u32, end: end as u32, contents, line }, position)))
}

/// Where a token that starts at `start` ends, and where its contents start.
fn span_of(kind: TokenKind, contents: &str, source: &str, start: usize) -> Option<(usize, usize)> {
    let (open, close) = match kind {
        TokenKind::Text => {
            // Django's lexers make no empty ones.
            let is_there = !contents.is_empty() && source[start..].starts_with(contents);
            return is_there.then_some((start + contents.len(), start));
        }
        TokenKind::Var => ("{{", "}}"),
        TokenKind::Block => ("{%", "%}"),
        TokenKind::Comment => ("{#", "#}"),
    };
    let inner = source[start..].strip_prefix(open)?.trim_start_matches(is_python_space);
    let rest = inner.strip_prefix(contents)?.trim_start_matches(is_python_space).strip_prefix(close)?;
    Some((source.len() - rest.len(), source.len() - inner.len()))
}

#[cfg(test)]
mod tests {
    use super::span_of;
    use djust_syntax::TokenKind;

    #[test]
    fn tokens_are_found_where_they_stand() {
        let source = "é{%\n x 'a %} b' %}{{v}}{# #}";
        assert_eq!(span_of(TokenKind::Text, "é", source, 0), Some((2, 0)));
        assert_eq!(span_of(TokenKind::Block, "x 'a %} b'", source, 2), Some((19, 6)));
        assert_eq!(span_of(TokenKind::Var, "v", source, 19), Some((24, 21)));
        assert_eq!(span_of(TokenKind::Comment, "", source, 24), Some((29, 27)));
        assert_eq!(span_of(TokenKind::Text, "", source, 0), None);
        assert_eq!(span_of(TokenKind::Block, "x", source, 2), None);
        assert_eq!(span_of(TokenKind::Var, "x", source, 19), None);
    }
}

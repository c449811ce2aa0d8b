//! Filter expressions: `head|filter:arg|…`, as the regular expression `filter_re` of `django.template.base` reads them.

use crate::ast::{ConstKind, Expr, ExprId, FilterCall, Head};
use crate::error::{ErrorKind, Result, fail};
use crate::lexer::is_python_space;
use crate::parser::{Host, Parser};
use crate::split::unescape_string_literal;

/// What the grammar needs to know about one character outside of ASCII.
enum WordChar {
    Yes,
    No,
    /// Python's and Rust's Unicode tables may not agree: Django's parser shall decide.
    Unsure,
}

fn word_char(c: char) -> WordChar {
    if !c.is_alphanumeric() {
        return if (c as u32) < 0x250 { WordChar::No } else { WordChar::Unsure };
    }
    let settled = matches!(c as u32, 0xaa..=0x24f | 0x388..=0x481 | 0x48a..=0x52f | 0x3041..=0x3096
        | 0x30a1..=0x30fa | 0x4e00..=0x9fff | 0xac00..=0xd7a3);
    if settled { WordChar::Yes } else { WordChar::Unsure }
}

/// Word characters in ASCII.
const IS_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    table
};

/// Length of the run of word characters and `extra` ones (ASCII) at the start of `text`.
fn run(text: &str, extra: &[u8]) -> Result<usize> {
    let bytes = text.as_bytes();
    let mut i = 0;
    while let Some(&byte) = bytes.get(i) {
        if IS_WORD[byte as usize] {
            i += 1;
            continue;
        }
        if byte.is_ascii() {
            if !extra.contains(&byte) {
                return Ok(i);
            }
            i += 1;
            continue;
        }
        let Some(c) = text[i..].chars().next() else { return Ok(i) };
        match word_char(c) {
            WordChar::Yes => i += c.len_utf8(),
            WordChar::No => return Ok(i),
            WordChar::Unsure => return fail(ErrorKind::Unsupported),
        }
    }
    Ok(i)
}

/// Length of a quoted string at the start of `text` (`"[^"\\]*(?:\\.[^"\\]*)*"`).
fn quoted(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.first().filter(|b| matches!(b, b'"' | b'\''))?;
    let mut i = 1;
    while i < bytes.len() {
        if bytes[i] == quote {
            return Some(i + 1);
        }
        if bytes[i] == b'\\' {
            let next = text[i + 1..].chars().next().filter(|c| *c != '\n')?;
            i += next.len_utf8();
        }
        i += 1;
    }
    None
}

/// Length of a constant string at the start of `text`, with `_( )` around it or not.
fn constant(text: &str) -> Option<usize> {
    if let Some(inner) = text.strip_prefix("_(") {
        let len = quoted(inner)?;
        return inner[len..].starts_with(')').then_some(len + 3);
    }
    quoted(text)
}

/// Length of `[-+.]?\d[\d.e]*` at the start of `text` (ASCII digits; others are Django's to judge).
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let sign = usize::from(matches!(bytes.first(), Some(b'-' | b'+' | b'.')));
    if !bytes.get(sign).is_some_and(u8::is_ascii_digit) {
        return 0;
    }
    let rest = &bytes[sign..];
    sign + rest.iter().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e')).count()
}

/// The `var` group: word characters and dots, else a number.
fn variable(text: &str, signs_in_names: bool) -> Result<usize> {
    if signs_in_names {
        return run(text, b".+-");
    }
    let len = run(text, b".")?;
    Ok(if len > 0 { len } else { number(text) })
}

/// `int(text)` or `float(text)` as `Variable.__init__` tries them: the kind, or `None` if it is a name.
fn number_kind(text: &str) -> Result<Option<ConstKind>> {
    if matches!(text.as_bytes(), [b'_' | b'a'..=b'z' | b'A'..=b'Z', ..]) {
        return Ok(None);
    }
    let body = text.trim_start_matches(['+', '-']);
    let first = body.chars().next();
    let plain = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if plain(text) || (text.len() - body.len() == 1 && plain(body)) {
        return Ok(Some(ConstKind::Int));
    }
    if let Some((whole, part)) = body.split_once('.')
        && plain(whole)
        && plain(part)
        && text.len() - body.len() <= 1
    {
        return Ok(Some(ConstKind::Float));
    }
    // Anything else that could be a number in Python (1e5, 1_000, digits of other scripts) …
    if first.is_some_and(|c| c.is_ascii_alphabetic() || (c.is_alphabetic() && !c.is_numeric())) {
        return Ok(None);
    }
    let exponent = body.split_once(['e', 'E']).filter(|(mantissa, exponent)| {
        let digits = mantissa.replacen('.', "", 1);
        plain(&digits) && !mantissa.starts_with('.') && plain(exponent) && text.len() - body.len() <= 1
    });
    if exponent.is_some() && !text.ends_with('.') {
        return Ok(Some(ConstKind::Float));
    }
    // … and what is not certain is Django's to judge.
    fail(ErrorKind::Unsupported)
}

impl<H: Host> Parser<H> {
    /// A string constant (`Variable(constant).resolve({})`).
    fn constant_head(&mut self, text: &str) -> Result<Head> {
        let (literal, kind) = match text.strip_prefix("_(") {
            Some(inner) => (&inner[..inner.len() - 1], ConstKind::Translated),
            None => (text, ConstKind::Str),
        };
        match unescape_string_literal(literal) {
            Some(text) => Ok(Head::Const(self.ast.constant(&text, kind))),
            None => fail(ErrorKind::Unsupported),
        }
    }

    /// A number or a dotted path (`Variable(text)`).
    fn variable_head(&mut self, text: &str) -> Result<Head> {
        if let Some(kind) = number_kind(text)? {
            return Ok(Head::Number(self.ast.constant(text, kind)));
        }
        if self.dialect.signs_in_names && text.contains(['+', '-']) {
            return fail(ErrorKind::BadVariableName);
        }
        let before = self.ast.path_name_count();
        let mut rest = text;
        loop {
            let dot = rest.bytes().position(|byte| byte == b'.');
            let name = &rest[..dot.unwrap_or(rest.len())];
            match (name.as_bytes().first(), dot) {
                (Some(b'_'), _) => return fail(ErrorKind::BadVariableName),
                // Two dots, or one in front; after one at the end there is a name that is empty.
                (None, Some(_)) => return fail(ErrorKind::Unsupported),
                _ => self.ast.add_path_name(name),
            }
            match dot {
                Some(dot) => rest = &rest[dot + 1..],
                None => return Ok(Head::Path(self.ast.path_since(before))),
            }
        }
    }

    /// The filter after position `at`: the call and the position behind it.
    fn filter_call(&mut self, text: &str, at: usize) -> Result<(FilterCall, usize)> {
        let rest = &text[at..];
        let after_space = rest.trim_start_matches(is_python_space);
        let Some(after_bar) = after_space.strip_prefix('|') else { return fail(ErrorKind::BadExpression) };
        let call = after_bar.trim_start_matches(is_python_space);
        let name_len = run(call, b"")?;
        if name_len == 0 {
            return fail(ErrorKind::BadExpression);
        }
        let name = &call[..name_len];
        let mut end = text.len() - call.len() + name_len;
        let mut arg = None;
        if let Some(argument) = text[end..].strip_prefix(':') {
            if let Some(len) = constant(argument) {
                arg = Some(self.constant_head(&argument[..len])?);
                end += 1 + len;
            } else {
                let len = variable(argument, self.dialect.signs_in_names)?;
                if len > 0 {
                    arg = Some(self.variable_head(&argument[..len])?);
                    end += 1 + len;
                }
            }
        }
        let Some(filter) = self.host.filter(name, usize::from(arg.is_some())) else {
            return fail(ErrorKind::UnknownFilter);
        };
        let name = self.ast.name(name);
        Ok((FilterCall { filter, name, arg }, end))
    }

    /// `parser.compile_filter(text)`: parses an expression and stores it.
    pub fn expression(&mut self, text: &str) -> Result<ExprId> {
        let (head, head_len) = if let Some(len) = constant(text) {
            (self.constant_head(&text[..len])?, len)
        } else {
            let len = variable(text, self.dialect.signs_in_names)?;
            if len == 0 {
                return fail(ErrorKind::BadExpression);
            }
            (self.variable_head(&text[..len])?, len)
        };
        let before = self.ast.call_count();
        let mut at = head_len;
        while at < text.len() {
            let (call, end) = self.filter_call(text, at)?;
            self.ast.add_call(call);
            at = end;
        }
        let (text, filters) = (self.ast.keep(text), self.ast.calls_since(before));
        Ok(self.ast.expr(Expr { text, head_len: head_len as u32, head, filters }))
    }

    /// Expressions of several words.
    pub fn expressions<S: AsRef<str>>(&mut self, texts: &[S]) -> Result<Box<[ExprId]>> {
        texts.iter().map(|text| self.expression(text.as_ref())).collect()
    }
}

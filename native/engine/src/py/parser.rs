//! `NativeParser`: the parser as compile functions in Python use it, through `djust_backend.parser.Parser`.

use crate::host::PyHost;
use crate::py::describe::{describe_list, facts, filters_of};
use crate::shared::Shared;
use crate::stock::Stock;
use djust_syntax::ast::{Ast, Text};
use djust_syntax::lexer::{Token, TokenKind};
use djust_syntax::{Parser, SyntaxError};
use pyo3::exceptions::{PyIndexError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// Holds the parser while a compile function runs.
#[pyclass(frozen, module = "djust_backend._native")]
#[derive(Default)]
pub struct NativeParser {
    state: Shared<Option<Parser<PyHost>>>,
    /// `parser.tokens`, once Python code has asked for it; until the next native step it is the truth.
    tokens: Shared<Option<Py<PyList>>>,
}

/// A `Token` of Django's for one of ours. Positions count characters and exist in debug mode only.
pub fn make_token<'py>(
    py: Python<'py>,
    stock: &Stock,
    ast: &Ast,
    token: &Token,
    debug: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let kind = stock.token_types.bind(py).get_item(token.kind as u8)?;
    let position = if debug && matches!(token.contents, Text::Source(..)) {
        let source = &*ast.source;
        let start = source[..token.start as usize].chars().count();
        let len = source[token.start as usize..token.end as usize].chars().count();
        Some((start, start + len))
    } else {
        None
    };
    stock.Token.bind(py).call1((kind, ast.contents(token), position, token.line))
}

/// One of our tokens for a `Token` of Django's.
fn take_token(ast: &mut Ast, token: &Bound<'_, PyAny>) -> PyResult<Token> {
    let kind = match token.getattr("token_type")?.getattr("value")?.extract::<u8>()? {
        0 => TokenKind::Text,
        1 => TokenKind::Var,
        2 => TokenKind::Block,
        _ => TokenKind::Comment,
    };
    let contents: String = token.getattr("contents")?.extract()?;
    let line = token.getattr("lineno")?.extract::<Option<u32>>()?.unwrap_or(0);
    Ok(Token { kind, start: 0, end: 0, contents: ast.make_up(&contents), line })
}

impl NativeParser {
    /// Lends the parser's state to Python for the time of a call.
    pub fn lend<T>(
        this: &Bound<'_, Self>,
        parser: &mut Parser<PyHost>,
        call: impl FnOnce() -> PyResult<T>,
    ) -> PyResult<T> {
        let dialect = parser.dialect;
        let host = PyHost::hollow(this.py(), &parser.host);
        let empty = Parser::new("".into(), Vec::new(), None, dialect, host);
        let full = std::mem::replace(parser, empty);
        let before = this.get().state.replace(Some(full));
        let result = call();
        let returned = this.get().state.replace(before);
        let Some(returned) = returned else {
            return Err(PyRuntimeError::new_err("the parser was used after its compile function had returned"));
        };
        *parser = returned;
        this.get().sync_back(this.py(), parser)?;
        result
    }

    /// Runs `work` on the parser, with the token list of Python's brought in first.
    fn with<T>(&self, py: Python<'_>, work: impl FnOnce(&mut Parser<PyHost>) -> PyResult<T>) -> PyResult<T> {
        let taken = self.state.borrow_mut().take();
        let Some(mut parser) = taken else {
            return Err(PyRuntimeError::new_err("this parser has finished: use it within the compile function only"));
        };
        // Python code has run since.
        parser.host.forget();
        let result = self.sync_back(py, &mut parser).and_then(|()| work(&mut parser));
        *self.state.borrow_mut() = Some(parser);
        result
    }

    /// Takes over changes that Python code made to `parser.tokens`.
    fn sync_back(&self, py: Python<'_>, parser: &mut Parser<PyHost>) -> PyResult<()> {
        let Some(list) = self.tokens.borrow_mut().take() else { return Ok(()) };
        let ast = &mut parser.ast;
        // A list has the next token last.
        let tokens = list.bind(py).iter().rev().map(|token| take_token(ast, &token)).collect::<PyResult<Vec<_>>>()?;
        parser.replace_coming(tokens);
        Ok(())
    }

    fn error(py: Python<'_>, parser: &mut Parser<PyHost>, error: SyntaxError) -> PyErr {
        parser.host.gave_up = true;
        if let Some(error) = parser.host.error.take() {
            return error;
        }
        let made = Stock::get(py).and_then(|stock| stock.TemplateSyntaxError.bind(py).call1((error.to_string(),)));
        made.map_or_else(|error| error, PyErr::from_value)
    }
}

#[pymethods]
impl NativeParser {
    /// `parse(until)`: the number of the node list.
    #[expect(clippy::needless_pass_by_value, reason = "PyO3 makes the list from any sequence")]
    fn parse(&self, py: Python<'_>, until: Vec<String>) -> PyResult<u32> {
        self.with(py, |parser| {
            let until: Vec<&str> = until.iter().map(String::as_str).collect();
            let list = parser.parse(&until).map_err(|error| Self::error(py, parser, error))?;
            if let Some((bodies, _)) = parser.foreign_parts.last_mut() {
                bodies.push(list);
            }
            Ok(list)
        })
    }

    /// `compile_filter(text)`: the number of the expression, or `None` if Django has to judge it.
    fn expression(&self, py: Python<'_>, text: &str) -> PyResult<Option<u32>> {
        self.with(py, |parser| {
            let Ok(expr) = parser.expression(text) else {
                parser.host.error = None;
                return Ok(None);
            };
            if let Some((_, exprs)) = parser.foreign_parts.last_mut() {
                exprs.push(expr);
            }
            Ok(Some(expr))
        })
    }

    /// `next_token()`; `IndexError` at the end, as from an empty list.
    fn next_token<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(list) = &*self.tokens.borrow() {
            return list.bind(py).call_method0("pop");
        }
        self.with(py, |parser| match parser.next_token() {
            Some(token) => make_token(py, Stock::get(py)?, &parser.ast, &token, parser.host.debug),
            None => Err(PyIndexError::new_err("pop from empty list")),
        })
    }

    /// `prepend_token(token)`
    fn prepend_token(&self, py: Python<'_>, token: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Some(list) = &*self.tokens.borrow() {
            return list.bind(py).append(token);
        }
        self.with(py, |parser| {
            let token = take_token(&mut parser.ast, token)?;
            parser.prepend_token(token);
            Ok(())
        })
    }

    /// `delete_first_token()`
    fn delete_first_token(&self, py: Python<'_>) -> PyResult<()> {
        self.next_token(py).map(drop)
    }

    /// `skip_past(endtag)`
    fn skip_past(&self, py: Python<'_>, end: &str) -> PyResult<()> {
        self.with(py, |parser| parser.skip_past(end).map_err(|error| Self::error(py, parser, error)))
    }

    /// `add_library(library)`
    fn add_library(&self, py: Python<'_>, library: &Bound<'_, PyAny>) -> PyResult<()> {
        self.with(py, |parser| parser.host.add_library(library))
    }

    /// `parser.tags` and `parser.filters`
    fn members(&self, py: Python<'_>) -> PyResult<(Py<PyDict>, Py<PyDict>)> {
        self.with(py, |parser| parser.host.share(py))
    }

    /// `parser.tokens`: a list with the next token last. Changes to it are taken over.
    fn tokens<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        if let Some(list) = &*self.tokens.borrow() {
            return Ok(list.bind(py).clone());
        }
        let list = self.with(py, |parser| {
            let stock = Stock::get(py)?;
            let tokens = parser.coming().iter().rev();
            let tokens = tokens.map(|token| make_token(py, stock, &parser.ast, token, parser.host.debug));
            PyList::new(py, tokens.collect::<PyResult<Vec<_>>>()?).map(Bound::unbind)
        })?;
        *self.tokens.borrow_mut() = Some(list.clone_ref(py));
        Ok(list.into_bound(py))
    }
}

impl NativeParser {
    /// Describes a list of the running parse.
    pub fn describe<'py>(&self, py: Python<'py>, list: u32) -> PyResult<Bound<'py, PyList>> {
        self.with(py, |parser| describe_list(py, &parser.ast, &parser.source, list, &parser.host.foreign))
    }

    /// Describes a node of the running parse.
    pub fn facts<'py>(&self, py: Python<'py>, node: u32) -> PyResult<Bound<'py, PyDict>> {
        self.with(py, |parser| facts(py, &parser.ast, &parser.source, node))
    }

    /// The token of a node of the running parse.
    pub fn token<'py>(&self, py: Python<'py>, node: u32) -> PyResult<Bound<'py, PyAny>> {
        self.with(py, |parser| {
            let token = &parser.ast.tokens[parser.ast.nodes[node as usize].token as usize];
            make_token(py, Stock::get(py)?, &parser.ast, token, parser.host.debug)
        })
    }

    /// Filter functions of an expression of the running parse.
    pub fn filters_of<'py>(&self, py: Python<'py>, expr: u32) -> PyResult<Bound<'py, PyDict>> {
        self.with(py, |parser| filters_of(py, &parser.ast, &parser.host.filters, expr))
    }
}

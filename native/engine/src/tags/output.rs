//! `csrf_token`, `filter`, `now`, `spaceless`.

use crate::processors::lazy_token;
use crate::program::Program;
use crate::py::program::NativeProgram;
use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_syntax::ast::{ExprId, ListId, NameId};
use djust_syntax::lexer::is_python_space;
use pyo3::prelude::*;
use pyo3::types::PyString;
use std::ffi::CStr;

impl<'py> Render<'py> {
    #[inline(never)]
    pub(crate) fn csrf_token_node(&mut self) -> PyResult<()> {
        if let Some(processed) = self.scopes.processed(self.stock.csrf_token.bind(self.py))?
            && let Some(token) = processed.token(self.stock)?
        {
            return self.token_input(&token);
        }
        let token = self.scopes.get(self.stock.csrf_token.bind(self.py))?;
        let token = match token {
            Some(token) => self.to_py(&token)?,
            None => self.py.None().into_bound(self.py),
        };
        if let Some(text) = lazy_token(self.stock, &token)?.filter(|text| text.is_truthy().unwrap_or(false)) {
            return if text == "NOTPROVIDED" { self.asked_csrf_input(&token) } else { self.token_input(&text) };
        }
        if !token.is_truthy()? || token.eq("NOTPROVIDED")? {
            return self.asked_csrf_input(&token);
        }
        let Ok(text) = token.cast_exact::<PyString>() else { return self.asked_csrf_input(&token) };
        self.token_input(text)
    }

    /// What Django's node makes of a token: it warns about a missing one in development.
    fn asked_csrf_input(&mut self, token: &Bound<'py, PyAny>) -> PyResult<()> {
        let text = self.stock.call(self.py, "csrf_input", (token,))?;
        self.out.push_py(text.cast::<PyString>()?, false)
    }

    fn token_input(&mut self, text: &Bound<'py, PyString>) -> PyResult<()> {
        self.out.push_str("<input type=\"hidden\" name=\"csrfmiddlewaretoken\" value=\"");
        self.out.push_py(text, true)?;
        self.out.push_str("\">");
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn filter_node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        expr: ExprId,
        body: ListId,
    ) -> PyResult<()> {
        let text = self.captured(program, p, body)?;
        let text = self.stock.SafeString.bind(self.py).call1((text,))?;
        self.scopes.push();
        let var = self.stock.var.bind(self.py);
        let result = self.scopes.set(self.py, self.stock, var, Value::Py(text)).and_then(|()| self.eval(p, expr));
        self.scopes.pop();
        let value = result?;
        self.write_node_result(&value)
    }

    /// Appends what a node's `render` returns: a string that is joined as it is.
    pub(crate) fn write_node_result(&mut self, value: &Value<'py>) -> PyResult<()> {
        let object = match value {
            Value::Text(text, _) => {
                self.out.push_str(text);
                return Ok(());
            }
            value => self.to_py(value)?,
        };
        if let Ok(text) = object.cast::<PyString>() {
            return self.out.push_py(text, false);
        }
        // SAFETY: the type of a live object; its name is a C string that lives as long as the type.
        let name = unsafe { CStr::from_ptr((*pyo3::ffi::Py_TYPE(object.as_ptr())).tp_name) };
        self.no_string = Some(name.to_string_lossy().into_owned());
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn now_node(&mut self, p: &Program, format: &str, asvar: Option<NameId>) -> PyResult<()> {
        if let Some(text) = self.formatted_now(format)? {
            if let Some(name) = asvar {
                return self.assign(p, name, Value::text(text));
            }
            self.out.push_str(&text);
            return Ok(());
        }
        let text = self.stock.call(self.py, "now", (format,))?;
        match asvar {
            Some(name) => self.assign(p, name, Value::Py(text)),
            None => self.write_node_result(&Value::Py(text)),
        }
    }

    #[inline(never)]
    pub(crate) fn spaceless_node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        body: ListId,
    ) -> PyResult<()> {
        let start = self.out.len();
        self.list(program, p, body)?;
        if let Some(text) = self.out.tail(start) {
            let stripped = text.trim_matches(is_python_space);
            let done = djust_text::html::strip_spaces_between_tags(stripped).into_owned();
            self.out.truncate(start);
            self.out.push_str(&done);
            return Ok(());
        }
        let text = self.out.split_off(self.py, start)?;
        let text = self.stock.call(self.py, "strip_spaces_between_tags", (text.call_method0("strip")?,))?;
        self.write_node_result(&Value::Py(text))
    }

    /// `conditional_escape(value)` as Django's tags call it, for values that are no plain strings.
    pub(crate) fn conditional_escape(&self, object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.stock.call(self.py, "escape_output", (object,))
    }

    /// Appends a tag's own result: escaped if the context says so (`conditional_escape`).
    pub(crate) fn write_escaped(&mut self, object: &Bound<'py, PyAny>) -> PyResult<()> {
        match class_of(self.stock, object)? {
            Class::Str => self.out.push_py(object.cast()?, self.autoescape),
            Class::Safe => self.out.push_py(object.cast()?, false),
            _ if self.autoescape => {
                let text = self.conditional_escape(object)?;
                self.write_node_result(&Value::Py(text))
            }
            _ => self.write_node_result(&Value::Py(object.clone())),
        }
    }
}

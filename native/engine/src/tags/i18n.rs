//! `translate`, `blocktranslate`, `language`, `timezone`, and tags that store a value of the surroundings.

use crate::program::Program;
use crate::py::program::NativeProgram;
use crate::render::Render;
use crate::value::Value;
use djust_syntax::ast::{Ambient, BlockTranslate, ExprId, Head, ListId, NameId, Piece};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

impl<'py> Render<'py> {
    pub(crate) fn translate_node(
        &mut self,
        p: &Program,
        expr: ExprId,
        noop: bool,
        asvar: Option<NameId>,
        context: Option<ExprId>,
    ) -> PyResult<()> {
        let py = self.py;
        let context = match context {
            Some(expr) => {
                let value = self.eval(p, expr)?;
                Some(self.to_py(&value)?)
            }
            None => None,
        };
        let parsed = &p.ast.exprs[expr as usize];
        if let (Head::Const(constant), true, false) = (&parsed.head, parsed.filters.is_empty(), noop)
            && p.consts[*constant as usize].bind(py).is_instance_of::<PyString>()
        {
            // A safe string stays safe when it is translated: no need for a lazy object.
            let constant = p.consts[*constant as usize].bind(py);
            let locale = if context.is_none() { self.locale()? } else { None };
            let translate = || self.stock.call(py, "translate_constant", (constant, &context));
            let text = match locale {
                Some(locale) => locale.translation(constant, translate)?,
                None => translate()?,
            };
            return match asvar {
                Some(name) => self.assign(p, name, Value::Py(text)),
                None => self.write_node_result(&Value::Py(text)),
            };
        }
        let value = self.translated(p, expr, noop, context)?;
        let text = self.displayed(&value)?;
        let text = self.stock.call(py, "single_percents", (text,))?;
        match asvar {
            Some(name) => self.assign(p, name, Value::Py(text)),
            None => self.write_node_result(&Value::Py(text)),
        }
    }

    /// The expression with its head translated lazily, as `Variable.resolve` does with `translate` set.
    fn translated(
        &mut self,
        p: &Program,
        id: ExprId,
        noop: bool,
        context: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Value<'py>> {
        if noop {
            return self.eval(p, id);
        }
        let expr = &p.ast.exprs[id as usize];
        let head = match &expr.head {
            Head::Const(constant) | Head::Number(constant) => {
                let constant = p.consts[*constant as usize].bind(self.py).clone();
                if constant.is_instance(self.stock.Promise.bind(self.py))? {
                    // `_("…")` is translated already, without the context.
                    return self.apply_filters(p, id, Value::Py(constant));
                }
                constant
            }
            Head::Path(names) => match self.path(p, names, false)? {
                crate::lookup::Lookup::Found(value) => self.to_py(&value)?,
                // Nothing to translate: the ordinary rule for missing variables.
                crate::lookup::Lookup::Missing(..) => {
                    if self.string_if_invalid.is_truthy()? {
                        return self.invalid(&expr.text[..expr.head_len as usize]);
                    }
                    return self.apply_filters(p, id, Value::Py(self.string_if_invalid.clone()));
                }
            },
        };
        let head = self.stock.call(self.py, "translate_lazily", (head, context))?;
        self.apply_filters(p, id, Value::Py(head))
    }

    pub(crate) fn blocktranslate_node(&mut self, p: &Program, node: &BlockTranslate, nested: bool) -> PyResult<()> {
        let py = self.py;
        let context = match node.context {
            Some(expr) => {
                let value = self.eval(p, expr)?;
                Some(self.to_py(&value)?)
            }
            None => None,
        };
        let values = self.bound_values(p, &node.bindings)?;
        self.scopes.push();
        self.assign_all(p, values)?;
        let (singular, mut names) = message(p, &node.singular);
        // An empty plural part is none: its counter is not even looked at.
        let result = if let Some((name, expr)) = node.count
            && !node.plural.is_empty()
        {
            let count = self.eval(p, expr)?;
            let count = self.to_py(&count)?;
            self.stock.call(py, "check_count", (&count, &*p.ast.names[name as usize], &*node.tag_name))?;
            self.assign(p, name, Value::Py(count.clone()))?;
            let (plural, plural_names) = message(p, &node.plural);
            names.extend(plural_names);
            self.stock.call(py, "translate_plural", (context, singular, plural, count, node.trimmed))?
        } else {
            self.stock.call(py, "translate_text", (context, singular, node.trimmed))?
        };
        let data = PyDict::new(py);
        for name in names {
            let key = p.name(py, name);
            let value = match self.scopes.get(key)? {
                Some(value) => value,
                None => self.missing_placeholder(key)?,
            };
            let shown = self.displayed(&value)?;
            data.set_item(key, shown)?;
        }
        self.scopes.pop();
        let formatted = self.stock.call(py, "format_translation", (&result, &data, &*node.tag_name, nested))?;
        let text = if formatted.is_none() {
            return self.untranslated(p, node);
        } else {
            formatted
        };
        match node.asvar {
            Some(name) => {
                let text = self.stock.SafeString.bind(py).call1((text,))?;
                self.assign(p, name, Value::Py(text))
            }
            None => self.write_node_result(&Value::Py(text)),
        }
    }

    fn missing_placeholder(&self, key: &Bound<'py, PyString>) -> PyResult<Value<'py>> {
        let invalid = &self.string_if_invalid;
        if invalid.contains("%s")? { Ok(Value::Py(invalid.rem(key)?)) } else { Ok(Value::Py(invalid.clone())) }
    }

    /// A translation that cannot be formatted: the original text instead.
    fn untranslated(&mut self, p: &Program, node: &BlockTranslate) -> PyResult<()> {
        let scope = self.stock.call(self.py, "override_language", (self.py.None(),))?;
        scope.call_method0("__enter__")?;
        self.forget_ambient();
        // With `asvar` stock stores the result twice and the outer one is that of an inner render that returned "".
        let start = self.out.len();
        let result = self.blocktranslate_node(p, node, true);
        scope.call_method1("__exit__", (self.py.None(), self.py.None(), self.py.None()))?;
        self.forget_ambient();
        result?;
        if let Some(name) = node.asvar {
            let text = self.out.split_off(self.py, start)?;
            let text = self.stock.SafeString.bind(self.py).call1((text,))?;
            return self.assign(p, name, Value::Py(text));
        }
        Ok(())
    }

    /// A body under another language or time zone.
    pub(crate) fn override_node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        what: &str,
        expr: ExprId,
        body: ListId,
    ) -> PyResult<()> {
        let py = self.py;
        let value = self.eval(p, expr)?;
        let value = self.to_py(&value)?;
        let function = if what == "language" { "override_language" } else { "override_timezone" };
        let scope = self.stock.call(py, function, (value,))?;
        scope.call_method0("__enter__")?;
        self.forget_ambient();
        let result = self.list(program, p, body);
        scope.call_method1("__exit__", (py.None(), py.None(), py.None()))?;
        self.forget_ambient();
        result
    }

    pub(crate) fn ambient_node(&mut self, p: &Program, what: Ambient, name: NameId) -> PyResult<()> {
        let function = match what {
            Ambient::Language => "current_language",
            Ambient::LanguageBidi => "current_language_bidi",
            Ambient::Languages => "available_languages",
            Ambient::TimeZone => "current_timezone_name",
        };
        let value = self.stock.call(self.py, function, ())?;
        self.assign(p, name, Value::Py(value))
    }
}

/// `BlockTranslateNode.render_token_list`, without the trimming.
fn message(p: &Program, pieces: &[Piece]) -> (String, Vec<NameId>) {
    let mut text = String::new();
    let mut names = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(part) => text.push_str(&part.replace('%', "%%")),
            Piece::Var(name) => {
                text.push_str("%(");
                text.push_str(&p.ast.names[*name as usize]);
                text.push_str(")s");
                names.push(*name);
            }
        }
    }
    (text, names)
}

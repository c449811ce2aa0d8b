//! `translate`, `blocktranslate`, `language`, `timezone`, and tags that store a value of the surroundings.

use crate::filters::subject::small_int;
use crate::locale::{Phrase, PhrasePiece};
use crate::program::Program;
use crate::py::program::NativeProgram;
use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_syntax::ast::{Ambient, BlockTranslate, ExprId, Head, ListId, NameId, NodeId, Piece};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use std::rc::Rc;

impl<'py> Render<'py> {
    #[inline(never)]
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
        if context.is_none()
            && !noop
            && let (Head::Path(names), true) = (&parsed.head, parsed.filters.is_empty())
            && let Some(text) = self.translated_name(p, p.ast.path(*names))?
        {
            return match asvar {
                Some(name) => {
                    let text =
                        if self.autoescape { Value::safe(djust_text::html::escape(&text)) } else { Value::text(text) };
                    self.assign(p, name, text)
                }
                None => self.write(&Value::text(text)),
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

    /// The translation of a plain string that a name stands for. `None`: it is something else.
    fn translated_name(&mut self, p: &Program, names: &[NameId]) -> PyResult<Option<String>> {
        let [name] = names else { return Ok(None) };
        let Some(Value::Py(value)) = self.scopes.get(p.name(self.py, *name))? else { return Ok(None) };
        let Ok(message) = value.cast_exact::<PyString>() else { return Ok(None) };
        let Ok(message) = message.to_str() else { return Ok(None) };
        let Some(locale) = self.locale()? else { return Ok(None) };
        let message = message.replace('%', "%%");
        let translate = || {
            let text = self.stock.call(self.py, "translate_lazily", (&value, self.py.None()))?.str()?;
            Ok(text.to_str().ok().map(Into::into))
        };
        Ok(locale.message(&message, translate)?.map(|text| text.replace("%%", "%")))
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
            Head::Path(names) => match self.path(p, p.ast.path(*names), false)? {
                crate::lookup::Lookup::Found(value) => self.to_py(&value)?,
                // Nothing to translate: the ordinary rule for missing variables.
                crate::lookup::Lookup::Missing(..) => {
                    if self.string_if_invalid.is_truthy()? {
                        return self.invalid(p.ast.head_text(expr));
                    }
                    return self.apply_filters(p, id, Value::Py(self.string_if_invalid.clone()));
                }
            },
        };
        let head = self.stock.call(self.py, "translate_lazily", (head, context))?;
        self.apply_filters(p, id, Value::Py(head))
    }

    #[inline(never)]
    pub(crate) fn blocktranslate_node(
        &mut self,
        p: &Program,
        (id, node): (NodeId, &BlockTranslate),
        nested: bool,
    ) -> PyResult<()> {
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
        // An empty plural part is none: its counter is not even looked at.
        let count = match node.count {
            Some((name, expr)) if !node.plural.is_empty() => {
                let count = self.eval(p, expr)?;
                let count = self.to_py(&count)?;
                if class_of(self.stock, &count)? != Class::Int {
                    let name = p.ast.name_text(name);
                    self.stock.call(self.py, "check_count", (&count, name, &*node.tag_name))?;
                }
                self.assign(p, name, Value::Py(count.clone()))?;
                Some(count)
            }
            _ => None,
        };
        let phrase = self.phrase(p, (id, node), context.as_ref(), count.as_ref())?;
        let mut shown = Vec::new();
        let plural = if count.is_some() { &*node.plural } else { &[] };
        for piece in node.singular.iter().chain(plural) {
            if let Piece::Var(name) = piece {
                shown.push((*name, self.shown(p, *name)?));
            }
        }
        self.scopes.pop();
        if let Some(pieces) = &phrase.pieces
            && let Some(text) = filled(pieces, &shown)
        {
            if let Some(name) = node.asvar {
                return self.assign(p, name, Value::safe(text));
            }
            self.out.push_str(&text);
            return Ok(());
        }
        self.formatted_phrase(p, (id, node), (&phrase, shown), nested)
    }

    /// The phrase in the language of the page, kept for each node and count.
    fn phrase(
        &mut self,
        p: &Program,
        (id, node): (NodeId, &BlockTranslate),
        context: Option<&Bound<'py, PyAny>>,
        count: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Rc<Phrase>> {
        let number = match count {
            Some(count) if class_of(self.stock, count)? == Class::Int => small_int(count),
            _ => None,
        };
        let locale = if context.is_none() && number.is_some() == count.is_some() { self.locale()? } else { None };
        let translate = || self.translated_phrase(p, node, context, count);
        match locale {
            Some(locale) => locale.phrase((p.serial, id, number), translate),
            None => translate().map(Rc::new),
        }
    }

    fn translated_phrase(
        &self,
        p: &Program,
        node: &BlockTranslate,
        context: Option<&Bound<'py, PyAny>>,
        count: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Phrase> {
        let (singular, mut names) = message(p, &node.singular);
        let format = match count {
            Some(count) => {
                let (plural, plural_names) = message(p, &node.plural);
                names.extend(plural_names);
                self.stock.call(self.py, "translate_plural", (context, singular, plural, count, node.trimmed))?
            }
            None => self.stock.call(self.py, "translate_text", (context, singular, node.trimmed))?,
        };
        let pieces = match format.cast_exact::<PyString>() {
            Ok(text) => text.to_str().ok().and_then(|text| phrase_pieces(p, text, &names)),
            Err(_) => None,
        };
        Ok(Phrase { format: format.unbind(), pieces })
    }

    /// A value of a phrase as the page shows it (`render_value_in_context`).
    fn shown(&mut self, p: &Program, name: NameId) -> PyResult<Shown<'py>> {
        let key = p.name(self.py, name);
        let value = match self.scopes.get(key)? {
            Some(value) => value,
            None => self.missing_placeholder(key)?,
        };
        Ok(match self.shown_text(&value)? {
            Some(text) => Shown::Text(text),
            None => Shown::Object(self.displayed(&value)?),
        })
    }

    /// A phrase that Python's `%` formats.
    fn formatted_phrase(
        &mut self,
        p: &Program,
        (id, node): (NodeId, &BlockTranslate),
        (phrase, shown): (&Phrase, Vec<(NameId, Shown<'py>)>),
        nested: bool,
    ) -> PyResult<()> {
        let py = self.py;
        let data = PyDict::new(py);
        for (name, shown) in shown {
            match shown {
                Shown::Text(text) => data.set_item(p.name(py, name), text)?,
                Shown::Object(object) => data.set_item(p.name(py, name), object)?,
            }
        }
        let text = self.stock.call(py, "format_translation", (&phrase.format, &data, &*node.tag_name, nested))?;
        if text.is_none() {
            return self.untranslated(p, (id, node));
        }
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
    fn untranslated(&mut self, p: &Program, (id, node): (NodeId, &BlockTranslate)) -> PyResult<()> {
        let no_language = self.py.None().into_bound(self.py);
        let scope = self.enter_language(&no_language)?;
        // With `asvar` stock stores the result twice and the outer one is that of an inner render that returned "".
        let start = self.out.len();
        let result = self.blocktranslate_node(p, (id, node), true);
        self.leave_language(&scope)?;
        result?;
        if let Some(name) = node.asvar {
            let text = self.out.split_off(self.py, start)?;
            let text = self.stock.SafeString.bind(self.py).call1((text,))?;
            return self.assign(p, name, Value::Py(text));
        }
        Ok(())
    }

    /// A body under another language.
    #[inline(never)]
    pub(crate) fn language_node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        expr: ExprId,
        body: ListId,
    ) -> PyResult<()> {
        let code = self.eval(p, expr)?;
        let code = self.to_py(&code)?;
        let scope = self.enter_language(&code)?;
        let result = self.list(program, p, body);
        self.leave_language(&scope)?;
        result
    }

    /// A body under another time zone.
    #[inline(never)]
    pub(crate) fn timezone_node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        expr: ExprId,
        body: ListId,
    ) -> PyResult<()> {
        let py = self.py;
        let zone = self.eval(p, expr)?;
        let zone = self.to_py(&zone)?;
        let scope = self.stock.call(py, "override_timezone", (zone,))?;
        scope.call_method0("__enter__")?;
        self.forget_ambient();
        let result = self.list(program, p, body);
        scope.call_method1("__exit__", (py.None(), py.None(), py.None()))?;
        self.forget_ambient();
        result
    }

    /// `{% get_available_languages %}`. `None`: the setting is no list of pairs of strings.
    fn available_languages(&mut self) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.py;
        let setting = self.stock.setting(py, pyo3::intern!(py, "LANGUAGES"))?;
        let Ok(setting) = setting.cast_exact::<PyList>() else { return Ok(None) };
        let found = PyList::empty(py);
        for pair in setting.iter() {
            let Ok((code, name)) = pair.extract::<(Bound<'py, PyString>, Bound<'py, PyAny>)>() else { return Ok(None) };
            let Some(text) = self.translated_string(&name)? else { return Ok(None) };
            found.append((code, &*text))?;
        }
        Ok(Some(found.into_any()))
    }

    #[inline(never)]
    pub(crate) fn ambient_node(&mut self, p: &Program, what: Ambient, name: NameId) -> PyResult<()> {
        let known = match what {
            Ambient::Language => self.locale()?.map(|locale| locale.language_text(self.py).into_any()),
            Ambient::Languages => self.available_languages()?,
            _ => None,
        };
        if let Some(value) = known {
            return self.assign(p, name, Value::Py(value));
        }
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

/// A value of a phrase, as it is shown.
enum Shown<'py> {
    Text(String),
    Object(Bound<'py, PyAny>),
}

/// A phrase with its values. `None`: one of them is no plain text.
fn filled(pieces: &[PhrasePiece], shown: &[(NameId, Shown<'_>)]) -> Option<String> {
    let mut out = String::new();
    if shown.iter().any(|(_, shown)| matches!(shown, Shown::Object(_))) {
        return None;
    }
    for piece in pieces {
        match piece {
            PhrasePiece::Text(text) => out.push_str(text),
            // The last one counts, as in a dictionary.
            PhrasePiece::Value(name) => match shown.iter().rev().find(|(known, _)| known == name) {
                Some((_, Shown::Text(text))) => out.push_str(text),
                _ => return None,
            },
        }
    }
    Some(out)
}

/// A format with `%(name)s` of known names and `%%`, taken apart. `None`: there is more to it.
fn phrase_pieces(p: &Program, format: &str, names: &[NameId]) -> Option<Vec<PhrasePiece>> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            text.push('%');
            rest = after;
            continue;
        }
        let (name, after) = rest.strip_prefix('(')?.split_once(')')?;
        rest = after.strip_prefix('s')?;
        let name = names.iter().copied().find(|&known| p.ast.name_text(known) == name)?;
        pieces.push(PhrasePiece::Text(std::mem::take(&mut text).into()));
        pieces.push(PhrasePiece::Value(name));
    }
    text.push_str(rest);
    pieces.push(PhrasePiece::Text(text.into()));
    Some(pieces)
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
                text.push_str(p.ast.name_text(*name));
                text.push_str(")s");
                names.push(*name);
            }
        }
    }
    (text, names)
}

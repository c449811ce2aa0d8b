//! `url` and `static`.

use crate::addresses::Arguments;
use crate::attributes::optional_attribute;
use crate::filters::subject::{object_string, small_int};
use crate::program::Program;
use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_syntax::ast::{ExprId, NameId};
use djust_text::Series;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use std::rc::Rc;

impl<'py> Render<'py> {
    #[inline(never)]
    pub(crate) fn url_node(
        &mut self,
        p: &Program,
        view: ExprId,
        args: &[ExprId],
        kwargs: &[(NameId, ExprId)],
        asvar: Option<NameId>,
    ) -> PyResult<()> {
        let py = self.py;
        let mut placed = Vec::with_capacity(args.len());
        for &expr in args {
            let value = self.eval(p, expr)?;
            placed.push(self.to_py(&value)?);
        }
        let mut named: Vec<(Bound<'py, PyString>, _)> = Vec::with_capacity(kwargs.len());
        for (name, expr) in kwargs {
            let value = self.eval(p, *expr)?;
            let value = self.to_py(&value)?;
            let name = p.name(py, *name);
            match named.iter_mut().find(|(known, _)| known.is(name)) {
                Some(known) => known.1 = value,
                None => named.push((name.clone(), value)),
            }
        }
        let view = self.eval(p, view)?;
        let view = self.to_py(&view)?;
        let url = match self.known_address(&view, &placed, &named)? {
            Some(address) => Value::Text(address, false),
            None => Value::Py(self.asked_address(view, placed, named, asvar.is_some())?),
        };
        match (asvar, url) {
            (Some(name), url) => self.assign(p, name, url),
            (None, Value::Py(url)) => self.write_escaped(&url),
            (None, url) => self.write(&url),
        }
    }

    /// An address that our tables tell.
    fn known_address(
        &mut self,
        view: &Bound<'py, PyAny>,
        placed: &[Bound<'py, PyAny>],
        named: &[(Bound<'py, PyString>, Bound<'py, PyAny>)],
    ) -> PyResult<Option<Rc<str>>> {
        if !(placed.is_empty() || named.is_empty()) {
            return Ok(None);
        }
        let app = self.current_app()?;
        let app = match &app {
            Some(app) if app.is_none() => None,
            Some(app) => match app.cast_exact::<PyString>().ok().and_then(|app| app.to_str().ok()) {
                Some(app) => Some(app).filter(|app| !app.is_empty()),
                None => return Ok(None),
            },
            None => None,
        };
        let arguments = if named.is_empty() { Arguments::Placed(placed) } else { Arguments::Named(named) };
        self.reversed(view, &arguments, app)
    }

    /// An address from `reverse` itself.
    fn asked_address(
        &mut self,
        view: Bound<'py, PyAny>,
        placed: Vec<Bound<'py, PyAny>>,
        named: Vec<(Bound<'py, PyString>, Bound<'py, PyAny>)>,
        quiet: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let keywords = PyDict::new(py);
        for (name, value) in named {
            keywords.set_item(name, value)?;
        }
        let request = self.request_object()?;
        self.stock.call(py, "url", (view, PyList::new(py, placed)?, keywords, request, quiet))
    }

    /// `context.request`, if the context has one.
    fn request_object(&self) -> PyResult<Option<Bound<'py, PyAny>>> {
        match &self.context {
            Some(context) => context.getattr_opt(self.stock.request.bind(self.py)),
            None => Ok(self.request.clone()),
        }
    }

    #[inline(never)]
    pub(crate) fn static_node(&mut self, p: &Program, path: ExprId, asvar: Option<NameId>) -> PyResult<()> {
        let py = self.py;
        let path = self.eval(p, path)?;
        let path = self.to_py(&path)?;
        if let Some(url) = self.static_address(&path)? {
            return match asvar {
                None => self.write(&Value::Text(url, false)),
                Some(name) => {
                    let url = if self.autoescape { escaped(&url) } else { Value::Text(url, false) };
                    self.assign(p, name, url)
                }
            };
        }
        let url = self.stock.call(py, "static_url", (path,))?;
        match asvar {
            None => self.write_escaped(&url),
            Some(name) => {
                let url = if self.autoescape { self.conditional_escape(&url)? } else { url };
                self.assign(p, name, Value::Py(url))
            }
        }
    }
}

impl<'py> Render<'py> {
    /// What `{% querystring %}` makes of the request's query and these changes. `None`: its function must be called.
    pub(crate) fn query_string(
        &mut self,
        changes: &[(Bound<'py, PyString>, Bound<'py, PyAny>)],
    ) -> PyResult<Option<String>> {
        let py = self.py;
        let Some(series) = crate::filters::series(py, self.stock)? else { return Ok(None) };
        let Some(request) = self.request_object()? else { return Ok(None) };
        let Some(query) = optional_attribute(&request, intern!(py, "GET"))? else { return Ok(None) };
        if !query.get_type().is(&self.stock.QueryDict) || !speaks_utf8(&query)? {
            return Ok(None);
        }
        let mut pairs: Vec<(String, Vec<String>)> = Vec::new();
        for (key, values) in query.cast::<PyDict>()?.iter() {
            let (Some(key), Ok(values)) = (object_string(self.stock, &key), values.cast_exact::<PyList>()) else {
                return Ok(None);
            };
            let texts = values.iter().map(|value| object_string(self.stock, &value).map(|text| text.text.to_owned()));
            let Some(texts) = texts.collect::<Option<Vec<_>>>() else { return Ok(None) };
            if texts.is_empty() {
                return Ok(None);
            }
            pairs.push((key.text.to_owned(), texts));
        }
        let was_empty = pairs.is_empty();
        for (key, value) in changes {
            let key = key.to_str()?;
            let known = pairs.iter().position(|(other, _)| other == key);
            let text = match (object_string(self.stock, value), class_of(self.stock, value)?) {
                (Some(text), _) => text.text.to_owned(),
                (None, Class::Int) => match small_int(value) {
                    Some(number) => number.to_string(),
                    None => return Ok(None),
                },
                (None, Class::None) => {
                    known.map(|at| pairs.remove(at));
                    continue;
                }
                _ => return Ok(None),
            };
            match known {
                Some(at) => pairs[at].1 = vec![text],
                None => pairs.push((key.to_owned(), vec![text])),
            }
        }
        if series == Series::Django52 && pairs.is_empty() && was_empty {
            return Ok(Some(String::new()));
        }
        let flat = pairs.iter().flat_map(|(key, values)| values.iter().map(move |value| (&**key, &**value)));
        Ok(Some(format!("?{}", djust_text::urls::query_string(flat))))
    }
}

/// True if a `QueryDict` encodes its texts as UTF-8.
fn speaks_utf8(query: &Bound<'_, PyAny>) -> PyResult<bool> {
    let encoding = query.getattr(intern!(query.py(), "encoding"))?;
    Ok(encoding.cast::<PyString>().is_ok_and(|name| name.to_str().is_ok_and(|name| name.eq_ignore_ascii_case("utf-8"))))
}

/// `conditional_escape(text)`
fn escaped<'py>(text: &str) -> Value<'py> {
    Value::safe(djust_text::html::escape(text))
}

//! `url` and `static`.

use crate::program::Program;
use crate::render::Render;
use crate::value::Value;
use djust_syntax::ast::{ExprId, NameId};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

impl<'py> Render<'py> {
    pub(crate) fn url_node(
        &mut self,
        p: &Program,
        view: ExprId,
        args: &[ExprId],
        kwargs: &[(NameId, ExprId)],
        asvar: Option<NameId>,
    ) -> PyResult<()> {
        let py = self.py;
        let arguments = PyList::empty(py);
        for &expr in args {
            let value = self.eval(p, expr)?;
            arguments.append(self.to_py(&value)?)?;
        }
        let keywords = PyDict::new(py);
        for (name, expr) in kwargs {
            let value = self.eval(p, *expr)?;
            keywords.set_item(p.name(py, *name), self.to_py(&value)?)?;
        }
        let view = self.eval(p, view)?;
        let view = self.to_py(&view)?;
        let request = self.request_object()?;
        let url = self.stock.call(py, "url", (view, arguments, keywords, request, asvar.is_some()))?;
        match asvar {
            Some(name) => self.assign(p, name, Value::Py(url)),
            None => self.write_escaped(&url),
        }
    }

    /// `context.request`, if the context has one.
    fn request_object(&self) -> PyResult<Option<Bound<'py, PyAny>>> {
        match &self.context {
            Some(context) => context.getattr_opt(self.stock.request.bind(self.py)),
            None => Ok(self.request.clone()),
        }
    }

    pub(crate) fn static_node(&mut self, p: &Program, path: ExprId, asvar: Option<NameId>) -> PyResult<()> {
        let py = self.py;
        let path = self.eval(p, path)?;
        let path = self.to_py(&path)?;
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

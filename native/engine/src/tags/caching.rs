//! `cache`.

use crate::program::Program;
use crate::py::program::NativeProgram;
use crate::render::Render;
use crate::value::Value;
use djust_syntax::ast::{ExprId, ListId};
use pyo3::prelude::*;
use pyo3::types::PyList;

/// The parts of a `{% cache %}`.
pub struct CacheSpec<'a> {
    /// Seconds.
    pub expire: ExprId,
    /// Name of the fragment.
    pub fragment: &'a str,
    /// What it depends on.
    pub vary: &'a [ExprId],
    /// Name of the cache.
    pub using: Option<ExprId>,
    /// What is cached.
    pub body: ListId,
}

impl<'py> Render<'py> {
    pub(crate) fn cache_node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        spec: &CacheSpec<'_>,
    ) -> PyResult<()> {
        let py = self.py;
        let expire = self.cache_argument(p, spec.expire)?;
        let expire = self.stock.call(py, "cache_timeout", (expire,))?;
        let using = spec.using.map(|expr| self.cache_argument(p, expr)).transpose()?;
        let cache = match using {
            Some(name) => self.stock.call(py, "named_cache", (name,))?,
            None => self.stock.call(py, "fragment_cache", ())?,
        };
        let vary = PyList::empty(py);
        for &expr in spec.vary {
            let value = self.eval(p, expr)?;
            vary.append(self.to_py(&value)?)?;
        }
        let key = self.stock.call(py, "fragment_key", (spec.fragment, vary))?;
        let known = cache.call_method1("get", (&key,))?;
        if !known.is_none() {
            return self.write_node_result(&Value::Py(known));
        }
        let start = self.out.len();
        let text = self.captured(program, p, spec.body)?;
        debug_assert_eq!(start, self.out.len());
        let text = self.stock.SafeString.bind(py).call1((text,))?;
        cache.call_method1("set", (key, &text, expire))?;
        self.out.push_py(text.cast()?, false)
    }

    fn cache_argument(&mut self, p: &Program, expr: ExprId) -> PyResult<Bound<'py, PyAny>> {
        match self.eval(p, expr) {
            Ok(value) => self.to_py(&value),
            Err(error) if error.is_instance(self.py, self.stock.VariableDoesNotExist.bind(self.py)) => {
                let expr = &p.ast.exprs[expr as usize];
                let head = &expr.text[..expr.head_len as usize];
                let message = format!("\"cache\" tag got an unknown variable: <Variable: '{head}'>");
                Err(PyErr::from_value(self.stock.TemplateSyntaxError.bind(self.py).call1((message,))?))
            }
            Err(error) => Err(error),
        }
    }
}

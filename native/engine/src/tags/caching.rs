//! `cache`.

use crate::attributes::own_dict;
use crate::filters::subject::{object_string, small_int};
use crate::program::Program;
use crate::py::program::NativeProgram;
use crate::render::Render;
use crate::stock::{Class, Stock, class_of};
use crate::surroundings::local_value;
use crate::value::Value;
use crate::watch;
use djust_syntax::ast::{ExprId, ListId};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};
use std::cell::RefCell;
use std::rc::Rc;

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
    #[inline(never)]
    pub(crate) fn cache_node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        spec: &CacheSpec<'_>,
    ) -> PyResult<()> {
        let py = self.py;
        let expire = self.cache_argument(p, spec.expire)?;
        let expire = match class_of(self.stock, &expire)? {
            Class::Int => expire,
            _ => self.stock.call(py, "cache_timeout", (expire,))?,
        };
        let using = spec.using.map(|expr| self.cache_argument(p, expr)).transpose()?;
        let cache = match using {
            Some(name) => self.stock.call(py, "named_cache", (name,))?,
            None => match open_cache(py, self.stock)? {
                Some(cache) => cache,
                None => self.stock.call(py, "fragment_cache", ())?,
            },
        };
        let mut vary = Vec::with_capacity(spec.vary.len());
        for &expr in spec.vary {
            let value = self.eval(p, expr)?;
            vary.push(self.to_py(&value)?);
        }
        let key = match self.fragment_key(spec.fragment, &vary)? {
            Some(key) => key.into_any(),
            None => self.stock.call(py, "fragment_key", (spec.fragment, PyList::new(py, vary)?))?,
        };
        let known = cache.call_method1(intern!(py, "get"), (&key,))?;
        if !known.is_none() {
            return self.write_node_result(&Value::Py(known));
        }
        let start = self.out.len();
        let text = self.captured(program, p, spec.body)?;
        debug_assert_eq!(start, self.out.len());
        let text = self.stock.SafeString.bind(py).call1((text,))?;
        cache.call_method1(intern!(py, "set"), (key, &text, expire))?;
        self.out.push_py(text.cast()?, false)
    }

    /// `make_template_fragment_key(name, values)`. `None`: Django's function must make it.
    fn fragment_key(&self, name: &str, values: &[Bound<'py, PyAny>]) -> PyResult<Option<Bound<'py, PyString>>> {
        let py = self.py;
        if !watch::fragment_keys_are_stock(self.stock, py)? {
            return Ok(None);
        }
        let mut text = String::new();
        for value in values {
            match (object_string(self.stock, value), class_of(self.stock, value)?) {
                (Some(subject), _) => text.push_str(subject.text),
                (None, Class::Int) => match small_int(value) {
                    Some(number) => text.push_str(&number.to_string()),
                    None => return Ok(None),
                },
                _ => return Ok(None),
            }
            text.push(':');
        }
        let hash = self.stock.md5.bind(py).call1((PyBytes::new(py, text.as_bytes()),))?;
        let digest = hash.call_method0(intern!(py, "hexdigest"))?;
        let digest = digest.cast::<PyString>()?.to_str()?;
        Ok(Some(PyString::new(py, &format!("template.cache.{name}.{digest}"))))
    }

    fn cache_argument(&mut self, p: &Program, expr: ExprId) -> PyResult<Bound<'py, PyAny>> {
        match self.eval(p, expr) {
            Ok(value) => self.to_py(&value),
            Err(error) if error.is_instance(self.py, self.stock.VariableDoesNotExist.bind(self.py)) => {
                let expr = &p.ast.exprs[expr as usize];
                let head = p.ast.head_text(expr);
                let message = format!("\"cache\" tag got an unknown variable: <Variable: '{head}'>");
                Err(PyErr::from_value(self.stock.TemplateSyntaxError.bind(self.py).call1((message,))?))
            }
            Err(error) => Err(error),
        }
    }
}

/// Where the caches of this thread are: the handler, its `Local` and the variable behind that, and the settings.
struct Handler {
    caches: Py<PyAny>,
    connections: Py<PyAny>,
    variable: Py<PyAny>,
}

thread_local! {
    static HANDLER: RefCell<Option<Rc<Handler>>> = const { RefCell::new(None) };
}

/// The cache of fragments, if this thread has it open already.
fn open_cache<'py>(py: Python<'py>, stock: &Stock) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(names) = own_dict(stock.cache_tags.bind(py)) else { return Ok(None) };
    let Some(caches) = names.get_item(intern!(py, "caches"))? else { return Ok(None) };
    let Some(own) = own_dict(&caches) else { return Ok(None) };
    let (Some(connections), Some(settings)) =
        (own.get_item(intern!(py, "_connections"))?, own.get_item(intern!(py, "settings"))?)
    else {
        return Ok(None);
    };
    let known = HANDLER.with(|known| known.borrow().clone());
    let known = match known {
        Some(known) if caches.is(&known.caches) && connections.is(&known.connections) => known,
        _ => {
            let variable = stock.call(py, "cache_variable", (&caches,))?;
            if variable.is_none() {
                return Ok(None);
            }
            let made = Rc::new(Handler {
                caches: caches.unbind(),
                connections: connections.unbind(),
                variable: variable.unbind(),
            });
            HANDLER.with(|known| known.replace(Some(Rc::clone(&made))));
            made
        }
    };
    let Ok(settings) = settings.cast_exact::<PyDict>() else { return Ok(None) };
    let open = |alias| {
        let names = [intern!(py, "data"), intern!(py, "thread_id"), alias];
        local_value(known.variable.bind(py), names)
    };
    let fragments = intern!(py, "template_fragments");
    if let Some(cache) = open(fragments)? {
        return Ok(Some(cache.into_bound(py)));
    }
    if settings.contains(fragments)? {
        return Ok(None);
    }
    Ok(open(intern!(py, "default"))?.map(|cache| cache.into_bound(py)))
}

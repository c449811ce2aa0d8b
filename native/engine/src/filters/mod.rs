//! Filters: which function a name means, and how it is called.

pub mod registry;

use crate::render::Render;
use crate::stock::Stock;
use crate::value::Value;
use djust_syntax::usage::effects::{self, Effect};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

/// A filter that runs here. `None`: this value is left to Django's function.
pub type NativeFilter = for<'py> fn(&mut Render<'py>, &Value<'py>, Option<&Value<'py>>) -> PyResult<Option<Value<'py>>>;

/// A filter of a template.
pub struct FilterEntry {
    /// Django's, or a library's, function.
    pub function: Py<PyAny>,
    native: Option<NativeFilter>,
    expects_localtime: bool,
    needs_autoescape: bool,
    is_safe: bool,
    /// Django's own filter of that name.
    pub is_stock: bool,
    /// It reads all items of a collection.
    pub reads_all: bool,
}

fn has_flag(function: &Bound<'_, PyAny>, name: &str) -> PyResult<bool> {
    function.getattr_opt(name)?.map_or(Ok(false), |flag| flag.is_truthy())
}

/// The entry of a filter function, checked for the number of arguments. `None`: wrong number.
pub fn entry(py: Python<'_>, name: &str, args: usize, function: Py<PyAny>) -> PyResult<Option<FilterEntry>> {
    let stock = Stock::get(py)?;
    let bound = function.bind(py);
    if !stock.call(py, "filter_takes", (name, bound, args))?.is_truthy()? {
        return Ok(None);
    }
    let stock_name = stock.call(py, "stock_filter_name", (bound,))?;
    let stock_name = stock_name.cast::<PyString>().ok().map(|name| name.to_str()).transpose()?;
    let native = stock_name.and_then(registry::find);
    let effect = stock_name.and_then(effects::of);
    Ok(Some(FilterEntry {
        native,
        is_stock: stock_name.is_some(),
        reads_all: effect.is_some_and(|effect| {
            matches!(effect, Effect::Count | Effect::Truth | Effect::Default | Effect::PrintItems | Effect::Sort)
        }),
        expects_localtime: has_flag(bound, "expects_localtime")?,
        needs_autoescape: has_flag(bound, "needs_autoescape")?,
        is_safe: has_flag(bound, "is_safe")?,
        function,
    }))
}

impl<'py> Render<'py> {
    /// Applies a filter.
    pub fn filter(&mut self, entry: &FilterEntry, value: Value<'py>, arg: Option<Value<'py>>) -> PyResult<Value<'py>> {
        if let Some(native) = entry.native
            && let Some(result) = native(self, &value, arg.as_ref())?
        {
            return Ok(result);
        }
        self.python_filter(entry, &value, arg.as_ref())
    }

    fn python_filter(&mut self, entry: &FilterEntry, value: &Value<'py>, arg: Option<&Value<'py>>) -> PyResult<Value<'py>> {
        let py = self.py;
        let mut object = self.to_py(value)?;
        if entry.expects_localtime {
            object = self.stock.call(py, "template_localtime", (object, self.use_tz.to_py(py)))?;
        }
        let mut args = vec![object.clone()];
        if let Some(arg) = arg {
            args.push(self.to_py(arg)?);
        }
        let kwargs = if entry.needs_autoescape {
            let kwargs = PyDict::new(py);
            kwargs.set_item(self.stock.autoescape.bind(py), self.autoescape)?;
            Some(kwargs)
        } else {
            None
        };
        let result = entry.function.bind(py).call(PyTuple::new(py, args)?, kwargs.as_ref())?;
        if entry.is_safe && crate::lookup::optional_attribute(&object, self.stock.html.bind(py))?.is_some() {
            return self.stock.call(py, "mark_safe_if", (&object, result)).map(Value::Py);
        }
        Ok(Value::Py(result))
    }
}

//! Functions of a site's tags that are run with native helpers (`djust_backend.site_functions`), and these helpers.

use crate::addresses::Arguments;
use crate::attributes::{class_has_this, own_dict};
use crate::filters::json_element;
use crate::helpers::{escaped_text, formatted, marked_safe};
use crate::loading::rendered;
use crate::processors::new_token;
use crate::py::entry::detached;
use crate::stock::{Class, Stock, class_of};
use crate::watch;
use pyo3::exceptions::PyNameError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFunction, PyList, PyString, PyTuple};
use std::rc::Rc;

/// A function as it was when another was made to run in its place.
struct Made {
    function: Py<PyAny>,
    /// Code, defaults and keyword defaults of the original, by address; the copy holds them.
    parts: [usize; 3],
    /// The original's code, which the copy does not hold.
    _code: Py<PyAny>,
}

/// A function that Python code has given us to be called.
pub struct SiteFunction {
    original: Py<PyAny>,
    made: Option<Made>,
}

/// Code, defaults and keyword defaults of a Python function.
pub fn parts(function: &Bound<'_, PyAny>) -> [usize; 3] {
    let function = function.as_ptr();
    // SAFETY: a function of Python's (callers make sure); borrowed references, or null, of which nothing but the
    // address is taken.
    unsafe {
        [
            ffi::PyFunction_GetCode(function) as usize,
            ffi::PyFunction_GetDefaults(function) as usize,
            ffi::PyFunction_GetKwDefaults(function) as usize,
        ]
    }
}

impl SiteFunction {
    /// A function, and what may run in its place.
    pub fn new(stock: &Stock, original: &Bound<'_, PyAny>) -> PyResult<Self> {
        let made = stock.call(original.py(), "helped", (original,))?;
        if made.is_none() {
            return Ok(Self::plain(original));
        }
        Self::with(original, made)
    }

    /// A function that is called as it is.
    pub fn plain(original: &Bound<'_, PyAny>) -> Self {
        Self { original: original.clone().unbind(), made: None }
    }

    /// A function, and what runs in its place.
    fn with(original: &Bound<'_, PyAny>, made: Bound<'_, PyAny>) -> PyResult<Self> {
        let code = original.getattr(intern!(original.py(), "__code__"))?.unbind();
        let made = Made { function: made.unbind(), parts: parts(original), _code: code };
        Ok(Self { original: original.clone().unbind(), made: Some(made) })
    }

    /// True if another function is to run in its place.
    pub fn is_helped(&self) -> bool {
        self.made.is_some()
    }

    /// True if the function is what an object has as its method of this name.
    pub fn is_of(&self, object: &Bound<'_, PyAny>, name: &Py<PyString>) -> bool {
        let py = object.py();
        let name = name.bind(py);
        class_has_this(object, name, self.original.bind(py))
            && own_dict(object).is_some_and(|own| own.contains(name).is_ok_and(|hidden| !hidden))
    }

    /// The function that the site knows.
    pub fn original<'py>(&self, py: Python<'py>) -> &Bound<'py, PyAny> {
        self.original.bind(py)
    }

    /// What is to be called: the function itself if somebody has changed it since.
    pub fn callee<'py>(&self, py: Python<'py>) -> &Bound<'py, PyAny> {
        match &self.made {
            Some(made) if parts(self.original.bind(py)) == made.parts => made.function.bind(py),
            _ => self.original.bind(py),
        }
    }
}

/// What a name means to the Python code that is running.
fn meant<'py>(py: Python<'py>, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: the dictionary of the running frame, borrowed, or null.
    let globals = unsafe { Bound::from_borrowed_ptr_or_opt(py, ffi::PyEval_GetGlobals()) };
    if let Some(globals) = globals
        && let Some(found) = globals.cast::<PyDict>()?.get_item(name)?
    {
        return Ok(found);
    }
    let builtins = py.import(intern!(py, "builtins"))?;
    match builtins.getattr_opt(name)? {
        Some(found) => Ok(found),
        None => Err(PyNameError::new_err(format!("name '{name}' is not defined"))),
    }
}

/// What the call of a function of Django's by name gives: `native`, if the name means that function where this is called.
fn by_name<'py>(
    name: &Bound<'py, PyString>,
    wanted: &Py<PyAny>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
    native: impl FnOnce() -> PyResult<Option<Bound<'py, PyAny>>>,
) -> PyResult<Bound<'py, PyAny>> {
    let function = meant(args.py(), name)?;
    if function.is(wanted)
        && let Some(found) = native()?
    {
        return Ok(found);
    }
    function.call(args, kwargs)
}

/// The only argument of a call. `None`: there are others, or none.
fn only<'py>(args: &Bound<'py, PyTuple>, kwargs: Option<&Bound<'py, PyDict>>) -> Option<Bound<'py, PyAny>> {
    if kwargs.is_none() && args.len() == 1 { args.get_item(0).ok() } else { None }
}

/// What `format_html(…)` gives in the code that calls this.
#[pyfunction]
#[pyo3(signature = (*args, **kwargs))]
pub fn format_html_by_name<'py>(
    py: Python<'py>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let stock = Stock::get(py)?;
    by_name(intern!(py, "format_html"), &stock.django_format_html, args, kwargs, || {
        if args.is_empty() || !watch::safe_text_is_stock(stock, py)? {
            return Ok(None);
        }
        formatted(stock, &args.get_item(0)?, (args, 1), kwargs)
    })
}

/// What `mark_safe(…)` gives in the code that calls this.
#[pyfunction]
#[pyo3(signature = (*args, **kwargs))]
pub fn mark_safe_by_name<'py>(
    py: Python<'py>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let stock = Stock::get(py)?;
    by_name(intern!(py, "mark_safe"), &stock.django_mark_safe, args, kwargs, || match only(args, kwargs) {
        Some(text) if watch::safe_text_is_stock(stock, py)? => marked_safe(stock, &text),
        _ => Ok(None),
    })
}

/// What `escape(…)` gives in the code that calls this.
#[pyfunction]
#[pyo3(signature = (*args, **kwargs))]
pub fn escape_by_name<'py>(
    py: Python<'py>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let stock = Stock::get(py)?;
    by_name(intern!(py, "escape"), &stock.django_escape, args, kwargs, || match only(args, kwargs) {
        Some(text) if watch::safe_text_is_stock(stock, py)? => escaped_text(stock, &text),
        _ => Ok(None),
    })
}

/// What `conditional_escape(…)` gives in the code that calls this.
#[pyfunction]
#[pyo3(signature = (*args, **kwargs))]
pub fn conditional_escape_by_name<'py>(
    py: Python<'py>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let stock = Stock::get(py)?;
    by_name(intern!(py, "conditional_escape"), &stock.django_conditional_escape, args, kwargs, || {
        let Some(text) = only(args, kwargs) else { return Ok(None) };
        if !watch::safe_text_is_stock(stock, py)? {
            return Ok(None);
        }
        match class_of(stock, &text)? {
            Class::Safe => Ok(Some(text)),
            _ => escaped_text(stock, &text),
        }
    })
}

/// What `get_token(…)` gives in the code that calls this.
#[pyfunction]
#[pyo3(signature = (*args, **kwargs))]
pub fn get_token_by_name<'py>(
    py: Python<'py>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let stock = Stock::get(py)?;
    by_name(intern!(py, "get_token"), &stock.django_get_token, args, kwargs, || {
        let Some(request) = only(args, kwargs) else { return Ok(None) };
        Ok(new_token(stock, &request)?.map(Bound::into_any))
    })
}

/// What `json_script(…)` gives in the code that calls this.
#[pyfunction]
#[pyo3(signature = (*args, **kwargs))]
pub fn json_script_by_name<'py>(
    py: Python<'py>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let stock = Stock::get(py)?;
    by_name(intern!(py, "json_script"), &stock.django_json_script, args, kwargs, || {
        let Some([Some(value), id]) = taken(args, kwargs, ["value", "element_id"])? else { return Ok(None) };
        if !watch::safe_text_is_stock(stock, py)? || !watch::json_is_stock(stock, py)? {
            return Ok(None);
        }
        json_element(stock, &value, id.as_ref())
    })
}

/// The arguments of a call for some parameters. `None`: there are others.
fn taken<'py, const COUNT: usize>(
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
    parameters: [&str; COUNT],
) -> PyResult<Option<[Option<Bound<'py, PyAny>>; COUNT]>> {
    let mut found = [const { None }; COUNT];
    if args.len() > COUNT {
        return Ok(None);
    }
    for (place, value) in found.iter_mut().zip(args.iter()) {
        *place = Some(value);
    }
    for (name, value) in kwargs.into_iter().flatten() {
        let name = name.cast::<PyString>()?.to_str()?;
        match parameters.iter().position(|known| *known == name) {
            Some(at) if found[at].is_none() => found[at] = Some(value),
            _ => return Ok(None),
        }
    }
    Ok(Some(found))
}

/// What `render_to_string(…)` gives in the code that calls this.
#[pyfunction]
#[pyo3(signature = (*args, **kwargs))]
pub fn render_to_string_by_name<'py>(
    py: Python<'py>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let stock = Stock::get(py)?;
    let name = intern!(py, "render_to_string");
    by_name(name, &stock.render_to_string, args, kwargs, || rendered(stock, args, kwargs))
}

/// What `static(…)` gives in the code that calls this.
#[pyfunction]
#[pyo3(signature = (*args, **kwargs))]
pub fn static_by_name<'py>(
    py: Python<'py>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let stock = Stock::get(py)?;
    by_name(intern!(py, "static"), &stock.static_function, args, kwargs, || {
        let Some(path) = only(args, kwargs) else { return Ok(None) };
        let address = detached(py, stock).static_address(&path)?;
        Ok(address.map(|address| PyString::new(py, &address).into_any()))
    })
}

/// What `reverse(…)` gives in the code that calls this.
#[pyfunction]
#[pyo3(signature = (*args, **kwargs))]
pub fn reverse_by_name<'py>(
    py: Python<'py>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let stock = Stock::get(py)?;
    by_name(intern!(py, "reverse"), &stock.reverse, args, kwargs, || {
        let Some(view) = only(args, None) else { return Ok(None) };
        let address = address(stock, &view, kwargs)?;
        Ok(address.map(|address| PyString::new(py, &address).into_any()))
    })
}

/// `reverse(view, args=…)`, `reverse(view, kwargs=…)` or `reverse(view)`. `None`: Django's function must be called.
fn address<'py>(
    stock: &Stock,
    view: &Bound<'py, PyAny>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Option<Rc<str>>> {
    let py = view.py();
    let mut placed = Vec::new();
    let mut named = Vec::new();
    for (option, value) in options.into_iter().flatten() {
        match option.cast::<PyString>()?.to_str()? {
            "args" if value.is_exact_instance_of::<PyList>() || value.is_exact_instance_of::<PyTuple>() => {
                placed = value.try_iter()?.collect::<PyResult<_>>()?;
            }
            "kwargs" if value.is_exact_instance_of::<PyDict>() => {
                for (name, value) in value.cast::<PyDict>()?.iter() {
                    let Ok(name) = name.cast_into_exact::<PyString>() else { return Ok(None) };
                    let Ok(name) = name.to_str() else { return Ok(None) };
                    named.push((PyString::intern(py, name), value));
                }
            }
            "args" | "kwargs" | "urlconf" | "current_app" | "query" | "fragment" if value.is_none() => {}
            _ => return Ok(None),
        }
    }
    if !(placed.is_empty() || named.is_empty()) {
        return Ok(None);
    }
    let arguments = if named.is_empty() { Arguments::Placed(&placed) } else { Arguments::Named(&named) };
    detached(py, stock).reversed(view, &arguments, None)
}

/// The call of a function of a site by name, in the code of another one: what runs in its place, if the name means it.
#[pyclass(frozen, module = "djust_backend._native")]
pub struct SiteCall {
    name: Py<PyString>,
    function: SiteFunction,
}

#[pymethods]
impl SiteCall {
    #[new]
    fn new(
        name: &Bound<'_, PyString>,
        function: &Bound<'_, PyFunction>,
        made: Bound<'_, PyFunction>,
    ) -> PyResult<Self> {
        Ok(Self { name: name.clone().unbind(), function: SiteFunction::with(function, made.into_any())? })
    }

    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        &self,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = args.py();
        let function = meant(py, self.name.bind(py))?;
        if function.is(self.function.original(py)) {
            return self.function.callee(py).call(args, kwargs);
        }
        function.call(args, kwargs)
    }
}

//! `django.template.loader.render_to_string` natively: where a site's function calls it, and the templates are ours.

use crate::forms::{loaded_templates, own_item, renders_as_made};
use crate::py::program::{NativeProgram, native_program};
use crate::stock::Stock;
use crate::tags::inheritance::Level;
use crate::watch::{Holder, all_hold, notes};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

/// Levels that a render counts for: the frames of Django's function and of the backend's template.
const LEVELS: usize = 2;

/// The parameters of `render_to_string`.
const PARAMETERS: [&str; 4] = ["template_name", "context", "request", "using"];

/// What Django's function is made of.
struct Loading {
    notes: Vec<Holder>,
    /// `django.template.engines`
    engines: Py<PyAny>,
}

static LOADING: PyOnceLock<Loading> = PyOnceLock::new();

/// A template that is ready to be rendered.
struct Ready<'py> {
    template: Bound<'py, PyAny>,
    program: Bound<'py, NativeProgram>,
    backend: Bound<'py, PyAny>,
    autoescape: bool,
}

/// What `render_to_string(…)` gives. `None`: Django's function must be called, with the same arguments.
pub fn rendered<'py>(
    stock: &Stock,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = args.py();
    let Some([Some(name), context, request, using]) = bound_arguments(args, kwargs)? else { return Ok(None) };
    if using.is_some() {
        return Ok(None);
    }
    let Some(ready) = template_of(stock, &name)? else { return Ok(None) };
    let _levels = Level::enter_many(py, LEVELS)?;
    let text = NativeProgram::render_page(
        &ready.program,
        &ready.template,
        context.as_ref(),
        request.as_ref(),
        ready.autoescape,
    );
    text.map_err(|error| {
        if !error.is_instance(py, stock.TemplateDoesNotExist.bind(py)) {
            return error;
        }
        match stock.call(py, "reraise_missing", (error.value(py), &ready.backend)) {
            Ok(_) => error,
            Err(raised) => raised,
        }
    })
}

/// An argument for each parameter; `None` stands for the default as well.
type Arguments<'py> = [Option<Bound<'py, PyAny>>; 4];

/// `None`: the call cannot bind, or not so simply.
fn bound_arguments<'py>(
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Option<Arguments<'py>>> {
    let mut found: Arguments<'py> = [const { None }; 4];
    if args.is_empty() || args.len() > found.len() {
        return Ok(None);
    }
    for (place, value) in found.iter_mut().zip(args.iter()) {
        *place = Some(value);
    }
    for (name, value) in kwargs.into_iter().flatten() {
        let name = name.cast::<PyString>()?.to_str()?;
        let Some(at) = PARAMETERS.iter().position(|known| *known == name) else { return Ok(None) };
        if found[at].is_some() {
            return Ok(None);
        }
        found[at] = Some(value);
    }
    Ok(Some(found.map(|value| value.filter(|value| !value.is_none()))))
}

/// The template of a name, or the first of several names, as `get_template` and `select_template` find it.
fn template_of<'py>(stock: &Stock, name: &Bound<'py, PyAny>) -> PyResult<Option<Ready<'py>>> {
    let py = name.py();
    let loading = LOADING.get_or_try_init(py, || {
        let found = stock.call(py, "loading_notes", ())?;
        Ok::<_, PyErr>(Loading { notes: notes(&found.get_item(0)?)?, engines: found.get_item(1)?.unbind() })
    })?;
    if !all_hold(py, &loading.notes)? || !renders_as_made(py)? {
        return Ok(None);
    }
    let Some(backend) = only_engine(loading.engines.bind(py))? else { return Ok(None) };
    let Some((templates, autoescape)) = loaded_templates(stock, &backend)? else { return Ok(None) };
    let is_text =
        |name: &Bound<'py, PyAny>| name.is_exact_instance_of::<PyString>() || name.get_type().is(&stock.SafeString);
    let names = if is_text(name) {
        vec![name.clone()]
    } else if name.is_exact_instance_of::<PyList>() || name.is_exact_instance_of::<PyTuple>() {
        name.try_iter()?.collect::<PyResult<_>>()?
    } else {
        return Ok(None);
    };
    for name in names {
        let found = if is_text(&name) { templates.get_item(name)? } else { None };
        let Some(template) = found else { return Ok(None) };
        // The cached loader keeps the exception class for a name that it has not found.
        if template.is(&stock.TemplateDoesNotExist) {
            continue;
        }
        let program = native_program(stock, &template)?;
        return Ok(program.map(|program| Ready { template, program, backend, autoescape }));
    }
    Ok(None)
}

/// The one engine of a site. `None`: there are more, or it has not been made yet.
fn only_engine<'py>(engines: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = engines.py();
    let Some(entries) = own_item(engines, intern!(py, "templates"))? else { return Ok(None) };
    let Some(made) = own_item(engines, intern!(py, "_engines"))? else { return Ok(None) };
    let (Ok(entries), Ok(made)) = (entries.cast_into_exact::<PyDict>(), made.cast_into_exact::<PyDict>()) else {
        return Ok(None);
    };
    if entries.len() != 1 || own_item(engines, intern!(py, "all"))?.is_some() {
        return Ok(None);
    }
    made.get_item(entries.keys().get_item(0)?)
}

//! Ways into a render: a page of its own, or a part of one in the context that Python code has handed in; and out again.

use crate::attributes::own_dict;
use crate::out::Out;
use crate::program::Program;
use crate::py::frame::Frame;
use crate::render::{Known, Render, Tri};
use crate::scopes::{Layer, Scopes};
use crate::stock::{Class, Stock, class_of};
use djust_syntax::ast::{ExprId, Head};
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// A render without any layers and frames, for a template of ours.
pub fn fresh<'py>(py: Python<'py>, stock: &'py Stock, template: &Bound<'py, PyAny>) -> PyResult<Render<'py>> {
    let engine = template.getattr(stock.engine.bind(py))?;
    Ok(Render {
        debug: engine.getattr(stock.debug.bind(py))?.is_truthy()?,
        string_if_invalid: engine.getattr(stock.string_if_invalid.bind(py))?,
        engine,
        template_name: template.getattr(intern!(template.py(), "name"))?,
        template: template.clone(),
        ..detached(py, stock)
    })
}

/// A render of nothing, which knows language and time zone: for what is formatted outside of templates.
pub fn detached<'py>(py: Python<'py>, stock: &'py Stock) -> Render<'py> {
    let none = py.None().into_bound(py);
    Render {
        py,
        stock,
        out: Out::default(),
        scopes: Scopes::default(),
        outer: Vec::new(),
        autoescape: true,
        use_l10n: Tri::Unset,
        use_tz: Tri::Unset,
        debug: false,
        string_if_invalid: none.clone(),
        engine: none.clone(),
        context: None,
        request: None,
        trail: None,
        no_string: None,
        known: Known::default(),
        derive_from: None,
        is_new: false,
        template_name: none.clone(),
        template: none,
        frames: Vec::new(),
        frames_base: 1,
        ambient: None,
        addresses: None,
        static_place: None,
        groups_thousands: std::cell::Cell::default(),
        forms: crate::forms::State::default(),
    }
}

/// A render in a context of Python's.
pub fn enter<'py>(py: Python<'py>, stock: &'py Stock, context: &Bound<'py, PyAny>) -> PyResult<Render<'py>> {
    let template = context.getattr(stock.template.bind(py))?;
    if template.is_none() {
        // As in stock, where `context.template.engine` is read.
        template.getattr(stock.engine.bind(py))?;
    }
    let engine = template.getattr(stock.engine.bind(py))?;
    let dicts = context.getattr(stock.dicts.bind(py))?;
    let context_dict = stock.ContextDict.bind(py).as_any();
    let layers = dicts.cast::<PyList>()?.iter().map(|dict| Layer::of(dict, context_dict)).collect();
    let flags = (
        context.getattr(stock.autoescape.bind(py))?.is_truthy()?,
        Tri::of(&context.getattr(stock.use_l10n.bind(py))?)?,
        Tri::of(&context.getattr(stock.use_tz.bind(py))?)?,
    );
    Ok(Render {
        scopes: Scopes { layers, is_given: false },
        autoescape: flags.0,
        use_l10n: flags.1,
        use_tz: flags.2,
        debug: engine.getattr(stock.debug.bind(py))?.is_truthy()?,
        string_if_invalid: engine.getattr(stock.string_if_invalid.bind(py))?,
        engine,
        context: Some(context.clone()),
        known: Known::of_flags(flags),
        template_name: crate::attributes::optional_attribute(context, stock.template_name.bind(py))?
            .unwrap_or_else(|| py.None().into_bound(py)),
        template,
        ..detached(py, stock)
    })
}

/// The dictionaries and the template of a context's `render_context`.
pub fn render_state<'py>(
    stock: &Stock,
    context: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyList>, Bound<'py, PyAny>)> {
    let py = context.py();
    let state = context.getattr(stock.render_context.bind(py))?;
    let dicts = state.getattr(stock.dicts.bind(py))?.cast_into::<PyList>()?;
    Ok((dicts, state.getattr(stock.template.bind(py))?))
}

/// Goes on in the frame that a context's `render_context`, as [`render_state`] gives it, is in.
pub fn enter_frame<'py>(
    render: &mut Render<'py>,
    (dicts, template): (Bound<'py, PyList>, Bound<'py, PyAny>),
) -> PyResult<()> {
    let Some(last) = dicts.len().checked_sub(1) else {
        return Err(PyTypeError::new_err("the render context has no dictionaries"));
    };
    let dict = dicts.get_item(last)?;
    render.frames_base = last;
    let base = dicts.get_item(0)?;
    let frame = Frame::of_dict(template, dict.cast::<PyDict>()?, base.cast::<PyDict>()?)?;
    render.frames.push(frame);
    Ok(())
}

/// Leaves Python's context as the native nodes have left theirs; `before` is the template to go back to if a frame
/// was opened.
pub fn leave<'py>(
    render: &mut Render<'py>,
    context: &Bound<'py, PyAny>,
    before: Option<Bound<'py, PyAny>>,
) -> PyResult<()> {
    let py = render.py;
    let dicts = context.getattr(render.stock.dicts.bind(py))?;
    let dicts = dicts.cast::<PyList>()?;
    let count = render.scopes.layers.len();
    if dicts.len() > count {
        dicts.del_slice(count, dicts.len())?;
    } else if dicts.len() < count {
        // An exception has left layers open that stock would leave open, too.
        render.share_scopes()?;
    }
    render.share_flags(context)?;
    if let Some(template) = before {
        let (frames, _) = render_state(render.stock, context)?;
        if frames.len() > render.frames_base {
            frames.del_slice(render.frames_base, frames.len())?;
            context.getattr(render.stock.render_context.bind(py))?.setattr(render.stock.template.bind(py), template)?;
        }
    }
    for frame in &render.frames {
        frame.close();
    }
    Ok(())
}

/// Adds what a context processor has returned. Error: TypeError if it is no dictionary.
pub fn update_from<'py>(
    stock: &Stock,
    updates: &Bound<'py, PyDict>,
    processor: &Bound<'py, PyAny>,
    values: &Bound<'py, PyAny>,
) -> PyResult<()> {
    if let Ok(values) = values.cast_exact::<PyDict>() {
        return updates.update(values.as_mapping());
    }
    stock.call(updates.py(), "update_from_processor", (updates, processor, values)).map(drop)
}

/// Lets go of the context of a render that is over. Its dictionaries refer to it: if nobody else has it, they are taken
/// from it, or it would wait for the garbage collector, which would have the more to do.
///
/// The render's layers must be gone.
pub fn let_go(stock: &Stock, context: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = context.py();
    let dicts = context.getattr(stock.dicts.bind(py))?;
    let Ok(dicts) = dicts.cast_into_exact::<PyList>() else { return Ok(()) };
    let mut own = 1;
    for dict in dicts.iter() {
        if !dict.get_type().is(&stock.ContextDict) {
            continue;
        }
        let owner = own_dict(&dict).map_or(Ok(None), |own| own.get_item(stock.context.bind(py)))?;
        // The list has it, and we have. Who has it besides may ask it for its context.
        if references(&dict) != 2 || !owner.is_some_and(|owner| owner.is(context)) {
            return Ok(());
        }
        own += 1;
    }
    // The context has the list, and we have.
    if references(context) == own && references(&dicts) == 2 {
        dicts.del_slice(0, dicts.len())?;
    }
    Ok(())
}

/// How many references there are to an object.
pub(crate) fn references(object: &Bound<'_, PyAny>) -> isize {
    // SAFETY: a live object.
    unsafe { ffi::Py_REFCNT(object.as_ptr()) }
}

/// The value of an expression that no render is needed for: a constant, or a name that stands for a text, a number, truth
/// or nothing. `None`: any other expression.
pub fn plain_value<'py>(
    stock: &Stock,
    p: &Program,
    expr: ExprId,
    context: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = context.py();
    let expr = &p.ast.exprs[expr as usize];
    if !p.ast.calls(expr.filters).is_empty() {
        return Ok(None);
    }
    let names = match &expr.head {
        Head::Const(id) | Head::Number(id) => return Ok(Some(p.consts[*id as usize].bind(py).clone())),
        Head::Path(names) => p.ast.path(*names),
    };
    let [name] = names else { return Ok(None) };
    let name = p.name(py, *name);
    let dicts = context.getattr(stock.dicts.bind(py))?;
    for layer in dicts.cast::<PyList>()?.iter().rev() {
        let Layer::Dict(layer) = Layer::of(layer, stock.ContextDict.bind(py)) else { return Ok(None) };
        if let Some(found) = layer.get_item(name)? {
            let is_plain = matches!(
                class_of(stock, &found)?,
                Class::Str | Class::Safe | Class::Int | Class::Bool | Class::None | Class::Float
            );
            return Ok(is_plain.then_some(found));
        }
    }
    Ok(None)
}

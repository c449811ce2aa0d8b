//! Filters of `i18n`: what Django knows of a language.

use crate::render::Render;
use crate::value::Value;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;

type Made<'py> = PyResult<Option<Value<'py>>>;

/// A fact about a language; `None` where Python has to find it, or to raise.
fn known<'py>(render: &mut Render<'py>, value: &Value<'py>, fact: &Bound<'py, PyString>) -> Made<'py> {
    let code = render.to_py(value)?;
    let Some(info) = render.language_info(&code)? else { return Ok(None) };
    Ok(info.get_item(fact)?.map(Value::Py))
}

/// `language_name`
pub fn language_name<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    known(render, value, intern!(render.py, "name"))
}

/// `language_name_local`
pub fn language_name_local<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    known(render, value, intern!(render.py, "name_local"))
}

/// `language_bidi`
pub fn language_bidi<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    known(render, value, intern!(render.py, "bidi"))
}

/// `language_name_translated`
pub fn language_name_translated<'py>(
    render: &mut Render<'py>,
    value: &Value<'py>,
    _: Option<&Value<'py>>,
) -> Made<'py> {
    match known(render, value, intern!(render.py, "name"))? {
        Some(Value::Py(name)) => Ok(render.translated_string(&name)?.map(Value::text)),
        _ => Ok(None),
    }
}

//! `json_script`: values as JSON inside of a script element.

use super::subject::{object_string, text as text_of};
use crate::render::Render;
use crate::stock::{Class, Stock, class_of};
use crate::value::Value;
use djust_text::{html, js, numbers};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyList, PyTuple};
use std::fmt::Write as _;

/// Deeper values are left to Python, which also notices those that contain themselves.
const MAX_DEPTH: usize = 64;

/// `json_script`
pub fn json_script<'py>(
    render: &mut Render<'py>,
    value: &Value<'py>,
    arg: Option<&Value<'py>>,
) -> PyResult<Option<Value<'py>>> {
    let mut json = String::new();
    let known = match value {
        Value::Text(text, _) => {
            push_string(text, &mut json);
            true
        }
        Value::Int(number) => write!(json, "{number}").is_ok(),
        Value::Bool(flag) => write!(json, "{flag}").is_ok(),
        Value::None => write!(json, "null").is_ok(),
        Value::Py(object) => push_object(render.stock, object, MAX_DEPTH, &mut json)?,
        Value::Loop(_) | Value::Block(_) | Value::Row(_) | Value::Rows(_) => false,
    };
    if !known {
        return Ok(None);
    }
    let id = match arg {
        Some(id) if id.is_true()? => {
            let Some(id) = text_of(render.stock, id)? else { return Ok(None) };
            Some(id)
        }
        _ => None,
    };
    Ok(Some(Value::safe(element(&json, id.as_ref().map(|(id, safe)| (&**id, *safe))))))
}

/// The script element around a JSON text; its id, and whether that is safe.
fn element(json: &str, id: Option<(&str, bool)>) -> String {
    let mut out = String::with_capacity(json.len() + 64);
    out.push_str("<script");
    if let Some((id, safe)) = id {
        out.push_str(" id=\"");
        if safe {
            out.push_str(id);
        } else {
            html::escape_into(id, &mut out);
        }
        out.push('"');
    }
    out.push_str(" type=\"application/json\">");
    js::json_script_into(json, &mut out);
    out.push_str("</script>");
    out
}

/// `django.utils.html.json_script(value, id)` with Django's encoder. `None`: left to Django.
pub fn json_element<'py>(
    stock: &Stock,
    value: &Bound<'py, PyAny>,
    id: Option<&Bound<'py, PyAny>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let id = match id.filter(|id| !id.is_none()) {
        None => None,
        Some(id) => match (class_of(stock, id)?, object_string(stock, id)) {
            (class @ (Class::Str | Class::Safe), Some(subject)) => Some((subject.text, class == Class::Safe)),
            _ => return Ok(None),
        },
    };
    let mut json = String::new();
    if !push_object(stock, value, MAX_DEPTH, &mut json)? {
        return Ok(None);
    }
    let out = element(&json, id.filter(|(id, _)| !id.is_empty()));
    stock.SafeString.bind(value.py()).call1((out,)).map(Some)
}

/// Appends `json.dumps(object)`; false: left to Python.
fn push_object(stock: &Stock, object: &Bound<'_, PyAny>, depth: usize, out: &mut String) -> PyResult<bool> {
    if depth == 0 {
        return Ok(false);
    }
    match class_of(stock, object)? {
        Class::Str | Class::Safe => {
            let Some(subject) = object_string(stock, object) else { return Ok(false) };
            push_string(subject.text, out);
        }
        Class::Int => out.push_str(object.str()?.to_str()?),
        Class::Bool => out.push_str(if object.is_truthy()? { "true" } else { "false" }),
        Class::None => out.push_str("null"),
        Class::Float => match object.cast::<PyFloat>()?.value() {
            value if value.is_nan() => out.push_str("NaN"),
            value if value.is_infinite() => out.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" }),
            value => numbers::repr_into(value, out),
        },
        Class::List => return push_items(stock, object.cast::<PyList>()?.iter(), depth, out),
        Class::Tuple => return push_items(stock, object.cast::<PyTuple>()?.iter(), depth, out),
        Class::Dict => return push_dict(stock, object.cast::<PyDict>()?, depth, out),
        _ => return Ok(false),
    }
    Ok(true)
}

fn push_items<'py>(
    stock: &Stock,
    items: impl Iterator<Item = Bound<'py, PyAny>>,
    depth: usize,
    out: &mut String,
) -> PyResult<bool> {
    out.push('[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        if !push_object(stock, &item, depth - 1, out)? {
            return Ok(false);
        }
    }
    out.push(']');
    Ok(true)
}

fn push_dict(stock: &Stock, dict: &Bound<'_, PyDict>, depth: usize, out: &mut String) -> PyResult<bool> {
    out.push('{');
    for (at, (key, value)) in dict.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        let Some(key) = object_string(stock, &key) else { return Ok(false) };
        push_string(key.text, out);
        out.push_str(": ");
        if !push_object(stock, &value, depth - 1, out)? {
            return Ok(false);
        }
    }
    out.push('}');
    Ok(true)
}

/// Appends a JSON string of ASCII characters.
fn push_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            ' '..='~' => out.push(character),
            _ => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    // Writing into a String cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

//! Filters of sequences.

use super::html::items;
use super::subject::{Whole, string, text as text_of, whole_of_text};
use crate::attributes::has_getitem;
use crate::render::Render;
use crate::rows::Rows;
use crate::stock::{Class, class_of};
use crate::value::Value;
use pyo3::exceptions::{PyAttributeError, PyIndexError, PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PySlice, PyString, PyTuple};
use std::rc::Rc;

type Made<'py> = PyResult<Option<Value<'py>>>;

/// `length`
pub fn length<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    let object = match value {
        Value::Text(text, _) => return Ok(Some(Value::Int(text.chars().count() as i64))),
        Value::Int(_) | Value::Bool(_) | Value::None => return Ok(Some(Value::Int(0))),
        Value::Py(object) => object,
        Value::Loop(_) | Value::Block(_) | Value::Row(_) | Value::Rows(_) => return Ok(None),
    };
    if matches!(class_of(render.stock, object)?, Class::Int | Class::Bool | Class::None | Class::Float) {
        return Ok(Some(Value::Int(0)));
    }
    match object.len() {
        Ok(length) => Ok(Some(Value::Int(length as i64))),
        Err(error)
            if error.is_instance_of::<PyTypeError>(render.py) || error.is_instance_of::<PyValueError>(render.py) =>
        {
            Ok(Some(Value::Int(0)))
        }
        Err(error) => Err(error),
    }
}

/// Takes the first or the last item of a list, tuple or text.
fn end<'py>(render: &Render<'py>, value: &Value<'py>, last: bool) -> Made<'py> {
    if let Some(subject) = string(render.stock, value) {
        let mut characters = subject.text.chars();
        let character = if last { characters.next_back() } else { characters.next() };
        // Only `last` is marked as keeping safety.
        return Ok(Some(match character {
            Some(character) => Value::Text(String::from(character).into(), last && subject.safe),
            None => Value::Text("".into(), last && subject.safe),
        }));
    }
    let Value::Py(object) = value else { return Ok(None) };
    let at = |length: usize| if last { length.checked_sub(1) } else { (length > 0).then_some(0) };
    let item = match class_of(render.stock, object)? {
        Class::List => {
            let items = object.cast::<PyList>()?;
            at(items.len()).map(|at| items.get_item(at)).transpose()?
        }
        Class::Tuple => {
            let items = object.cast::<PyTuple>()?;
            at(items.len()).map(|at| items.get_item(at)).transpose()?
        }
        _ => return Ok(None),
    };
    Ok(Some(item.map_or_else(|| Value::text(""), Value::Py)))
}

/// `first`
pub fn first<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    end(render, value, false)
}

/// `last`
pub fn last<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    end(render, value, true)
}

/// A slice written as text.
enum Parts {
    Known(Vec<Option<i64>>),
    /// Python raises `ValueError` or `TypeError`.
    Wrong,
    Unknown,
}

fn slice_parts(text: &str) -> Parts {
    let mut parts = Vec::new();
    for part in text.split(':') {
        parts.push(match part {
            "" => None,
            part => match whole_of_text(part) {
                Whole::Is(number) => Some(number),
                Whole::ValueError => return Parts::Wrong,
                Whole::TypeError | Whole::Unknown => return Parts::Unknown,
            },
        });
    }
    if parts.len() <= 3 { Parts::Known(parts) } else { Parts::Wrong }
}

fn slice_of_rows<'py>(rows: &Rows<'py>, value: &Value<'py>, arg: &str) -> Made<'py> {
    let Parts::Known(parts) = slice_parts(arg) else { return Ok(None) };
    let (start, stop) = match parts[..] {
        [stop] => (None, stop),
        [start, stop] => (start, stop),
        [start, stop, by] => {
            return Ok(rows.stepped(start, stop, by)?.map(|part| Value::Rows(Rc::new(part))));
        }
        _ => return Ok(None),
    };
    if start.is_some_and(|start| start < 0) || stop.is_some_and(|stop| stop < 0) {
        // A QuerySet takes no negative index, and the filter gives it back.
        return Ok(Some(value.clone()));
    }
    Ok(rows.part(start, stop).map(|part| Value::Rows(Rc::new(part))))
}

/// `slice`
pub fn slice<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    let Some((arg, _)) = arg.map(|arg| text_of(render.stock, arg)).transpose()?.flatten() else { return Ok(None) };
    let object = match value {
        Value::Py(object) => object.clone(),
        Value::Text(..) => render.to_py(value)?,
        Value::Rows(rows) => return slice_of_rows(rows, value, &arg),
        _ => return Ok(None),
    };
    let class = class_of(render.stock, &object)?;
    if !matches!(class, Class::Str | Class::Safe | Class::List | Class::Tuple | Class::QuerySet) {
        return Ok(None);
    }
    let parts = match slice_parts(&arg) {
        Parts::Known(parts) => parts,
        Parts::Wrong => return Ok(Some(value.clone())),
        Parts::Unknown => return Ok(None),
    };
    let py = render.py;
    let slice = match parts[..] {
        [end] => py.get_type::<PySlice>().call1((end,))?,
        [start, end] => py.get_type::<PySlice>().call1((start, end))?,
        [start, end, step] => py.get_type::<PySlice>().call1((start, end, step))?,
        _ => return Ok(None),
    };
    let made = match object.get_item(slice) {
        Ok(made) => made,
        Err(error)
            if error.is_instance_of::<PyValueError>(py)
                || error.is_instance_of::<PyTypeError>(py)
                || error.is_instance_of::<PyKeyError>(py) =>
        {
            return Ok(Some(value.clone()));
        }
        Err(error) => return Err(error),
    };
    if class == Class::Safe {
        return render.stock.SafeString.bind(py).call1((made,)).map(Value::Py).map(Some);
    }
    Ok(Some(Value::Py(made)))
}

/// True for names that `dictsort` steps along, not numbers, which it takes as keys.
fn is_path(text: &str) -> bool {
    let numbers = ["nan", "inf", "infinity"];
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    text.bytes().all(plain)
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && !text.contains("._")
        && !numbers.contains(&text.to_ascii_lowercase().as_str())
}

/// The key of an item: its items, else its attributes.
fn sort_key<'py>(
    render: &Render<'py>,
    item: &Bound<'py, PyAny>,
    path: &[Bound<'py, PyString>],
) -> PyResult<Bound<'py, PyAny>> {
    let mut current = item.clone();
    for name in path {
        let found = match class_of(render.stock, &current)? {
            Class::Dict => current.cast::<PyDict>()?.get_item(name)?,
            _ if !has_getitem(&current) => None,
            _ => current.get_item(name).map(Some).or_else(|error| {
                let py = render.py;
                let miss = error.is_instance_of::<PyKeyError>(py)
                    || error.is_instance_of::<PyIndexError>(py)
                    || error.is_instance_of::<PyAttributeError>(py)
                    || error.is_instance_of::<PyTypeError>(py)
                    || error.is_instance_of::<PyValueError>(py);
                if miss { Ok(None) } else { Err(error) }
            })?,
        };
        current = match found {
            Some(found) => found,
            None => current.getattr(name)?,
        };
    }
    Ok(current)
}

fn sorted<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>, reverse: bool) -> Made<'py> {
    let Some(path) = arg.and_then(|arg| string(render.stock, arg)).map(|arg| arg.text).filter(|text| is_path(text))
    else {
        return Ok(None);
    };
    let Some(items) = items(render, value)? else { return Ok(None) };
    let path: Vec<_> = path.split('.').map(|name| PyString::intern(render.py, name)).collect();
    let result = sort_items(render, &items, &path, reverse);
    render.forget_ambient();
    match result {
        Ok(made) => Ok(Some(Value::Py(made.into_any()))),
        Err(error)
            if error.is_instance_of::<PyAttributeError>(render.py)
                || error.is_instance_of::<PyTypeError>(render.py) =>
        {
            Ok(Some(Value::text("")))
        }
        Err(error) => Err(error),
    }
}

fn sort_items<'py>(
    render: &Render<'py>,
    items: &[Bound<'py, PyAny>],
    path: &[Bound<'py, PyString>],
    reverse: bool,
) -> PyResult<Bound<'py, PyList>> {
    let py = render.py;
    let keys = PyList::empty(py);
    for item in items {
        keys.append(sort_key(render, item, path)?)?;
    }
    // Python compares the keys: which of its types can be compared is its own business.
    let order = PyList::new(py, 0..items.len())?;
    let options = PyDict::new(py);
    options.set_item("key", keys.getattr("__getitem__")?)?;
    options.set_item("reverse", reverse)?;
    order.call_method("sort", (), Some(&options))?;
    let made = PyList::empty(py);
    for at in order.iter() {
        made.append(&items[at.extract::<usize>()?])?;
    }
    Ok(made)
}

/// `dictsort`
pub fn dictsort<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    sorted(render, value, arg, false)
}

/// `dictsortreversed`
pub fn dictsortreversed<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    sorted(render, value, arg, true)
}

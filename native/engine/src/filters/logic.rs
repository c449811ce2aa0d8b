//! Filters that choose between values.

use super::subject::{Whole, string, whole};
use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_text::text;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyFloat;

type Made<'py> = PyResult<Option<Value<'py>>>;

/// `default`
pub fn default<'py>(_: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    if value.is_true()? { Ok(Some(value.clone())) } else { Ok(arg.cloned()) }
}

/// `default_if_none`
#[expect(clippy::unnecessary_wraps, reason = "the type of all filters")]
pub fn default_if_none<'py>(_: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    Ok(if value.is_none() { arg.cloned() } else { Some(value.clone()) })
}

/// `divisibleby`
pub fn divisibleby<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    let Some(arg) = arg else { return Ok(None) };
    Ok(match (whole(render.stock, value)?, whole(render.stock, arg)?) {
        (Whole::Is(value), Whole::Is(arg)) if arg != 0 => {
            Some(Value::Bool(value.checked_rem(arg).is_none_or(|rest| rest == 0)))
        }
        _ => None,
    })
}

/// `yesno`
pub fn yesno<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    let translated;
    let choices = match arg.filter(|arg| !arg.is_none()) {
        Some(arg) => match string(render.stock, arg) {
            Some(choices) => choices.text,
            None => return Ok(None),
        },
        None => match render.translated_text("yesno")? {
            Some(text) => {
                translated = text;
                &translated
            }
            None => return Ok(None),
        },
    };
    if !choices.contains(',') {
        return Ok(Some(value.clone()));
    }
    let truth = if value.is_none() { None } else { Some(value.is_true()?) };
    Ok(Some(text::yesno(choices, truth).map_or_else(|| value.clone(), Value::text)))
}

/// `pluralize`
pub fn pluralize<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    let suffixes = match arg {
        None => "s",
        Some(arg) => match string(render.stock, arg) {
            Some(arg) => arg.text,
            None => return Ok(None),
        },
    };
    if suffixes.matches(',').count() > 1 {
        return Ok(Some(Value::text("")));
    }
    Ok(match count(render, value)? {
        Count::One(one) => Some(Value::text(text::pluralize(suffixes, one))),
        Count::Nothing => Some(Value::text("")),
        Count::Unknown => None,
    })
}

enum Count {
    One(bool),
    Nothing,
    Unknown,
}

/// Whether a value counts as one: as a number, or by its length.
fn count(render: &Render<'_>, value: &Value<'_>) -> PyResult<Count> {
    let object = match value {
        Value::Int(number) => return Ok(Count::One(*number == 1)),
        Value::Bool(flag) => return Ok(Count::One(*flag)),
        Value::None => return Ok(Count::Nothing),
        Value::Text(text, _) => return Ok(count_text(text)),
        Value::Py(object) => object,
        Value::Loop(_) | Value::Block(_) | Value::Row(_) | Value::Rows(_) => return Ok(Count::Unknown),
    };
    Ok(match class_of(render.stock, object)? {
        Class::Int | Class::Bool => {
            super::subject::small_int(object).map_or(Count::Unknown, |number| Count::One(number == 1))
        }
        Class::Float => Count::One((object.cast::<PyFloat>()?.value() - 1.0).abs() == 0.0),
        Class::List | Class::Tuple | Class::Dict => Count::One(object.len()? == 1),
        Class::QuerySet => match object.len() {
            Ok(length) => Count::One(length == 1),
            Err(error) if error.is_instance_of::<PyTypeError>(render.py) => Count::Nothing,
            Err(error) => return Err(error),
        },
        Class::None | Class::Date | Class::DateTime | Class::Time => Count::Nothing,
        Class::Str | Class::Safe => {
            string(render.stock, value).map_or(Count::Unknown, |subject| count_text(subject.text))
        }
        _ => Count::Unknown,
    })
}

fn count_text(text: &str) -> Count {
    match super::subject::whole_of_text(text) {
        Whole::Is(number) => Count::One(number == 1),
        _ if text.is_empty() => Count::Nothing,
        _ => Count::Unknown,
    }
}

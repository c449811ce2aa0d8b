//! Arguments of filters as Rust sees them: `str(value)` and `int(value)` where nothing but the value itself decides.

use crate::render::Render;
use crate::stock::{Class, Stock, class_of};
use crate::value::Value;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyString};
use std::borrow::Cow;

/// `str(value)`, the first argument of a string filter.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The text.
    pub text: &'a str,
    /// It is a `SafeString`.
    pub safe: bool,
}

/// What `int(value)` gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// A number.
    Is(i64),
    /// `ValueError`
    ValueError,
    /// `TypeError`
    TypeError,
    /// Only Python knows.
    Unknown,
}

/// Floats below have no fraction that a conversion could lose.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The text of a `str` or `SafeString`. `None`: another type, or lone surrogates.
pub fn string<'a>(stock: &Stock, value: &'a Value<'_>) -> Option<Subject<'a>> {
    match value {
        Value::Text(text, safe) => Some(Subject { text, safe: *safe }),
        Value::Py(object) => object_string(stock, object),
        _ => None,
    }
}

/// The text of a `str` or `SafeString` object. `None`: another type, or lone surrogates.
pub fn object_string<'a>(stock: &Stock, object: &'a Bound<'_, PyAny>) -> Option<Subject<'a>> {
    let safe = if object.is_exact_instance_of::<PyString>() {
        false
    } else if object.get_type().is(&stock.SafeString) {
        true
    } else {
        return None;
    };
    let text = object.cast::<PyString>().ok()?.to_str().ok()?;
    Some(Subject { text, safe })
}

/// `str(value)` of strings, small integers, floats, truth values and `None`.
pub fn text<'a>(stock: &Stock, value: &'a Value<'_>) -> PyResult<Option<(Cow<'a, str>, bool)>> {
    if let Some(subject) = string(stock, value) {
        return Ok(Some((Cow::Borrowed(subject.text), subject.safe)));
    }
    let made = match value {
        Value::Int(number) => Cow::Owned(number.to_string()),
        Value::Bool(flag) => Cow::Borrowed(bool_text(*flag)),
        Value::None => Cow::Borrowed("None"),
        Value::Py(object) => match object_text(stock, object)? {
            Some(text) => text,
            None => return Ok(None),
        },
        Value::Text(..) | Value::Loop(_) | Value::Block(_) | Value::Row(_) | Value::Rows(_) => return Ok(None),
    };
    Ok(Some((made, false)))
}

fn object_text(stock: &Stock, object: &Bound<'_, PyAny>) -> PyResult<Option<Cow<'static, str>>> {
    Ok(match class_of(stock, object)? {
        Class::Int => small_int(object).map(|number| Cow::Owned(number.to_string())),
        Class::Bool => Some(Cow::Borrowed(bool_text(object.is_truthy()?))),
        Class::None => Some(Cow::Borrowed("None")),
        Class::Float => Some(Cow::Owned(djust_text::numbers::repr(object.cast::<PyFloat>()?.value()))),
        _ => None,
    })
}

const fn bool_text(flag: bool) -> &'static str {
    if flag { "True" } else { "False" }
}

/// An `int` object as a number. `None`: too large.
pub fn small_int(object: &Bound<'_, PyAny>) -> Option<i64> {
    let mut overflow = 0;
    // SAFETY: `object` is a live int; too large numbers are reported by `overflow` and raise nothing.
    let number = unsafe { pyo3::ffi::PyLong_AsLongLongAndOverflow(object.as_ptr(), &raw mut overflow) };
    (overflow == 0).then_some(number)
}

/// `int(value)`
pub fn whole(stock: &Stock, value: &Value<'_>) -> PyResult<Whole> {
    if let Some(subject) = string(stock, value) {
        return Ok(whole_of_text(subject.text));
    }
    Ok(match value {
        Value::Int(number) => Whole::Is(*number),
        Value::Bool(flag) => Whole::Is(i64::from(*flag)),
        Value::None => Whole::TypeError,
        Value::Py(object) => match class_of(stock, object)? {
            Class::Int | Class::Bool => small_int(object).map_or(Whole::Unknown, Whole::Is),
            Class::Float => whole_of_float(object.cast::<PyFloat>()?.value()),
            Class::None | Class::List | Class::Tuple | Class::Dict => Whole::TypeError,
            _ => Whole::Unknown,
        },
        Value::Text(..) | Value::Loop(_) | Value::Block(_) | Value::Row(_) | Value::Rows(_) => Whole::Unknown,
    })
}

fn whole_of_float(value: f64) -> Whole {
    if value.is_nan() {
        Whole::ValueError
    } else if value.abs() < EXACT {
        Whole::Is(value as i64)
    } else {
        Whole::Unknown
    }
}

/// `int(text)`
pub fn whole_of_text(text: &str) -> Whole {
    const MAX_DIGITS: usize = 18;
    let trimmed = text.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let digits = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    if !digits.is_empty() && digits.len() <= MAX_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return trimmed.parse().map_or(Whole::Unknown, Whole::Is);
    }
    // No notation of whole numbers has any of these.
    let foreign = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_digit() && !b"+-_".contains(&byte);
    if text.is_empty() || text.bytes().any(foreign) { Whole::ValueError } else { Whole::Unknown }
}

impl<'py> Render<'py> {
    /// `str(value)` as a string filter takes it, for objects that need Python for it: done once, whoever goes on.
    pub(super) fn stringified(&self, value: &Value<'py>) -> PyResult<Option<Value<'py>>> {
        let Value::Py(object) = value else { return Ok(None) };
        Ok(match class_of(self.stock, object)? {
            Class::Str | Class::Safe | Class::Int | Class::Bool | Class::None | Class::Float => None,
            _ => Some(Value::Py(object.str()?.into_any())),
        })
    }
}

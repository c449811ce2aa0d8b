//! Filters from text to text, numbers and lists of characters.

use super::Native;
use super::subject::{Subject, Whole, string, text as text_of, whole};
use crate::attributes::class_has;
use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_text::printf;
use djust_text::{text, truncate, wrap};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyList, PyTuple};
use std::borrow::Cow;

type Made<'py> = PyResult<Option<Value<'py>>>;

/// `addslashes`
pub const ADDSLASHES: Native = Native::Plain(|s| Some(text::addslashes(s)));
/// `capfirst`
pub const CAPFIRST: Native = Native::Plain(text::capfirst);
/// `lower`
pub const LOWER: Native = Native::Plain(|s| text::lower(s).map(Cow::Owned));
/// `upper`
pub const UPPER: Native = Native::Plain(|s| text::upper(s).map(Cow::Owned));
/// `title`
pub const TITLE: Native = Native::Plain(|s| text::title(s).map(Cow::Owned));
/// `slugify`
pub const SLUGIFY: Native = Native::Plain(|s| text::slugify(s).map(Cow::Owned));
/// `ljust`
pub const LJUST: Native = Native::Sized(|s, width| text::ljust(s, width).map(Cow::Owned));
/// `rjust`
pub const RJUST: Native = Native::Sized(|s, width| text::rjust(s, width).map(Cow::Owned));
/// `wordwrap`
pub const WORDWRAP: Native = Native::Sized(|s, width| wrap::wordwrap(s, width).map(Cow::Owned));

/// `center`
pub fn center<'py>(render: &mut Render<'py>, subject: Subject<'_>, arg: Option<&Value<'py>>) -> Made<'py> {
    let (Some(arg), Some(series)) = (arg, super::series(render.py, render.stock)?) else { return Ok(None) };
    let Whole::Is(width) = whole(render.stock, arg)? else { return Ok(None) };
    Ok(text::center(subject.text, width, series).map(Value::text))
}

/// `cut`: without semicolons a safe text may have lost the end of an entity.
#[expect(clippy::unnecessary_wraps, reason = "the type of all string filters")]
pub fn cut<'py>(render: &mut Render<'py>, subject: Subject<'_>, arg: Option<&Value<'py>>) -> Made<'py> {
    let Some(arg) = arg.and_then(|arg| string(render.stock, arg)) else { return Ok(None) };
    let made = text::cut(subject.text, arg.text);
    Ok(Some(Value::Text(made.into(), subject.safe && arg.text != ";")))
}

/// What the truncating filters have in common: an argument that is no number leaves the text alone.
fn truncated<'py>(
    render: &Render<'py>,
    subject: Subject<'_>,
    arg: Option<&Value<'py>>,
    work: impl FnOnce(&str, i64) -> Option<String>,
) -> Made<'py> {
    let Some(arg) = arg else { return Ok(None) };
    Ok(match whole(render.stock, arg)? {
        Whole::Is(length) => work(subject.text, length).map(Value::text),
        Whole::ValueError => Some(Value::text(subject.text)),
        Whole::TypeError | Whole::Unknown => None,
    })
}

/// `truncatechars`
pub fn truncatechars<'py>(render: &mut Render<'py>, subject: Subject<'_>, arg: Option<&Value<'py>>) -> Made<'py> {
    let Some(ellipsis) = render.translated_text("ellipsis")? else { return Ok(None) };
    truncated(render, subject, arg, |text, length| truncate::truncatechars(text, length, &ellipsis))
}

/// `truncatechars_html`
pub fn truncatechars_html<'py>(render: &mut Render<'py>, subject: Subject<'_>, arg: Option<&Value<'py>>) -> Made<'py> {
    let Some(ellipsis) = render.translated_text("ellipsis")? else { return Ok(None) };
    truncated(render, subject, arg, |text, length| truncate::truncatechars_html(text, length, &ellipsis))
}

/// `truncatewords`
pub fn truncatewords<'py>(render: &mut Render<'py>, subject: Subject<'_>, arg: Option<&Value<'py>>) -> Made<'py> {
    truncated(render, subject, arg, |text, length| Some(truncate::truncatewords(text, length)))
}

/// `truncatewords_html`
pub fn truncatewords_html<'py>(render: &mut Render<'py>, subject: Subject<'_>, arg: Option<&Value<'py>>) -> Made<'py> {
    truncated(render, subject, arg, truncate::truncatewords_html)
}

/// `wordcount`
#[expect(clippy::unnecessary_wraps, reason = "the type of all string filters")]
pub fn wordcount<'py>(_: &mut Render<'py>, subject: Subject<'_>, _: Option<&Value<'py>>) -> Made<'py> {
    Ok(Some(Value::Int(text::wordcount(subject.text) as i64)))
}

/// `make_list`
pub fn make_list<'py>(render: &mut Render<'py>, subject: Subject<'_>, _: Option<&Value<'py>>) -> Made<'py> {
    let characters: Vec<&str> = text::characters(subject.text).collect();
    Ok(Some(Value::Py(PyList::new(render.py, characters)?.into_any())))
}

/// `phone2numeric`, which takes strings only.
#[expect(clippy::unnecessary_wraps, reason = "the type of all filters")]
pub fn phone2numeric<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    let Some(subject) = string(render.stock, value) else { return Ok(None) };
    Ok(text::phone2numeric(subject.text).map(|made| Value::Text(made.into(), subject.safe)))
}

/// True for the exceptions that `stringformat` answers with nothing.
fn is_bad_format(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyValueError>(py) || error.is_instance_of::<PyTypeError>(py)
}

/// `stringformat`
pub fn stringformat<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    let Some((arg, _)) = arg.map(|arg| text_of(render.stock, arg)).transpose()?.flatten() else { return Ok(None) };
    let float = value.as_py().and_then(|object| object.cast_exact::<PyFloat>().ok());
    if let Some(float) = float {
        return Ok(printf::stringformat(printf::Value::Float(float.value()), &arg).map(Value::text));
    }
    if &*arg == "s"
        && let Value::Py(object) = value
        && class_of(render.stock, object)? == Class::Plain
        && !object.is_instance_of::<PyTuple>()
        && !class_has(object, render.stock.html.bind(render.py))
    {
        let text = intern!(render.py, "%s").rem(object);
        render.forget_ambient();
        return match text {
            Ok(text) => Ok(Some(Value::Py(text))),
            Err(error) if is_bad_format(render.py, &error) => Ok(Some(Value::text(""))),
            Err(error) => Err(error),
        };
    }
    let Some((text, safe)) = text_of(render.stock, value)? else { return Ok(None) };
    let subject = if value.as_i64().is_some() { printf::Value::Int(&text) } else { printf::Value::Text(&text) };
    Ok(printf::stringformat(subject, &arg).map(|made| Value::Text(made.into(), safe)))
}

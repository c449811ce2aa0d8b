//! Filters that make or mark HTML.

use super::Native;
use super::subject::{self, Subject, Whole, string, whole};
use crate::links;
use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_text::{html, js, markup, urlize};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

type Made<'py> = PyResult<Option<Value<'py>>>;

/// `striptags`
pub const STRIPTAGS: Native = Native::Plain(markup::striptags);

/// `escape`
pub fn escape<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    marked(render, value, |text| Value::safe(html::escape(text)))
}

/// `safe`
pub fn safe<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    marked(render, value, |text| Value::safe(text))
}

fn marked<'py>(render: &mut Render<'py>, value: &Value<'py>, mark: impl FnOnce(&str) -> Value<'py>) -> Made<'py> {
    let value = render.stringified(value)?.unwrap_or_else(|| value.clone());
    let made = match subject::text(render.stock, &value)? {
        Some((_, true)) => None,
        Some((text, false)) => Some(mark(&text)),
        None => return Ok(None),
    };
    Ok(Some(made.unwrap_or(value)))
}

/// `force_escape`
#[expect(clippy::unnecessary_wraps, reason = "the type of all string filters")]
pub fn force_escape<'py>(_: &mut Render<'py>, subject: Subject<'_>, _: Option<&Value<'py>>) -> Made<'py> {
    Ok(Some(Value::safe(html::escape(subject.text))))
}

/// `linebreaks`
#[expect(clippy::unnecessary_wraps, reason = "the type of all string filters")]
pub fn linebreaks<'py>(render: &mut Render<'py>, subject: Subject<'_>, _: Option<&Value<'py>>) -> Made<'py> {
    Ok(Some(Value::safe(html::linebreaks(subject.text, render.autoescape && !subject.safe))))
}

/// `linebreaksbr`
#[expect(clippy::unnecessary_wraps, reason = "the type of all string filters")]
pub fn linebreaksbr<'py>(render: &mut Render<'py>, subject: Subject<'_>, _: Option<&Value<'py>>) -> Made<'py> {
    Ok(Some(Value::safe(html::linebreaksbr(subject.text, render.autoescape && !subject.safe))))
}

/// `linenumbers`
#[expect(clippy::unnecessary_wraps, reason = "the type of all string filters")]
pub fn linenumbers<'py>(render: &mut Render<'py>, subject: Subject<'_>, _: Option<&Value<'py>>) -> Made<'py> {
    Ok(Some(Value::safe(html::linenumbers(subject.text, render.autoescape && !subject.safe))))
}

/// `escapejs`
pub fn escapejs<'py>(render: &mut Render<'py>, subject: Subject<'_>, _: Option<&Value<'py>>) -> Made<'py> {
    let series = super::series(render.py, render.stock)?;
    Ok(series.map(|series| Value::safe(js::escapejs(subject.text, series))))
}

fn linked<'py>(render: &Render<'py>, subject: Subject<'_>, limit: Option<i64>) -> Made<'py> {
    let Some(rules) = links::rules(render.py, render.stock)? else { return Ok(None) };
    let options = urlize::Options {
        limit,
        nofollow: true,
        autoescape: render.autoescape && !subject.safe,
        series: rules.series,
        default_scheme: rules.default_scheme,
    };
    Ok(urlize::urlize(subject.text, &options).map(Value::safe))
}

/// `urlize`
pub fn urlize<'py>(render: &mut Render<'py>, subject: Subject<'_>, _: Option<&Value<'py>>) -> Made<'py> {
    linked(render, subject, None)
}

/// `urlizetrunc`
pub fn urlizetrunc<'py>(render: &mut Render<'py>, subject: Subject<'_>, arg: Option<&Value<'py>>) -> Made<'py> {
    let Some(arg) = arg else { return Ok(None) };
    match whole(render.stock, arg)? {
        Whole::Is(limit) => linked(render, subject, Some(limit)),
        _ => Ok(None),
    }
}

/// The items of an exact `list` or `tuple`.
pub fn items<'py>(render: &Render<'py>, value: &Value<'py>) -> PyResult<Option<Vec<Bound<'py, PyAny>>>> {
    let Value::Py(object) = value else { return Ok(None) };
    Ok(match class_of(render.stock, object)? {
        Class::List => Some(object.cast::<PyList>()?.iter().collect()),
        Class::Tuple => Some(object.cast::<PyTuple>()?.iter().collect()),
        _ => None,
    })
}

fn marked_items<'py>(render: &Render<'py>, value: &Value<'py>, mark: impl Fn(&str) -> Value<'py>) -> Made<'py> {
    let Some(items) = items(render, value)? else { return Ok(None) };
    let made = PyList::empty(render.py);
    for item in items {
        let item = Value::Py(item);
        let marked = match subject::text(render.stock, &item)? {
            Some((_, true)) => item,
            Some((text, false)) => mark(&text),
            None => return Ok(None),
        };
        made.append(marked.to_py(render.py, render.stock)?)?;
    }
    Ok(Some(Value::Py(made.into_any())))
}

/// `safeseq`
pub fn safeseq<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    marked_items(render, value, |text| Value::safe(text))
}

/// `escapeseq`
pub fn escapeseq<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    marked_items(render, value, |text| Value::safe(html::escape(text)))
}

/// `join`
pub fn join<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    let Some(arg) = arg else { return Ok(None) };
    let Some(items) = items(render, value)? else { return Ok(None) };
    let separator = if render.autoescape { subject::text(render.stock, arg)? } else { string_pair(render, arg) };
    let Some((separator, separator_safe)) = separator else { return Ok(None) };
    let separator = if render.autoescape && !separator_safe { html::escape(&separator) } else { separator };
    let mut out = String::new();
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push_str(&separator);
        }
        let item = Value::Py(item);
        let text = if render.autoescape { subject::text(render.stock, &item)? } else { string_pair(render, &item) };
        match text {
            Some((text, false)) if render.autoescape => html::escape_into(&text, &mut out),
            Some((text, _)) => out.push_str(&text),
            None => return Ok(None),
        }
    }
    Ok(Some(Value::safe(out)))
}

fn string_pair<'a>(render: &Render<'_>, value: &'a Value<'_>) -> Option<(std::borrow::Cow<'a, str>, bool)> {
    string(render.stock, value).map(|subject| (subject.text.into(), subject.safe))
}

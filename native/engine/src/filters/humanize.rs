//! Filters of `django.contrib.humanize`.

use super::dates::{ends, is_plain_zone, unit_names};
use super::subject::{Whole, small_int, string, whole};
use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_text::Series;
use djust_text::durations;
use djust_text::humanize as text;
use djust_text::numbers::Number;
use pyo3::exceptions::PyArithmeticError;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDelta, PyDeltaAccess, PyFloat, PyString, PyTzInfoAccess};
use std::rc::Rc;

type Made<'py> = PyResult<Option<Value<'py>>>;

fn is_safe(render: &Render<'_>, value: &Value<'_>) -> bool {
    string(render.stock, value).is_some_and(|subject| subject.safe)
}

/// `intcomma` without an argument.
pub fn intcomma<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    let (None, Some(series)) = (arg, super::series(render.py, render.stock)?) else { return Ok(None) };
    let (decimal, digits);
    let class = value.as_py().map(|object| class_of(render.stock, object)).transpose()?;
    let number = match (value, class) {
        (Value::Py(object), Some(Class::Float)) => Number::Float(object.cast::<PyFloat>()?.value()),
        (Value::Py(object), Some(Class::Decimal)) => {
            decimal = object.str()?;
            Number::Decimal(decimal.to_str()?)
        }
        (Value::Text(..), _) | (_, Some(Class::Str | Class::Safe)) if series >= Series::Django60 => {
            decimal = match read_decimal(render, value)? {
                Read::Number(text) => text,
                Read::Nothing => return Ok(unread_number(render, value)),
                Read::Unknown => return Ok(None),
            };
            Number::Decimal(decimal.to_str()?)
        }
        _ => match whole_number(render, value, class)? {
            Whole::Is(number) => {
                digits = number.to_string();
                Number::Int(&digits)
            }
            Whole::ValueError => return Ok(unread_number(render, value)),
            _ => return Ok(None),
        },
    };
    let Some(locale) = render.locale()? else { return Ok(None) };
    let formats = locale.numbers(render.py, render.stock, true)?.filter(|formats| !formats.grouping.is_empty());
    let Some(formats) = formats else { return Ok(None) };
    let safe = is_safe(render, value);
    Ok(text::intcomma(number, formats, series).map(|made| Value::Text(made.into(), safe)))
}

/// `int(value)` of whole numbers and texts.
fn whole_number(render: &Render<'_>, value: &Value<'_>, class: Option<Class>) -> PyResult<Whole> {
    match (value, class) {
        (Value::Py(object), Some(Class::Int)) => Ok(small_int(object).map_or(Whole::Unknown, Whole::Is)),
        (Value::Int(number), _) => Ok(Whole::Is(*number)),
        (Value::Text(..), _) | (_, Some(Class::Str | Class::Safe)) => whole(render.stock, value),
        _ => Ok(Whole::Unknown),
    }
}

/// `intcomma(text, use_l10n=False)`
fn unread_number<'py>(render: &Render<'py>, value: &Value<'py>) -> Option<Value<'py>> {
    let subject = string(render.stock, value)?;
    text::intcomma_plain(subject.text).map(|made| Value::Text(made.into(), subject.safe))
}

/// What `Decimal(text)` gives.
enum Read<'py> {
    /// A number, as `str()` writes it.
    Number(Bound<'py, PyString>),
    /// One of the errors that `intcomma` expects.
    Nothing,
    Unknown,
}

/// `Decimal(text)`, asked of Python: its rules for digits of all scripts, signs and exponents hold.
fn read_decimal<'py>(render: &Render<'py>, value: &Value<'py>) -> PyResult<Read<'py>> {
    let py = render.py;
    let Some(subject) = string(render.stock, value) else { return Ok(Read::Unknown) };
    match render.stock.Decimal.bind(py).call1((subject.text,)) {
        Ok(number) => Ok(Read::Number(number.str()?)),
        // `InvalidOperation`: who does not want it, by the context, has got a number.
        Err(error) if error.is_instance_of::<PyArithmeticError>(py) => Ok(Read::Nothing),
        Err(_) => Ok(Read::Unknown),
    }
}

/// `ordinal`
pub fn ordinal<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    match whole(render.stock, value)? {
        Whole::Is(number) if number < 0 => Ok(Some(Value::Text(number.to_string().into(), is_safe(render, value)))),
        Whole::Is(number) => Ok(counted(render, "ordinal", number)?.map(|text| Value::Text(text, true))),
        Whole::ValueError | Whole::TypeError => Ok(Some(value.clone())),
        Whole::Unknown => Ok(None),
    }
}

/// `apnumber`
pub fn apnumber<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    match whole(render.stock, value)? {
        Whole::Is(number @ 1..=9) => {
            let safe = is_safe(render, value);
            Ok(counted(render, "apnumber", number)?.map(|text| Value::Text(text, safe)))
        }
        // A number of a safe text becomes a safe text again.
        Whole::Is(number) if is_safe(render, value) => Ok(Some(Value::safe(number.to_string()))),
        Whole::Is(number) => Ok(Some(Value::Int(number))),
        Whole::ValueError | Whole::TypeError => Ok(Some(value.clone())),
        Whole::Unknown => Ok(None),
    }
}

/// `intword`
pub fn intword<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    let number = match whole(render.stock, value)? {
        Whole::Is(number) => number,
        Whole::ValueError | Whole::TypeError => return Ok(Some(value.clone())),
        Whole::Unknown => return Ok(None),
    };
    if number.unsigned_abs() < 1_000_000 {
        return Ok(Some(Value::Int(number)));
    }
    let Some(locale) = render.locale()? else { return Ok(None) };
    let Some(formats) = locale.numbers(render.py, render.stock, true)? else { return Ok(None) };
    let Some(word) = text::intword(&number.to_string(), formats) else { return Ok(None) };
    let name = match word.exponent {
        6 => "intword-6",
        9 => "intword-9",
        12 => "intword-12",
        15 => "intword-15",
        18 => "intword-18",
        _ => return Ok(None),
    };
    let template = locale.counted(render.py, render.stock, name, word.count)?;
    Ok(filled(&template, "%(value)s", &word.number).map(Value::text))
}

/// A template of `%` formatting with its one place filled. `None`: it has others.
fn filled(template: &str, place: &str, text: &str) -> Option<String> {
    let (before, after) = template.split_once(place)?;
    (!before.contains('%') && !after.contains('%')).then(|| [before, text, after].concat())
}

fn counted(render: &mut Render<'_>, name: &'static str, count: i64) -> PyResult<Option<Rc<str>>> {
    let Some(locale) = render.locale()? else { return Ok(None) };
    locale.counted(render.py, render.stock, name, count).map(Some)
}

/// `naturaltime`
pub fn naturaltime<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    let py = render.py;
    let Value::Py(object) = value else { return Ok(None) };
    if class_of(render.stock, object)? != Class::DateTime {
        return Ok(None);
    }
    let zone = object.cast::<PyDateTime>()?.get_tzinfo();
    if zone.as_ref().is_some_and(|zone| !is_plain_zone(render.stock, zone)) {
        return Ok(None);
    }
    let now = render.stock.call(py, "humanize_now", (zone.is_some(),))?;
    if class_of(render.stock, &now)? != Class::DateTime {
        return Ok(None);
    }
    let forward = now.sub(object)?;
    let elapsed = forward.cast::<PyDelta>()?;
    let past = elapsed.get_days() >= 0 && elapsed.is_truthy()?;
    let backward;
    let delta = if past {
        elapsed
    } else {
        backward = object.sub(&now)?;
        backward.cast::<PyDelta>()?
    };
    let seconds = i64::from(delta.get_seconds());
    if delta.get_days() != 0 {
        return days_away(render, value, &Value::Py(now), past);
    }
    let (name, count) = match seconds {
        0 => return Ok(render.translated_text("now")?.map(|text| Value::Text(text, false))),
        1..60 => (if past { "past-second" } else { "future-second" }, seconds),
        60..3600 => (if past { "past-minute" } else { "future-minute" }, seconds / 60),
        _ => (if past { "past-hour" } else { "future-hour" }, seconds / 3600),
    };
    Ok(counted(render, name, count)?.map(|text| Value::Text(text, false)))
}

/// A natural time of more than a day, from or to now.
fn days_away<'py>(render: &mut Render<'py>, value: &Value<'py>, now: &Value<'py>, past: bool) -> Made<'py> {
    let Some((at, now)) = ends(render, value, Some(now))? else { return Ok(None) };
    let parts = if past { durations::timesince(at, now, 2) } else { durations::timesince(now, at, 2) };
    let (Some(parts), Some(locale)) = (parts, render.locale()?) else { return Ok(None) };
    let mut delta = String::new();
    for (position, (unit, count)) in parts.into_iter().enumerate() {
        if position > 0 {
            delta.push_str(&locale.text(render.py, render.stock, "comma")?);
        }
        let [_, before, ahead] = unit_names(unit);
        delta.push_str(&locale.counted(render.py, render.stock, if past { before } else { ahead }, count)?);
    }
    let template = locale.text(render.py, render.stock, if past { "past-day" } else { "future-day" })?;
    Ok(filled(&template, "%(delta)s", &delta).map(Value::text))
}

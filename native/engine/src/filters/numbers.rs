//! Filters of numbers, and numbers as the page shows them.

use super::subject::{Whole, small_int, string, text as text_of, whole, whole_of_text};
use crate::render::{Render, Tri};
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_text::humanize::{SizeUnit, filesizeformat as size_of};
use djust_text::numbers::{self, FloatText, Number};
use djust_text::text;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt};

type Made<'py> = PyResult<Option<Value<'py>>>;

/// `add`
pub fn add<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    let Some(arg) = arg else { return Ok(None) };
    let (left, right) = (whole(render.stock, value)?, whole(render.stock, arg)?);
    if let (Whole::Is(left), Whole::Is(right)) = (left, right) {
        return Ok(left.checked_add(right).map(Value::Int));
    }
    if left == Whole::Unknown || right == Whole::Unknown {
        return Ok(None);
    }
    let texts = (string(render.stock, value), string(render.stock, arg));
    Ok(match texts {
        (Some(left), Some(right)) => {
            let joined = [left.text, right.text].concat();
            Some(Value::Text(joined.into(), left.safe && right.safe))
        }
        // Neither numbers nor texts on both sides do not add up, except for lists and the like.
        (Some(_), None) if is_scalar(render, arg)? => Some(Value::text("")),
        (None, Some(_)) if is_scalar(render, value)? => Some(Value::text("")),
        _ => None,
    })
}

/// `None` or a number, which no text can be added to.
fn is_scalar(render: &Render<'_>, value: &Value<'_>) -> PyResult<bool> {
    Ok(match value {
        Value::Int(_) | Value::Bool(_) | Value::None => true,
        Value::Py(object) => {
            matches!(class_of(render.stock, object)?, Class::Int | Class::Bool | Class::None | Class::Float)
        }
        _ => false,
    })
}

/// `get_digit`
pub fn get_digit<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    let Some(arg) = arg else { return Ok(None) };
    let place = match whole(render.stock, arg)? {
        Whole::Is(place) => place,
        Whole::ValueError => return Ok(Some(value.clone())),
        Whole::TypeError | Whole::Unknown => return Ok(None),
    };
    match whole(render.stock, value)? {
        Whole::Is(number) if place < 1 => Ok(Some(Value::Int(number))),
        Whole::Is(number) => Ok(text::get_digit(&number.to_string(), place).map(|digit| Value::Int(i64::from(digit)))),
        Whole::ValueError => Ok(Some(value.clone())),
        Whole::TypeError | Whole::Unknown => Ok(None),
    }
}

/// The argument of `floatformat`: places, forced grouping, localized.
fn places(render: &Render<'_>, arg: Option<&Value<'_>>) -> PyResult<Option<(i64, bool, bool)>> {
    let Some(arg) = arg else { return Ok(Some((-1, false, true))) };
    let Some(subject) = string(render.stock, arg) else {
        return Ok(match whole(render.stock, arg)? {
            Whole::Is(places) => Some((places, false, true)),
            _ => None,
        });
    };
    let (rest, grouped, localized) = match subject.text {
        text if text.ends_with("gu") || text.ends_with("ug") => (&text[..text.len() - 2], true, false),
        text if text.ends_with('g') => (&text[..text.len() - 1], true, true),
        text if text.ends_with('u') => (&text[..text.len() - 1], false, false),
        // Python fails at the last character of an empty text.
        "" => return Ok(None),
        text => {
            return Ok(if let Whole::Is(places) = whole_of_text(text) { Some((places, false, true)) } else { None });
        }
    };
    if rest.is_empty() {
        return Ok(Some((-1, grouped, localized)));
    }
    Ok(if let Whole::Is(places) = whole_of_text(rest) { Some((places, grouped, localized)) } else { None })
}

/// `floatformat`
pub fn floatformat<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    let Some((places, grouped, localized)) = places(render, arg)? else { return Ok(None) };
    let decimal;
    let (text, safe) = match text_of(render.stock, value)? {
        Some((text, safe)) => (text, safe),
        None => match value {
            Value::Py(object) if class_of(render.stock, object)? == Class::Decimal => {
                decimal = object.str()?;
                (decimal.to_str()?.into(), false)
            }
            _ => return Ok(None),
        },
    };
    if text.is_empty() || value.is_none() {
        return Ok(Some(Value::Text("".into(), safe)));
    }
    let Some(locale) = render.locale()? else { return Ok(None) };
    let Some(formats) = locale.numbers(render.py, render.stock, localized)? else { return Ok(None) };
    Ok(match numbers::floatformat(&text, places, formats, grouped) {
        Some(FloatText::Number(made)) => Some(Value::safe(made)),
        Some(FloatText::Unchanged) => Some(Value::Text(text.into(), safe)),
        None => None,
    })
}

/// `int(value)` of a `Decimal`. `None`: another type, or one that only Python can tell.
fn whole_decimal(render: &Render<'_>, value: &Value<'_>) -> PyResult<Option<i64>> {
    let Value::Py(object) = value else { return Ok(None) };
    if class_of(render.stock, object)? != Class::Decimal {
        return Ok(None);
    }
    // Infinities and the like have no such number; Django's function says what comes of them.
    Ok(render.py.get_type::<PyInt>().call1((object,)).ok().and_then(|number| small_int(&number)))
}

/// `filesizeformat`
pub fn filesizeformat<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    let size = match whole(render.stock, value)? {
        Whole::Is(size) => size,
        Whole::ValueError | Whole::TypeError => 0,
        Whole::Unknown => match whole_decimal(render, value)? {
            Some(size) => size,
            None => return Ok(None),
        },
    };
    let safe = string(render.stock, value).is_some_and(|subject| subject.safe);
    let Some(locale) = render.locale()? else { return Ok(None) };
    let Some(formats) = locale.numbers(render.py, render.stock, true)? else { return Ok(None) };
    let Some(made) = size_of(i128::from(size), formats) else { return Ok(None) };
    let unit = match made.unit {
        SizeUnit::Bytes => {
            let text = locale.counted(render.py, render.stock, "bytes", size.unsigned_abs() as i64)?;
            let text = if made.negative { format!("-{text}").into() } else { text };
            return Ok(Some(Value::Text(text, safe)));
        }
        SizeUnit::Kilobytes => "KB",
        SizeUnit::Megabytes => "MB",
        SizeUnit::Gigabytes => "GB",
        SizeUnit::Terabytes => "TB",
        SizeUnit::Petabytes => "PB",
    };
    let template = locale.text(render.py, render.stock, unit)?;
    let Some((before, after)) =
        template.split_once("%s").filter(|(before, after)| !before.contains('%') && !after.contains('%'))
    else {
        return Ok(None);
    };
    let sign = if made.negative { "-" } else { "" };
    let text = format!("{sign}{before}{}{after}", made.number).replace(' ', "\u{a0}");
    Ok(Some(Value::Text(text.into(), safe)))
}

impl<'py> Render<'py> {
    /// `formats.localize(number)` of an exact number. `None`: left to Django.
    pub fn localized_number(&mut self, value: &Value<'py>, localized: Tri) -> PyResult<Option<String>> {
        let decimal;
        let digits;
        let number = match value {
            Value::Int(number) => {
                digits = number.to_string();
                Number::Int(&digits)
            }
            Value::Py(object) => match class_of(self.stock, object)? {
                Class::Int => match small_int(object) {
                    Some(number) => {
                        digits = number.to_string();
                        Number::Int(&digits)
                    }
                    None => return Ok(None),
                },
                Class::Float => Number::Float(object.cast::<PyFloat>()?.value()),
                Class::Decimal => {
                    decimal = object.str()?;
                    Number::Decimal(decimal.to_str()?)
                }
                _ => return Ok(None),
            },
            _ => return Ok(None),
        };
        self.localized_digits(number, localized)
    }

    /// `formats.number_format(number, places)` of an exact number. `None`: left to Django.
    pub fn number_with_places(&mut self, value: &Bound<'py, PyAny>, places: usize) -> PyResult<Option<String>> {
        let class = class_of(self.stock, value)?;
        if !matches!(class, Class::Int | Class::Float | Class::Decimal) {
            return Ok(None);
        }
        let Some(locale) = self.locale()? else { return Ok(None) };
        let Some(formats) = locale.numbers(self.py, self.stock, true)? else { return Ok(None) };
        let text = value.str()?;
        let number = match class {
            Class::Float => Number::Float(value.cast::<PyFloat>()?.value()),
            Class::Int => Number::Int(text.to_str()?),
            _ => Number::Decimal(text.to_str()?),
        };
        Ok(numbers::format(number, Some(places), formats, false))
    }

    /// As [`Self::localized_number`], of a number that is no Python object.
    pub fn localized_digits(&mut self, number: Number<'_>, localized: Tri) -> PyResult<Option<String>> {
        if localized == Tri::No {
            return Ok(Some(match number {
                Number::Int(text) | Number::Decimal(text) | Number::Text(text) => text.to_owned(),
                Number::Float(value) => numbers::repr(value),
            }));
        }
        let Some(locale) = self.locale()? else { return Ok(None) };
        let Some(formats) = locale.numbers(self.py, self.stock, true)? else { return Ok(None) };
        Ok(numbers::format(number, None, formats, false))
    }

    /// Writes a stored decimal in the language of the page. False: only Python can tell.
    pub fn write_stored_decimal(&mut self, value: &Bound<'py, PyAny>, places: u32, digits: u32) -> PyResult<bool> {
        let number = match class_of(self.stock, value)? {
            Class::Float => value.cast::<PyFloat>()?.value(),
            // Greater ones may have more digits than are stored.
            Class::Int => match small_int(value) {
                Some(number) => match i32::try_from(number) {
                    Ok(number) => f64::from(number),
                    Err(_) => return Ok(false),
                },
                None => return Ok(false),
            },
            _ => return Ok(false),
        };
        let Some(text) = djust_text::stored::decimal(number, places, digits) else { return Ok(false) };
        if self.writes_plain_numbers()? {
            self.out.push_str(text.as_str());
            return Ok(true);
        }
        let Some(text) = self.localized_digits(Number::Decimal(text.as_str()), self.use_l10n)? else {
            return Ok(false);
        };
        self.write(&Value::text(text)).map(|()| true)
    }

    /// Whether localized numbers are what Python writes.
    fn writes_plain_numbers(&mut self) -> PyResult<bool> {
        let (py, stock) = (self.py, self.stock);
        match &self.ambient()?.locale {
            Some(locale) => Ok(locale.numbers(py, stock, true)?.is_some_and(numbers::is_plain)),
            None => Ok(false),
        }
    }

    /// An integer without separators, which `numberformat.format` marks safe.
    fn is_bare_integer(&mut self, value: &Value<'py>) -> PyResult<bool> {
        let Some(locale) = self.locale()? else { return Ok(false) };
        let formats = locale.numbers(self.py, self.stock, true)?;
        let grouped = formats.is_none_or(|formats| formats.use_grouping && !formats.grouping.is_empty());
        Ok(!grouped && value.as_i64().is_some())
    }

    /// `formats.localize(value, use_l10n)` as a text, of strings, numbers, truth values and dates.
    pub fn localized_text(&mut self, value: &Value<'py>, localized: Tri) -> PyResult<Option<Value<'py>>> {
        if let Value::Text(..) = value {
            return Ok(Some(value.clone()));
        }
        if let Some(text) = self.localized_number(value, localized)? {
            let safe = localized != Tri::No && self.is_bare_integer(value)?;
            return Ok(Some(Value::Text(text.into(), safe)));
        }
        let Value::Py(object) = value else {
            return Ok(text_of(self.stock, value)?.map(|(text, safe)| Value::Text(text.into(), safe)));
        };
        match class_of(self.stock, object)? {
            Class::DateTime | Class::Date | Class::Time => {
                let text = self.localized_date(object, localized)?;
                Ok(text.map(Value::text))
            }
            Class::Str | Class::Safe => Ok(Some(value.clone())),
            Class::Bool | Class::None => {
                Ok(text_of(self.stock, value)?.map(|(text, safe)| Value::Text(text.into(), safe)))
            }
            _ => Ok(None),
        }
    }
}

/// `localize`
pub fn localize<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    render.localized_text(value, Tri::Yes)
}

/// `unlocalize`
pub fn unlocalize<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    render.localized_text(value, Tri::No)
}

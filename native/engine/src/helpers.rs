//! Functions of `django.utils` for Django's own Python code that runs during a render (`djust_backend.standins`).

use crate::out::Out;
use crate::processors::lazy_token;
use crate::py::entry::detached;
use crate::render::Tri;
use crate::stock::{Class, Stock, class_of};
use crate::value::Value;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

/// A field of a format string: the next argument, or the one of this name.
type Field<'a> = Option<&'a str>;

/// A format string all of whose fields are `{}` or `{name}`.
struct Format<'a> {
    /// Each field, with the text before it.
    fields: Vec<(&'a str, Field<'a>)>,
    /// The text behind them.
    rest: &'a str,
    /// How many of them have a name.
    named: usize,
}

impl<'a> Format<'a> {
    fn of(format: &'a str) -> Option<Self> {
        let mut found = Self { fields: Vec::with_capacity(4), rest: format, named: 0 };
        while let Some(at) = memchr::memchr2(b'{', b'}', found.rest.as_bytes()) {
            let (literal, rest) = found.rest.split_at(at);
            if let Some(after) = rest.strip_prefix("{}") {
                found.fields.push((literal, None));
                found.rest = after;
                continue;
            }
            let rest = rest.strip_prefix('{')?;
            let (name, after) = rest.split_at(memchr::memchr(b'}', rest.as_bytes())?);
            let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if !is_name || name.as_bytes().first().is_none_or(u8::is_ascii_digit) {
                return None;
            }
            found.fields.push((literal, Some(name)));
            found.named += 1;
            found.rest = after.strip_prefix('}')?;
        }
        Some(found)
    }
}

/// Appends `format(conditional_escape(value), "")`.
pub fn push_escaped(stock: &Stock, out: &mut Out, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = value.py();
    match class_of(stock, value)? {
        Class::Safe => return out.push_py(value.cast::<PyString>()?, false),
        Class::Str => return out.push_py(value.cast::<PyString>()?, true),
        Class::Int | Class::Bool | Class::None | Class::Float => return out.push_py(&value.str()?, true),
        Class::Model if value.getattr_opt(stock.html.bind(py))?.is_none() => {
            let text = value.str()?;
            // `html.escape` escapes what is safe, too.
            if matches!(class_of(stock, text.as_any())?, Class::Str | Class::Safe) {
                return out.push_py(&text, true);
            }
            return push_formatted(out, &stock.call(py, "escape", (text,))?);
        }
        Class::Lazy if value.get_type().is(&stock.GettextProxy) => {
            let text = value.str()?;
            return match class_of(stock, text.as_any())? {
                Class::Str => out.push_py(&text, true),
                Class::Safe => out.push_py(&text, false),
                _ => push_formatted(out, &stock.call(py, "conditional_escape", (text,))?),
            };
        }
        Class::Special => {
            if let Some(token) = lazy_token(stock, value)? {
                return out.push_py(&token, true);
            }
        }
        _ => {}
    }
    push_formatted(out, &stock.call(py, "conditional_escape", (value,))?)
}

fn push_formatted(out: &mut Out, value: &Bound<'_, PyAny>) -> PyResult<()> {
    match value.cast::<PyString>() {
        Ok(text) if !overrides_format(text)? => out.push_py(text, false),
        _ => out.push_py(value.call_method1("__format__", ("",))?.cast::<PyString>()?, false),
    }
}

/// True if a subclass of `str` may format itself in another way.
fn overrides_format(text: &Bound<'_, PyString>) -> PyResult<bool> {
    if text.is_exact_instance_of::<PyString>() {
        return Ok(false);
    }
    let stock = Stock::get(text.py())?;
    Ok(class_of(stock, text.as_any())? != Class::Safe)
}

/// The escaped arguments of a call with names, as the call has them.
type Named<'py> = Vec<(Bound<'py, PyString>, Bound<'py, PyString>)>;

/// `format_html(format, *args, **kwargs)`, with the arguments behind the first `skip` items of a tuple. `None`: left to
/// Django, and nothing has been asked of an argument.
pub fn formatted<'py>(
    stock: &Stock,
    format: &Bound<'py, PyAny>,
    (items, skip): (&Bound<'py, PyTuple>, usize),
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = format.py();
    let count = items.len().saturating_sub(skip);
    let named_count = kwargs.map_or(0, PyDictMethods::len);
    if count + named_count == 0 || !matches!(class_of(stock, format)?, Class::Str | Class::Safe) {
        return Ok(None);
    }
    let Ok(format) = format.cast::<PyString>()?.to_str() else { return Ok(None) };
    let Some(parsed) = Format::of(format) else { return Ok(None) };
    if parsed.fields.len() - parsed.named > count {
        return Ok(None);
    }
    if parsed.named > 0 {
        for name in parsed.fields.iter().filter_map(|(_, name)| *name) {
            if !kwargs.map_or(Ok(false), |kwargs| kwargs.contains(name))? {
                return Ok(None);
            }
        }
    }
    // Django escapes those with names before the others.
    let named = escaped(stock, kwargs)?;
    let mut out = Out::with_capacity(format.len() + 32 * count);
    let mut next = skip;
    for (literal, name) in &parsed.fields {
        out.push_str(literal);
        let Some(name) = name else {
            push_escaped(stock, &mut out, &items.get_item(next)?)?;
            next += 1;
            continue;
        };
        let text = named.iter().find(|(known, _)| known.to_str().is_ok_and(|known| known == *name));
        if let Some((_, text)) = text {
            out.push_py(text, false)?;
        }
    }
    out.push_str(parsed.rest);
    // An argument without a field is escaped, and forgotten.
    let kept = out.len();
    for at in next..items.len() {
        push_escaped(stock, &mut out, &items.get_item(at)?)?;
        out.truncate(kept);
    }
    stock.SafeString.bind(py).call1((out.finish(py)?,)).map(Some)
}

fn escaped<'py>(stock: &Stock, kwargs: Option<&Bound<'py, PyDict>>) -> PyResult<Named<'py>> {
    let mut named = Named::new();
    for (name, value) in kwargs.into_iter().flatten() {
        let mut text = Out::default();
        push_escaped(stock, &mut text, &value)?;
        named.push((name.cast_into::<PyString>()?, text.finish(value.py())?));
    }
    Ok(named)
}

/// `escape(text)`. `None`: left to Django.
pub fn escaped_text<'py>(stock: &Stock, text: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    match class_of(stock, text)? {
        Class::Str | Class::Safe => {
            let mut out = Out::default();
            out.push_py(text.cast::<PyString>()?, true)?;
            stock.SafeString.bind(text.py()).call1((out.finish(text.py())?,)).map(Some)
        }
        _ => Ok(None),
    }
}

/// `mark_safe(text)`. `None`: left to Django.
pub fn marked_safe<'py>(stock: &Stock, text: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    Ok(match class_of(stock, text)? {
        Class::Safe => Some(text.clone()),
        Class::Str => Some(stock.SafeString.bind(text.py()).call1((text,))?),
        _ => None,
    })
}

/// `django.utils.html.format_html`
#[pyfunction]
#[pyo3(signature = (format_string, *args, **kwargs))]
pub fn format_html<'py>(
    format_string: &Bound<'py, PyAny>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = format_string.py();
    let stock = Stock::get(py)?;
    if let Some(text) = formatted(stock, format_string, (args, 0), kwargs)? {
        return Ok(text);
    }
    let empty = PyDict::new(py);
    stock.call(py, "format_html", (format_string, args, kwargs.unwrap_or(&empty)))
}

/// `django.utils.safestring.mark_safe`
#[pyfunction]
pub fn mark_safe<'py>(text: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let stock = Stock::get(text.py())?;
    match marked_safe(stock, text)? {
        Some(made) => Ok(made),
        None => stock.call(text.py(), "mark_safe", (text,)),
    }
}

/// `django.utils.formats.localize(value)` for numbers and dates. `None`: left to Django.
#[pyfunction]
pub fn localized<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = value.py();
    let stock = Stock::get(py)?;
    let text = match class_of(stock, value)? {
        Class::DateTime | Class::Date | Class::Time => detached(py, stock).localized_date(value, Tri::Unset)?,
        Class::Int | Class::Float | Class::Decimal => {
            detached(py, stock).localized_number(&Value::Py(value.clone()), Tri::Unset)?
        }
        _ => None,
    };
    Ok(text.map(|text| PyString::new(py, &text).into_any()))
}

/// `django.utils.formats.number_format(value, places)`. `None`: left to Django.
#[pyfunction]
pub fn number_format<'py>(value: &Bound<'py, PyAny>, places: usize) -> PyResult<Option<Bound<'py, PyString>>> {
    let py = value.py();
    let text = detached(py, Stock::get(py)?).number_with_places(value, places)?;
    Ok(text.map(|text| PyString::new(py, &text)))
}

/// `django.templatetags.static.static`. `None`: left to Django.
#[pyfunction]
pub fn static_address<'py>(path: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyString>>> {
    let py = path.py();
    let found = detached(py, Stock::get(py)?).static_address(path)?;
    Ok(found.map(|address| PyString::new(py, &address)))
}

/// `django.utils.timezone.template_localtime(value)` for datetimes. `None`: left to Django.
#[pyfunction]
pub fn template_localtime<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = value.py();
    let stock = Stock::get(py)?;
    if class_of(stock, value)? != Class::DateTime {
        return Ok(None);
    }
    detached(py, stock).local_time(value)
}

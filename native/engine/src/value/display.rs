//! A value as text of the page: `django.template.base.render_value_in_context`.

use super::Value;
use crate::filters::subject::small_int;
use crate::render::Render;
use crate::stock::{Class, class_of};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyString;

impl<'py> Render<'py> {
    /// Appends a value to the output: local time, localisation, escaping.
    pub fn write(&mut self, value: &Value<'py>) -> PyResult<()> {
        match value {
            Value::Text(text, safe) => {
                if self.autoescape && !safe {
                    self.out.push_escaped(text);
                } else {
                    self.out.push_str(text);
                }
                Ok(())
            }
            Value::Int(number) => {
                if self.groups_thousands()? {
                    return self.write_number(value);
                }
                self.write_int(*number);
                Ok(())
            }
            Value::Bool(flag) => {
                self.out.push_str(if *flag { "True" } else { "False" });
                Ok(())
            }
            Value::None => {
                self.out.push_str("None");
                Ok(())
            }
            Value::Py(object) => match object.cast_exact::<PyString>() {
                Ok(text) if self.out.push_simple(text, self.autoescape) => Ok(()),
                _ => self.write_object(object, class_of(self.stock, object)?),
            },
            Value::Loop(_) | Value::Block(_) | Value::Row(_) | Value::Rows(_) => {
                let object = self.to_py(value)?;
                self.write_object(&object, class_of(self.stock, &object)?)
            }
        }
    }

    fn write_int(&mut self, number: i64) {
        let mut digits = [0u8; 20];
        let mut at = digits.len();
        let mut rest = number.unsigned_abs();
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            self.out.push_str("-");
        }
        if let Ok(digits) = std::str::from_utf8(&digits[at..]) {
            self.out.push_str(digits);
        }
    }

    /// Appends an object of this class.
    #[inline(never)]
    pub fn write_object(&mut self, object: &Bound<'py, PyAny>, class: Class) -> PyResult<()> {
        match class {
            Class::Str => self.out.push_py(object.cast()?, self.autoescape),
            Class::Safe => self.out.push_py(object.cast()?, false),
            Class::Int if !self.groups_thousands()? => match small_int(object) {
                Some(number) => {
                    self.write_int(number);
                    Ok(())
                }
                None => self.write_special(object),
            },
            Class::Bool | Class::None => self.out.push_py(&object.str()?, false),
            Class::Int | Class::Float | Class::Decimal => self.write_number(&Value::Py(object.clone())),
            Class::DateTime | Class::ZonedDateTime | Class::Date | Class::Time => self.write_date(object, class),
            Class::Special => self.write_special(object),
            _ => {
                if class == Class::Lazy
                    && let Some((text, safe)) = self.lazy_message(object)?
                {
                    return self.write(&Value::Text(text, safe));
                }
                self.reach_for_text(object, class)?;
                let text = match class {
                    Class::Form => self.form_or_field_text(object)?,
                    Class::Plain => self.error_text(object)?,
                    _ => None,
                };
                if let Some(text) = text {
                    return self.write(&told(text)?);
                }
                let text = object.str()?;
                self.write_str_result(&text)
            }
        }
    }

    /// Appends a number as the language writes it.
    fn write_number(&mut self, value: &Value<'py>) -> PyResult<()> {
        if let Some(text) = self.localized_number(value, self.use_l10n)? {
            return self.write(&Value::text(text));
        }
        let object = self.to_py(value)?;
        self.write_special(&object)
    }

    /// Appends a date as the language writes it.
    fn write_date(&mut self, object: &Bound<'py, PyAny>, class: Class) -> PyResult<()> {
        let local = if matches!(class, Class::DateTime | Class::ZonedDateTime) {
            self.local_clock(object)?
        } else {
            Some(object.clone())
        };
        if let Some(local) = local
            && let Some(text) = self.localized_date(&local, self.use_l10n)?
        {
            return self.write(&Value::text(text));
        }
        self.write_special(object)
    }

    /// Appends what `str()` returned, which may be safe.
    pub fn write_str_result(&mut self, text: &Bound<'py, PyString>) -> PyResult<()> {
        if !self.autoescape || text.is_exact_instance_of::<PyString>() {
            return self.out.push_py(text, self.autoescape);
        }
        if text.get_type().is(&self.stock.SafeString) {
            return self.out.push_py(text, false);
        }
        self.write_special(text.as_any())
    }

    /// Appends what Django's own function makes of the object.
    fn write_special(&mut self, object: &Bound<'py, PyAny>) -> PyResult<()> {
        let text = self.display(object)?;
        self.write_node_result(&Value::Py(text))
    }

    /// `render_value_in_context(value)` by Django.
    pub fn display(&self, object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.stock.call(
            self.py,
            "render_value",
            (object, self.autoescape, self.use_l10n.to_py(self.py), self.use_tz.to_py(self.py)),
        )
    }

    /// A value as a `str` object for the page: safe if escaping is on.
    pub fn displayed(&mut self, value: &Value<'py>) -> PyResult<Bound<'py, PyAny>> {
        let object = self.to_py(value)?;
        self.display(&object)
    }

    /// A value as the text that the page would show. `None`: it is no text that can be told without Python.
    pub fn shown_text(&mut self, value: &Value<'py>) -> PyResult<Option<String>> {
        if let Value::Py(object) = value
            && class_of(self.stock, object)? == Class::Special
        {
            return Ok(None);
        }
        let start = self.out.len();
        let written = self.write(value);
        let no_string = self.no_string.take().is_some();
        let text = if no_string { None } else { self.out.tail(start).map(str::to_owned) };
        self.out.truncate(start);
        written.map(|()| text)
    }

    /// True if numbers are written with thousands separators.
    pub fn groups_thousands(&self) -> PyResult<bool> {
        if self.use_l10n == crate::render::Tri::No {
            return Ok(false);
        }
        if let Some(known) = self.groups_thousands.get() {
            return Ok(known);
        }
        let setting = self.stock.setting(self.py, self.stock.use_thousand_separator.bind(self.py))?;
        let groups = setting.is_truthy()?;
        self.groups_thousands.set(Some(groups));
        Ok(groups)
    }
}

/// What `__str__` has returned, which must be a string. Error: TypeError, as Python has it.
fn told(text: Value<'_>) -> PyResult<Value<'_>> {
    if let Value::Py(object) = &text
        && !object.is_instance_of::<PyString>()
    {
        let kind = object.get_type().name()?;
        return Err(PyTypeError::new_err(format!("__str__ returned non-string (type {kind})")));
    }
    Ok(text)
}

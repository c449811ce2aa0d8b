//! Values that are read as `SQLite` has stored them: what Django would have made of them.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDate, PyDateTime, PyInt, PyString, PyTzInfo};

/// A column of values as `SQLite` stores them.
pub struct Stored<'py> {
    /// Django's converters: they make the value that an instance has, of whatever is stored.
    convert: Bound<'py, PyAny>,
    pub kind: StoredKind,
}

/// What is stored, by Django at least; other programs may have written anything.
#[derive(Clone, Copy)]
pub enum StoredKind {
    /// Decimals as floats and integers, with so many places and digits.
    Decimal(u32, u32),
    /// Dates, and times in UTC, as texts.
    Date,
    DateTime,
    /// Truth as 1 and 0.
    Boolean,
    /// Whole numbers as anything that `int()` takes.
    Integer,
}

impl<'py> Stored<'py> {
    /// See `conversions.Stored` of the ORM room.
    pub fn read(wire: &Bound<'py, PyAny>) -> PyResult<(usize, Self)> {
        let py = wire.py();
        let at = wire.getattr(intern!(py, "at"))?.extract()?;
        let kind = wire.getattr(intern!(py, "kind"))?.cast_into::<PyString>()?;
        let convert = wire.getattr(intern!(py, "convert"))?;
        let places = wire.getattr(intern!(py, "places"))?.extract()?;
        let kind = StoredKind::named(kind.to_str()?, places, wire.getattr(intern!(py, "digits"))?.extract()?);
        Ok((at, Self { convert, kind }))
    }

    /// Whether something is left to be made of a value.
    pub fn is_meant(&self, value: &Bound<'py, PyAny>) -> bool {
        self.kind.is_meant(value)
    }

    /// The value that an instance has.
    pub fn ready(&self, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match self.kind.made(value) {
            Some(made) => Ok(made),
            None => self.convert.call1((value,)),
        }
    }
}

impl StoredKind {
    /// See `conversions.Stored` of the ORM room.
    pub fn named(name: &str, places: u32, digits: u32) -> Self {
        match name {
            "decimal" => Self::Decimal(places, digits),
            "date" => Self::Date,
            "datetime" => Self::DateTime,
            "boolean" => Self::Boolean,
            _ => Self::Integer,
        }
    }

    /// Whether something is left to be made of a value.
    pub fn is_meant(self, value: &Bound<'_, PyAny>) -> bool {
        let is_ready = match self {
            Self::Boolean => value.is_exact_instance_of::<PyBool>(),
            Self::Integer => value.is_exact_instance_of::<PyInt>(),
            Self::Decimal(..) | Self::Date | Self::DateTime => false,
        };
        !is_ready && !value.is_none()
    }

    /// `None`: written otherwise than Django does, or no such day. Django's converters say what that is.
    pub fn made<'py>(self, value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
        let py = value.py();
        match self {
            Self::Decimal(..) | Self::Integer => None,
            Self::Date => {
                let (year, month, day) = djust_text::stored::date(value.cast::<PyString>().ok()?.to_str().ok()?)?;
                Some(PyDate::new(py, year, month, day).ok()?.into_any())
            }
            Self::DateTime => {
                let text = value.cast::<PyString>().ok()?;
                let ((year, month, day), (hour, minute, second, micro)) =
                    djust_text::stored::datetime(text.to_str().ok()?)?;
                let utc = PyTzInfo::utc(py).ok()?;
                let made = PyDateTime::new(py, year, month, day, hour, minute, second, micro, Some(&utc));
                Some(made.ok()?.into_any())
            }
            Self::Boolean => match value.extract::<u8>() {
                Ok(number @ 0..=1) => Some(PyBool::new(py, number == 1).to_owned().into_any()),
                _ => None,
            },
        }
    }
}

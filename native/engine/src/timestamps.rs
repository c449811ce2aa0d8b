//! Timestamps as `PostgreSQL` writes them in a session in UTC, read as Django's loader reads them.

use djust_text::stored::datetime;
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDateTime, PyTzInfo};

/// What the server writes behind a time in UTC.
const UTC: &[u8] = b"+00";
/// `2026-03-02 10:30:00.123456+00`
const LONGEST: usize = 29;

/// Reads timestamps with a time zone (`psycopg_any.BaseTzLoader.load` of Django's).
#[pyclass(frozen, module = "djust_backend._native")]
pub struct UtcReader {
    otherwise: Py<PyAny>,
    utc: Py<PyTzInfo>,
}

#[pymethods]
impl UtcReader {
    /// `otherwise` loads what is written in any other way, or is no time, and raises the errors.
    #[new]
    fn new(py: Python<'_>, otherwise: Py<PyAny>) -> PyResult<Self> {
        Ok(Self { otherwise, utc: PyTzInfo::utc(py)?.to_owned().unbind() })
    }

    /// The value, aware and in UTC. Raises what the other loader raises.
    fn load<'py>(&self, data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match self.read(data) {
            Some(value) => Ok(value.into_any()),
            None => self.otherwise.bind(data.py()).call1((data,)),
        }
    }
}

impl UtcReader {
    fn read<'py>(&self, data: &Bound<'py, PyAny>) -> Option<Bound<'py, PyDateTime>> {
        let mut copy = [0; LONGEST];
        let bytes = if let Ok(bytes) = data.cast_exact::<PyBytes>() {
            bytes.as_bytes()
        } else {
            // The driver's own memory.
            let buffer = PyBuffer::<u8>::get(data).ok()?;
            let bytes = copy.get_mut(..buffer.item_count())?;
            buffer.copy_to_slice(data.py(), bytes).ok()?;
            bytes
        };
        let text = std::str::from_utf8(bytes.strip_suffix(UTC)?).ok()?;
        let ((year, month, day), (hour, minute, second, micro)) = datetime(text)?;
        let utc = self.utc.bind(data.py());
        // There may be no such day, year or hour: the other loader says so.
        PyDateTime::new(data.py(), year, month, day, hour, minute, second, micro, Some(utc)).ok()
    }
}

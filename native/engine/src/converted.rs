//! Rows of a query as Django's compiler gives them (`SQLCompiler.apply_converters`): each is converted when it is asked for.

use crate::stored::StoredKind;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList, PySequence, PyTuple};

/// A column that is converted.
struct Column {
    at: usize,
    /// What its converters make of the values that are stored is known.
    kind: Option<StoredKind>,
    converters: Py<PyAny>,
    expression: Py<PyAny>,
}

impl Column {
    /// What Django's converters make of a value. Raises what they raise.
    fn converted<'py>(&self, value: Bound<'py, PyAny>, connection: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = value.py();
        let mut value = value;
        for converter in self.converters.bind(py).try_iter()? {
            value = converter?.call1((value, &self.expression, connection))?;
        }
        Ok(value)
    }
}

/// An iterator over rows, which are lists.
#[pyclass(module = "djust_backend._native")]
pub struct ConvertedRows {
    /// `None`: there are no more, or one has raised an exception.
    rows: Option<Py<PyIterator>>,
    columns: Vec<Column>,
    connection: Py<PyAny>,
}

#[pymethods]
impl ConvertedRows {
    /// `converters` as `SQLCompiler.get_converters` gives them. `kinds` has what is known of some: the very converters of a
    /// column, and the name of the kind (`conversions.Stored` of the ORM room).
    #[new]
    fn new(
        rows: &Bound<'_, PyAny>,
        converters: &Bound<'_, PyDict>,
        kinds: &Bound<'_, PyDict>,
        connection: Py<PyAny>,
    ) -> PyResult<Self> {
        let mut columns = Vec::with_capacity(converters.len());
        for (at, pair) in converters.iter() {
            let kind = match kinds.get_item(&at)? {
                None => None,
                Some(known) => {
                    let (of, name): (Bound<'_, PyAny>, String) = known.extract()?;
                    of.is(&pair).then(|| StoredKind::named(&name, 0, 0))
                }
            };
            let pair = pair.cast::<PyTuple>()?;
            let (converters, expression) = (pair.get_item(0)?.unbind(), pair.get_item(1)?.unbind());
            columns.push(Column { at: at.extract()?, kind, converters, expression });
        }
        Ok(Self { rows: Some(rows.try_iter()?.unbind()), columns, connection })
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyList>>> {
        // As a generator: what has raised an exception is over.
        let Some(rows) = self.rows.take() else { return Ok(None) };
        let Some(row) = rows.bind(py).clone().next() else { return Ok(None) };
        let row = row?.cast::<PySequence>()?.to_list()?;
        for column in &self.columns {
            let value = row.get_item(column.at)?;
            let made = match column.kind {
                Some(kind) if !kind.is_meant(&value) => continue,
                Some(kind) => kind.made(&value),
                None => None,
            };
            let value = match made {
                Some(made) => made,
                None => column.converted(value, self.connection.bind(py))?,
            };
            row.set_item(column.at, value)?;
        }
        self.rows = Some(rows);
        Ok(Some(row))
    }
}

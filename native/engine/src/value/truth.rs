//! `bool(value)`.

use super::Value;
use pyo3::prelude::*;

impl Value<'_> {
    /// Truth as Python sees it. Errors are those of `__bool__` and `__len__`.
    pub fn is_true(&self) -> PyResult<bool> {
        match self {
            Self::Py(object) => object.is_truthy(),
            Self::Text(text, _) => Ok(!text.is_empty()),
            Self::Int(number) => Ok(*number != 0),
            Self::Bool(flag) => Ok(*flag),
            Self::None => Ok(false),
            Self::Loop(_) | Self::Block(_) | Self::Row(_) => Ok(true),
            Self::Rows(rows) => rows.is_any(),
        }
    }
}

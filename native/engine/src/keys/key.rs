//! A key: what was read of a tree, in the order in which it was read.

use pyo3::prelude::*;
use rustc_hash::FxHasher;
use std::hash::Hasher;

/// What one value, or the beginning of one, is in a key.
pub enum Part {
    /// A number, or what stands for a kind of value.
    Number(u64),
    /// Nothing but this very object.
    Same(Py<PyAny>),
    /// Any object that is equal to this one, and that has the same hash.
    Equal(Py<PyAny>),
}

/// The parts that were read so far.
pub struct Parts {
    parts: Vec<Part>,
    hasher: FxHasher,
}

/// Queries have about so many.
const USUAL: usize = 160;

impl Parts {
    pub fn new() -> Self {
        Self { parts: Vec::with_capacity(USUAL), hasher: FxHasher::default() }
    }

    pub fn number(&mut self, number: u64) {
        self.hasher.write_u64(number);
        self.parts.push(Part::Number(number));
    }

    /// The object lives as long as the key, so that no other one gets its address.
    pub fn same(&mut self, object: &Bound<'_, PyAny>) {
        self.hasher.write_usize(object.as_ptr() as usize);
        self.parts.push(Part::Same(object.clone().unbind()));
    }

    /// Raises what hashing the object raises.
    pub fn equal(&mut self, object: &Bound<'_, PyAny>) -> PyResult<()> {
        self.hasher.write_isize(object.hash()?);
        self.parts.push(Part::Equal(object.clone().unbind()));
        Ok(())
    }

    pub fn finish(self) -> ObjectKey {
        ObjectKey { parts: self.parts.into_boxed_slice(), hash: self.hasher.finish() }
    }
}

/// Can be a key of a dictionary.
#[pyclass(frozen, module = "djust_backend._native")]
pub struct ObjectKey {
    parts: Box<[Part]>,
    hash: u64,
}

#[pymethods]
impl ObjectKey {
    fn __hash__(&self) -> u64 {
        self.hash
    }

    /// Raises what comparing texts and other equal objects raises.
    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Ok(other) = other.cast_exact::<Self>() else { return Ok(false) };
        let other = other.get();
        if self.hash != other.hash || self.parts.len() != other.parts.len() {
            return Ok(false);
        }
        for pair in self.parts.iter().zip(&other.parts) {
            let is_equal = match pair {
                (Part::Number(one), Part::Number(another)) => one == another,
                (Part::Same(one), Part::Same(another)) => one.is(another),
                (Part::Equal(one), Part::Equal(another)) => one.is(another) || one.bind(py).eq(another)?,
                _ => false,
            };
            if !is_equal {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

//! `NativeBlocks`: the block queues for Python code, behind `djust_backend.nodes.BlockContext`.

use crate::blocks::{BlockRef, BlockTable, SharedBlocks};
use crate::shared::Shared;
use crate::stock::Stock;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use std::sync::Arc;

/// The queues of a render.
#[pyclass(frozen, module = "djust_backend._native")]
pub struct NativeBlocks {
    table: SharedBlocks,
}

impl NativeBlocks {
    /// A `BlockContext` object that shows the queues to Python code.
    pub fn view<'py>(py: Python<'py>, table: &SharedBlocks) -> PyResult<Bound<'py, PyAny>> {
        let handle = Py::new(py, Self { table: Arc::clone(table) })?;
        Stock::get(py)?.call(py, "block_context", (handle,))
    }

    /// The queues behind a `BlockContext` object, if it is one of ours.
    pub fn shared(view: &Bound<'_, PyAny>) -> PyResult<Option<SharedBlocks>> {
        let Some(handle) = view.getattr_opt("_native")? else { return Ok(None) };
        Ok(handle.cast::<Self>().ok().map(|handle| Arc::clone(&handle.get().table)))
    }
}

fn interned<'py>(name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyString>> {
    Ok(PyString::intern(name.py(), name.to_str()?))
}

#[pymethods]
impl NativeBlocks {
    #[new]
    fn new() -> Self {
        Self { table: Arc::new(Shared::new(BlockTable::default())) }
    }

    /// `BlockContext.add_blocks` of one block.
    fn add(&self, name: &Bound<'_, PyString>, node: &Bound<'_, PyAny>) -> PyResult<()> {
        let block = BlockRef::from_py(node)?;
        self.table.borrow_mut().add(&interned(name)?, block);
        Ok(())
    }

    /// `BlockContext.pop`
    fn pop<'py>(&self, py: Python<'py>, name: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let block = self.table.borrow_mut().pop(&interned(name)?);
        block.map(|block| block.to_py(py)).transpose()
    }

    /// `BlockContext.push`
    fn push(&self, name: &Bound<'_, PyString>, node: &Bound<'_, PyAny>) -> PyResult<()> {
        let block = BlockRef::from_py(node)?;
        self.table.borrow_mut().push(&interned(name)?, block);
        Ok(())
    }

    /// `BlockContext.get_block`
    fn get_block<'py>(&self, py: Python<'py>, name: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let block = self.table.borrow_mut().last(&interned(name)?).map(|block| block.clone_ref(py));
        block.map(|block| block.to_py(py)).transpose()
    }

    /// All queues as they are now: name to list of nodes.
    fn queues<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, queue) in self.table.borrow().queues() {
            let nodes = queue.iter().map(|block| block.to_py(py)).collect::<PyResult<Vec<_>>>()?;
            dict.set_item(name, PyList::new(py, nodes)?)?;
        }
        Ok(dict)
    }
}

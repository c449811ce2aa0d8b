//! Which block wins: the queues of `django.template.loader_tags.BlockContext`, and the value of `block`.

use crate::program::Program;
use crate::py::program::NativeProgram;
use crate::shared::Shared;
use crate::stock::Stock;
use djust_syntax::ast::{ListId, NodeId, NodeKind};
use pyo3::prelude::*;
use pyo3::types::PyString;
use std::sync::Arc;

/// A block that may be rendered.
pub enum BlockRef {
    /// A block of a native template.
    Native(Py<NativeProgram>, NodeId),
    /// A `BlockNode` of Django's.
    Python(Py<PyAny>),
}

impl BlockRef {
    /// Another reference to the same block.
    pub fn clone_ref(&self, py: Python<'_>) -> Self {
        match self {
            Self::Native(program, node) => Self::Native(program.clone_ref(py), *node),
            Self::Python(node) => Self::Python(node.clone_ref(py)),
        }
    }

    /// The block as a node object.
    pub fn to_py<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Native(program, node) => {
                Stock::get(py)?.call(py, "proxy_node", (program.bind(py), "BlockNode", *node))
            }
            Self::Python(node) => Ok(node.bind(py).clone()),
        }
    }

    /// A block from a node object: one of ours if it stands for a native node.
    pub fn from_py(node: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Some((program, id)) = crate::py::program::native_identity(node)? {
            return Ok(Self::Native(program, id));
        }
        Ok(Self::Python(node.clone().unbind()))
    }
}

/// Blocks by name, in the order of `BlockContext.blocks`: the one that is rendered next is the last.
#[derive(Default)]
pub struct BlockTable {
    queues: Vec<(Py<PyString>, Vec<BlockRef>)>,
}

impl BlockTable {
    fn queue(&mut self, name: &Bound<'_, PyString>) -> &mut Vec<BlockRef> {
        let at = self.queues.iter().position(|(known, _)| known.is(name));
        let at = at.unwrap_or_else(|| {
            self.queues.push((name.clone().unbind(), Vec::new()));
            self.queues.len() - 1
        });
        &mut self.queues[at].1
    }

    /// `add_blocks` of one block: it is rendered after all that are known.
    pub fn add(&mut self, name: &Bound<'_, PyString>, block: BlockRef) {
        self.queue(name).insert(0, block);
    }

    /// `pop(name)`
    pub fn pop(&mut self, name: &Bound<'_, PyString>) -> Option<BlockRef> {
        self.queue(name).pop()
    }

    /// `push(name, block)`
    pub fn push(&mut self, name: &Bound<'_, PyString>, block: BlockRef) {
        self.queue(name).push(block);
    }

    /// `get_block(name)`
    pub fn last(&mut self, name: &Bound<'_, PyString>) -> Option<&BlockRef> {
        self.queue(name).last()
    }

    /// All queues, for Python code that looks.
    pub fn queues(&self) -> &[(Py<PyString>, Vec<BlockRef>)] {
        &self.queues
    }
}

/// The queues of a render, shared by the frames and contexts that stock would let share them.
pub type SharedBlocks = Arc<Shared<BlockTable>>;

/// The value of `block` inside of a block.
pub struct BlockValue<'py> {
    /// The template of the block.
    pub program: Bound<'py, NativeProgram>,
    /// Its node.
    pub node: NodeId,
    /// True if the block is rendered through inheritance, so that `block.super` may be asked for.
    pub has_context: bool,
}

impl BlockValue<'_> {
    /// Name and body of the block in its program.
    pub fn parts(program: &Program, node: NodeId) -> Option<(u32, ListId)> {
        match program.kind(node) {
            NodeKind::Block { name, body } => Some((*name, *body)),
            _ => None,
        }
    }
}

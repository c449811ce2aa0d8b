//! `RenderContext` natively: what nodes remember during a render, one frame for each template that is rendered.

use crate::ahead::Announced;
use crate::blocks::{BlockRef, BlockTable, SharedBlocks};
use crate::hidden::Reached;
use crate::lent::Lent;
use crate::pushed::Pushed;
use crate::py::block_context::NativeBlocks;
use crate::render::Render;
use crate::shared::Shared;
use crate::sources::Groups;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The key of the native frame in the dictionary that Python code sees.
fn frame_key(py: Python<'_>) -> &Bound<'_, PyString> {
    intern!(py, "djust_backend.frame")
}

/// The key of the state that all frames of a render share.
fn root_key(py: Python<'_>) -> &Bound<'_, PyString> {
    intern!(py, "djust_backend.root")
}

/// Stock's key of the queues of blocks.
fn block_context_key(py: Python<'_>) -> &Bound<'_, PyString> {
    intern!(py, "block_context")
}

/// Stock's key of the origins of a chain of `{% extends %}`.
fn history_key(py: Python<'_>) -> &Bound<'_, PyString> {
    intern!(py, "extends_context")
}

/// A node of a program: (program, node or cycle).
pub type NodeKey = (usize, u32);

/// Loaded templates by node and name.
pub type Includes = FxHashMap<(NodeKey, Box<str>), Py<PyAny>>;

/// What all frames of a render share.
#[derive(Default)]
pub struct RootState {
    /// Templates that `{% include %}` nodes have loaded, by node and name.
    pub includes: Shared<Includes>,
    /// Instances that were fetched together.
    pub groups: Shared<Groups>,
    /// What was asked about collections.
    pub pushed: Shared<Pushed>,
    /// What the view's names hold, by address of the name, while Python renders a template in a context of its own.
    pub view: Shared<Vec<FxHashMap<usize, Py<PyAny>>>>,
    /// What Python code has got.
    pub reached: Shared<Reached>,
    /// The ORM room's `Passing`, once rows are fetched for instances.
    pub passing: Shared<Option<Py<PyAny>>>,
    /// What connections have been lent.
    pub lent: Lent,
    /// What the ORM room knows of queries to come.
    pub announced: Shared<Announced>,
}

impl RootState {
    /// Lets go of what was collected, when the render is over: a context may live on.
    pub fn clear(&self, py: Python<'_>) -> PyResult<()> {
        self.includes.borrow_mut().clear();
        let reached = std::mem::take(&mut *self.reached.borrow_mut());
        let stopped = reached.stop(py);
        let passing = self.passing.replace(None);
        let passed = passing.map_or(Ok(()), |passing| passing.bind(py).call_method0("stop").map(drop));
        *self.groups.borrow_mut() = Groups::default();
        let asked = self.pushed.replace(Pushed::default());
        let announced = self.announced.replace(Announced::default());
        stopped.and(passed).and(asked.stop(py)).and(announced.stop(py)).and(self.lent.take_back(py))
    }
}

/// What nodes remember while one template is rendered.
#[derive(Default)]
pub struct FrameState {
    cycles: Shared<FxHashMap<NodeKey, usize>>,
    /// `{% ifchanged %}` outside of loops.
    pub last_values: Shared<FxHashMap<NodeKey, Py<PyAny>>>,
    blocks: Shared<Option<SharedBlocks>>,
    history: Shared<Option<Py<PyList>>>,
    dict: Shared<Option<Py<PyDict>>>,
    /// What the frames share.
    pub root: Arc<RootState>,
}

/// A frame and the template that is rendered in it.
pub struct Frame<'py> {
    /// `render_context.template`
    pub template: Bound<'py, PyAny>,
    /// Shared by a child template and its parents.
    pub state: Arc<FrameState>,
    /// This frame opened the state, and lets go of its dictionary when it is closed.
    owns: bool,
}

/// The holder of a frame in Python's `render_context`.
#[pyclass(frozen, module = "djust_backend._native")]
pub struct NativeFrame {
    state: Arc<FrameState>,
}

/// The queues of blocks, wherever they live.
pub enum Blocks<'py> {
    /// Ours.
    Native(SharedBlocks),
    /// A `BlockContext` that Django's own `ExtendsNode` made.
    Python(Bound<'py, PyAny>),
}

impl<'py> Blocks<'py> {
    /// `pop(name)`
    pub fn pop(&self, name: &Bound<'py, PyString>) -> PyResult<Option<BlockRef>> {
        match self {
            Self::Native(table) => Ok(table.borrow_mut().pop(name)),
            Self::Python(context) => {
                let block = context.call_method1("pop", (name,))?;
                if block.is_none() { Ok(None) } else { BlockRef::from_py(&block).map(Some) }
            }
        }
    }

    /// `push(name, block)`
    pub fn push(&self, name: &Bound<'py, PyString>, block: BlockRef) -> PyResult<()> {
        match self {
            Self::Native(table) => {
                table.borrow_mut().push(name, block);
                Ok(())
            }
            Self::Python(context) => context.call_method1("push", (name, block.to_py(name.py())?)).map(drop),
        }
    }

    /// `add_blocks({name: block})`
    pub fn add(&self, name: &Bound<'py, PyString>, block: BlockRef) -> PyResult<()> {
        match self {
            Self::Native(table) => {
                table.borrow_mut().add(name, block);
                Ok(())
            }
            Self::Python(context) => {
                let blocks = PyDict::new(name.py());
                blocks.set_item(name, block.to_py(name.py())?)?;
                context.call_method1("add_blocks", (blocks,)).map(drop)
            }
        }
    }

    /// `get_block(name) is not None`
    pub fn has(&self, name: &Bound<'py, PyString>) -> PyResult<bool> {
        match self {
            Self::Native(table) => Ok(table.borrow_mut().last(name).is_some()),
            Self::Python(context) => Ok(!context.call_method1("get_block", (name,))?.is_none()),
        }
    }
}

impl<'py> Frame<'py> {
    /// A fresh frame of a render (`push_state(template)`).
    pub fn new(template: Bound<'py, PyAny>, root: Arc<RootState>) -> Self {
        Self { template, state: Arc::new(FrameState { root, ..FrameState::default() }), owns: true }
    }

    /// Closes the frame. The dictionary that Python code may have kept holds the state, which must not hold it in turn.
    pub fn close(&self) {
        if self.owns {
            self.state.dict.borrow_mut().take();
        }
    }

    /// The frame of a render that goes on in Python: found in, or added to, the dictionary of its `RenderContext`.
    ///
    /// `base` is the lowest dictionary of the `RenderContext`, where the state of the whole render is kept.
    pub fn of_dict(
        template: Bound<'py, PyAny>,
        dict: &Bound<'py, PyDict>,
        base: &Bound<'py, PyDict>,
    ) -> PyResult<Self> {
        if let Some(state) = frame_in(dict)? {
            let owns = state.dict.borrow().is_none();
            if owns {
                *state.dict.borrow_mut() = Some(dict.clone().unbind());
            }
            return Ok(Self { template, state, owns });
        }
        let frame = Self::new(template, root_in(base)?);
        *frame.state.dict.borrow_mut() = Some(dict.clone().unbind());
        dict.set_item(frame_key(dict.py()), Py::new(dict.py(), NativeFrame { state: Arc::clone(&frame.state) })?)?;
        Ok(frame)
    }

    /// The same frame with another template (`push_state(template, isolated_context=False)`).
    pub fn with_template(&self, template: Bound<'py, PyAny>) -> Self {
        Self { template, state: Arc::clone(&self.state), owns: false }
    }

    /// The position of a cycle, which is moved on.
    pub fn next_cycle(&self, program: usize, cycle: u32, len: usize) -> usize {
        let mut cycles = self.state.cycles.borrow_mut();
        let next = cycles.entry((program, cycle)).or_insert(0);
        let at = *next % len;
        *next = at + 1;
        at
    }

    /// `CycleNode.reset`
    pub fn reset_cycle(&self, program: usize, cycle: u32) {
        self.state.cycles.borrow_mut().insert((program, cycle), 0);
    }

    /// The queues of blocks, if there are any yet.
    pub fn blocks(&self, py: Python<'py>) -> PyResult<Option<Blocks<'py>>> {
        if let Some(dict) = &*self.state.dict.borrow() {
            let Some(found) = dict.bind(py).get_item(block_context_key(py))? else {
                return Ok(self.state.blocks.borrow().clone().map(Blocks::Native));
            };
            if let Some(shared) = NativeBlocks::shared(&found)? {
                return Ok(Some(Blocks::Native(shared)));
            }
            return Ok(Some(Blocks::Python(found)));
        }
        Ok(self.state.blocks.borrow().clone().map(Blocks::Native))
    }

    /// The queues of blocks; new ones if there are none.
    pub fn make_blocks(&self, py: Python<'py>) -> PyResult<Blocks<'py>> {
        if let Some(blocks) = self.blocks(py)? {
            return Ok(blocks);
        }
        let table: SharedBlocks = Arc::new(Shared::new(BlockTable::default()));
        *self.state.blocks.borrow_mut() = Some(Arc::clone(&table));
        Ok(Blocks::Native(table))
    }

    /// The origins of the chain of `{% extends %}` so far, which starts with `origin`.
    pub fn history(&self, py: Python<'py>, origin: &Py<PyAny>) -> PyResult<Bound<'py, PyList>> {
        if let Some(dict) = &*self.state.dict.borrow()
            && let Some(found) = dict.bind(py).get_item(history_key(py))?
            && let Ok(list) = found.cast_into::<PyList>()
        {
            return Ok(list);
        }
        let mut history = self.state.history.borrow_mut();
        if let Some(list) = &*history {
            return Ok(list.bind(py).clone());
        }
        let list = PyList::new(py, [origin.clone_ref(py)])?;
        *history = Some(list.clone().unbind());
        Ok(list)
    }

    /// The dictionary of this frame for Python code.
    fn share(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let known = self.state.dict.borrow().as_ref().map(|dict| dict.bind(py).clone());
        let dict = if let Some(dict) = known {
            dict
        } else {
            let dict = PyDict::new(py);
            dict.set_item(frame_key(dict.py()), Py::new(py, NativeFrame { state: Arc::clone(&self.state) })?)?;
            *self.state.dict.borrow_mut() = Some(dict.clone().unbind());
            dict
        };
        if let Some(table) = &*self.state.blocks.borrow()
            && !dict.contains(block_context_key(py))?
        {
            dict.set_item(block_context_key(py), NativeBlocks::view(py, table)?)?;
        }
        if let Some(history) = &*self.state.history.borrow()
            && !dict.contains(history_key(py))?
        {
            dict.set_item(history_key(py), history)?;
        }
        Ok(dict)
    }
}

fn frame_in(dict: &Bound<'_, PyDict>) -> PyResult<Option<Arc<FrameState>>> {
    let Some(found) = dict.get_item(frame_key(dict.py()))? else { return Ok(None) };
    Ok(found.cast::<NativeFrame>().ok().map(|frame| Arc::clone(&frame.get().state)))
}

/// The state of the whole render that a `RenderContext` belongs to; new if native code meets it for the first time.
pub fn root_in(base: &Bound<'_, PyDict>) -> PyResult<Arc<RootState>> {
    known_root(base)?.map_or_else(|| new_root(base), Ok)
}

/// The state of the whole render, if native code has met it.
pub fn known_root(base: &Bound<'_, PyDict>) -> PyResult<Option<Arc<RootState>>> {
    if let Some(found) = base.get_item(root_key(base.py()))?
        && let Ok(found) = found.cast::<NativeFrame>()
    {
        return Ok(Some(Arc::clone(&found.get().state.root)));
    }
    Ok(None)
}

/// Takes the state of a render that is over out of its context.
pub fn forget_root(base: &Bound<'_, PyDict>) -> PyResult<()> {
    if base.contains(root_key(base.py()))? { base.del_item(root_key(base.py())) } else { Ok(()) }
}

fn new_root(base: &Bound<'_, PyDict>) -> PyResult<Arc<RootState>> {
    let state = Arc::new(FrameState::default());
    keep_root(base, &state)?;
    Ok(Arc::clone(&state.root))
}

fn keep_root(base: &Bound<'_, PyDict>, state: &Arc<FrameState>) -> PyResult<()> {
    base.set_item(root_key(base.py()), Py::new(base.py(), NativeFrame { state: Arc::clone(state) })?)
}

/// Lines `context.render_context` up with the frames of a render.
pub fn share<'py>(render: &Render<'py>, context: &Bound<'py, PyAny>) -> PyResult<()> {
    let py = render.py;
    let stock = render.stock;
    let render_context = context.getattr(stock.render_context.bind(py))?;
    let dicts = render_context.getattr(stock.dicts.bind(py))?;
    let dicts = dicts.cast::<PyList>()?;
    let base = dicts.get_item(0)?;
    let base = base.cast::<PyDict>()?;
    if !base.contains(root_key(base.py()))? {
        keep_root(base, &render.frame().state)?;
    }
    let mut at = render.frames_base;
    let mut last: Option<&Arc<FrameState>> = None;
    for frame in &render.frames {
        if last.is_some_and(|known| Arc::ptr_eq(known, &frame.state)) {
            continue;
        }
        last = Some(&frame.state);
        let dict = frame.share(py)?;
        if at < dicts.len() {
            if !dicts.get_item(at)?.is(&dict) {
                dicts.set_item(at, dict)?;
            }
        } else {
            dicts.append(dict)?;
        }
        at += 1;
    }
    if dicts.len() > at {
        dicts.del_slice(at, dicts.len())?;
    }
    let template = stock.template.bind(py);
    let current = &render.frame().template;
    if !render_context.getattr(template)?.is(current) {
        render_context.setattr(template, current)?;
    }
    Ok(())
}

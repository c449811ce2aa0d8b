//! `ifchanged`, and where its nodes keep what they remember.

use crate::loops::{ForLoop, IfChanged, shown};
use crate::program::Program;
use crate::py::program::NativeProgram;
use crate::render::Render;
use crate::value::Value;
use djust_syntax::ast::{ExprId, ListId, NodeId};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::rc::Rc;

/// Where a node remembers (`IfChangedNode._get_context_stack_frame`).
enum Memory<'py> {
    /// The loop it stands in.
    Loop(Rc<ForLoop<'py>>),
    /// What Python code has put under the name `forloop`, and the node object that is the key there.
    Object(Bound<'py, PyAny>, Bound<'py, PyAny>),
    /// The template that is rendered, outside of loops.
    Frame,
}

impl<'py> Render<'py> {
    #[inline(never)]
    pub(crate) fn ifchanged_node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        id: NodeId,
        vars: &[ExprId],
        (body, unchanged): (ListId, Option<ListId>),
    ) -> PyResult<()> {
        let node = IfChanged { program, key: (p.key(), id) };
        let memory = self.memory_of(node)?;
        let (compare_to, rendered) = if vars.is_empty() {
            let text = self.captured(program, p, body)?;
            (text.clone().into_any(), Some(text))
        } else {
            let mut values = Vec::with_capacity(vars.len());
            for &expr in vars {
                let value = self.eval_or_none(p, expr)?;
                values.push(self.to_py(&value)?);
            }
            (PyList::new(self.py, values)?.into_any(), None)
        };
        let changed = match self.last_value(&memory, node)? {
            Some(last) => compare_to.ne(last)?,
            None => true,
        };
        if changed {
            self.keep_last_value(&memory, node, &compare_to)?;
            return match rendered {
                Some(text) if !text.is_empty()? => self.out.push_py(&text, false),
                _ => self.list(program, p, body),
            };
        }
        unchanged.map_or(Ok(()), |list| self.list(program, p, list))
    }

    fn memory_of(&mut self, node: IfChanged<'_, 'py>) -> PyResult<Memory<'py>> {
        match self.scopes.get(self.stock.forloop.bind(self.py))? {
            Some(Value::Loop(forloop)) => {
                forloop.make_place(node, self.stock)?;
                Ok(Memory::Loop(forloop))
            }
            Some(value) => {
                let (object, key) = (self.to_py(&value)?, node.object(self.stock)?);
                object.call_method1(intern!(self.py, "setdefault"), (&key,))?;
                Ok(Memory::Object(object, key))
            }
            None => Ok(Memory::Frame),
        }
    }

    fn last_value(&self, memory: &Memory<'py>, node: IfChanged<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match memory {
            Memory::Loop(forloop) => forloop.last_value(node, self.stock),
            Memory::Object(object, key) => object.get_item(key).map(Some),
            Memory::Frame => {
                Ok(self.frame().state.last_values.borrow().get(&node.key).map(|v| v.bind(self.py).clone()))
            }
        }
    }

    fn keep_last_value(
        &self,
        memory: &Memory<'py>,
        node: IfChanged<'_, 'py>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        match memory {
            Memory::Loop(forloop) => forloop.keep_last_value(node, value, self.stock)?,
            Memory::Object(object, key) => object.set_item(key, shown(value, self.stock)?)?,
            Memory::Frame => {
                self.frame().state.last_values.borrow_mut().insert(node.key, value.clone().unbind());
            }
        }
        Ok(())
    }
}

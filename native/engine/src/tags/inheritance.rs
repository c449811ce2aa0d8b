//! `block`, `extends`, `include`, `partial`: how templates are put together.

use crate::attributes::{optional_attribute, own_dict};
use crate::blocks::{BlockRef, BlockValue};
use crate::program::{OwnBlock, Program};
use crate::py::entry::let_go;
use crate::py::frame::{Blocks, Frame, RootState};
use crate::py::program::{NativeProgram, native_identity, native_program};
use crate::render::Render;
use crate::scopes::{Layer, Scopes};
use crate::value::Value;
use crate::watch;
use djust_syntax::ast::{ExprId, Head, NameId, NodeId};
use djust_syntax::stack;
use djust_syntax::tags::relative_path;
use pyo3::exceptions::{PyKeyError, PyRecursionError};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

thread_local! {
    static LEVELS: Cell<i32> = const { Cell::new(0) };
}

/// A level of nested templates or blocks, counted by Python's own limit on recursion.
pub(crate) struct Level;

impl Level {
    /// Error: `RecursionError`, as templates that include themselves without end raise it on stock.
    pub(crate) fn enter(py: Python<'_>) -> PyResult<Self> {
        // Later CPythons count calls from C apart and allow far more of them than a stack of ours holds.
        // SAFETY: the interpreter is attached.
        let limit = unsafe { ffi::Py_GetRecursionLimit() };
        if LEVELS.get() >= limit {
            return Err(too_deep());
        }
        // SAFETY: the interpreter is attached; on failure an exception is set and nothing has been entered.
        if unsafe { ffi::Py_EnterRecursiveCall(c" while rendering a template".as_ptr()) } != 0 {
            return Err(PyErr::fetch(py));
        }
        LEVELS.set(LEVELS.get() + 1);
        Ok(Self)
    }

    /// So many levels: what is rendered within takes that much more of the stack, as it does on stock.
    ///
    /// Error: as for [`Self::enter`].
    pub(crate) fn enter_many(py: Python<'_>, count: usize) -> PyResult<Vec<Self>> {
        (0..count).map(|_| Self::enter(py)).collect()
    }
}

/// Asked for each body within another one.
///
/// Error: `RecursionError`, if little is left of the stack of this thread, whatever Python's limit is.
pub(crate) fn check_stack() -> PyResult<()> {
    if stack::is_short() { Err(too_deep()) } else { Ok(()) }
}

#[cold]
fn too_deep() -> PyErr {
    PyRecursionError::new_err("maximum recursion depth exceeded while rendering a template")
}

impl Drop for Level {
    fn drop(&mut self) {
        LEVELS.set(LEVELS.get() - 1);
        // SAFETY: `enter` has succeeded; renders do not outlive their attachment to the interpreter.
        unsafe { ffi::Py_LeaveRecursiveCall() };
    }
}

impl<'py> Render<'py> {
    #[inline(never)]
    pub(crate) fn block_node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        id: NodeId,
        name: NameId,
    ) -> PyResult<()> {
        let blocks = self.frame().blocks(self.py)?;
        let _level = Level::enter(self.py)?;
        self.scopes.push();
        let result = match blocks {
            None => self.block_body(program, id, false),
            Some(blocks) => self.inherited_block(program, id, p.name(self.py, name), &blocks),
        };
        self.scopes.pop();
        result
    }

    fn block_body(&mut self, program: &Bound<'py, NativeProgram>, id: NodeId, has_context: bool) -> PyResult<()> {
        let p = program.get().program()?;
        let Some((_, body)) = BlockValue::parts(p, id) else { return Ok(()) };
        let value = Value::Block(Rc::new(BlockValue { program: program.clone(), node: id, has_context }));
        self.scopes.set(self.py, self.stock, self.stock.block.bind(self.py), value)?;
        self.list(program, p, body)
    }

    fn inherited_block(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        id: NodeId,
        name: &Bound<'py, PyString>,
        blocks: &Blocks<'py>,
    ) -> PyResult<()> {
        let popped = blocks.pop(name)?;
        match &popped {
            None => self.block_body(program, id, true)?,
            Some(BlockRef::Native(program, node)) => {
                let program = program.bind(self.py).clone();
                self.block_body(&program, *node, true)?;
            }
            Some(BlockRef::Python(node)) => self.python_block(node.bind(self.py))?,
        }
        match popped {
            Some(block) => blocks.push(name, block),
            None => Ok(()),
        }
    }

    /// A `BlockNode` of Django's that overrides one of ours.
    fn python_block(&mut self, node: &Bound<'py, PyAny>) -> PyResult<()> {
        let context = self.python_context()?;
        let block = self.stock.call(self.py, "block_copy", (node, &context))?;
        self.scopes.set(self.py, self.stock, self.stock.block.bind(self.py), Value::Py(block.clone()))?;
        let context = self.python_context()?;
        let nodelist = block.getattr(self.stock.nodelist.bind(self.py))?;
        let text = nodelist.call_method1(self.stock.render.bind(self.py), (context,))?;
        self.after_python()?;
        self.write_node_result(&Value::Py(text))
    }

    /// `super` of the object that Python code has been given for a native block. `None`: it is no such object.
    pub(crate) fn super_of(&mut self, object: &Bound<'py, PyAny>) -> PyResult<Option<Value<'py>>> {
        let Some((program, node)) = native_identity(object)? else { return Ok(None) };
        let has_context = object.getattr_opt(self.stock.context.bind(self.py))?.is_some();
        if !has_context {
            return Ok(None);
        }
        let block = BlockValue { program: program.into_bound(self.py), node, has_context };
        self.block_super(&block).map(Some)
    }

    /// `{{ block.super }}`
    pub(crate) fn block_super(&mut self, block: &BlockValue<'py>) -> PyResult<Value<'py>> {
        let p = block.program.get().program()?;
        let Some((name, _)) = BlockValue::parts(p, block.node) else { return Ok(Value::text("")) };
        let known = match self.frame().blocks(self.py)? {
            Some(blocks) => blocks.has(p.name(self.py, name))?,
            None => false,
        };
        if !known {
            return Ok(Value::text(""));
        }
        let start = self.out.len();
        if let Err(error) = self.block_node(&block.program, p, block.node, name) {
            self.out.truncate(start);
            return Err(error);
        }
        let text = self.out.split_off(self.py, start)?;
        Ok(Value::Py(self.stock.SafeString.bind(self.py).call1((text,))?))
    }

    #[inline(never)]
    pub(crate) fn extends_node(&mut self, p: &Program, parent: ExprId) -> PyResult<()> {
        let template = self.parent_template(p, parent)?;
        let blocks = self.frame().make_blocks(self.py)?;
        self.add_blocks(&blocks, p)?;
        let program = native_program(self.stock, &template)?;
        let Some(program) = program else { return self.python_parent(&template) };
        let parent = program.get().program()?;
        if !parent.is_child() {
            self.add_blocks(&blocks, parent)?;
        }
        let _level = Level::enter(self.py)?;
        let frame = self.frame().with_template(template);
        self.frames.push(frame);
        let result = self.list(&program, parent, parent.ast.root);
        self.frames.pop();
        result
    }

    fn add_blocks(&self, blocks: &Blocks<'py>, p: &Program) -> PyResult<()> {
        let Some(program) = p.handle.get() else { return Ok(()) };
        for (name, block) in p.blocks.get().into_iter().flatten() {
            let block = match block {
                OwnBlock::Native(node) => {
                    let Some(program) = program.bind(self.py).upgrade() else { continue };
                    BlockRef::Native(program.cast_into::<NativeProgram>()?.unbind(), *node)
                }
                OwnBlock::Python(node) => BlockRef::Python(node.clone_ref(self.py)),
            };
            blocks.add(name.bind(self.py), block)?;
        }
        Ok(())
    }

    /// A parent that Django renders: it is not ours, or its rendering is being watched (by tests, by the toolbar).
    fn python_parent(&mut self, template: &Bound<'py, PyAny>) -> PyResult<()> {
        let context = self.python_context()?;
        let text = self.stock.call(self.py, "render_parent", (&context, template))?;
        self.after_python()?;
        self.write_node_result(&Value::Py(text))
    }

    fn parent_template(&mut self, p: &Program, parent: ExprId) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let value = self.eval(p, parent)?;
        let object = self.to_py(&value)?;
        if !object.is_truthy()? {
            let expr = &p.ast.exprs[parent as usize];
            let mut message = format!("Invalid template name in 'extends' tag: {}.", object.repr()?);
            if !expr.filters.is_empty() || !matches!(expr.head, Head::Const(_)) {
                message.push_str(" Got this from the '");
                message.push_str(p.ast.expr_text(expr));
                message.push_str("' variable.");
            }
            return Err(PyErr::from_value(self.stock.TemplateSyntaxError.bind(py).call1((message,))?));
        }
        let base = self.stock.BaseTemplate.bind(py);
        if object.is_instance(base)? {
            return Ok(object);
        }
        if let Some(inner) = crate::attributes::optional_attribute(&object, self.stock.template.bind(py))?
            && inner.is_instance(base)?
        {
            return Ok(inner);
        }
        let history = self.frame().history(py, &p.origin)?;
        if let Ok(name) = object.cast::<PyString>()
            && let Some(template) = self.cached_template(name, Some(&history))?
        {
            history.append(template.getattr(self.stock.origin.bind(py))?)?;
            return Ok(template);
        }
        let kwargs = PyDict::new(py);
        kwargs.set_item("skip", &history)?;
        let found = self.engine.call_method("find_template", (object,), Some(&kwargs))?;
        history.append(found.get_item(1)?)?;
        found.get_item(0)
    }

    /// A template that Django's cached loader has, unless it is one of `skip` (by origin), which changes the key.
    pub(crate) fn cached_template(
        &self,
        name: &Bound<'py, PyString>,
        skip: Option<&Bound<'py, PyList>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.py;
        let Some(cache) = crate::attributes::optional_attribute(&self.engine, self.stock.template_cache.bind(py))?
        else {
            return Ok(None);
        };
        let Ok(cache) = cache.cast::<PyDict>() else { return Ok(None) };
        for origin in skip.into_iter().flatten() {
            let known = crate::attributes::optional_attribute(&origin, self.stock.template_name.bind(py))?;
            if known.is_none_or(|known| known.eq(name).unwrap_or(true)) {
                return Ok(None);
            }
        }
        Ok(cache.get_item(name)?.filter(crate::watch::is_our_template))
    }

    #[inline(never)]
    pub(crate) fn include_node(
        &mut self,
        p: &Program,
        id: NodeId,
        template: ExprId,
        bindings: &[(NameId, ExprId)],
        only: bool,
    ) -> PyResult<()> {
        let template = self.included_template(p, id, template)?;
        let values = self.bound_values(p, bindings)?;
        match native_program(self.stock, &template)? {
            Some(program) if only => self.isolated(p, values, |render| render.nested(template, &program)),
            Some(program) => {
                self.scopes.push();
                let result = self.assign_all(p, values).and_then(|()| self.nested(template, &program));
                self.scopes.pop();
                result
            }
            None => self.python_include(p, &template, values, only),
        }
    }

    /// Renders a template in a frame of its own (`Template.render` in a bound context).
    pub(crate) fn nested(&mut self, template: Bound<'py, PyAny>, program: &Bound<'py, NativeProgram>) -> PyResult<()> {
        let p = program.get().program()?;
        let root: Arc<RootState> = Arc::clone(&self.frame().state.root);
        let _level = Level::enter(self.py)?;
        self.frames.push(Frame::new(template, root));
        let result = self.list(program, p, p.ast.root);
        self.close_frame();
        result
    }

    /// Leaves the innermost frame.
    fn close_frame(&mut self) {
        if let Some(frame) = self.frames.pop() {
            frame.close();
        }
    }

    /// Runs `work` in a context that has only the given values (`context.new(values)`).
    fn isolated(
        &mut self,
        p: &Program,
        values: Vec<(NameId, Value<'py>)>,
        work: impl FnOnce(&mut Self) -> PyResult<()>,
    ) -> PyResult<()> {
        let mut entries = Vec::with_capacity(values.len());
        for (name, value) in values {
            let value = if matches!(value, Value::Block(_)) { Value::Py(self.to_py(&value)?) } else { value };
            entries.push((p.name(self.py, name).clone(), value));
        }
        let layers = vec![Layer::Builtins, Layer::Native(entries)];
        self.in_new_context(Scopes { layers, is_given: true }, work)
    }

    /// Runs `work` with other layers, in a context of its own that shares everything else.
    pub(crate) fn in_new_context(
        &mut self,
        scopes: Scopes<'py>,
        work: impl FnOnce(&mut Self) -> PyResult<()>,
    ) -> PyResult<()> {
        self.outer.push(std::mem::replace(&mut self.scopes, scopes));
        let context = self.context.take();
        let derive_from = self.derive_from.clone();
        if let Some(context) = &context {
            self.derive_from = Some(context.clone());
        }
        let is_new = std::mem::replace(&mut self.is_new, true);
        let flags = (self.autoescape, self.use_l10n, self.use_tz);
        let known = std::mem::take(&mut self.known);
        let result = work(self);
        if self.context.is_some() {
            // Whoever has kept it sees what it is at the end.
            self.share_scopes()?;
        }
        self.known = known;
        (self.autoescape, self.use_l10n, self.use_tz) = flags;
        self.is_new = is_new;
        self.derive_from = derive_from;
        let inner = std::mem::replace(&mut self.context, context);
        if let Some(scopes) = self.outer.pop() {
            self.scopes = scopes;
        }
        match inner {
            Some(inner) => result.and_then(|()| let_go(self.stock, &inner)),
            None => result,
        }
    }

    fn python_include(
        &mut self,
        p: &Program,
        template: &Bound<'py, PyAny>,
        values: Vec<(NameId, Value<'py>)>,
        only: bool,
    ) -> PyResult<()> {
        let render = self.stock.render.bind(self.py);
        if only {
            let dict = PyDict::new(self.py);
            for (name, value) in values {
                dict.set_item(p.name(self.py, name), value.to_layer(self.py, self.stock)?)?;
            }
            let context = self.python_context()?.call_method1("new", (dict,))?;
            let view = self.view_values()?;
            let root = self.root_state();
            root.view.borrow_mut().push(view);
            let text = template.call_method1(render, (context,));
            root.view.borrow_mut().pop();
            self.after_python()?;
            return self.write_node_result(&Value::Py(text?));
        }
        self.scopes.push();
        self.assign_all(p, values)?;
        let context = self.python_context()?;
        let text = template.call_method1(render, (context,));
        self.after_python()?;
        self.scopes.pop();
        self.write_node_result(&Value::Py(text?))
    }

    fn included_template(&mut self, p: &Program, id: NodeId, expr: ExprId) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let value = self.eval(p, expr)?;
        let object = self.to_py(&value)?;
        let has_render = crate::attributes::optional_attribute(&object, self.stock.render.bind(py))?;
        if has_render.is_some_and(|render| render.is_callable()) {
            let inner = crate::attributes::optional_attribute(&object, self.stock.template.bind(py))?;
            return Ok(inner.unwrap_or(object));
        }
        let names = if object.is_truthy()? { object } else { PyTuple::empty(py).into_any() };
        let Ok(name) = names.cast::<PyString>() else {
            // A lazy text says that it is a `str`, and is a name.
            let names = if names.is_instance(py.get_type::<PyString>().as_any())? {
                let name = self.stock.call(py, "relative_path", (p.template_name.as_deref(), &names))?;
                PyTuple::new(py, [name])?
            } else {
                py.get_type::<PyTuple>().call1((names,))?.cast_into::<PyTuple>()?
            };
            // Stock looks the names up in its cache first, which takes names that can be hashed only.
            PyDict::new(py).contains(&names)?;
            return self.engine.call_method1("select_template", (names,));
        };
        let Ok(text) = name.to_str() else {
            // A lone surrogate: no template of ours has such a name, but a loader decides that.
            let name = self.stock.call(py, "relative_path", (p.template_name.as_deref(), &names))?;
            return self.engine.call_method1("select_template", (PyTuple::new(py, [name])?,));
        };
        let root = Arc::clone(&self.frame().state.root);
        let key = ((p.key(), id), Box::from(text));
        if let Some(known) = root.includes.borrow().get(&key) {
            return Ok(known.bind(py).clone());
        }
        let name = match relative_path(p.template_name.as_deref(), text, false) {
            Ok(name) if name == text => names.clone(),
            _ => self.stock.call(py, "relative_path", (p.template_name.as_deref(), &names))?,
        };
        let cached = match name.cast::<PyString>() {
            Ok(name) => self.cached_template(name, None)?,
            Err(_) => None,
        };
        let template = match cached {
            Some(template) => template,
            None => self.engine.call_method1("select_template", (PyTuple::new(py, [name])?,))?,
        };
        root.includes.borrow_mut().insert(key, template.clone().unbind());
        Ok(template)
    }

    #[inline(never)]
    pub(crate) fn partial_node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        name: NameId,
    ) -> PyResult<()> {
        let result = self.render_partial(program, p, name);
        match result {
            Err(error) if error.is_instance_of::<PyKeyError>(self.py) => {
                let message = format!("Partial '{}' is not defined in the current template.", p.ast.name_text(name));
                let error = self.stock.TemplateSyntaxError.bind(self.py).call1((message,))?;
                Err(PyErr::from_value(error))
            }
            other => other,
        }
    }

    /// True for a partial as `{% partialdef %}` of this template made it, if it is rendered as Django renders it.
    fn is_own_partial(&self, program: &Bound<'py, NativeProgram>, partial: &Bound<'py, PyAny>) -> PyResult<bool> {
        let (py, stock) = (self.py, self.stock);
        if !partial.get_type().is(&stock.PartialTemplate) || !watch::partials_are_stock(stock, py)? {
            return Ok(false);
        }
        let Some(own) = own_dict(partial) else { return Ok(false) };
        let Some(nodelist) = own.get_item(stock.nodelist.bind(py))? else { return Ok(false) };
        if own.contains(stock.render.bind(py))? || own.contains(stock.private_render.bind(py))? {
            return Ok(false);
        }
        Ok(optional_attribute(&nodelist, stock.program.bind(py))?.is_some_and(|of| of.is(program)))
    }

    fn render_partial(&mut self, program: &Bound<'py, NativeProgram>, p: &Program, name: NameId) -> PyResult<()> {
        let py = self.py;
        let partials = program.get().extra_data(py).as_any().get_item(intern!(py, "partials"))?;
        let partial = partials.get_item(p.name(py, name))?;
        if let Some((_, body, ..)) = p.ast.partials.iter().find(|(known, ..)| *known == name)
            && self.is_own_partial(program, &partial)?
        {
            let root = Arc::clone(&self.frame().state.root);
            self.frames.push(Frame::new(partial, root));
            let result = self.list(program, p, *body);
            self.close_frame();
            return result;
        }
        let context = self.python_context()?;
        let text = partial.call_method1(self.stock.render.bind(py), (context,))?;
        self.after_python()?;
        self.write_node_result(&Value::Py(text))
    }
}

//! `NativeProgram`: a compiled template as Python holds it. Compiling, and every way into the renderer.

use crate::attributes::optional_attribute;
use crate::host::PyHost;
use crate::out::Out;
use crate::program::Program;
use crate::py::compiled::{find_blocks, finish};
use crate::py::composition::Composed;
use crate::py::entry::{enter, enter_frame, fresh, leave, let_go, plain_value, render_state};
use crate::py::frame::{Frame, RootState, forget_root, known_root, root_in};
use crate::py::lexing::tokens_of;
use crate::py::parser::{NativeParser, make_token};
use crate::py::{counters, describe};
use crate::render::Render;
use crate::scopes::Layer;
use crate::stock::{Stock, judge_sources};
use crate::utf8::text_of;
use crate::value::Value;
use crate::vectorcall::Rendering;
use crate::watch;
use djust_syntax::ast::{NodeId, NodeKind};
use djust_syntax::{Dialect, Parser};
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyType, PyWeakrefReference};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// A compiled template.
#[pyclass(frozen, weakref, module = "djust_backend._native")]
pub struct NativeProgram {
    program: OnceLock<Program>,
    /// The parser, while the template is being compiled.
    parser: Mutex<Option<Py<NativeParser>>>,
    /// Python code has changed the nodes that stand for this program: its rendering is Django's from now on.
    changed: AtomicBool,
    /// What of Django had been replaced when the template was compiled.
    generation: u64,
    extra_data: Py<PyDict>,
    /// Objects that stand for nodes, by node number.
    nodes: Py<PyDict>,
    origin: Py<PyAny>,
    debug: bool,
    size_hint: AtomicU64,
    composed: OnceLock<Composed>,
}

/// How much larger than the last output the next buffer is made.
const SPARE: usize = 256;

impl NativeProgram {
    /// The compiled template. Error: it is still being compiled.
    pub fn program(&self) -> PyResult<&Program> {
        self.program.get().ok_or_else(|| PyRuntimeError::new_err("the template is still being compiled"))
    }

    /// What the template needs, with all that it extends and includes. Walked on first use.
    pub fn composition(&self, py: Python<'_>, engine: &Bound<'_, PyAny>) -> PyResult<&Composed> {
        if let Some(composed) = self.composed.get() {
            return Ok(composed);
        }
        let weak = self.program()?.handle.get().and_then(|weak| weak.bind(py).upgrade());
        let Some(handle) = weak else { return Err(PyRuntimeError::new_err("the program is gone")) };
        let composed = Composed::of(handle.cast::<Self>()?, engine)?;
        Ok(self.composed.get_or_init(|| composed))
    }

    /// `Template.extra_data`
    pub fn extra_data<'py>(&self, py: Python<'py>) -> &Bound<'py, PyDict> {
        self.extra_data.bind(py)
    }

    /// The parser that compiles the template now.
    pub fn set_parser(&self, parser: Py<NativeParser>) {
        if let Ok(mut slot) = self.parser.lock() {
            *slot = Some(parser);
        }
    }

    fn with_parser<T>(&self, py: Python<'_>, work: impl FnOnce(&NativeParser) -> PyResult<T>) -> PyResult<T> {
        let parser = self.parser.lock().ok().and_then(|slot| slot.as_ref().map(|parser| parser.clone_ref(py)));
        match parser {
            Some(parser) => work(&parser.bind(py).borrow()),
            None => Err(PyRuntimeError::new_err("the template did not compile")),
        }
    }

    /// True if the template is compiled, and neither its nodes nor the classes of Django behind them have been changed
    /// since.
    fn ready(&self, py: Python<'_>, stock: &Stock) -> PyResult<bool> {
        let usable = self.program.get().is_some() && !self.changed.load(Ordering::Relaxed);
        let is_current = watch::generation(py, stock)? == self.generation;
        judge_sources(watch::sources_are_stock(py, stock)?);
        Ok(usable && is_current)
    }
}

/// The program of a template, if the template may be rendered here: it is exactly ours, nobody watches or replaces the
/// methods of `Template`, and nobody has changed its nodes.
pub fn native_program<'py>(stock: &Stock, template: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, NativeProgram>>> {
    let py = template.py();
    if !watch::is_our_template(template) || !watch::template_methods_are_stock(stock, py)? {
        return Ok(None);
    }
    let program = template.getattr(stock.program.bind(py))?;
    let Ok(program) = program.cast_into::<NativeProgram>() else { return Ok(None) };
    Ok(if program.get().ready(py, stock)? { Some(program) } else { None })
}

/// Program and node of a proxy node.
pub fn native_identity(node: &Bound<'_, PyAny>) -> PyResult<Option<(Py<NativeProgram>, NodeId)>> {
    let Some(program) = node.getattr_opt(intern!(node.py(), "_program"))? else { return Ok(None) };
    let Ok(program) = program.cast_into::<NativeProgram>() else { return Ok(None) };
    if !program.get().ready(node.py(), Stock::get(node.py())?)? {
        return Ok(None);
    }
    let Some(id) = node.getattr_opt(intern!(node.py(), "_node"))? else { return Ok(None) };
    Ok(Some((program.unbind(), id.extract()?)))
}

#[pymethods]
impl NativeProgram {
    /// Compiles the source of a template: `compile(template, extra_data)`.
    ///
    /// `None` if the source is not for us: it has an error, or it is something that only Django's own parser can judge.
    #[staticmethod]
    fn compile<'py>(
        template: &Bound<'py, PyAny>,
        extra_data: Bound<'py, PyDict>,
    ) -> PyResult<Option<Bound<'py, Self>>> {
        let py = template.py();
        let stock = Stock::get(py)?;
        let Some(native_tags) = watch::native_tags(py, stock)? else { return Ok(None) };
        let engine = template.getattr(stock.engine.bind(py))?;
        let source = template.getattr(intern!(template.py(), "source"))?;
        let source = source.cast_into::<PyString>()?;
        let Some(text) = text_of(&source)? else { return Ok(None) };
        if text.len() >= u32::MAX as usize {
            return Ok(None);
        }
        let origin = template.getattr(stock.origin.bind(py))?;
        let template_name = origin.getattr_opt(intern!(py, "template_name"))?;
        let template_name = template_name.and_then(|name| name.extract::<&str>().ok().map(Box::from));
        let debug = engine.getattr(stock.debug.bind(py))?.is_truthy()?;
        let handle = Bound::new(
            py,
            Self {
                program: OnceLock::new(),
                parser: Mutex::new(None),
                changed: AtomicBool::new(false),
                generation: watch::generation(py, stock)?,
                extra_data: extra_data.unbind(),
                nodes: PyDict::new(py).unbind(),
                origin: origin.clone().unbind(),
                debug,
                size_hint: AtomicU64::new(text.len() as u64),
                composed: OnceLock::new(),
            },
        )?;
        let host = PyHost::new(template, &engine, native_tags, &handle, debug)?;
        let Some(tokens) = tokens_of(stock, &source, &text, debug)? else { return Ok(None) };
        let dialect = Dialect { signs_in_names: watch::signs_in_names(py, stock)? };
        let mut parser = Parser::new(text, tokens, template_name, dialect, host);
        let parsed = parser.parse_template();
        if let Ok(mut slot) = handle.get().parser.lock() {
            *slot = None;
        }
        // An error that a compile function has caught counts as well: it may look at the exception, which is Django's.
        if parsed.is_err() || parser.host.gave_up {
            return Ok(None);
        }
        parser.host.retire(py)?;
        let program = finish(py, stock, parser, origin)?;
        Self::complete(py, stock, template, &handle, program)?;
        counters::native_template();
        Ok(Some(handle))
    }

    /// Lets the garbage collector see the cycles between a program and the objects that stand for its nodes.
    fn __traverse__(&self, visit: pyo3::PyVisit<'_>) -> Result<(), pyo3::PyTraverseError> {
        visit.call(&self.extra_data)?;
        visit.call(&self.nodes)?;
        visit.call(&self.origin)?;
        if let Some(program) = self.program.get() {
            visit.call(&program.origin)?;
            for foreign in &program.foreign {
                foreign.traverse(&visit)?;
            }
        }
        Ok(())
    }

    /// `Template.extra_data`
    #[getter(extra_data)]
    fn extra_data_object<'py>(&self, py: Python<'py>) -> Bound<'py, PyDict> {
        self.extra_data.bind(py).clone()
    }

    /// Objects that stand for nodes, by node number.
    #[getter]
    fn nodes<'py>(&self, py: Python<'py>) -> Bound<'py, PyDict> {
        self.nodes.bind(py).clone()
    }

    /// `Template.origin`
    #[getter]
    fn origin<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.origin.bind(py).clone()
    }

    /// Filter functions of an expression by name.
    fn filters_of<'py>(&self, py: Python<'py>, expr: u32) -> PyResult<Bound<'py, PyDict>> {
        match self.program.get() {
            Some(p) => describe::filters_of(py, &p.ast, &p.filters, expr),
            None => self.with_parser(py, |parser| parser.filters_of(py, expr)),
        }
    }

    /// For people: the dotted paths of each free variable, of the template and all that it extends and includes.
    fn variable_paths<'py>(&self, py: Python<'py>, engine: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
        let paths = PyDict::new(py);
        for (name, found) in self.composition(py, engine)?.paths() {
            paths.set_item(name, found)?;
        }
        Ok(paths)
    }

    /// The `Usage` of each free variable.
    fn usage<'py>(&self, py: Python<'py>, engine: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
        let composition = self.composition(py, engine)?;
        let usages = PyDict::new(py);
        for at in 0..composition.variables() {
            usages.set_item(composition.variable_name(py, at), composition.of_variable(py, at)?)?;
        }
        Ok(usages)
    }

    /// True as soon as the template has been compiled.
    #[getter]
    fn compiled(&self) -> bool {
        self.program.get().is_some()
    }

    /// The list of the whole template.
    #[getter]
    fn root(&self) -> PyResult<u32> {
        Ok(self.program()?.ast.root)
    }

    /// Set when Python code has changed nodes.
    #[getter]
    fn changed(&self) -> bool {
        self.changed.load(Ordering::Relaxed)
    }

    /// Says that Python code has changed nodes.
    fn mark_changed(&self) {
        self.changed.store(true, Ordering::Relaxed);
    }

    /// Items of a list, see `describe_list`.
    fn items<'py>(&self, py: Python<'py>, list_id: u32) -> PyResult<Bound<'py, PyList>> {
        match self.program.get() {
            Some(p) => describe::describe_list(py, &p.ast, &p.source, list_id, &p.foreign),
            None => self.with_parser(py, |parser| parser.describe(py, list_id)),
        }
    }

    /// Attributes of a node, see `facts`.
    fn facts<'py>(&self, py: Python<'py>, node: u32) -> PyResult<Bound<'py, PyDict>> {
        match self.program.get() {
            Some(p) => describe::facts(py, &p.ast, &p.source, node),
            None => self.with_parser(py, |parser| parser.facts(py, node)),
        }
    }

    /// The token of a node.
    fn token<'py>(&self, py: Python<'py>, node: u32) -> PyResult<Bound<'py, PyAny>> {
        match self.program.get() {
            Some(p) => {
                let token = &p.ast.tokens[p.ast.nodes[node as usize].token as usize];
                make_token(py, Stock::get(py)?, &p.ast, token, self.debug)
            }
            None => self.with_parser(py, |parser| parser.token(py, node)),
        }
    }

    /// True if `render` may be used: nothing that it stands for has been replaced.
    fn renders<'py>(
        slf: &Bound<'py, Self>,
        template: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<bool> {
        // As stock: whatever is no context fails here.
        context.getattr(intern!(context.py(), "render_context"))?;
        let stock = Stock::get(slf.py())?;
        Ok(native_program(stock, template)?.is_some() && watch::context_is_stock(stock, context)?)
    }

    /// `Template.render(context)` in a context that is bound already. Ask `renders` first.
    fn render<'py>(
        slf: &Bound<'py, Self>,
        template: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let stock = Stock::get(py)?;
        let _rendering = Rendering::begin();
        let mut render = enter(py, stock, context)?;
        if !slf.get().program()?.is_constant() {
            render.out = Out::with_capacity(slf.get().capacity());
        }
        let (dicts, before) = render_state(stock, context)?;
        render.frames_base = dicts.len();
        let base = dicts.get_item(0)?;
        let base = base.cast::<PyDict>()?;
        let is_outermost = known_root(base)?.is_none();
        let root = root_in(base)?;
        render.frames.push(Frame::new(template.clone(), root));
        let p = slf.get().program()?;
        let result = if p.is_constant() { Ok(()) } else { render.list(slf, p, p.ast.root) };
        let left = leave(&mut render, context, Some(before));
        let cleared = if is_outermost { end_root(&render, base) } else { Ok(()) };
        left?;
        cleared?;
        result?;
        counters::native_render();
        slf.get().finish_output(render)
    }

    /// The backend's `Template.render(context, request)`. `None`: the general way must be gone.
    pub fn render_page<'py>(
        slf: &Bound<'py, Self>,
        template: &Bound<'py, PyAny>,
        values: Option<&Bound<'py, PyAny>>,
        request: Option<&Bound<'py, PyAny>>,
        autoescape: bool,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = slf.py();
        let stock = Stock::get(py)?;
        if native_program(stock, template)?.is_none() || !watch::contexts_are_stock(stock, py)? {
            return Ok(None);
        }
        let values = match values {
            None => None,
            Some(values) => match values.cast_exact::<PyDict>() {
                Ok(values) => Some(values.clone()),
                Err(_) => return Ok(None),
            },
        };
        let _rendering = Rendering::begin();
        let mut render = fresh(py, stock, template)?;
        render.autoescape = autoescape;
        render.request = request.cloned();
        render.scopes.layers.push(Layer::Builtins);
        match request {
            None => {
                if let Some(values) = values {
                    render.scopes.layers.push(Layer::Dict(values));
                }
            }
            Some(request) => {
                let processed = render.processed(request)?;
                render.scopes.layers.push(Layer::Processed(Rc::new(processed)));
                render.scopes.layers.push(Layer::Native(Vec::new()));
                if let Some(values) = values.filter(|values| !values.is_empty()) {
                    render.scopes.layers.push(Layer::ReadOnly(values));
                    render.scopes.layers.push(Layer::Native(Vec::new()));
                }
            }
        }
        render.frames.push(Frame::new(template.clone(), Arc::<RootState>::default()));
        let render = Self::run(slf, render)?;
        slf.get().finish_output(render).map(Some)
    }

    /// `NodeList.render(context)` of a list of this template.
    ///
    /// `None`: the nodes have been changed, or are not compiled yet, and Django's way must be gone.
    fn render_list<'py>(
        slf: &Bound<'py, Self>,
        list_id: u32,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if let Some(text) = Self::plain_text(slf, list_id)? {
            return Ok(Some(text));
        }
        // Where Django renders a template itself (as in tests, which watch it), its list is the whole render.
        Self::within(slf, context, true, |render, p| render.list(slf, p, list_id))
    }

    /// `Node.render(context)` of a node of this template.
    ///
    /// `None`: as for `render_list`.
    fn render_node<'py>(
        slf: &Bound<'py, Self>,
        node: u32,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        Self::within(slf, context, false, |render, p| render.node(slf, p, node, p.kind(node)))
    }

    /// `FilterExpression.resolve(context, ignore_failures)`
    ///
    /// `NotImplemented`: as `None` for `render_list`; or the context belongs to no template.
    fn resolve<'py>(
        slf: &Bound<'py, Self>,
        expr: u32,
        context: &Bound<'py, PyAny>,
        ignore_failures: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let stock = Stock::get(py)?;
        if !slf.get().ready(py, stock)? || !watch::context_is_stock(stock, context)? || !has_template(stock, context)? {
            return Ok(py.NotImplemented().into_bound(py));
        }
        let p = slf.get().program()?;
        if let Some(value) = plain_value(stock, p, expr, context)? {
            return Ok(value);
        }
        let mut render = enter(py, stock, context)?;
        enter_frame(&mut render, render_state(stock, context)?)?;
        let value = if ignore_failures { render.eval_or_none(p, expr) } else { render.eval(p, expr) };
        let result = value.and_then(|value| {
            render.remember_instance(&value)?;
            render.reach_for_argument(&value)?;
            render.to_py(&value)
        });
        leave(&mut render, context, None)?;
        result
    }
}

impl NativeProgram {
    /// Gives the object its program, and the template the partials in it.
    fn complete<'py>(
        py: Python<'py>,
        stock: &Stock,
        template: &Bound<'py, PyAny>,
        handle: &Bound<'py, Self>,
        program: Program,
    ) -> PyResult<()> {
        let weak = PyWeakrefReference::new(handle.as_any())?.unbind();
        if program.handle.set(weak).is_err() || handle.get().program.set(program).is_err() {
            return Err(PyRuntimeError::new_err("a template was compiled twice"));
        }
        let program = handle.get().program()?;
        // Nodes of Python's are asked for the blocks inside of them, which needs the finished program.
        let blocks = find_blocks(py, stock, program)?;
        program.blocks.get_or_init(|| blocks);
        let ast = &program.ast;
        if !ast.partials.is_empty() {
            let partials = ast.partials.iter();
            let partials: Vec<(&str, u32, u32, u32)> =
                partials.map(|(name, list, start, end)| (ast.name_text(*name), *list, *start, *end)).collect();
            stock.call(py, "make_partials", (template, handle, partials))?;
        }
        Ok(())
    }

    /// Renders the whole template as a page of its own: layers and the first frame are there already.
    pub fn run<'py>(slf: &Bound<'py, Self>, mut render: Render<'py>) -> PyResult<Render<'py>> {
        let (py, stock) = (slf.py(), render.stock);
        let p = slf.get().program()?;
        let result = if p.is_constant() {
            Ok(())
        } else {
            render.out = Out::with_capacity(slf.get().capacity());
            render.list(slf, p, p.ast.root)
        };
        let cleared = render.frames[0].state.root.clear(py);
        if let Some(context) = render.context.clone() {
            // What a tag or an exception keeps of it must look as after stock's `bind_template`.
            render.share_scopes()?;
            stock.call(py, "unbind_context", (context,))?;
        }
        for frame in &render.frames {
            frame.close();
        }
        render.scopes.layers.clear();
        if let Some(context) = render.context.take() {
            let_go(stock, &context)?;
        }
        cleared?;
        result?;
        counters::native_render();
        Ok(render)
    }

    /// What [`Self::run`] has rendered without white space around it, as a safe string.
    pub fn stripped<'py>(slf: &Bound<'py, Self>, render: Render<'py>) -> PyResult<Value<'py>> {
        let (py, stock) = (slf.py(), render.stock);
        let p = slf.get().program()?;
        if !p.is_constant()
            && let Some(text) = render.out.stripped()
        {
            slf.get().size_hint.store(render.out.len() as u64, Ordering::Relaxed);
            return Ok(Value::safe(text));
        }
        let text = slf.get().finish_output(render)?.call_method0("strip")?;
        stock.SafeString.bind(py).call1((text,)).map(Value::Py)
    }

    /// What a list of nothing but text gives in any context. `None`: there are other nodes in it, or it has been changed.
    fn plain_text<'py>(slf: &Bound<'py, Self>, list_id: u32) -> PyResult<Option<Bound<'py, PyAny>>> {
        let (py, stock) = (slf.py(), Stock::get(slf.py())?);
        let Some(p) = slf.get().program.get() else { return Ok(None) };
        let nodes = p.ast.list(list_id);
        let mut texts = Vec::new();
        for &node in nodes {
            let NodeKind::Text(from, to) = p.kind(node) else { return Ok(None) };
            texts.push(&p.source[*from as usize..*to as usize]);
        }
        if !slf.get().ready(py, stock)? {
            return Ok(None);
        }
        counters::native_render();
        stock.SafeString.bind(py).call1((texts.concat(),)).map(Some)
    }

    fn capacity(&self) -> usize {
        self.size_hint.load(Ordering::Relaxed) as usize + SPARE
    }

    fn finish_output<'py>(&self, render: Render<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (py, stock) = (render.py, render.stock);
        let p = self.program()?;
        if let Some(constant) = p.constant_text() {
            if let Some(text) = p.constant.get() {
                return Ok(text.bind(py).clone());
            }
            let text = stock.SafeString.bind(py).call1((constant,))?;
            return Ok(p.constant.get_or_init(|| text.unbind()).bind(py).clone());
        }
        self.size_hint.store(render.out.len() as u64, Ordering::Relaxed);
        let text = render.out.finish(py)?;
        stock.SafeString.bind(py).call1((text,))
    }

    /// Runs `work` in the context that Python code has handed in, and returns its output as a safe string.
    ///
    /// `may_be_all`: if no render is under way in that context, this is one as a whole.
    fn within<'py>(
        slf: &Bound<'py, Self>,
        context: &Bound<'py, PyAny>,
        may_be_all: bool,
        work: impl FnOnce(&mut Render<'py>, &Program) -> PyResult<()>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = slf.py();
        let stock = Stock::get(py)?;
        if !slf.get().ready(py, stock)? || !watch::context_is_stock(stock, context)? {
            return Ok(None);
        }
        let p = slf.get().program()?;
        let _rendering = Rendering::begin();
        let mut render = enter(py, stock, context)?;
        let state = render_state(stock, context)?;
        let base = state.0.get_item(0)?;
        let base = base.cast::<PyDict>()?;
        let is_outermost = may_be_all && known_root(base)?.is_none();
        render.out = Out::with_capacity(SPARE);
        enter_frame(&mut render, state)?;
        let result = work(&mut render, p);
        let left = leave(&mut render, context, None);
        let cleared = if is_outermost { end_root(&render, base) } else { Ok(()) };
        left?;
        cleared?;
        result?;
        counters::native_render();
        let text = render.out.finish(py)?;
        stock.SafeString.bind(py).call1((text,)).map(Some)
    }
}

/// True if a context belongs to a template that is being rendered.
fn has_template(stock: &Stock, context: &Bound<'_, PyAny>) -> PyResult<bool> {
    let template = optional_attribute(context, stock.template.bind(context.py()))?;
    Ok(template.is_some_and(|template| !template.is_none()))
}

/// Lets go of what a render has collected; the next one in the same context starts anew.
fn end_root(render: &Render<'_>, base: &Bound<'_, PyDict>) -> PyResult<()> {
    let cleared = render.frames[0].state.root.clear(base.py());
    forget_root(base)?;
    cleared
}

/// Tells the native side which class the face's `Template` is.
#[pyfunction]
pub fn set_template_class(class_: &Bound<'_, PyType>) {
    watch::set_template_class(class_);
}

//! `NativeProgram`: a compiled template as Python holds it. Compiling, and every way into the renderer.

use crate::host::PyHost;
use crate::out::Out;
use crate::program::{OwnBlock, Program, make_consts, make_names};
use crate::py::composition::Composed;
use crate::py::{counters, describe};
use crate::py::frame::{Frame, RootState, known_root, root_in};
use crate::py::parser::{NativeParser, make_token};
use crate::render::{Render, Tri};
use crate::scopes::{Layer, Scopes};
use crate::stock::Stock;
use crate::watch;
use djust_syntax::ast::{NodeId, NodeKind};
use djust_syntax::{Dialect, Parser};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
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
        Ok(usable && watch::generation(py, stock)? == self.generation)
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
    let Some(program) = node.getattr_opt("_program")? else { return Ok(None) };
    let Ok(program) = program.cast_into::<NativeProgram>() else { return Ok(None) };
    if !program.get().ready(node.py(), Stock::get(node.py())?)? {
        return Ok(None);
    }
    let Some(id) = node.getattr_opt("_node")? else { return Ok(None) };
    Ok(Some((program.unbind(), id.extract()?)))
}

fn finish(py: Python<'_>, stock: &Stock, parser: Parser<PyHost>, template: &Bound<'_, PyAny>) -> PyResult<Program> {
    let names = make_names(py, &parser.ast);
    let consts = make_consts(py, stock, &parser.ast)?;
    Ok(Program {
        source: parser.source,
        names,
        consts,
        filters: parser.host.filters,
        foreign: parser.host.foreign,
        blocks: OnceLock::new(),
        origin: template.getattr("origin")?.unbind(),
        template_name: parser.template_name,
        handle: OnceLock::new(),
        constant: OnceLock::new(),
        loop_length: stock.call(py, "has_loop_length", ())?.is_truthy()?,
        ast: parser.ast,
    })
}

type Blocks = Vec<(Py<PyString>, OwnBlock)>;

/// The blocks that `get_nodes_by_type(BlockNode)` would find.
fn find_blocks(py: Python<'_>, stock: &Stock, program: &Program) -> PyResult<Blocks> {
    let mut found = Vec::new();
    let has_blocks = program.ast.nodes.iter().any(|node| matches!(node.kind, NodeKind::Block { .. }));
    let has_foreign_bodies = !program.foreign.is_empty();
    if has_blocks || has_foreign_bodies {
        blocks_of_list(py, stock, program, program.ast.root, &mut found)?;
    }
    Ok(found)
}

/// Adds a block; of two with one name the later counts, as in a dictionary.
fn add_block(found: &mut Blocks, name: Bound<'_, PyString>, block: OwnBlock) {
    found.retain(|(known, _)| !known.is(&name));
    found.push((name.unbind(), block));
}

fn blocks_of_list(py: Python<'_>, stock: &Stock, p: &Program, list: u32, found: &mut Blocks) -> PyResult<()> {
    for &id in &p.ast.lists[list as usize] {
        let kind = p.kind(id);
        match kind {
            NodeKind::Block { name, .. } => add_block(found, p.name(py, *name).clone(), OwnBlock::Native(id)),
            NodeKind::Foreign { id: foreign, bodies, .. } => {
                let node = p.foreign[*foreign as usize].node(py);
                if bodies.is_empty() && !node.is_instance(stock.BlockNode.bind(py))? {
                    continue;
                }
                for item in stock.call(py, "blocks_within", (node,))?.try_iter()? {
                    let (name, node): (String, Bound<'_, PyAny>) = item?.extract()?;
                    let block = match node.extract::<NodeId>() {
                        Ok(node) => OwnBlock::Native(node),
                        Err(_) => OwnBlock::Python(node.unbind()),
                    };
                    add_block(found, PyString::intern(py, &name), block);
                }
                continue;
            }
            _ => {}
        }
        for list in kind.bodies() {
            blocks_of_list(py, stock, p, list, found)?;
        }
    }
    Ok(())
}

#[pymethods]
impl NativeProgram {
    /// Compiles the source of a template: `compile(template, extra_data)`.
    ///
    /// `None` if the source is not for us: it has an error, or it is something that only Django's own parser can judge.
    #[staticmethod]
    fn compile<'py>(template: &Bound<'py, PyAny>, extra_data: Bound<'py, PyDict>) -> PyResult<Option<Bound<'py, Self>>> {
        let py = template.py();
        let stock = Stock::get(py)?;
        let Some(native_tags) = watch::native_tags(py, stock)? else { return Ok(None) };
        let engine = template.getattr(stock.engine.bind(py))?;
        let source = template.getattr("source")?;
        let Ok(source) = source.cast::<PyString>()?.to_str() else { return Ok(None) };
        if source.len() >= u32::MAX as usize {
            return Ok(None);
        }
        let origin = template.getattr(stock.origin.bind(py))?;
        let template_name: Option<String> =
            origin.getattr_opt("template_name")?.and_then(|name| name.extract().ok());
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
                debug: engine.getattr(stock.debug.bind(py))?.is_truthy()?,
                size_hint: AtomicU64::new(source.len() as u64),
                composed: OnceLock::new(),
            },
        )?;
        let host = PyHost::new(template, &engine, native_tags, &handle)?;
        let dialect = Dialect { signs_in_names: watch::signs_in_names(py, stock)? };
        let mut parser = Parser::new(Arc::from(source), template_name.map(Into::into), dialect, host);
        let parsed = parser.parse_template();
        if let Ok(mut slot) = handle.get().parser.lock() {
            *slot = None;
        }
        // An error that a compile function has caught counts as well: it may look at the exception, which is Django's.
        if parsed.is_err() || parser.host.gave_up {
            return Ok(None);
        }
        let program = finish(py, stock, parser, template)?;
        let weak = PyWeakrefReference::new(handle.as_any())?.unbind();
        if program.handle.set(weak).is_err() || handle.get().program.set(program).is_err() {
            return Err(PyRuntimeError::new_err("a template was compiled twice"));
        }
        let program = handle.get().program()?;
        // Nodes of Python's are asked for the blocks inside of them, which needs the finished program.
        let blocks = find_blocks(py, stock, program)?;
        program.blocks.get_or_init(|| blocks);
        let partials: Vec<(String, u32, u32, u32)> = {
            let ast = &program.ast;
            ast.partials.iter().map(|(name, list, start, end)| (ast.names[*name as usize].to_string(), *list, *start, *end)).collect()
        };
        if !partials.is_empty() {
            stock.call(py, "make_partials", (template, &handle, partials))?;
        }
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
    fn items<'py>(&self, py: Python<'py>, list: u32) -> PyResult<Bound<'py, PyList>> {
        match self.program.get() {
            Some(p) => describe::describe_list(py, &p.ast, &p.source, list, &p.foreign),
            None => self.with_parser(py, |parser| parser.describe(py, list)),
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
                make_token(py, Stock::get(py)?, &p.source, token, self.debug)
            }
            None => self.with_parser(py, |parser| parser.token(py, node)),
        }
    }

    /// True if `render` may be used: nothing that it stands for has been replaced.
    fn renders<'py>(slf: &Bound<'py, Self>, template: &Bound<'py, PyAny>, context: &Bound<'py, PyAny>) -> PyResult<bool> {
        // As stock: whatever is no context fails here.
        context.getattr("render_context")?;
        let stock = Stock::get(slf.py())?;
        Ok(native_program(stock, template)?.is_some() && watch::context_is_stock(stock, context)?)
    }

    /// `Template.render(context)` in a context that is bound already. Ask `renders` first.
    fn render<'py>(slf: &Bound<'py, Self>, template: &Bound<'py, PyAny>, context: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let stock = Stock::get(py)?;
        let mut render = enter(py, stock, context)?;
        if !slf.get().program()?.is_constant() {
            render.out = Out::with_capacity(slf.get().capacity());
        }
        render.frames_base = frame_count(stock, context)?;
        let before = render_context_template(stock, context)?;
        let base = render_context_dicts(stock, context)?.get_item(0)?;
        let base = base.cast::<PyDict>()?;
        let is_outermost = known_root(base)?.is_none();
        let root = root_in(base)?;
        render.frames.push(Frame::new(template.clone(), root));
        let p = slf.get().program()?;
        let result = if p.is_constant() { Ok(()) } else { render.list(slf, p, p.ast.root) };
        let left = leave(&mut render, context, Some(before));
        if is_outermost {
            render.frames[0].state.root.clear();
        }
        left?;
        result?;
        counters::native_render();
        slf.get().finish_output(render)
    }

    /// The backend's `Template.render(context, request)`. `None`: the general way must be gone.
    fn render_page<'py>(
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
        let mut render = fresh(py, stock, template)?;
        render.autoescape = autoescape;
        if !slf.get().program()?.is_constant() {
            render.out = Out::with_capacity(slf.get().capacity());
        }
        render.request = request.cloned();
        render.scopes.layers.push(Layer::Builtins);
        match request {
            None => {
                if let Some(values) = values {
                    render.scopes.layers.push(Layer::Dict(values));
                }
            }
            Some(request) => {
                render.scopes.layers.push(Layer::Dict(processed(stock, &render.engine, request)?));
                render.scopes.layers.push(Layer::Native(Vec::new()));
                if let Some(values) = values.filter(|values| !values.is_empty()) {
                    render.scopes.layers.push(Layer::ReadOnly(values));
                    render.scopes.layers.push(Layer::Native(Vec::new()));
                }
            }
        }
        render.frames.push(Frame::new(template.clone(), Rc::<RootState>::default()));
        let p = slf.get().program()?;
        let result = if p.is_constant() { Ok(()) } else { render.list(slf, p, p.ast.root) };
        if let Some(context) = render.context.clone() {
            // What a tag or an exception keeps of it must look as after stock's `bind_template`.
            render.share_scopes()?;
            stock.call(py, "unbind_context", (context,))?;
        }
        for frame in &render.frames {
            frame.close();
        }
        render.frames[0].state.root.clear();
        result?;
        counters::native_render();
        slf.get().finish_output(render).map(Some)
    }

    /// `NodeList.render(context)` of a list of this template.
    ///
    /// `None`: the nodes have been changed, or are not compiled yet, and Django's way must be gone.
    fn render_list<'py>(slf: &Bound<'py, Self>, list: u32, context: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        Self::within(slf, context, |render, p| render.list(slf, p, list))
    }

    /// `Node.render(context)` of a node of this template.
    ///
    /// `None`: as for `render_list`.
    fn render_node<'py>(slf: &Bound<'py, Self>, node: u32, context: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        Self::within(slf, context, |render, p| render.node(slf, p, node, p.kind(node)))
    }

    /// `FilterExpression.resolve(context, ignore_failures)`
    ///
    /// `NotImplemented`: as `None` for `render_list`.
    fn resolve<'py>(slf: &Bound<'py, Self>, expr: u32, context: &Bound<'py, PyAny>, ignore_failures: bool) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let stock = Stock::get(py)?;
        if !slf.get().ready(py, stock)? || !watch::context_is_stock(stock, context)? {
            return Ok(py.NotImplemented().into_bound(py));
        }
        let p = slf.get().program()?;
        let mut render = enter(py, stock, context)?;
        enter_frame(&mut render, stock, context)?;
        let value = if ignore_failures { render.eval_or_none(p, expr) } else { render.eval(p, expr) };
        let result = value.and_then(|value| render.to_py(&value));
        leave(&mut render, context, None)?;
        result
    }
}

impl NativeProgram {
    fn capacity(&self) -> usize {
        self.size_hint.load(Ordering::Relaxed) as usize + SPARE
    }

    fn finish_output<'py>(&self, render: Render<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (py, stock) = (render.py, render.stock);
        let p = self.program()?;
        if p.is_constant() {
            if let Some(text) = p.constant.get() {
                return Ok(text.bind(py).clone());
            }
            let text = stock.SafeString.bind(py).call1((&*p.source,))?;
            return Ok(p.constant.get_or_init(|| text.unbind()).bind(py).clone());
        }
        self.size_hint.store(render.out.len() as u64, Ordering::Relaxed);
        let text = render.out.finish(py)?;
        stock.SafeString.bind(py).call1((text,))
    }

    /// Runs `work` in the context that Python code has handed in, and returns its output as a safe string.
    fn within<'py>(
        slf: &Bound<'py, Self>,
        context: &Bound<'py, PyAny>,
        work: impl FnOnce(&mut Render<'py>, &Program) -> PyResult<()>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = slf.py();
        let stock = Stock::get(py)?;
        if !slf.get().ready(py, stock)? || !watch::context_is_stock(stock, context)? {
            return Ok(None);
        }
        let p = slf.get().program()?;
        let mut render = enter(py, stock, context)?;
        enter_frame(&mut render, stock, context)?;
        let result = work(&mut render, p);
        leave(&mut render, context, None)?;
        result?;
        counters::native_render();
        let text = render.out.finish(py)?;
        stock.SafeString.bind(py).call1((text,)).map(Some)
    }
}

/// A render without any layers and frames, for a template of ours.
fn fresh<'py>(py: Python<'py>, stock: &'py Stock, template: &Bound<'py, PyAny>) -> PyResult<Render<'py>> {
    let engine = template.getattr(stock.engine.bind(py))?;
    Ok(Render {
        py,
        stock,
        out: Out::default(),
        scopes: Scopes::default(),
        autoescape: true,
        use_l10n: Tri::Unset,
        use_tz: Tri::Unset,
        debug: engine.getattr(stock.debug.bind(py))?.is_truthy()?,
        string_if_invalid: engine.getattr(stock.string_if_invalid.bind(py))?,
        engine,
        context: None,
        request: None,
        trail: None,
        no_string: None,
        shared_flags: None,
        shared_frames: None,
        derive_from: None,
        is_new: false,
        template_name: template.getattr("name")?,
        template: template.clone(),
        frames: Vec::new(),
        frames_base: 1,
        ambient: None,
    })
}

/// A render in a context of Python's.
fn enter<'py>(py: Python<'py>, stock: &'py Stock, context: &Bound<'py, PyAny>) -> PyResult<Render<'py>> {
    let template = context.getattr(stock.template.bind(py))?;
    if template.is_none() {
        // As in stock, where `context.template.engine` is read.
        template.getattr(stock.engine.bind(py))?;
    }
    let engine = template.getattr(stock.engine.bind(py))?;
    let dicts = context.getattr(stock.dicts.bind(py))?;
    let context_dict = stock.ContextDict.bind(py).as_any();
    let layers = dicts.cast::<PyList>()?.iter().map(|dict| Layer::of(dict, context_dict)).collect();
    let flags = (
        context.getattr(stock.autoescape.bind(py))?.is_truthy()?,
        Tri::of(&context.getattr(stock.use_l10n.bind(py))?)?,
        Tri::of(&context.getattr(stock.use_tz.bind(py))?)?,
    );
    Ok(Render {
        py,
        stock,
        out: Out::default(),
        scopes: Scopes { layers },
        autoescape: flags.0,
        use_l10n: flags.1,
        use_tz: flags.2,
        debug: engine.getattr(stock.debug.bind(py))?.is_truthy()?,
        string_if_invalid: engine.getattr(stock.string_if_invalid.bind(py))?,
        engine,
        context: Some(context.clone()),
        request: None,
        trail: None,
        no_string: None,
        shared_flags: Some(flags),
        shared_frames: None,
        derive_from: None,
        is_new: false,
        template_name: crate::lookup::optional_attribute(context, stock.template_name.bind(py))?
            .unwrap_or_else(|| py.None().into_bound(py)),
        template,
        frames: Vec::new(),
        frames_base: 1,
        ambient: None,
    })
}

fn render_context_dicts<'py>(stock: &Stock, context: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    let py = context.py();
    let render_context = context.getattr(stock.render_context.bind(py))?;
    Ok(render_context.getattr(stock.dicts.bind(py))?.cast_into::<PyList>()?)
}

fn render_context_template<'py>(stock: &Stock, context: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = context.py();
    context.getattr(stock.render_context.bind(py))?.getattr(stock.template.bind(py))
}

fn frame_count(stock: &Stock, context: &Bound<'_, PyAny>) -> PyResult<usize> {
    render_context_dicts(stock, context).map(|dicts| dicts.len())
}

/// Goes on in the frame that the context's `render_context` is in.
fn enter_frame<'py>(render: &mut Render<'py>, stock: &Stock, context: &Bound<'py, PyAny>) -> PyResult<()> {
    let dicts = render_context_dicts(stock, context)?;
    let Some(last) = dicts.len().checked_sub(1) else {
        return Err(PyTypeError::new_err("the render context has no dictionaries"));
    };
    let dict = dicts.get_item(last)?;
    render.frames_base = last;
    let template = render_context_template(stock, context)?;
    let base = dicts.get_item(0)?;
    let frame = Frame::of_dict(template, dict.cast::<PyDict>()?, base.cast::<PyDict>()?)?;
    render.frames.push(frame);
    Ok(())
}

/// Leaves Python's context as the native nodes have left theirs; `before` is the template to go back to if a frame
/// was opened.
fn leave<'py>(render: &mut Render<'py>, context: &Bound<'py, PyAny>, before: Option<Bound<'py, PyAny>>) -> PyResult<()> {
    let py = render.py;
    let dicts = context.getattr(render.stock.dicts.bind(py))?;
    let dicts = dicts.cast::<PyList>()?;
    let count = render.scopes.layers.len();
    if dicts.len() > count {
        dicts.del_slice(count, dicts.len())?;
    } else if dicts.len() < count {
        // An exception has left layers open that stock would leave open, too.
        render.share_scopes()?;
    }
    render.share_flags(context)?;
    if let Some(template) = before {
        let frames = render_context_dicts(render.stock, context)?;
        if frames.len() > render.frames_base {
            frames.del_slice(render.frames_base, frames.len())?;
            context.getattr(render.stock.render_context.bind(py))?.setattr(render.stock.template.bind(py), template)?;
        }
    }
    for frame in &render.frames {
        frame.close();
    }
    Ok(())
}

/// What the context processors return (`RequestContext.bind_template`).
fn processed<'py>(stock: &Stock, engine: &Bound<'py, PyAny>, request: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let py = engine.py();
    let updates = PyDict::new(py);
    for processor in engine.getattr("template_context_processors")?.try_iter()? {
        let processor = processor?;
        let values = processor.call1((request,))?;
        if let Ok(values) = values.cast_exact::<PyDict>() {
            updates.update(values.as_mapping())?;
        } else {
            stock.call(py, "update_from_processor", (&updates, processor, values))?;
        }
    }
    Ok(updates)
}

/// Tells the native side which class the face's `Template` is.
#[pyfunction]
pub fn set_template_class(class: &Bound<'_, PyType>) {
    watch::set_template_class(class);
}

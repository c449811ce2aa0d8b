//! Program × context → text: the state of a render, and the walk over nodes.

use crate::collections::Trail;
use crate::out::Out;
use crate::program::Program;
use crate::py::frame::Frame;
use crate::py::program::NativeProgram;
use crate::scopes::{Layer, Scopes};
use crate::stock::Stock;
use crate::tags::inheritance::check_stack;
use crate::value::Value;
use djust_syntax::ast::{ListId, NameId, NodeId, NodeKind};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString};
use std::rc::Rc;

/// `None`, `True` or `False`: the settings `use_l10n` and `use_tz` of a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tri {
    /// `None`
    Unset,
    /// `True`
    Yes,
    /// `False`
    No,
}

impl Tri {
    /// From a context attribute.
    pub fn of(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if value.is_none() {
            return Ok(Self::Unset);
        }
        Ok(if value.is_truthy()? { Self::Yes } else { Self::No })
    }

    /// As a context attribute.
    pub fn to_py(self, py: Python<'_>) -> Bound<'_, PyAny> {
        match self {
            Self::Unset => py.None().into_bound(py),
            Self::Yes => PyBool::new(py, true).to_owned().into_any(),
            Self::No => PyBool::new(py, false).to_owned().into_any(),
        }
    }
}

/// What `"".join` would find among the results of nodes.
#[derive(Default)]
pub struct Joined {
    count: usize,
    /// The first result that is no string: its position and type.
    bad: Option<(usize, String)>,
}

impl Joined {
    /// Error: the TypeError of `"".join` if a node has returned something else than a string.
    pub fn check(self) -> PyResult<()> {
        let Some((at, kind)) = self.bad else { return Ok(()) };
        Err(PyTypeError::new_err(format!("sequence item {at}: expected str instance, {kind} found")))
    }
}

/// What a Python context has since native code and Python code were last lined up.
#[derive(Default)]
pub struct Known {
    /// `autoescape`, `use_l10n` and `use_tz`.
    flags: Option<(bool, Tri, Tri)>,
    /// Number of frames, and the innermost template (by address).
    frames: Option<(usize, usize)>,
    /// The items of `dicts`, by address.
    layers: Vec<usize>,
}

impl Known {
    /// Of a context whose flags have just been read.
    pub fn of_flags(flags: (bool, Tri, Tri)) -> Self {
        Self { flags: Some(flags), ..Self::default() }
    }
}

/// The state of one render.
pub struct Render<'py> {
    /// Proof that Python may be used.
    pub py: Python<'py>,
    /// Django's types and functions.
    pub stock: &'py Stock,
    /// The text so far.
    pub out: Out,
    /// The template context.
    pub scopes: Scopes<'py>,
    /// The contexts around this one, the view's first: `include … only` and inclusion tags make one of their own.
    pub outer: Vec<Scopes<'py>>,
    /// `context.autoescape`
    pub autoescape: bool,
    /// `context.use_l10n`
    pub use_l10n: Tri,
    /// `context.use_tz`
    pub use_tz: Tri,
    /// `context.template`: the template that the render started with.
    pub template: Bound<'py, PyAny>,
    /// `context.template.engine`
    pub engine: Bound<'py, PyAny>,
    /// `engine.debug`
    pub debug: bool,
    /// `engine.string_if_invalid`
    pub string_if_invalid: Bound<'py, PyAny>,
    /// The Python context (`Context` or `RequestContext`), once there is one.
    pub context: Option<Bound<'py, PyAny>>,
    /// What a context must be made from, as long as there is none.
    pub request: Option<Bound<'py, PyAny>>,
    /// What the Python context has, as far as it is known.
    pub known: Known,
    /// The type of what a node has returned in place of a string; whoever joins the results complains.
    pub no_string: Option<String>,
    /// The relations that the path evaluated last has walked.
    pub trail: Option<Trail<'py>>,
    /// The context that a `Context.new()` is made from, if Python code has seen it.
    pub derive_from: Option<Bound<'py, PyAny>>,
    /// True in a context that `Context.new()` made: it has forgotten the context processors.
    pub is_new: bool,
    /// `context.template_name`
    pub template_name: Bound<'py, PyAny>,
    /// `render_context`: the innermost frame last; each with the template that is being rendered there.
    pub frames: Vec<Frame<'py>>,
    /// How many dictionaries of `render_context` lie below that of the first frame.
    pub frames_base: usize,
    /// Language and time zone, once they have been asked for.
    pub ambient: Option<crate::locale::Ambient<'py>>,
    /// What `reverse` would try, once an address was asked for; as long as `ambient`.
    pub addresses: Option<Rc<crate::addresses::Table>>,
    /// What the addresses of static files depend on, once it was asked for; as long as `ambient`.
    pub static_place: Option<crate::addresses::Place>,
    /// The setting `USE_THOUSAND_SEPARATOR`, once it has been asked for; as long as `ambient`.
    pub groups_thousands: std::cell::Cell<Option<bool>>,
    /// What is known of Django's forms; as long as `ambient`.
    pub forms: crate::forms::State<'py>,
}

impl<'py> Render<'py> {
    /// The frame of the template that is being rendered.
    pub fn frame(&self) -> &Frame<'py> {
        &self.frames[self.frames.len() - 1]
    }

    /// What the view has called so.
    pub fn view_value(&self, name: &Bound<'py, PyString>) -> PyResult<Option<Value<'py>>> {
        if let Some(view) = self.root_state().view.borrow().first() {
            let value = view.get(&(name.as_ptr() as usize));
            return Ok(value.map(|value| Value::Py(value.bind(self.py).clone())));
        }
        self.outer.first().unwrap_or(&self.scopes).outermost(name)
    }

    /// A value as a Python object.
    #[expect(clippy::wrong_self_convention, reason = "it converts the value, not the render")]
    pub fn to_py(&mut self, value: &Value<'py>) -> PyResult<Bound<'py, PyAny>> {
        if let Value::Block(block) = value {
            let node = self.stock.call(self.py, "block_value", (&block.program, block.node))?;
            if block.has_context {
                let context = self.python_context()?;
                node.setattr(self.stock.context.bind(self.py), context)?;
            }
            return Ok(node);
        }
        value.to_py(self.py, self.stock)
    }

    /// `context[name] = value`
    pub fn assign(&mut self, p: &Program, name: NameId, value: Value<'py>) -> PyResult<()> {
        let value = if matches!(value, Value::Block(_)) { Value::Py(self.to_py(&value)?) } else { value };
        self.scopes.set(self.py, self.stock, p.name(self.py, name), value)
    }

    /// Renders a list of nodes.
    pub fn list(&mut self, program: &Bound<'py, NativeProgram>, p: &Program, list: ListId) -> PyResult<()> {
        check_stack()?;
        let mut joined = Joined::default();
        self.items(program, p, list, &mut joined)?;
        joined.check()
    }

    /// Renders a list of nodes whose results are joined later, together with others.
    pub fn items(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        list: ListId,
        joined: &mut Joined,
    ) -> PyResult<()> {
        let nodes = p.ast.list(list);
        for (at, &id) in nodes.iter().enumerate() {
            match p.kind(id) {
                NodeKind::Text(from, to) => self.out.push_part(&p.source, *from as usize, *to as usize),
                kind => {
                    if let Err(error) = self.node(program, p, id, kind) {
                        return Err(self.annotated(program, p, id, error));
                    }
                    if let Some(kind) = self.no_string.take() {
                        joined.bad.get_or_insert((joined.count + at, kind));
                    }
                }
            }
        }
        joined.count += nodes.len();
        Ok(())
    }

    /// Renders a list into a string of its own (`NodeList.render`): a safe string.
    pub fn captured(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        list: ListId,
    ) -> PyResult<Bound<'py, PyString>> {
        let start = self.out.len();
        if let Err(error) = self.list(program, p, list) {
            self.out.truncate(start);
            return Err(error);
        }
        self.out.split_off(self.py, start)
    }

    /// Renders one node.
    ///
    /// What the tags do is not inlined here: this function is on the stack once for each level of nesting.
    pub fn node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        id: NodeId,
        kind: &NodeKind,
    ) -> PyResult<()> {
        match kind {
            NodeKind::Text(from, to) => {
                self.out.push_part(&p.source, *from as usize, *to as usize);
                Ok(())
            }
            NodeKind::MadeUpText(text) => {
                self.out.push_str(text);
                Ok(())
            }
            NodeKind::Var(expr) => self.variable(p, *expr),
            NodeKind::Silent { .. } => Ok(()),
            NodeKind::If(branches) => self.if_node(program, p, branches),
            NodeKind::For { vars, sequence, reversed, body, empty } => {
                let spec = crate::tags::loops::ForSpec {
                    vars,
                    sequence: *sequence,
                    reversed: *reversed,
                    body: *body,
                    empty: *empty,
                };
                self.for_node(program, p, id, &spec)
            }
            NodeKind::With { bindings, body } => self.with_node(program, p, bindings, *body),
            NodeKind::Block { name, .. } => self.block_node(program, p, id, *name),
            NodeKind::Extends { parent, .. } => self.extends_node(p, *parent),
            NodeKind::Include { template, bindings, only } => self.include_node(p, id, *template, bindings, *only),
            NodeKind::Foreign { id: foreign, .. } => self.foreign_node(p, *foreign),
            NodeKind::Url { view, args, kwargs, asvar } => self.url_node(p, *view, args, kwargs, *asvar),
            NodeKind::Static { path, asvar } => self.static_node(p, *path, *asvar),
            NodeKind::Autoescape { on, body } => {
                // As in stock, an exception leaves the flag as it is.
                let old = std::mem::replace(&mut self.autoescape, *on);
                self.list(program, p, *body)?;
                self.autoescape = old;
                Ok(())
            }
            NodeKind::Cycle(cycle) => self.cycle_node(p, *cycle),
            NodeKind::ResetCycle(cycle) => {
                self.frame().reset_cycle(p.key(), *cycle);
                Ok(())
            }
            NodeKind::CsrfToken => self.csrf_token_node(),
            NodeKind::Filter { expr, body } => self.filter_node(program, p, *expr, *body),
            NodeKind::FirstOf { vars, asvar } => self.firstof_node(p, vars, *asvar),
            NodeKind::IfChanged { vars, body, unchanged } => {
                self.ifchanged_node(program, p, id, vars, (*body, *unchanged))
            }
            NodeKind::Now { format, asvar } => self.now_node(p, format, *asvar),
            NodeKind::Regroup { target, expression, name } => self.regroup_node(p, id, (*target, *expression), *name),
            NodeKind::Spaceless(body) => self.spaceless_node(program, p, *body),
            NodeKind::TemplateTag { text, .. } => {
                self.out.push_str(text);
                Ok(())
            }
            NodeKind::Verbatim(body) => self.list(program, p, *body),
            NodeKind::WidthRatio { value, max, width, asvar } => {
                self.widthratio_node(p, (*value, *max, *width), *asvar)
            }
            NodeKind::Translate { expr, noop, asvar, context } => {
                self.translate_node(p, *expr, *noop, *asvar, *context)
            }
            NodeKind::BlockTranslate(node) => self.blocktranslate_node(p, (id, node), false),
            NodeKind::Language { expr, body } => self.language_node(program, p, *expr, *body),
            NodeKind::TimeZone { expr, body } => self.timezone_node(program, p, *expr, *body),
            NodeKind::Ambient { what, name } => self.ambient_node(p, *what, *name),
            NodeKind::Localize { on, body } => {
                let old = std::mem::replace(&mut self.use_l10n, if *on { Tri::Yes } else { Tri::No });
                self.list(program, p, *body)?;
                self.use_l10n = old;
                Ok(())
            }
            NodeKind::LocalTime { on, body } => {
                let old = std::mem::replace(&mut self.use_tz, if *on { Tri::Yes } else { Tri::No });
                self.list(program, p, *body)?;
                self.use_tz = old;
                Ok(())
            }
            NodeKind::Cache { expire, fragment, vary, using, body } => {
                let spec =
                    crate::tags::caching::CacheSpec { expire: *expire, fragment, vary, using: *using, body: *body };
                self.cache_node(program, p, &spec)
            }
            NodeKind::PartialDef { inline, body, .. } => {
                if *inline {
                    self.list(program, p, *body)
                } else {
                    Ok(())
                }
            }
            NodeKind::Partial { name } => self.partial_node(program, p, *name),
        }
    }

    /// `Node.render_annotated`: in debug mode the exception learns where it happened.
    fn annotated(&mut self, program: &Bound<'py, NativeProgram>, p: &Program, id: NodeId, error: PyErr) -> PyErr {
        if !self.debug || !error.is_instance_of::<pyo3::exceptions::PyException>(self.py) {
            return error;
        }
        match self.annotate(program, p, id, &error) {
            Ok(()) => error,
            // Stock raises from within its `except` clause, too.
            Err(second) => second,
        }
    }

    fn annotate(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        id: NodeId,
        error: &PyErr,
    ) -> PyResult<()> {
        let node = match p.kind(id) {
            NodeKind::Foreign { id, .. } => p.foreign[*id as usize].node(self.py).clone(),
            kind => {
                let class = crate::py::describe::class_name(kind);
                self.stock.call(self.py, "proxy_node", (program, class, id))?
            }
        };
        let template = self.frame().template.clone();
        self.stock.call(self.py, "annotate", (error.value(self.py), node, template)).map(drop)
    }

    /// The Python context, brought up to date: what Python code is given.
    pub fn python_context(&mut self) -> PyResult<Bound<'py, PyAny>> {
        if self.context.is_none() {
            let object = self.stock.call(
                self.py,
                "make_context",
                (&self.template, self.request.as_ref(), &self.template_name, self.is_new, self.derive_from.as_ref()),
            )?;
            self.context = Some(object);
        }
        self.share_scopes()?;
        Ok(self.context.clone().unwrap_or_else(|| self.py.None().into_bound(self.py)))
    }

    /// Makes Python dictionaries of native layers and lines `context.dicts` and `render_context` up with them.
    pub fn share_scopes(&mut self) -> PyResult<()> {
        if self.has_shared() {
            return Ok(());
        }
        let Some(context) = self.context.clone() else { return Ok(()) };
        let py = self.py;
        let stock = self.stock;
        let dicts = context.getattr(stock.dicts.bind(py))?;
        let dicts = dicts.cast::<pyo3::types::PyList>()?.clone();
        self.merge_read_only(&context)?;
        for at in 0..self.scopes.layers.len() {
            let object = match &self.scopes.layers[at] {
                Layer::Native(_) | Layer::Builtins | Layer::ReadOnly(_) | Layer::Processed(_) => {
                    self.materialise(at, &context)?
                }
                layer => match layer.shared_object() {
                    Some(object) => object.clone(),
                    None => continue,
                },
            };
            if at < dicts.len() {
                if !dicts.get_item(at)?.is(&object) {
                    dicts.set_item(at, object)?;
                }
            } else {
                dicts.append(object)?;
            }
        }
        let count = self.scopes.layers.len();
        if dicts.len() > count {
            dicts.del_slice(count, dicts.len())?;
        }
        self.know_layers();
        self.share_flags(&context)?;
        let frames = self.frames_now();
        if self.known.frames == Some(frames) {
            return Ok(());
        }
        self.known.frames = Some(frames);
        crate::py::frame::share(self, &context)
    }

    fn frames_now(&self) -> (usize, usize) {
        (self.frames.len(), self.frame().template.as_ptr() as usize)
    }

    /// True if the Python context has everything already.
    fn has_shared(&self) -> bool {
        let is_known = |(layer, known): (&Layer<'py>, &usize)| {
            layer.shared_object().is_some_and(|object| object.as_ptr() as usize == *known)
        };
        self.known.layers.len() == self.scopes.layers.len()
            && self.scopes.layers.iter().zip(&self.known.layers).all(is_known)
            && self.known.flags == Some((self.autoescape, self.use_l10n, self.use_tz))
            && self.known.frames == Some(self.frames_now())
    }

    /// Remembers what the Python context has as its dictionaries: the layers, all of which Python knows now.
    fn know_layers(&mut self) {
        let objects = self.scopes.layers.iter().filter_map(Layer::shared_object);
        self.known.layers.clear();
        self.known.layers.extend(objects.map(|object| object.as_ptr() as usize));
    }

    /// Writes `autoescape`, `use_l10n` and `use_tz` to the Python context, if they are others than it has.
    pub fn share_flags(&mut self, context: &Bound<'py, PyAny>) -> PyResult<()> {
        let py = self.py;
        let flags = (self.autoescape, self.use_l10n, self.use_tz);
        if self.known.flags == Some(flags) {
            return Ok(());
        }
        context.setattr(self.stock.autoescape.bind(py), self.autoescape)?;
        context.setattr(self.stock.use_l10n.bind(py), self.use_l10n.to_py(py))?;
        context.setattr(self.stock.use_tz.bind(py), self.use_tz.to_py(py))?;
        self.known.flags = Some(flags);
        Ok(())
    }

    /// A read-only layer and the native one above it become one `ContextDict`, as `make_context` would have made it.
    fn merge_read_only(&mut self, context: &Bound<'py, PyAny>) -> PyResult<()> {
        let Some(at) = self.scopes.layers.iter().position(|layer| matches!(layer, Layer::ReadOnly(_))) else {
            return Ok(());
        };
        let Layer::ReadOnly(original) = &self.scopes.layers[at] else { return Ok(()) };
        let dict = self.new_dict(context)?;
        dict.update(original.as_mapping())?;
        if let Some(Layer::Native(_)) = self.scopes.layers.get(at + 1) {
            if let Layer::Native(entries) = self.scopes.layers.remove(at + 1) {
                self.scopes.layers[at] = Layer::Dict(dict.clone());
                for (name, value) in entries {
                    let value = self.to_py_without_context(&value)?;
                    dict.set_item(name, value)?;
                }
            }
        } else {
            self.scopes.layers[at] = Layer::Dict(dict);
        }
        Ok(())
    }

    fn to_py_without_context(&self, value: &Value<'py>) -> PyResult<Bound<'py, PyAny>> {
        if let Value::Block(block) = value {
            let node = self.stock.call(self.py, "block_value", (&block.program, block.node))?;
            if block.has_context
                && let Some(context) = &self.context
            {
                node.setattr(self.stock.context.bind(self.py), context)?;
            }
            return Ok(node);
        }
        value.to_layer(self.py, self.stock)
    }

    /// A new `ContextDict` of the context, as its constructor makes it; put in its place by the caller.
    fn new_dict(&self, context: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
        let class = self.stock.ContextDict.bind(self.py);
        let dict = class.call_method1(self.stock.dunder_new.bind(self.py), (class,))?;
        dict.setattr(self.stock.context.bind(self.py), context)?;
        Ok(dict.cast_into::<PyDict>()?)
    }

    fn materialise(&mut self, at: usize, context: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let layer = std::mem::replace(&mut self.scopes.layers[at], Layer::Builtins);
        let dict = match &layer {
            Layer::Builtins => {
                let dict = PyDict::new(self.py);
                dict.set_item("True", true)?;
                dict.set_item("False", false)?;
                dict.set_item("None", self.py.None())?;
                dict
            }
            Layer::Native(entries) => {
                let is_plain = self.scopes.is_given && at == 1;
                let dict = if is_plain { PyDict::new(self.py) } else { self.new_dict(context)? };
                for (name, value) in entries {
                    dict.set_item(name, self.to_py_without_context(value)?)?;
                }
                dict
            }
            Layer::ReadOnly(dict) | Layer::Dict(dict) => dict.clone(),
            Layer::Processed(processed) => processed.dict()?,
            Layer::Mapping(mapping) => return Ok(mapping.clone()),
        };
        self.scopes.layers[at] = Layer::Dict(dict.clone());
        Ok(dict.into_any())
    }

    /// Takes over what Python code did to the context it was given.
    pub fn after_python(&mut self) -> PyResult<()> {
        self.forget_ambient();
        let Some(context) = self.context.clone() else { return Ok(()) };
        let py = self.py;
        let dicts = context.getattr(self.stock.dicts.bind(py))?;
        let dicts = dicts.cast::<pyo3::types::PyList>()?;
        let same = dicts.len() == self.scopes.layers.len()
            && self
                .scopes
                .layers
                .iter()
                .zip(dicts.iter())
                .all(|(layer, dict)| layer.shared_object().is_some_and(|known| known.is(&dict)));
        if !same {
            let context_dict = self.stock.ContextDict.bind(py).as_any();
            self.scopes.layers = dicts.iter().map(|dict| Layer::of(dict, context_dict)).collect();
            self.scopes.is_given = false;
            self.know_layers();
        }
        self.autoescape = context.getattr(self.stock.autoescape.bind(py))?.is_truthy()?;
        self.use_l10n = Tri::of(&context.getattr(self.stock.use_l10n.bind(py))?)?;
        self.use_tz = Tri::of(&context.getattr(self.stock.use_tz.bind(py))?)?;
        self.known.flags = Some((self.autoescape, self.use_l10n, self.use_tz));
        Ok(())
    }
}

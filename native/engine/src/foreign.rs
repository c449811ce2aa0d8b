//! Nodes that compile functions in Python made: how they are called.

use crate::calls::Arguments;
use crate::program::Program;
use crate::py::program::native_program;
use crate::render::Render;
use crate::scopes::{Layer, Scopes};
use crate::site_functions::SiteFunction;
use crate::stock::Stock;
use crate::value::Value;
use djust_syntax::ast::{ExprId, ForeignId};
use pyo3::exceptions::PyKeyError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

/// An argument of a tag: an expression of ours, or an object with `resolve(context)`.
pub enum Argument {
    /// Native.
    Expr(ExprId),
    /// A string, or another value of no expression.
    Ready(Py<PyAny>),
    /// Python.
    Object(Py<PyAny>),
}

/// The function call of a `simple_tag` or an `inclusion_tag`.
pub struct Call {
    function: SiteFunction,
    takes_context: bool,
    /// Those with names last.
    args: Vec<Argument>,
    /// A tuple of the names, if there are any.
    names: Option<Py<PyTuple>>,
}

enum Kind {
    /// Any node: its `render` is called; `annotates` says that its `render_annotated` is its own.
    Node {
        annotates: bool,
        /// The method `render` of its class, if it can be helped.
        method: Option<SiteFunction>,
    },
    /// `SimpleNode`, with the `as` variable.
    Simple(Call, Option<(Py<PyString>, Box<str>)>),
    /// `SimpleNode` of `querystring`, with the `as` variable.
    Query(Call, Option<(Py<PyString>, Box<str>)>),
    /// A node of Django's that prints or stores what a function returns.
    Value { function: Py<PyAny>, argument: Argument, target: Option<(Py<PyString>, Box<str>)> },
    /// `InclusionNode`, with what it includes.
    Inclusion(Call, Py<PyAny>),
    /// `InclusionAdminNode`, with the name of its template, which a model's or an app's own may replace.
    AdminInclusion(Call, Py<PyAny>),
}

/// A node made in Python.
pub struct ForeignNode {
    node: Py<PyAny>,
    kind: Kind,
}

impl Call {
    fn of(node: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = node.py();
        let stock = Stock::get(py)?;
        let mut args: Vec<_> =
            node.getattr(intern!(py, "args"))?.try_iter()?.map(|arg| argument(&arg?)).collect::<PyResult<_>>()?;
        let mut names = Vec::new();
        for (name, value) in node.getattr(intern!(py, "kwargs"))?.cast::<PyDict>()?.iter() {
            names.push(name.cast_into::<PyString>()?);
            args.push(argument(&value)?);
        }
        Ok(Self {
            function: SiteFunction::new(stock, &stock.call(py, "stand_in", (node.getattr(intern!(py, "func"))?,))?)?,
            takes_context: node.getattr(intern!(py, "takes_context"))?.is_truthy()?,
            args,
            names: if names.is_empty() { None } else { Some(PyTuple::new(py, names)?.unbind()) },
        })
    }
}

impl Call {
    /// The name of the argument at a place, where all have one.
    fn name<'py>(&self, py: Python<'py>, at: usize) -> PyResult<Bound<'py, PyString>> {
        let names = self.names.as_ref().map_or_else(|| PyTuple::empty(py), |names| names.bind(py).clone());
        Ok(names.get_item(at)?.cast_into::<PyString>()?)
    }
}

fn argument(value: &Bound<'_, PyAny>) -> PyResult<Argument> {
    if let Some(id) = value.getattr_opt(intern!(value.py(), "_expr"))?
        && let Ok(id) = id.extract()
    {
        return Ok(Argument::Expr(id));
    }
    if value.is_exact_instance_of::<PyString>() {
        return Ok(Argument::Ready(value.clone().unbind()));
    }
    Ok(Argument::Object(value.clone().unbind()))
}

/// The variable that a tag stores its result under.
fn target(name: &Bound<'_, PyAny>) -> PyResult<Option<(Py<PyString>, Box<str>)>> {
    let Ok(name) = name.cast::<PyString>() else { return Ok(None) };
    let text = name.to_str()?;
    Ok(Some((PyString::intern(name.py(), text).unbind(), Box::from(text))))
}

impl ForeignNode {
    /// Keeps a node that a compile function returned.
    pub fn new(stock: &Stock, node: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = node.py();
        let class = node.get_type();
        let plain = stock.call(py, "is_unpatched_helper", (&class,))?.is_truthy()?;
        let value = stock.call(py, "value_node", (node,))?;
        let kind = if plain && class.is(stock.SimpleNode.bind(py)) {
            let target = target(&node.getattr(intern!(py, "target_var"))?)?;
            let call = Call::of(node)?;
            let named = call.names.as_ref().map_or(0, |names| names.bind(py).len());
            let is_query = call.args.len() == named
                && call.takes_context
                && stock.call(py, "is_stock_querystring", (call.function.original(py),))?.is_truthy()?;
            if is_query { Kind::Query(call, target) } else { Kind::Simple(call, target) }
        } else if !value.is_none() {
            Kind::Value {
                function: value.get_item(0)?.unbind(),
                argument: argument(&value.get_item(1)?)?,
                target: target(&value.get_item(2)?)?,
            }
        } else if plain && class.is(stock.InclusionNode.bind(py)) {
            Kind::Inclusion(Call::of(node)?, node.getattr(intern!(py, "filename"))?.unbind())
        } else if stock.call(py, "is_admin_inclusion", (&class,))?.is_truthy()? {
            Kind::AdminInclusion(Call::of(node)?, node.getattr(intern!(py, "template_name"))?.unbind())
        } else {
            let own = class.getattr(stock.render_annotated.bind(py))?;
            let base = stock.Node.bind(py).getattr(stock.render_annotated.bind(py))?;
            let annotates = !own.is(&base);
            let method = match class.getattr_opt(stock.render.bind(py))? {
                Some(method) if !annotates => Some(SiteFunction::new(stock, &method)?),
                _ => None,
            };
            Kind::Node { annotates, method: method.filter(SiteFunction::is_helped) }
        };
        Ok(Self { node: node.clone().unbind(), kind })
    }

    /// True if the node may look at the whole context.
    pub fn takes_context(&self) -> bool {
        match &self.kind {
            Kind::Node { .. } => true,
            Kind::Value { .. } => false,
            Kind::Simple(call, _) | Kind::Query(call, _) | Kind::Inclusion(call, _) | Kind::AdminInclusion(call, _) => {
                call.takes_context
            }
        }
    }

    /// The name that the result is stored under.
    pub fn target_var(&self) -> Option<&str> {
        match &self.kind {
            Kind::Simple(_, Some((_, text)))
            | Kind::Query(_, Some((_, text)))
            | Kind::Value { target: Some((_, text)), .. } => Some(text),
            _ => None,
        }
    }

    /// Shows the garbage collector what is held.
    pub fn traverse(&self, visit: &pyo3::PyVisit<'_>) -> Result<(), pyo3::PyTraverseError> {
        visit.call(&self.node)
    }

    /// The node.
    pub fn node<'py>(&self, py: Python<'py>) -> &Bound<'py, PyAny> {
        self.node.bind(py)
    }
}

impl<'py> Render<'py> {
    #[inline(never)]
    pub(crate) fn foreign_node(&mut self, p: &Program, id: ForeignId) -> PyResult<()> {
        let foreign = &p.foreign[id as usize];
        self.lend_compilers()?;
        match &foreign.kind {
            Kind::Node { annotates, method } => {
                self.reach_for_context()?;
                let context = self.python_context()?;
                let node = foreign.node.bind(self.py);
                let name = if *annotates { &self.stock.render_annotated } else { &self.stock.render };
                let method = method.as_ref().filter(|method| method.is_of(node, name));
                let text = match method {
                    Some(method) => method.callee(self.py).call1((node, context)),
                    None => node.call_method1(name.bind(self.py), (context,)),
                };
                self.after_python()?;
                self.write_node_result(&Value::Py(text?))
            }
            Kind::Simple(call, target) => {
                let output = self.call_tag(p, call)?;
                self.tag_output(Value::Py(output), target.as_ref())
            }
            Kind::Query(call, target) => {
                let mut changes = Vec::with_capacity(call.args.len());
                for (at, value) in call.args.iter().enumerate() {
                    let name = call.name(self.py, at)?;
                    changes.push((name, self.argument(p, value)?));
                }
                let output = if let Some(text) = self.query_string(&changes)? {
                    Value::text(text)
                } else {
                    let mut args = Arguments::new();
                    for (_, value) in changes {
                        args.push(value);
                    }
                    Value::Py(self.call_resolved(call, args)?)
                };
                self.tag_output(output, target.as_ref())
            }
            Kind::Value { function, argument, target } => {
                let argument = self.argument(p, argument)?;
                let value = self.node_value(function.bind(self.py), argument)?;
                match target {
                    Some((name, _)) => self.scopes.set(self.py, self.stock, name.bind(self.py), Value::Py(value)),
                    None => self.write_node_result(&Value::Py(value)),
                }
            }
            Kind::Inclusion(call, filename) => {
                let values = self.call_tag(p, call)?;
                let template = self.inclusion_template(p, id, filename.bind(self.py))?;
                self.inclusion(&template, values)
            }
            Kind::AdminInclusion(call, name) => {
                let template = self.admin_template(name.bind(self.py))?;
                let values = self.call_tag(p, call)?;
                self.inclusion(&template, values)
            }
        }
    }

    /// What the function of a node of Django's returns.
    fn node_value(&mut self, function: &Bound<'py, PyAny>, argument: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if function.is(&self.stock.language_info)
            && let Some(info) = self.language_info(&argument)?
        {
            return Ok(info.into_any());
        }
        let value = function.call1((argument,));
        self.forget_ambient();
        value
    }

    /// Prints or stores what the function of a tag has returned.
    fn tag_output(&mut self, output: Value<'py>, target: Option<&(Py<PyString>, Box<str>)>) -> PyResult<()> {
        match (target, output) {
            (Some((name, _)), output) => self.scopes.set(self.py, self.stock, name.bind(self.py), output),
            (None, Value::Py(output)) => self.write_escaped(&output),
            (None, output) => self.write(&output),
        }
    }

    /// Calls the function of a tag (`TagHelperNode.get_resolved_arguments`).
    fn call_tag(&mut self, p: &Program, call: &Call) -> PyResult<Bound<'py, PyAny>> {
        let mut args = Arguments::new();
        for argument in &call.args {
            args.push(self.argument(p, argument)?);
        }
        self.call_resolved(call, args)
    }

    /// Calls the function of a tag with its resolved arguments, and with the context before them if it takes it.
    fn call_resolved(&mut self, call: &Call, mut args: Arguments<'py>) -> PyResult<Bound<'py, PyAny>> {
        if call.takes_context {
            self.reach_for_context()?;
            args.push_first(self.python_context()?);
        }
        let result = args.call(call.function.callee(self.py), call.names.as_ref().map(|names| names.bind(self.py)));
        self.forget_ambient();
        if call.takes_context {
            self.after_python()?;
        }
        result
    }

    fn argument(&mut self, p: &Program, argument: &Argument) -> PyResult<Bound<'py, PyAny>> {
        match argument {
            Argument::Expr(id) => {
                let value = self.eval(p, *id)?;
                self.remember_instance(&value)?;
                self.reach_for_argument(&value)?;
                self.to_py(&value)
            }
            Argument::Ready(object) => Ok(object.bind(self.py).clone()),
            Argument::Object(object) => {
                let context = self.python_context()?;
                let value = object.bind(self.py).call_method1("resolve", (context,))?;
                self.after_python()?;
                Ok(value)
            }
        }
    }

    /// `InclusionNode.render` after its function has returned `values`.
    fn inclusion(&mut self, template: &Bound<'py, PyAny>, values: Bound<'py, PyAny>) -> PyResult<()> {
        let csrf_name = self.stock.csrf_token.bind(self.py).clone();
        let csrf = self.scopes.get(&csrf_name)?.filter(|token| !token.is_none());
        let Some(program) = native_program(self.stock, template)? else {
            let context = self.python_context()?.call_method1("new", (values,))?;
            if let Some(token) = csrf {
                context.set_item(csrf_name, self.to_py(&token)?)?;
            }
            let text = template.call_method1(self.stock.render.bind(self.py), (context,))?;
            self.after_python()?;
            return self.write_node_result(&Value::Py(text));
        };
        let mut layers = vec![Layer::Builtins];
        if values.is_instance(self.stock.BaseContext.bind(self.py))? {
            let dicts = values.getattr(self.stock.dicts.bind(self.py))?;
            for dict in dicts.cast::<PyList>()?.iter().skip(1) {
                layers.push(Layer::of(dict, self.stock.ContextDict.bind(self.py).as_any()));
            }
        } else if !values.is_none() {
            layers.push(Layer::of(values, self.stock.ContextDict.bind(self.py).as_any()));
        }
        self.in_new_context(Scopes { layers, is_given: false }, |render| {
            if let Some(token) = csrf {
                render.scopes.set(render.py, render.stock, &csrf_name, token)?;
            }
            render.nested(template.clone(), &program)
        })
    }

    /// The template that `InclusionAdminNode.render` finds for the model of the page.
    fn admin_template(&self, name: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let key = PyString::intern(self.py, "opts");
        let Some(opts) = self.scopes.get(&key)? else { return Err(PyKeyError::new_err("opts")) };
        let opts = opts.to_py(self.py, self.stock)?;
        self.stock.call(self.py, "admin_template", (&self.engine, opts, name))
    }

    fn inclusion_template(
        &mut self,
        p: &Program,
        id: ForeignId,
        filename: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let root = std::sync::Arc::clone(&self.frame().state.root);
        // Foreign numbers and node numbers are told apart by the empty name.
        let key = ((p.key(), id), Box::from("\0inclusion"));
        if let Some(known) = root.includes.borrow().get(&key) {
            return Ok(known.bind(self.py).clone());
        }
        let known = match filename.cast_exact::<PyString>() {
            Ok(name) => self.cached_template(name, None)?,
            Err(_) => None,
        };
        let template = match known {
            Some(known) => known,
            None => self.stock.call(self.py, "inclusion_template", (&self.engine, filename))?,
        };
        root.includes.borrow_mut().insert(key, template.clone().unbind());
        Ok(template)
    }
}

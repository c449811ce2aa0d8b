//! What a template and all that it extends and includes need: the usage trees as Python objects.

use crate::program::Program;
use crate::py::program::NativeProgram;
use crate::stock::Stock;
use djust_syntax::ast::{Ast, FilterId, ForeignId, NodeId};
use djust_syntax::usage::{self, Composition, ITERATED, REACHED, Usage};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock};

/// A composition and its Python objects, made as they are asked for.
pub struct Composed {
    composition: Composition,
    names: Vec<Py<PyString>>,
    variables: Vec<OnceLock<Py<PyAny>>>,
    /// The program that was composed, which owns this.
    root: usize,
    /// Name to source and index in `composition.templates`. Loaders may compile a template anew for each use.
    templates: FxHashMap<Box<str>, (Arc<str>, u32)>,
    loops: Mutex<FxHashMap<(u32, NodeId), Py<PyAny>>>,
}

/// A native program as the usage analysis sees it.
#[derive(Clone)]
struct Adopted(Rc<Py<NativeProgram>>);

impl usage::Template for Adopted {
    fn ast(&self) -> &Ast {
        match self.0.get().program() {
            Ok(program) => &program.ast,
            Err(_) => unreachable!("only compiled programs are adopted"),
        }
    }

    fn is_stock_filter(&self, filter: FilterId) -> bool {
        self.0.get().program().is_ok_and(|program| program.filters[filter as usize].is_stock)
    }

    fn takes_context(&self, node: ForeignId) -> bool {
        self.0.get().program().is_ok_and(|program| program.foreign[node as usize].takes_context())
    }

    fn target_var(&self, node: ForeignId) -> Option<&str> {
        self.0.get().program().ok()?.foreign[node as usize].target_var()
    }
}

/// Finds the templates that others name.
struct Finder<'py> {
    engine: Bound<'py, PyAny>,
    found: Vec<(Box<str>, Arc<str>)>,
    error: Option<PyErr>,
}

impl Finder<'_> {
    fn find(&self, name: &str) -> PyResult<Option<Py<NativeProgram>>> {
        let template = match self.engine.call_method1("get_template", (name,)) {
            Ok(template) => template,
            // A template that is missing or broken fails when it is rendered, not when it is looked at.
            Err(error) if error.is_instance_of::<PyException>(self.engine.py()) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(program) = template.getattr_opt("_program")? else { return Ok(None) };
        let Ok(program) = program.cast_into::<NativeProgram>() else { return Ok(None) };
        Ok(if program.get().program().is_ok() { Some(program.unbind()) } else { None })
    }
}

impl usage::Resolver for Finder<'_> {
    type Template = Adopted;

    fn template(&mut self, name: &str) -> Option<Adopted> {
        match self.find(name) {
            Ok(program) => {
                let program = program?;
                self.found.push((name.into(), Arc::clone(&program.get().program().ok()?.source)));
                Some(Adopted(Rc::new(program)))
            }
            Err(error) => {
                self.error.get_or_insert(error);
                None
            }
        }
    }
}

impl Composed {
    /// Walks a template and those that it names.
    pub fn of(root: &Bound<'_, NativeProgram>, engine: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = root.py();
        let program = root.get().program()?;
        let mut resolver = Finder { engine: engine.clone(), found: Vec::new(), error: None };
        let adopted = Adopted(Rc::new(root.clone().unbind()));
        let composition = usage::compose(adopted, program.template_name.as_deref(), &mut resolver);
        if let Some(error) = resolver.error {
            return Err(error);
        }
        let mut templates = FxHashMap::default();
        for (at, name) in composition.templates.iter().enumerate().skip(1) {
            if let Some((_, source)) = resolver.found.iter().find(|(known, _)| known == name) {
                templates.insert(name.clone(), (Arc::clone(source), at as u32));
            }
        }
        let names = composition
            .variables
            .iter()
            .map(|(name, _)| PyString::intern(py, composition.names.text(*name)).unbind())
            .collect();
        let variables = composition.variables.iter().map(|_| OnceLock::new()).collect();
        Ok(Self { composition, names, variables, root: program.key(), templates, loops: Mutex::default() })
    }

    /// True if no Python code, and no template unknown so far, may look at variables besides what the usages say.
    pub fn is_closed(&self) -> bool {
        let found = &self.composition;
        !(found.opaque || found.dynamic || found.truncated) && found.unresolved.is_empty()
    }

    /// Number of free variables.
    pub fn variables(&self) -> usize {
        self.names.len()
    }

    /// Interned name of a free variable.
    pub fn variable_name<'py>(&self, py: Python<'py>, at: usize) -> &Bound<'py, PyString> {
        self.names[at].bind(py)
    }

    /// `Usage` of a free variable.
    pub fn of_variable<'py>(&self, py: Python<'py>, at: usize) -> PyResult<Bound<'py, PyAny>> {
        if let Some(known) = self.variables[at].get() {
            return Ok(known.bind(py).clone());
        }
        let made = self.usage(py, &self.composition.variables[at].1)?;
        Ok(self.variables[at].get_or_init(|| made.unbind()).bind(py).clone())
    }

    /// `Usage` of what a loop goes over, as far as the loop itself is concerned.
    pub fn of_loop<'py>(
        &self,
        py: Python<'py>,
        program: &Program,
        node: NodeId,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(template) = self.index_of(program) else { return Ok(None) };
        let key = (template, node);
        let loops = || self.loops.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = loops().get(&key) {
            return Ok(Some(known.bind(py).clone()));
        }
        let Some(each) = self.composition.loops.get(&key) else { return Ok(None) };
        let source = (REACHED | ITERATED, 0u32, PyDict::new(py), self.wire(py, each)?);
        // Python code may let another thread go on, which must not wait for the lock with the interpreter in its hands.
        let made = Stock::get(py)?.call(py, "usage", (source,))?;
        Ok(Some(loops().entry(key).or_insert_with(|| made.unbind()).bind(py).clone()))
    }

    fn index_of(&self, program: &Program) -> Option<u32> {
        if program.key() == self.root {
            return Some(0);
        }
        let (source, at) = self.templates.get(program.template_name.as_deref()?)?;
        (Arc::ptr_eq(source, &program.source) || *source == program.source).then_some(*at)
    }

    /// For people: each free variable with its dotted paths.
    pub fn paths(&self) -> Vec<(&str, Vec<String>)> {
        self.composition.paths()
    }

    fn usage<'py>(&self, py: Python<'py>, usage: &Usage) -> PyResult<Bound<'py, PyAny>> {
        Stock::get(py)?.call(py, "usage", (self.wire(py, usage)?,))
    }

    /// `(always, maybe, fields, each)`
    fn wire<'py>(&self, py: Python<'py>, usage: &Usage) -> PyResult<Bound<'py, PyTuple>> {
        let fields = PyDict::new(py);
        for (name, below) in &usage.fields {
            fields.set_item(self.composition.names.text(*name), self.wire(py, below)?)?;
        }
        let each = usage.each.as_deref().map(|each| self.wire(py, each)).transpose()?;
        (usage.always, usage.maybe, fields, each).into_pyobject(py)
    }
}

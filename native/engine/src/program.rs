//! A compiled template: the AST and the tables that go with it (interned names, constants, filters, Python nodes).

use crate::filters::FilterEntry;
use crate::foreign::ForeignNode;
use crate::interned;
use djust_syntax::ast::{Ast, ConstKind, NameId, NodeId, NodeKind};
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt, PyString, PyWeakrefReference};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// A number for a new program.
pub fn next_serial() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A name of the template, ready for lookups.
pub struct Name {
    /// Interned, so that names are equal when their pointers are.
    pub text: Py<PyString>,
    /// The number it stands for as a list index (`int(name)`).
    pub index: Option<i64>,
}

/// A block of a template.
pub enum OwnBlock {
    /// A native one.
    Native(NodeId),
    /// A node of Python's that is a `BlockNode`.
    Python(Py<PyAny>),
}

/// A compiled template. Never changes after compilation; shared by all threads.
pub struct Program {
    /// The source text.
    pub source: Arc<str>,
    /// A number that no other program has or will have.
    pub serial: u64,
    /// What the template says.
    pub ast: Ast,
    /// Beside `ast.names`.
    pub names: Vec<Name>,
    /// Beside `ast.consts`: safe strings, lazy translations, numbers.
    pub consts: Vec<Py<PyAny>>,
    /// By `FilterId`.
    pub filters: Vec<FilterEntry>,
    /// By `ForeignId`.
    pub foreign: Vec<ForeignNode>,
    /// Blocks that `get_nodes_by_type(BlockNode)` finds, by name (interned), in order.
    pub blocks: OnceLock<Vec<(Py<PyString>, OwnBlock)>>,
    /// `Template.origin`
    pub origin: Py<PyAny>,
    /// `Origin.template_name`, for relative includes.
    pub template_name: Option<Box<str>>,
    /// A weak reference to the object that Python holds of this program.
    pub handle: OnceLock<Py<PyWeakrefReference>>,
    /// The output of a template that is nothing but text, made at its first render.
    pub constant: OnceLock<Py<PyAny>>,
    /// `forloop.length` exists (Django 6.0).
    pub loop_length: bool,
}

impl Program {
    /// The node of an id.
    pub fn kind(&self, id: NodeId) -> &NodeKind {
        &self.ast.nodes[id as usize].kind
    }

    /// The interned text of a name.
    pub fn name<'py>(&self, py: Python<'py>, id: NameId) -> &Bound<'py, PyString> {
        self.names[id as usize].text.bind(py)
    }

    /// True if the template's first tag is `{% extends %}`.
    pub fn is_child(&self) -> bool {
        self.ast
            .list(self.ast.root)
            .iter()
            .map(|&id| self.kind(id))
            .find(|kind| !matches!(kind, NodeKind::Text(..) | NodeKind::MadeUpText(_)))
            .is_some_and(|kind| matches!(kind, NodeKind::Extends { .. }))
    }

    /// True if the template is one piece of text, or none at all.
    pub fn is_constant(&self) -> bool {
        self.constant_text().is_some()
    }

    /// All that the template renders, if that is one piece of text: its source may have comments beside it.
    pub fn constant_text(&self) -> Option<&str> {
        match self.ast.list(self.ast.root) {
            [] => Some(""),
            [only] => match self.kind(*only) {
                NodeKind::Text(from, to) => Some(&self.source[*from as usize..*to as usize]),
                _ => None,
            },
            _ => None,
        }
    }

    /// A key that is unique to the program as long as it lives.
    pub fn key(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }
}

/// Python objects for the constants of an AST.
pub fn make_consts(py: Python<'_>, stock: &crate::stock::Stock, ast: &Ast) -> PyResult<Vec<Py<PyAny>>> {
    ast.consts
        .iter()
        .map(|constant| {
            let text = ast.text(constant.text);
            let object = match constant.kind {
                ConstKind::Str => return interned::constant(py, stock, text),
                ConstKind::Translated => stock.call(py, "translated_constant", (text,))?,
                ConstKind::Int => match text.parse::<i64>() {
                    Ok(number) => number.into_pyobject(py)?.into_any(),
                    Err(_) => py.get_type::<PyInt>().call1((text,))?,
                },
                ConstKind::Float => py.get_type::<PyFloat>().call1((text,))?,
            };
            Ok(object.unbind())
        })
        .collect()
}

/// Interned strings for the names of an AST.
pub fn make_names(py: Python<'_>, ast: &Ast) -> PyResult<Vec<Name>> {
    let make = |text: &str| {
        let numeric = text.starts_with(|c: char| c.is_ascii_digit());
        let index = if numeric { text.parse().ok() } else { None };
        Ok(Name { text: interned::name(py, text)?.unbind(), index })
    };
    ast.name_texts().map(make).collect()
}

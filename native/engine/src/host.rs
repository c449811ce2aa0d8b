//! What the parser asks of Python: tags, filters and libraries of the template engine, and compile functions.

use crate::filters::{self, FilterEntry};
use crate::foreign::ForeignNode;
use crate::interned;
use crate::py::entry::references;
use crate::py::parser::NativeParser;
use crate::py::program::NativeProgram;
use crate::stock::Stock;
use djust_syntax::error::{ErrorKind, Result, SyntaxError};
use djust_syntax::lexer::Token;
use djust_syntax::parser::command;
use djust_syntax::{Foreign, Host, Parser, TagBinding, TagKind};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Tags of Django's own that may be parsed natively: compile function (by address) to tag.
pub type NativeTags = FxHashMap<usize, TagKind>;

/// A library or a part of one, as `{% load %}` has added it.
enum Layer {
    /// All of a library: looked up live.
    Library { tags: Py<PyAny>, filters: Py<PyAny> },
    /// `{% load name from library %}`
    Member { name: Box<str>, tag: Option<Py<PyAny>>, filter: Option<Py<PyAny>> },
}

/// How a filter was asked for.
struct FilterUse {
    /// Interned.
    name: Py<PyString>,
    args: usize,
    /// The function's address.
    function: usize,
    /// Tags and filters cannot have changed since.
    is_current: bool,
}

/// The host of one parse.
pub struct PyHost {
    layers: Vec<Layer>,
    libraries: Py<PyAny>,
    native_tags: Arc<NativeTags>,
    /// Compile functions that were handed out to the parser, by number.
    functions: Vec<Py<PyAny>>,
    /// Some library's tags or filters are no dictionary: Python code is asked each time.
    asks_python: bool,
    /// Tags that were asked for since tags and filters may have changed, by interned name.
    known_tags: Vec<(Py<PyString>, TagBinding)>,
    /// Filters in use, by `FilterId`.
    pub filters: Vec<FilterEntry>,
    /// Beside `filters`.
    filter_uses: Vec<FilterUse>,
    /// Nodes that compile functions made, by `ForeignId`.
    pub foreign: Vec<ForeignNode>,
    /// `parser.tags` and `parser.filters`, once Python code has asked for them: from then on they are the truth.
    pub shared: Option<(Py<PyDict>, Py<PyDict>)>,
    /// The Python parser that compile functions get.
    pub py_parser: Option<Py<PyAny>>,
    /// The template engine is in debug mode: tokens know their position.
    pub debug: bool,
    /// Python code has been given an error of this parser.
    pub gave_up: bool,
    /// The exception that ended the parse.
    pub error: Option<PyErr>,
    template: Py<PyAny>,
    /// The program that the parse will fill.
    pub program: Py<NativeProgram>,
}

impl PyHost {
    /// A host without tags and filters, to stand in while the real one is lent to Python.
    pub fn hollow(py: Python<'_>, other: &Self) -> Self {
        Self {
            layers: Vec::new(),
            libraries: py.None(),
            native_tags: Arc::clone(&other.native_tags),
            functions: Vec::new(),
            asks_python: false,
            known_tags: Vec::new(),
            filters: Vec::new(),
            filter_uses: Vec::new(),
            foreign: Vec::new(),
            shared: None,
            py_parser: None,
            debug: other.debug,
            gave_up: false,
            error: None,
            template: py.None(),
            program: other.program.clone_ref(py),
        }
    }

    /// A host with the engine's built-in libraries.
    pub fn new(
        template: &Bound<'_, PyAny>,
        engine: &Bound<'_, PyAny>,
        native_tags: Arc<NativeTags>,
        program: &Bound<'_, NativeProgram>,
        debug: bool,
    ) -> PyResult<Self> {
        let mut host = Self {
            layers: Vec::with_capacity(4),
            libraries: engine.getattr(intern!(engine.py(), "template_libraries"))?.unbind(),
            native_tags,
            functions: Vec::new(),
            asks_python: false,
            known_tags: Vec::new(),
            filters: Vec::new(),
            filter_uses: Vec::new(),
            foreign: Vec::new(),
            shared: None,
            py_parser: None,
            debug,
            gave_up: false,
            error: None,
            template: template.clone().unbind(),
            program: program.clone().unbind(),
        };
        for library in engine.getattr(intern!(engine.py(), "template_builtins"))?.try_iter()? {
            host.add_library(&library?)?;
        }
        Ok(host)
    }

    /// `Parser.add_library`
    pub fn add_library(&mut self, library: &Bound<'_, PyAny>) -> PyResult<()> {
        self.forget();
        let (tags, filters) =
            (library.getattr(intern!(library.py(), "tags"))?, library.getattr(intern!(library.py(), "filters"))?);
        if let Some((shared_tags, shared_filters)) = &self.shared {
            let py = library.py();
            shared_tags.bind(py).call_method1("update", (&tags,))?;
            shared_filters.bind(py).call_method1("update", (&filters,))?;
        }
        // Python code of this parse might change them, which Django's parser would not see: it has copied them.
        let (tags, filters) =
            if self.py_parser.is_some() { (copied(tags)?, copied(filters)?) } else { (tags, filters) };
        self.asks_python |= !(tags.is_instance_of::<PyDict>() && filters.is_instance_of::<PyDict>());
        self.layers.push(Layer::Library { tags: tags.unbind(), filters: filters.unbind() });
        Ok(())
    }

    /// Makes the parser of Python's one of Django's, if somebody keeps it: for now the template is parsed.
    pub fn retire(&mut self, py: Python<'_>) -> PyResult<()> {
        let Some(py_parser) = self.py_parser.take() else { return Ok(()) };
        if references(py_parser.bind(py)) > 1 {
            let members = self.share(py)?;
            Stock::get(py)?.call(py, "retire_parser", (py_parser, members.0, members.1))?;
        }
        Ok(())
    }

    /// The merged dictionaries, which Python code may change.
    pub fn share(&mut self, py: Python<'_>) -> PyResult<(Py<PyDict>, Py<PyDict>)> {
        if let Some((tags, filters)) = &self.shared {
            return Ok((tags.clone_ref(py), filters.clone_ref(py)));
        }
        let (all_tags, all_filters) = (PyDict::new(py), PyDict::new(py));
        for layer in &self.layers {
            match layer {
                Layer::Library { tags, filters } => {
                    all_tags.call_method1("update", (tags,))?;
                    all_filters.call_method1("update", (filters,))?;
                }
                Layer::Member { name, tag, filter } => {
                    if let Some(tag) = tag {
                        all_tags.set_item(&**name, tag)?;
                    }
                    if let Some(filter) = filter {
                        all_filters.set_item(&**name, filter)?;
                    }
                }
            }
        }
        self.shared = Some((all_tags.clone().unbind(), all_filters.clone().unbind()));
        Ok((all_tags.unbind(), all_filters.unbind()))
    }

    /// Before Python code runs for the first time: from now on libraries are as they are now.
    fn copy_libraries(&mut self, py: Python<'_>) -> PyResult<()> {
        for layer in &mut self.layers {
            if let Layer::Library { tags, filters } = layer {
                *tags = copied(tags.bind(py).clone())?.unbind();
                *filters = copied(filters.bind(py).clone())?.unbind();
            }
        }
        Ok(())
    }

    /// Forgets what names meant: libraries may be others now, or in another order.
    pub fn forget(&mut self) {
        self.known_tags.clear();
        self.filter_uses.iter_mut().for_each(|each| each.is_current = false);
    }

    fn find(&self, py: Python<'_>, key: &Bound<'_, PyString>, is_tag: bool) -> PyResult<Option<Py<PyAny>>> {
        if let Some((tags, filters)) = &self.shared {
            let dict = if is_tag { tags } else { filters };
            return Ok(dict.bind(py).get_item(key)?.map(Bound::unbind));
        }
        for layer in self.layers.iter().rev() {
            match layer {
                Layer::Library { tags, filters } => {
                    let members = if is_tag { tags } else { filters }.bind(py);
                    if let Ok(dict) = members.cast::<PyDict>() {
                        if let Some(found) = dict.get_item(key)? {
                            return Ok(Some(found.unbind()));
                        }
                    } else if members.contains(key)? {
                        return Ok(Some(members.get_item(key)?.unbind()));
                    }
                }
                Layer::Member { name: member, tag, filter } if key.to_str()? == &**member => {
                    if let Some(found) = if is_tag { tag } else { filter } {
                        return Ok(Some(found.clone_ref(py)));
                    }
                }
                Layer::Member { .. } => {}
            }
        }
        Ok(None)
    }

    /// Keeps an exception for the caller of the parse.
    pub fn failed(&mut self, error: PyErr) -> SyntaxError {
        self.error.get_or_insert(error);
        SyntaxError::new(ErrorKind::Host)
    }

    fn load_members(&mut self, py: Python<'_>, library: &Bound<'_, PyAny>, members: &[&str]) -> PyResult<bool> {
        self.forget();
        let (tags, filters) =
            (library.getattr(intern!(library.py(), "tags"))?, library.getattr(intern!(library.py(), "filters"))?);
        for &name in members {
            let tag = tags.contains(name)?.then(|| tags.get_item(name)).transpose()?;
            let filter = filters.contains(name)?.then(|| filters.get_item(name)).transpose()?;
            if tag.is_none() && filter.is_none() {
                return Ok(false);
            }
            if let Some((shared_tags, shared_filters)) = &self.shared {
                if let Some(tag) = &tag {
                    shared_tags.bind(py).set_item(name, tag)?;
                }
                if let Some(filter) = &filter {
                    shared_filters.bind(py).set_item(name, filter)?;
                }
            }
            self.layers.push(Layer::Member {
                name: name.into(),
                tag: tag.map(Bound::unbind),
                filter: filter.map(Bound::unbind),
            });
        }
        Ok(true)
    }

    fn load_library(&mut self, py: Python<'_>, name: &str, members: Option<&[&str]>) -> PyResult<bool> {
        let libraries = self.libraries.bind(py).clone();
        if !libraries.contains(name)? {
            return Ok(false);
        }
        let library = libraries.get_item(name)?;
        match members {
            Some(members) => self.load_members(py, &library, members),
            None => self.add_library(&library).map(|()| true),
        }
    }

    fn resolve_filter(&mut self, py: Python<'_>, name: &str, args: usize) -> PyResult<Option<u32>> {
        let key = interned::name(py, name)?;
        let mut uses = self.filter_uses.iter();
        if let Some(id) = uses.position(|each| each.is_current && each.args == args && each.name.is(&key)) {
            return Ok(Some(id as u32));
        }
        let Some(function) = self.find(py, &key, false)? else { return Ok(None) };
        let address = function.as_ptr() as usize;
        let mut uses = self.filter_uses.iter_mut().enumerate();
        let same = uses.find(|(_, each)| each.function == address && each.args == args && each.name.is(&key));
        if let Some((id, each)) = same {
            each.is_current = !self.asks_python;
            return Ok(Some(id as u32));
        }
        let Some(entry) = filters::entry(py, name, args, function)? else { return Ok(None) };
        self.filters.push(entry);
        self.filter_uses.push(FilterUse { name: key.unbind(), args, function: address, is_current: !self.asks_python });
        Ok(Some((self.filters.len() - 1) as u32))
    }

    fn bind_tag(&mut self, py: Python<'_>, name: &str) -> PyResult<Option<TagBinding>> {
        let key = interned::name(py, name)?;
        if let Some((_, binding)) = self.known_tags.iter().find(|(known, _)| known.is(&key)) {
            return Ok(Some(*binding));
        }
        let Some(function) = self.find(py, &key, true)? else { return Ok(None) };
        let binding = if let Some(&tag) = self.native_tags.get(&(function.as_ptr() as usize)) {
            TagBinding::Native(tag)
        } else {
            self.functions.push(function);
            TagBinding::Foreign((self.functions.len() - 1) as u32)
        };
        if !self.asks_python {
            self.known_tags.push((key.unbind(), binding));
        }
        Ok(Some(binding))
    }
}

/// A copy of a dictionary; anything else as it is.
fn copied(members: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyAny>> {
    match members.cast::<PyDict>() {
        Ok(dict) => Ok(dict.copy()?.into_any()),
        Err(_) => Ok(members),
    }
}

impl Host for PyHost {
    fn tag(&mut self, name: &str) -> Option<TagBinding> {
        Python::attach(|py| {
            self.bind_tag(py, name).unwrap_or_else(|error| {
                self.failed(error);
                None
            })
        })
    }

    fn filter(&mut self, name: &str, args: usize) -> Option<u32> {
        Python::attach(|py| {
            self.resolve_filter(py, name, args).unwrap_or_else(|error| {
                self.failed(error);
                None
            })
        })
    }

    fn load(&mut self, library: &str, members: Option<&[&str]>) -> Result<()> {
        match Python::attach(|py| self.load_library(py, library, members)) {
            Ok(true) => Ok(()),
            Ok(false) => Err(SyntaxError::new(ErrorKind::UnknownLibrary)),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn foreign(parser: &mut Parser<Self>, tag: u32, token: &Token) -> Result<Foreign> {
        Python::attach(|py| compile(py, parser, tag, token).map_err(|error| parser.host.failed(error)))
    }
}

/// Calls a compile function with a parser of Python's and keeps the node it returns.
fn compile(py: Python<'_>, parser: &mut Parser<PyHost>, tag: u32, token: &Token) -> PyResult<Foreign> {
    let stock = Stock::get(py)?;
    let function = parser.host.functions[tag as usize].clone_ref(py);
    let py_parser = if let Some(py_parser) = &parser.host.py_parser {
        py_parser.clone_ref(py)
    } else {
        parser.host.copy_libraries(py)?;
        let native = Py::new(py, NativeParser::default())?;
        let program = parser.host.program.bind(py);
        program.borrow().set_parser(native.clone_ref(py));
        let made = stock.call(py, "make_parser", (native, program, parser.host.template.bind(py)))?.unbind();
        parser.host.py_parser = Some(made.clone_ref(py));
        made
    };
    let py_parser = py_parser.bind(py);
    let native = py_parser.getattr(intern!(py, "_native"))?.cast_into::<NativeParser>()?;
    let py_token = crate::py::parser::make_token(py, stock, &parser.ast, token, parser.host.debug)?;
    let command = command(parser.ast.contents(token)).to_owned();
    let commands = py_parser.getattr(intern!(py, "command_stack"))?;
    commands.call_method1("append", ((command, &py_token),))?;
    // The function, or other code that it lets run, may change tags and filters before or after it parses with them.
    parser.host.forget();
    let node = NativeParser::lend(&native, parser, || function.bind(py).call1((py_parser, &py_token)));
    parser.host.forget();
    let node = node?;
    commands.call_method0("pop")?;
    // The parser of Django does this in `extend_nodelist`.
    node.setattr("token", &py_token)?;
    let origin = parser.host.template.bind(py).getattr(intern!(py, "origin"))?;
    node.setattr("origin", origin)?;
    let must_be_first = node.getattr(intern!(py, "must_be_first"))?.is_truthy()?;
    let is_text = node.is_instance(stock.TextNode.bind(py))?;
    let id = parser.host.foreign.len() as u32;
    let entry = ForeignNode::new(stock, &node)?;
    parser.host.foreign.push(entry);
    Ok(Foreign { id, must_be_first, is_text })
}

//! Usage across templates: asks a [`Resolver`] for what a template extends and includes, and puts all of it together.

use super::scope::Walk;
use super::tree::{ESCAPED, Names, Symbol, Usage};
use crate::ast::{Ast, FilterId, ForeignId, ListId, NodeId};
use crate::stack;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A parsed template, and what the host knows about the filters and Python tags in it.
pub trait Template: Clone {
    /// The parsed template.
    fn ast(&self) -> &Ast;
    /// True if this filter is the stock one of the name that was written.
    fn is_stock_filter(&self, filter: FilterId) -> bool;
    /// True if this node may look at the whole context, not only at its expressions.
    fn takes_context(&self, node: ForeignId) -> bool;
    /// The name under which this node stores its result in the context (`{% tag … as name %}`).
    fn target_var(&self, node: ForeignId) -> Option<&str>;
}

/// Finds other templates.
pub trait Resolver {
    /// What a template is here; cloned often, so a counted pointer.
    type Template: Template;
    /// The template of this name; `None` if there is none (yet), or none that parses.
    fn template(&mut self, name: &str) -> Option<Self::Template>;
}

/// What a template needs, with all that it extends and includes by a literal name.
#[derive(Debug)]
pub struct Composition {
    /// The names behind the numbers in the usages.
    pub names: Names,
    /// The needs of each free variable, in the order in which the template meets them.
    pub variables: Vec<(Symbol, Usage)>,
    /// The needs of the elements of each `{% for %}` in this loop alone: by index in `templates`, and node.
    pub loops: FxHashMap<(u32, NodeId), Usage>,
    /// The names of all templates that were walked; the first one is the root (an empty name if it has none).
    pub templates: Vec<Box<str>>,
    /// Names that the resolver did not find.
    pub unresolved: Vec<Box<str>>,
    /// A template is extended or included whose name is not known before the render.
    pub dynamic: bool,
    /// A Python tag may look at any variable of the context.
    pub opaque: bool,
    /// The walk was given up (too large or too deep): every variable counts as handed to Python.
    pub truncated: bool,
}

impl Composition {
    /// The needs of a free variable.
    pub fn variable(&self, name: &str) -> Option<&Usage> {
        let symbol = self.names.get(name)?;
        self.variables.iter().find(|(known, _)| *known == symbol).map(|(_, usage)| usage)
    }

    /// For people: each free variable with its dotted paths, sorted.
    pub fn paths(&self) -> Vec<(&str, Vec<String>)> {
        let paths = |(name, usage): &(Symbol, Usage)| (self.names.text(*name), usage.paths(&self.names));
        let mut found: Vec<_> = self.variables.iter().map(paths).collect();
        found.sort();
        found
    }
}

/// Walks `root` and all that it needs. `name` is its name, by which it may include itself.
pub fn compose<R: Resolver>(root: R::Template, name: Option<&str>, resolver: &mut R) -> Composition {
    let mut shared = Shared::new(resolver);
    let root = shared.adopt(name.unwrap_or_default(), root);
    if let Some(name) = name {
        shared.known.insert(name.into(), Some(Rc::clone(&root)));
    }
    let list = root.template.ast().root;
    let mut variables = shared.summary(&root, list).variables.clone();
    if shared.truncated {
        let usages = variables.iter_mut().map(|(_, usage)| usage).chain(shared.loops.values_mut());
        for usage in usages {
            usage.maybe |= ESCAPED & !usage.always;
        }
    }
    Composition {
        variables,
        names: shared.names,
        loops: shared.loops,
        templates: shared.templates,
        unresolved: shared.unresolved,
        dynamic: shared.dynamic,
        opaque: shared.opaque,
        truncated: shared.truncated,
    }
}

/// A template of this composition.
pub(super) struct Loaded<T> {
    pub(super) template: T,
    /// Index in [`Composition::templates`].
    pub(super) index: u32,
    symbols: Box<[Symbol]>,
}

impl<T> Loaded<T> {
    /// The number that a name of the template's AST has in the composition.
    pub(super) fn symbol(&self, name: crate::ast::NameId) -> Symbol {
        self.symbols[name as usize]
    }
}

/// The needs of a template that is included, to be applied wherever that happens.
pub(super) struct Summary {
    pub(super) variables: Vec<(Symbol, Usage)>,
    /// Everything visible is handed on to a template that is not known.
    pub(super) escapes_all: bool,
    /// Index in [`Shared::stack`] of the outermost template that is included again inside of this one.
    pub(super) returns_to: usize,
}

/// A template that may be kept.
pub(super) type Handle<R> = Rc<Loaded<<R as Resolver>::Template>>;

/// What happened to an include.
pub(super) enum Included {
    /// The needs of the template.
    Summary(Rc<Summary>),
    /// The template is being walked already, at this index of [`Shared::stack`].
    Again(usize),
}

/// What all walks of a composition share.
pub(super) struct Shared<'r, R: Resolver> {
    resolver: &'r mut R,
    pub(super) names: Names,
    known: FxHashMap<Box<str>, Option<Handle<R>>>,
    summaries: FxHashMap<(u32, ListId), Rc<Summary>>,
    pub(super) stack: Vec<(u32, ListId)>,
    loops: FxHashMap<(u32, NodeId), Usage>,
    templates: Vec<Box<str>>,
    unresolved: Vec<Box<str>>,
    pub(super) dynamic: bool,
    pub(super) opaque: bool,
    pub(super) truncated: bool,
    work: u32,
    pub(super) depth: u32,
}

/// Nodes and usages that are walked at most. Blocks that call `block.super` twice double the work at each level.
const MAX_WORK: u32 = 500_000;
/// Nesting of node lists, over all templates, at most.
const MAX_DEPTH: u32 = 300;

impl<'r, R: Resolver> Shared<'r, R> {
    fn new(resolver: &'r mut R) -> Self {
        let mut names = Names::default();
        for name in super::scope::KNOWN_NAMES {
            names.intern(name);
        }
        Self {
            resolver,
            names,
            known: FxHashMap::default(),
            summaries: FxHashMap::default(),
            stack: Vec::new(),
            loops: FxHashMap::default(),
            templates: Vec::new(),
            unresolved: Vec::new(),
            dynamic: false,
            opaque: false,
            truncated: false,
            work: 0,
            depth: 0,
        }
    }

    fn adopt(&mut self, name: &str, template: R::Template) -> Handle<R> {
        let symbols = template.ast().name_texts().map(|name| self.names.intern(name)).collect();
        self.templates.push(name.into());
        Rc::new(Loaded { template, index: (self.templates.len() - 1) as u32, symbols })
    }

    /// The template of a name and the list to render: all of it, or the partial after `#`.
    pub(super) fn find(&mut self, name: &str) -> Option<(Handle<R>, ListId)> {
        if let Some(loaded) = self.load(name) {
            let list = loaded.template.ast().root;
            return Some((loaded, list));
        }
        let found = name.split_once('#').and_then(|(base, partial)| {
            let loaded = self.load(base)?;
            let ast = loaded.template.ast();
            let list = ast.partials.iter().find(|(known, ..)| ast.name_text(*known) == partial)?.1;
            Some((loaded, list))
        });
        if found.is_none() && !self.unresolved.iter().any(|known| **known == *name) {
            self.unresolved.push(name.into());
        }
        found
    }

    fn load(&mut self, name: &str) -> Option<Handle<R>> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let loaded = self.resolver.template(name).map(|template| self.adopt(name, template));
        self.known.insert(name.into(), loaded.clone());
        loaded
    }

    /// The needs of a template on its own.
    pub(super) fn include(&mut self, loaded: &Handle<R>, list: ListId) -> Included {
        let key = (loaded.index, list);
        if let Some(at) = self.stack.iter().position(|open| *open == key) {
            return Included::Again(at);
        }
        Included::Summary(self.summary(loaded, list))
    }

    fn summary(&mut self, loaded: &Handle<R>, list: ListId) -> Rc<Summary> {
        let key = (loaded.index, list);
        if let Some(summary) = self.summaries.get(&key) {
            return Rc::clone(summary);
        }
        let depth = self.stack.len();
        self.stack.push(key);
        let mut walk = Walk::new(self);
        walk.enter(loaded, list);
        let summary = Rc::new(walk.finish());
        self.stack.pop();
        // What returns to a template further out lacks the needs of that one: it holds only there.
        if summary.returns_to >= depth {
            self.summaries.insert(key, Rc::clone(&summary));
        }
        summary
    }

    /// Keeps the needs of the elements of a loop.
    pub(super) fn keep_loop(&mut self, place: (u32, NodeId), usage: Usage) {
        match self.loops.get_mut(&place) {
            Some(known) => known.either(&usage),
            None => {
                self.loops.insert(place, usage);
            }
        }
    }

    /// Counts one unit of work; false if the walk is to be given up.
    pub(super) fn may_go_on(&mut self) -> bool {
        self.work += 1;
        if self.work > MAX_WORK || self.depth > MAX_DEPTH || stack::is_short() {
            self.truncated = true;
        }
        !self.truncated
    }
}

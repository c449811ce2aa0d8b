//! Nodes: what a template says, as plain data. No behaviour here.
//!
//! Everything lives in tables of one [`Ast`] and is referred to by small numbers, so that a renderer can keep tables of
//! its own beside them (interned names, resolved constants) without a second tree.

use crate::known::Known;
use crate::lexer::Token;
use std::sync::Arc;

/// Index of a node in [`Ast::nodes`].
pub type NodeId = u32;
/// Index of a node list in [`Ast::lists`].
pub type ListId = u32;
/// Index of a name in [`Ast::names`].
pub type NameId = u32;
/// Index of a constant in [`Ast::consts`].
pub type ConstId = u32;
/// Index of an expression in [`Ast::exprs`].
pub type ExprId = u32;
/// Index of a `{% cycle %}` in [`Ast::cycles`].
pub type CycleId = u32;
/// Number that the host gave to a filter.
pub type FilterId = u32;
/// Number that the host gave to a node made by Python code.
pub type ForeignId = u32;

/// A piece of text: of the source, or one that is no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// From this byte of the source to (not with) that one.
    Source(u32, u32),
    /// Index in [`Ast::made_up`].
    MadeUp(u32),
}

/// Entries of one of the tables of an [`Ast`] that follow each other: the first, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Run {
    start: u32,
    len: u32,
}

impl Run {
    /// All entries of a table from `start` on.
    fn since<T>(table: &[T], start: usize) -> Self {
        Self { start: start as u32, len: (table.len() - start) as u32 }
    }

    fn of<T>(self, table: &[T]) -> &[T] {
        &table[self.start as usize..][..self.len as usize]
    }

    /// True if there is no entry.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// A constant in an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Const {
    /// Unescaped text for strings, source text for numbers.
    pub text: Text,
    /// Which kind of constant.
    pub kind: ConstKind,
}

/// The kinds of constants, as `django.template.base.Variable` tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConstKind {
    /// `"text"`, a safe string.
    Str,
    /// `_("text")`, translated when rendered.
    Translated,
    /// `42`, by Python's `int()`.
    Int,
    /// `1.5` or `1e3`, by Python's `float()`.
    Float,
}

/// Where an expression or a filter argument starts: a constant or a dotted path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// A constant.
    Const(ConstId),
    /// A number: Django resolves it as a variable, so `is_var` is true.
    Number(ConstId),
    /// `a.b.c`: the names between the dots, see [`Ast::path`].
    Path(Run),
}

/// One filter of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilterCall {
    /// The name that the host resolved.
    pub filter: FilterId,
    /// The name as written.
    pub name: NameId,
    /// The argument after the colon.
    pub arg: Option<Head>,
}

/// A `FilterExpression`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expr {
    /// The text that was parsed (`FilterExpression.token`).
    pub text: Text,
    /// The text of the head.
    pub head_len: u32,
    /// What the filters work on.
    pub head: Head,
    /// The chain, in order, see [`Ast::calls`].
    pub filters: Run,
}

/// A condition of `{% if %}`, with the precedence of Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cond {
    /// A value, tested for truth or compared.
    Value(ExprId),
    /// `not x`
    Not(Box<Cond>),
    /// `x op y`
    Binary(Operator, Box<Cond>, Box<Cond>),
}

/// The infix operators of `{% if %}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// `is`
    Is,
    /// `is not`
    IsNot,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `<`
    Lt,
    /// `<=`
    Le,
}

/// `name=expression` pairs, in order; a name given twice keeps its last value, as in a Python dict.
pub type Bindings = Box<[(NameId, ExprId)]>;

/// A piece of the text of `{% blocktranslate %}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Literal text.
    Text(Box<str>),
    /// A placeholder: the name as written between the braces.
    Var(NameId),
}

/// `{% blocktranslate %}`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockTranslate {
    /// `with a=b`
    pub bindings: Bindings,
    /// The text, and the singular if there is a plural.
    pub singular: Box<[Piece]>,
    /// The text after `{% plural %}`.
    pub plural: Box<[Piece]>,
    /// `count name=expression`
    pub count: Option<(NameId, ExprId)>,
    /// `context "…"`
    pub context: Option<ExprId>,
    /// `trimmed`
    pub trimmed: bool,
    /// `asvar name`
    pub asvar: Option<NameId>,
    /// `blocktranslate` or `blocktrans`
    pub tag_name: Box<str>,
}

/// A value that a tag stores under a name, without arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ambient {
    /// `{% get_current_language as x %}`
    Language,
    /// `{% get_current_language_bidi as x %}`
    LanguageBidi,
    /// `{% get_available_languages as x %}`
    Languages,
    /// `{% get_current_timezone as x %}`
    TimeZone,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the arguments of the tag that each variant names")]
pub enum NodeKind {
    /// Literal text: byte range of the source.
    Text(u32, u32),
    /// Literal text that is no part of the source.
    MadeUpText(Box<str>),
    /// `{{ … }}`
    Var(ExprId),
    /// `{% load %}` or `{% comment %}`: renders nothing.
    Silent {
        /// True for `{% load %}`.
        load: bool,
    },
    /// `{% autoescape on|off %}`
    Autoescape { on: bool, body: ListId },
    /// `{% cycle %}`
    Cycle(CycleId),
    /// `{% resetcycle %}`
    ResetCycle(CycleId),
    /// `{% csrf_token %}`
    CsrfToken,
    /// `{% filter chain %}`: the expression is `var|chain`.
    Filter { expr: ExprId, body: ListId },
    /// `{% firstof %}`
    FirstOf { vars: Box<[ExprId]>, asvar: Option<NameId> },
    /// `{% for %}`
    For { vars: Box<[NameId]>, sequence: ExprId, reversed: bool, body: ListId, empty: Option<ListId> },
    /// `{% if %}`: branches in order; the last may have no condition.
    If(Box<[(Option<Cond>, ListId)]>),
    /// `{% ifchanged %}`
    IfChanged { vars: Box<[ExprId]>, body: ListId, unchanged: Option<ListId> },
    /// `{% now %}`
    Now { format: Box<str>, asvar: Option<NameId> },
    /// `{% regroup target by expression as name %}`; `expression` starts with `name`.
    Regroup { target: ExprId, expression: ExprId, name: NameId },
    /// `{% spaceless %}`
    Spaceless(ListId),
    /// `{% templatetag %}`
    TemplateTag { name: Box<str>, text: &'static str },
    /// `{% url %}`
    Url { view: ExprId, args: Box<[ExprId]>, kwargs: Bindings, asvar: Option<NameId> },
    /// `{% verbatim %}`
    Verbatim(ListId),
    /// `{% widthratio %}`
    WidthRatio { value: ExprId, max: ExprId, width: ExprId, asvar: Option<NameId> },
    /// `{% with %}`
    With { bindings: Bindings, body: ListId },
    /// `{% block %}`
    Block { name: NameId, body: ListId },
    /// `{% extends %}`
    Extends { parent: ExprId, body: ListId },
    /// `{% include %}`
    Include { template: ExprId, bindings: Bindings, only: bool },
    /// `{% translate %}`
    Translate { expr: ExprId, noop: bool, asvar: Option<NameId>, context: Option<ExprId> },
    /// `{% blocktranslate %}`
    BlockTranslate(Box<BlockTranslate>),
    /// `{% language %}`
    Language { expr: ExprId, body: ListId },
    /// A value of the surroundings stored under a name.
    Ambient { what: Ambient, name: NameId },
    /// `{% localize on|off %}`
    Localize { on: bool, body: ListId },
    /// `{% localtime on|off %}`
    LocalTime { on: bool, body: ListId },
    /// `{% timezone %}`
    TimeZone { expr: ExprId, body: ListId },
    /// `{% cache %}`
    Cache { expire: ExprId, fragment: Box<str>, vary: Box<[ExprId]>, using: Option<ExprId>, body: ListId },
    /// `{% static %}`
    Static { path: ExprId, asvar: Option<NameId> },
    /// `{% partialdef %}`
    PartialDef { name: NameId, inline: bool, body: ListId },
    /// `{% partial %}`
    Partial { name: NameId },
    /// A node made by Python code.
    Foreign { id: ForeignId, bodies: Box<[ListId]>, exprs: Box<[ExprId]> },
}

/// A node and the tag it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Index of its token in [`Ast::tokens`].
    pub token: u32,
}

/// `{% cycle %}` values; a named cycle may be shown by several nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// What it cycles among.
    pub values: Box<[ExprId]>,
    /// `as name`
    pub name: Option<NameId>,
    /// `silent`
    pub silent: bool,
}

/// A parsed template.
#[derive(Debug, Default)]
pub struct Ast {
    /// The source.
    pub source: Arc<str>,
    /// Texts that are no part of the source.
    pub made_up: Vec<Box<str>>,
    /// All nodes.
    pub nodes: Vec<Node>,
    /// All expressions.
    pub exprs: Vec<Expr>,
    /// All constants, each once.
    pub consts: Vec<Const>,
    /// All names, each once.
    pub names: Vec<Text>,
    /// All cycles.
    pub cycles: Vec<Cycle>,
    /// All tokens, in the order in which they are parsed.
    pub tokens: Vec<Token>,
    /// The list of the whole template.
    pub root: ListId,
    /// Partials by name: the body of each `{% partialdef %}`, its first and its last token.
    pub partials: Vec<(NameId, ListId, u32, u32)>,
    lists: Vec<Run>,
    list_items: Vec<NodeId>,
    path_names: Vec<NameId>,
    filter_calls: Vec<FilterCall>,
    known_names: Known,
    known_consts: Known,
}

/// Templates with more names are rare.
const MANY_NAMES: usize = 24;

impl Ast {
    /// An empty tree for a source and its tokens.
    pub fn new(source: Arc<str>, tokens: Vec<Token>) -> Self {
        let room = tokens.len();
        Self {
            nodes: Vec::with_capacity(room),
            list_items: Vec::with_capacity(room),
            exprs: Vec::with_capacity(room / 2),
            path_names: Vec::with_capacity(room),
            filter_calls: Vec::with_capacity(room / 4),
            lists: Vec::with_capacity(room / 4 + 1),
            names: Vec::with_capacity((room / 2).min(MANY_NAMES)),
            source,
            tokens,
            ..Self::default()
        }
    }

    /// A text.
    pub fn text(&self, text: Text) -> &str {
        match text {
            Text::Source(from, to) => &self.source[from as usize..to as usize],
            Text::MadeUp(at) => &self.made_up[at as usize],
        }
    }

    /// The contents of a token, as `Token.contents` in Django.
    pub fn contents(&self, token: &Token) -> &str {
        self.text(token.contents)
    }

    /// The text of an expression (`FilterExpression.token`).
    pub fn expr_text(&self, expr: &Expr) -> &str {
        self.text(expr.text)
    }

    /// The text of an expression's head.
    pub fn head_text(&self, expr: &Expr) -> &str {
        &self.text(expr.text)[..expr.head_len as usize]
    }

    /// The text of a name.
    pub fn name_text(&self, name: NameId) -> &str {
        self.text(self.names[name as usize])
    }

    /// The texts of all names.
    pub fn name_texts(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| self.text(*name))
    }

    /// The text of a constant.
    pub fn const_text(&self, constant: ConstId) -> &str {
        self.text(self.consts[constant as usize].text)
    }

    /// The names of a path.
    pub fn path(&self, path: Run) -> &[NameId] {
        path.of(&self.path_names)
    }

    /// The filters of an expression.
    pub fn calls(&self, filters: Run) -> &[FilterCall] {
        filters.of(&self.filter_calls)
    }

    /// The nodes of a list, in template order.
    pub fn list(&self, list: ListId) -> &[NodeId] {
        self.lists[list as usize].of(&self.list_items)
    }

    /// Keeps a text. One that is a slice of the source is kept as its place there.
    pub fn keep(&mut self, text: &str) -> Text {
        let from = (text.as_ptr() as usize).wrapping_sub(self.source.as_ptr() as usize);
        if from <= self.source.len() && text.len() <= self.source.len() - from {
            return Text::Source(from as u32, (from + text.len()) as u32);
        }
        self.make_up(text)
    }

    /// Keeps a text that is no part of the source.
    pub fn make_up(&mut self, text: &str) -> Text {
        self.made_up.push(text.into());
        Text::MadeUp((self.made_up.len() - 1) as u32)
    }

    /// The number of a name; a new one if it is met for the first time.
    pub fn name(&mut self, name: &str) -> NameId {
        let hash = Known::hash(name);
        if let Some(id) = self.known_names.find(hash, |id| self.text(self.names[id as usize]) == name) {
            return id;
        }
        let id = self.names.len() as NameId;
        let text = self.keep(name);
        self.names.push(text);
        self.known_names.add(hash, id);
        id
    }

    /// The number of a constant; a new one if it is met for the first time.
    pub fn constant(&mut self, text: &str, kind: ConstKind) -> ConstId {
        let hash = Known::hash(text).wrapping_add(kind as u32);
        let same = |id: u32| {
            let known = self.consts[id as usize];
            known.kind == kind && self.text(known.text) == text
        };
        if let Some(id) = self.known_consts.find(hash, same) {
            return id;
        }
        let id = self.consts.len() as ConstId;
        let text = self.keep(text);
        self.consts.push(Const { text, kind });
        self.known_consts.add(hash, id);
        id
    }

    /// Stores a node list.
    pub fn add_list(&mut self, nodes: &[NodeId]) -> ListId {
        let start = self.list_items.len();
        self.list_items.extend_from_slice(nodes);
        self.lists.push(Run::since(&self.list_items, start));
        (self.lists.len() - 1) as ListId
    }

    /// Stores a name of a path; those of a path come one after the other.
    pub fn add_path_name(&mut self, name: &str) {
        let name = self.name(name);
        self.path_names.push(name);
    }

    /// The path of the names that were stored since there were so many.
    pub fn path_since(&self, count: usize) -> Run {
        Run::since(&self.path_names, count)
    }

    /// How many names of paths are stored.
    pub fn path_name_count(&self) -> usize {
        self.path_names.len()
    }

    /// Stores a filter of the expression that is being parsed.
    pub fn add_call(&mut self, call: FilterCall) {
        self.filter_calls.push(call);
    }

    /// The filters that were stored since there were so many.
    pub fn calls_since(&self, count: usize) -> Run {
        Run::since(&self.filter_calls, count)
    }

    /// How many filters are stored.
    pub fn call_count(&self) -> usize {
        self.filter_calls.len()
    }

    /// Stores a node.
    pub fn node(&mut self, kind: NodeKind, token: u32) -> NodeId {
        self.nodes.push(Node { kind, token });
        (self.nodes.len() - 1) as NodeId
    }

    /// Stores an expression.
    pub fn expr(&mut self, expr: Expr) -> ExprId {
        self.exprs.push(expr);
        (self.exprs.len() - 1) as ExprId
    }

    /// Lets go of what only the parser needs.
    pub fn finish(&mut self) {
        self.known_names = Known::default();
        self.known_consts = Known::default();
        self.tokens.shrink_to_fit();
        self.nodes.shrink_to_fit();
    }
}

impl NodeKind {
    /// The lists inside of a node, in the order of `child_nodelists`.
    pub fn bodies(&self) -> Vec<ListId> {
        match self {
            Self::Autoescape { body, .. }
            | Self::Filter { body, .. }
            | Self::With { body, .. }
            | Self::Block { body, .. }
            | Self::Extends { body, .. }
            | Self::Language { body, .. }
            | Self::Localize { body, .. }
            | Self::LocalTime { body, .. }
            | Self::TimeZone { body, .. }
            | Self::Cache { body, .. }
            | Self::PartialDef { body, .. }
            | Self::Spaceless(body) => vec![*body],
            Self::For { body, empty, .. } => std::iter::once(*body).chain(*empty).collect(),
            Self::If(branches) => branches.iter().map(|(_, body)| *body).collect(),
            Self::IfChanged { body, unchanged, .. } => std::iter::once(*body).chain(*unchanged).collect(),
            _ => Vec::new(),
        }
    }
}

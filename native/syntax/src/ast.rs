//! Nodes: what a template says, as plain data. No behaviour here.
//!
//! Everything lives in tables of one [`Ast`] and is referred to by small numbers, so that a renderer can keep tables of
//! its own beside them (interned names, resolved constants) without a second tree.

use rustc_hash::FxHashMap;

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

/// A constant in an expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Const {
    /// Unescaped text for strings, source text for numbers.
    pub text: Box<str>,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// A constant.
    Const(ConstId),
    /// A number: Django resolves it as a variable, so `is_var` is true.
    Number(ConstId),
    /// `a.b.c`: the names between the dots.
    Path(Box<[NameId]>),
}

/// One filter of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterCall {
    /// The name that the host resolved.
    pub filter: FilterId,
    /// The name as written.
    pub name: NameId,
    /// The argument after the colon.
    pub arg: Option<Head>,
}

/// A `FilterExpression`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// The text that was parsed (`FilterExpression.token`).
    pub text: Box<str>,
    /// The text of the head.
    pub head_len: u32,
    /// What the filters work on.
    pub head: Head,
    /// The chain, in order.
    pub filters: Box<[FilterCall]>,
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
    /// All nodes.
    pub nodes: Vec<Node>,
    /// Node lists, each in template order.
    pub lists: Vec<Box<[NodeId]>>,
    /// All expressions.
    pub exprs: Vec<Expr>,
    /// All constants, each once.
    pub consts: Vec<Const>,
    /// All names, each once.
    pub names: Vec<Box<str>>,
    /// All cycles.
    pub cycles: Vec<Cycle>,
    /// The tokens that nodes point to.
    pub tokens: Vec<crate::lexer::Token>,
    /// The list of the whole template.
    pub root: ListId,
    /// Partials by name: the body of each `{% partialdef %}`, its first and its last token.
    pub partials: Vec<(NameId, ListId, u32, u32)>,
    pub(crate) name_ids: FxHashMap<Box<str>, NameId>,
    pub(crate) const_ids: FxHashMap<Const, ConstId>,
}

impl Ast {
    /// An empty tree for a source of so many tokens.
    pub fn with_room(tokens: usize) -> Self {
        Self {
            nodes: Vec::with_capacity(tokens),
            tokens: Vec::with_capacity(tokens),
            exprs: Vec::with_capacity(tokens / 2),
            ..Self::default()
        }
    }

    /// The number of a name; a new one if it is met for the first time.
    pub fn name(&mut self, name: &str) -> NameId {
        if let Some(&id) = self.name_ids.get(name) {
            return id;
        }
        let id = self.names.len() as NameId;
        self.names.push(name.into());
        self.name_ids.insert(name.into(), id);
        id
    }

    /// The number of a constant; a new one if it is met for the first time.
    pub fn constant(&mut self, constant: Const) -> ConstId {
        if let Some(&id) = self.const_ids.get(&constant) {
            return id;
        }
        let id = self.consts.len() as ConstId;
        self.consts.push(constant.clone());
        self.const_ids.insert(constant, id);
        id
    }

    /// Stores a node list.
    pub fn list(&mut self, nodes: Vec<NodeId>) -> ListId {
        self.lists.push(nodes.into_boxed_slice());
        (self.lists.len() - 1) as ListId
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

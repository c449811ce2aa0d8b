//! What a name stands for at one place of a template, and what expressions do with it.

use super::compose::{Handle, Loaded, Resolver, Shared, Summary, Template};
use super::effects::{self, Effect};
use super::graph::{ALONE, Binding, Graph, Region, Spot, UNBOUND, WHOLE};
use super::tree::{
    COMPARED, COUNTED, ESCAPED, INDEXED, ITERATED, PASSED_ON, PRINTED, REACHED, SLICED, Symbol, TRUTH, Usage,
};
use crate::ast::{ConstKind, ExprId, FilterCall, Head, ListId, NameId, NodeId};

/// Names with a meaning of their own; their symbols are the constants below, in this order.
pub(super) const KNOWN_NAMES: [&str; 15] = [
    "forloop",
    "block",
    "super",
    "grouper",
    "list",
    "csrf_token",
    "var",
    "id",
    "pk",
    "True",
    "False",
    "None",
    "0",
    "1",
    "-1",
];
pub(super) const FORLOOP: Symbol = 0;
pub(super) const BLOCK: Symbol = 1;
pub(super) const SUPER: Symbol = 2;
const GROUPER: Symbol = 3;
const LIST: Symbol = 4;
pub(super) const CSRF_TOKEN: Symbol = 5;
pub(super) const VAR: Symbol = 6;
const ID: Symbol = 7;
const PK: Symbol = 8;
const TRUE: Symbol = 9;
pub(super) const NONE: Symbol = 11;
const ZERO: Symbol = 12;
const ONE: Symbol = 13;
const LAST: Symbol = 14;

/// A value may come from so many paths at most; with more, all of them count as handed to Python.
const MAX_SOURCES: usize = 48;

/// A path whose value an expression may give.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Source {
    spot: Spot,
    /// The value may come from elsewhere.
    maybe: bool,
    /// Not all of its items may be walked through.
    part: bool,
    /// The loop whose item it is, or is a part of.
    binding: Binding,
}

/// A range of [`Walk::sources`].
#[derive(Clone, Copy)]
pub(super) struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// No sources.
    pub(super) fn none(self) -> Self {
        Self { len: 0, ..self }
    }

    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

/// What an expression gives.
#[derive(Clone, Copy)]
pub(super) enum Value {
    /// Nothing that came from a variable.
    Nothing,
    /// The value of one of these paths.
    From(Span),
    /// The result of `{% regroup %}`: the list that was grouped, and what it was grouped by.
    Groups(Span, Span),
    /// One element of it.
    Group(Span, Span),
    /// The variable `block`: index in [`Walk::frames`].
    Block(u32),
}

/// The walk of one template: those that it extends share it, those that it includes have walks of their own.
pub(super) struct Walk<'s, 'r, R: Resolver> {
    pub(super) shared: &'s mut Shared<'r, R>,
    pub(super) graph: Graph,
    pub(super) region: Region,
    /// The names that are bound here, the innermost last.
    pub(super) scope: Vec<(Symbol, Value)>,
    sources: Vec<Source>,
    /// The elements of the loops that were met: place, spot, body.
    pub(super) loops: Vec<((u32, NodeId), Spot, Region)>,
    /// All blocks of the templates in the chain of `extends`, those of the derived ones first.
    pub(super) blocks: Vec<(Symbol, Handle<R>, ListId)>,
    /// The blocks that are being walked: index in `blocks`, if they may have a `super`.
    pub(super) frames: Vec<Option<usize>>,
    /// Partials of the same template that are being walked.
    pub(super) partials: Vec<(u32, ListId)>,
    pub(super) escapes_all: bool,
    pub(super) returns_to: usize,
}

impl<'s, 'r, R: Resolver> Walk<'s, 'r, R> {
    pub(super) fn new(shared: &'s mut Shared<'r, R>) -> Self {
        Self {
            shared,
            graph: Graph::new(),
            region: WHOLE,
            scope: Vec::with_capacity(16),
            sources: Vec::with_capacity(64),
            loops: Vec::new(),
            blocks: Vec::new(),
            frames: Vec::new(),
            partials: Vec::new(),
            escapes_all: false,
            returns_to: usize::MAX,
        }
    }

    /// Everything that was found.
    pub(super) fn finish(mut self) -> Summary {
        let mut variables = self.graph.freeze_free();
        if self.escapes_all {
            for (_, usage) in &mut variables {
                usage.maybe |= ESCAPED & !usage.always;
            }
        }
        for (place, spot, body) in std::mem::take(&mut self.loops) {
            if let Some(usage) = self.graph.freeze(spot, &[(body, UNBOUND)]) {
                self.shared.keep_loop(place, usage);
            }
        }
        Summary { variables, escapes_all: self.escapes_all, returns_to: self.returns_to }
    }

    // Values

    fn span(&mut self, start: usize) -> Span {
        let mut len = self.sources.len() - start;
        if len > MAX_SOURCES {
            for i in start..self.sources.len() {
                self.graph.touch(self.sources[i].spot, ESCAPED, self.region, self.sources[i].binding);
            }
            len = MAX_SOURCES;
        }
        Span { start: start as u32, len: len as u32 }
    }

    fn add_source(&mut self, start: usize, source: Source) {
        let same = |known: &&mut Source| known.spot == source.spot && known.binding == source.binding;
        match self.sources[start..].iter_mut().find(same) {
            Some(known) => {
                known.maybe &= source.maybe;
                known.part |= source.part;
            }
            None => self.sources.push(source),
        }
    }

    fn one(&mut self, spot: Spot) -> Value {
        self.sources.push(Source { spot, maybe: false, part: false, binding: UNBOUND });
        Value::From(Span { start: (self.sources.len() - 1) as u32, len: 1 })
    }

    /// The value of either; `maybe` says for each whether it is uncertain.
    fn union(&mut self, one: (Value, bool), two: (Value, bool)) -> Value {
        let start = self.sources.len();
        for (value, maybe) in [one, two] {
            let Value::From(span) = value else { continue };
            for i in span.range() {
                let source = self.sources[i];
                self.add_source(start, Source { maybe: source.maybe || maybe, ..source });
            }
        }
        let is_plain = |value| matches!(value, Value::Nothing | Value::From(_));
        match (one.0, two.0) {
            (one, two) if is_plain(one) && is_plain(two) => Value::From(self.span(start)),
            (Value::Nothing, other) | (other, Value::Nothing) => other,
            (one, two) => {
                // Groups and something else under one name are not followed further.
                self.may_touch(one, ESCAPED);
                self.may_touch(two, ESCAPED);
                Value::Nothing
            }
        }
    }

    /// The same value, of whose items only some are taken.
    pub(super) fn part(&mut self, value: Value) -> Value {
        let Value::From(span) = value else { return value };
        let start = self.sources.len();
        for i in span.range() {
            self.sources.push(Source { part: true, ..self.sources[i] });
        }
        Value::From(self.span(start))
    }

    /// A region of its own inside of the present one: something that may happen.
    pub(super) fn doubt(&mut self) -> Region {
        self.graph.region(self.region, ALONE)
    }

    /// Notes that something happens with a value.
    pub(super) fn touch(&mut self, value: Value, bits: u32) {
        match value {
            Value::From(span) => self.touch_span(span, bits),
            Value::Groups(rows, key) | Value::Group(rows, key) => {
                let bits = bits & (PRINTED | ESCAPED);
                if bits != 0 {
                    self.touch_span(rows, bits);
                    self.touch_span(key, bits);
                }
            }
            Value::Nothing | Value::Block(_) => {}
        }
    }

    fn touch_span(&mut self, span: Span, bits: u32) {
        for i in span.range() {
            let source = self.sources[i];
            let region = if source.maybe { self.doubt() } else { self.region };
            // Reading a part is not reading the whole.
            let bits = if source.part { bits & !(TRUTH | ITERATED | COUNTED) } else { bits };
            self.graph.touch(source.spot, bits, region, source.binding);
        }
    }

    /// As `touch`, for something that may happen.
    pub(super) fn may_touch(&mut self, value: Value, bits: u32) {
        let outer = self.region;
        self.region = self.doubt();
        self.touch(value, bits);
        self.region = outer;
    }

    /// An attribute, a key, a position of a value.
    pub(super) fn step(&mut self, value: Value, name: Symbol) -> Value {
        let is_index = self.shared.names.text(name).bytes().all(|b| b.is_ascii_digit());
        match value {
            Value::From(span) => {
                if is_index {
                    self.touch_span(span, INDEXED);
                }
                Value::From(self.below(span, |graph, spot| graph.child(spot, name)))
            }
            Value::Groups(rows, key) if is_index => Value::Group(rows, key),
            Value::Group(_, key) if name == GROUPER || name == ZERO => Value::From(key),
            Value::Group(rows, _) if name == LIST || name == ONE || name == LAST => Value::From(rows),
            _ => Value::Nothing,
        }
    }

    /// Steps from all sources to a spot below, and reaches it.
    fn below(&mut self, span: Span, find: impl Fn(&mut Graph, Spot) -> Option<Spot>) -> Span {
        let start = self.sources.len();
        for i in span.range() {
            let source = self.sources[i];
            let region = if source.maybe { self.doubt() } else { self.region };
            match find(&mut self.graph, source.spot) {
                Some(spot) => {
                    self.graph.touch(spot, REACHED, region, source.binding);
                    self.sources.push(Source { spot, part: false, ..source });
                }
                None => self.graph.touch(source.spot, ESCAPED, region, source.binding),
            }
        }
        self.span(start)
    }

    /// Steps from all sources to their items, which a loop with this body binds.
    fn items(&mut self, span: Span, body: Region) -> Span {
        let start = self.sources.len();
        for i in span.range() {
            let source = self.sources[i];
            let region = if source.maybe { self.doubt() } else { self.region };
            match self.graph.each(source.spot) {
                Some(spot) => {
                    let binding = self.graph.bind(body, source.binding);
                    self.graph.touch(spot, REACHED, region, binding);
                    self.sources.push(Source { spot, part: false, binding, ..source });
                }
                None => self.graph.touch(source.spot, ESCAPED, region, source.binding),
            }
        }
        self.span(start)
    }

    /// The elements of a value. `body` runs once for each of them and is the present region; `own` is a spot that
    /// stands for the elements of this loop alone.
    pub(super) fn elements(&mut self, value: Value, own: Option<Spot>) -> Value {
        let body = self.region;
        if let Value::Group(rows, key) = value {
            return self.union((Value::From(rows), true), (Value::From(key), true));
        }
        let partial = matches!(value, Value::From(span) if self.sources[span.range()].iter().any(|s| s.part));
        let start = self.sources.len();
        let found = match value {
            Value::From(span) | Value::Groups(span, _) => self.items(span, body),
            _ => Span { start: start as u32, len: 0 },
        };
        for i in found.range() {
            self.graph.merge_region(self.sources[i].spot, body, !partial);
        }
        if let Some(spot) = own {
            self.graph.touch(spot, REACHED, body, UNBOUND);
            self.sources.push(Source { spot, maybe: false, part: false, binding: UNBOUND });
        }
        match value {
            Value::Groups(rows, key) => Value::Group(rows, key),
            _ => Value::From(self.span(start)),
        }
    }

    // Names

    /// What a name stands for here.
    pub(super) fn resolve(&mut self, name: Symbol) -> Value {
        match self.scope.iter().rev().find(|(known, _)| *known == name) {
            Some((_, value)) => *value,
            None if (TRUE..=NONE).contains(&name) => Value::Nothing,
            None => {
                let spot = self.graph.free(name);
                self.one(spot)
            }
        }
    }

    pub(super) fn bind(&mut self, name: Symbol, value: Value) {
        self.scope.push((name, value));
    }

    /// `as name`: stores something that came from no variable.
    pub(super) fn bind_new(&mut self, at: &Loaded<R::Template>, name: Option<NameId>) {
        if let Some(name) = name {
            self.bind(at.symbol(name), Value::Nothing);
        }
    }

    /// Takes the names that were bound since `mark` out of the scope; they become uncertain ones.
    pub(super) fn leaks(&mut self, mark: usize, leaks: &mut Vec<(Symbol, Value)>) {
        leaks.extend(self.scope.drain(mark.min(self.scope.len())..));
    }

    /// Binds what a branch, which may not have run, has bound: the name may still mean what it meant before.
    pub(super) fn bind_leaks(&mut self, leaks: Vec<(Symbol, Value)>) {
        for (name, value) in leaks {
            let old = self.resolve(name);
            let both = self.union((value, true), (old, true));
            self.bind(name, both);
        }
    }

    /// Everything that is bound here is handed to a template that is not known.
    pub(super) fn escape_scope(&mut self) {
        for i in 0..self.scope.len() {
            let (name, value) = self.scope[i];
            if !self.scope[i + 1..].iter().any(|(later, _)| *later == name) {
                self.may_touch(value, ESCAPED);
            }
        }
    }

    // Expressions

    /// Walks an expression and gives its value.
    pub(super) fn eval(&mut self, at: &Loaded<R::Template>, expr: ExprId) -> Value {
        let ast = at.template.ast();
        let expr = &ast.exprs[expr as usize];
        let mut value = match expr.head {
            Head::Path(path) => self.path(at, ast.path(path)).0,
            Head::Const(_) | Head::Number(_) => Value::Nothing,
        };
        for call in ast.calls(expr.filters) {
            value = self.filter(at, value, call);
        }
        value
    }

    /// Walks an expression whose value is used in this way.
    pub(super) fn using(&mut self, at: &Loaded<R::Template>, expr: ExprId, bits: u32) {
        let value = self.eval(at, expr);
        self.touch(value, bits);
    }

    /// As `using`, for several expressions.
    pub(super) fn using_all(&mut self, at: &Loaded<R::Template>, exprs: impl IntoIterator<Item = ExprId>, bits: u32) {
        for expr in exprs {
            self.using(at, expr, bits);
        }
    }

    /// Walks a path. The second value is the relation that the last step only asks the identity of (`.pk`, `.id`,
    /// `.name_id`).
    pub(super) fn path(&mut self, at: &Loaded<R::Template>, path: &[NameId]) -> (Value, Value) {
        let first = at.symbol(path[0]);
        let mut value = self.resolve(first);
        if let Value::Block(frame) = value {
            if path.len() > 1 && at.symbol(path[1]) == SUPER {
                self.block_super(frame as usize);
            }
            return (Value::Nothing, Value::Nothing);
        }
        self.touch(value, REACHED);
        let mut relation = Value::Nothing;
        for (i, name) in path[1..].iter().enumerate() {
            let symbol = at.symbol(*name);
            if i + 2 == path.len() {
                relation = self.identified(value, symbol);
            }
            value = self.step(value, symbol);
        }
        (value, relation)
    }

    /// What the attribute `name` of a value is the key of.
    fn identified(&mut self, value: Value, name: Symbol) -> Value {
        if name == ID || name == PK {
            return value;
        }
        let (Value::From(span), Some(stem)) = (value, self.shared.names.text(name).strip_suffix("_id")) else {
            return Value::Nothing;
        };
        let stem = stem.to_owned();
        let stem = self.shared.names.intern(&stem);
        let start = self.sources.len();
        for i in span.range() {
            let source = self.sources[i];
            if let Some(spot) = self.graph.child(source.spot, stem) {
                self.sources.push(Source { spot, ..source });
            }
        }
        Value::From(self.span(start))
    }

    /// The paths of a value and all below them see a region as part of the one around it.
    pub(super) fn merge_region(&mut self, value: Value, region: Region) {
        if let Value::From(span) = value {
            for i in span.range() {
                self.graph.merge_region(self.sources[i].spot, region, true);
            }
        }
    }

    fn filter(&mut self, at: &Loaded<R::Template>, value: Value, call: &FilterCall) -> Value {
        let ast = at.template.ast();
        let effect = effects::of(ast.name_text(call.name));
        let effect = effect.filter(|_| at.template.is_stock_filter(call.filter)).unwrap_or(Effect::Escape);
        let arg = match call.arg {
            Some(Head::Path(path)) => self.path(at, ast.path(path)).0,
            _ => Value::Nothing,
        };
        if matches!(effect, Effect::Print | Effect::Add) {
            // Some look at the type first, and take no text of what is no number or date.
            self.may_touch(value, PRINTED);
        }
        self.touch(
            value,
            match effect {
                Effect::Print | Effect::Add => 0,
                Effect::Count => COUNTED,
                Effect::Truth => TRUTH,
                Effect::Default | Effect::DefaultIfNone => TRUTH | PASSED_ON,
                Effect::Slice => SLICED,
                Effect::Item(_) => INDEXED,
                Effect::AnyItem => ITERATED | INDEXED,
                Effect::PrintItems | Effect::Sort => ITERATED | PASSED_ON,
                Effect::Escape => ESCAPED,
            },
        );
        match effect {
            Effect::Default | Effect::DefaultIfNone => return self.union((value, false), (arg, true)),
            Effect::Escape => self.touch(arg, ESCAPED),
            _ => self.may_touch(arg, PRINTED),
        }
        match effect {
            Effect::Add => self.union((value, true), (arg, true)),
            Effect::Slice => {
                let marker = self.shared.names.intern(&part_of_rows(&at.template, call));
                self.step(value, marker);
                self.part(value)
            }
            Effect::Sort => {
                // A sort gives up at the first item that lacks the path, and gives an empty text.
                let value = self.part(value);
                self.sort_keys(at, value, call);
                value
            }
            Effect::Item(index) => {
                if let Value::Groups(rows, key) = value {
                    return Value::Group(rows, key);
                }
                let index = self.shared.names.intern(index);
                self.step(value, index)
            }
            Effect::AnyItem => {
                let value = self.part(value);
                self.in_body(|walk| walk.elements(value, None))
            }
            Effect::PrintItems => {
                self.in_body(|walk| {
                    let items = walk.elements(value, None);
                    walk.touch(items, PRINTED);
                });
                Value::Nothing
            }
            _ => Value::Nothing,
        }
    }

    /// Runs something once for each element of a list.
    pub(super) fn in_body<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.region;
        self.region = self.doubt();
        let result = run(self);
        self.region = outer;
        result
    }

    /// `|dictsort:"author.name"`: reads the path of each element, up to the first that lacks it.
    fn sort_keys(&mut self, at: &Loaded<R::Template>, value: Value, call: &FilterCall) {
        let ast = at.template.ast();
        let path = match &call.arg {
            Some(Head::Const(id) | Head::Number(id)) if ast.consts[*id as usize].kind != ConstKind::Translated => {
                Some(ast.const_text(*id))
            }
            _ => None,
        };
        self.in_body(|walk| {
            let mut item = walk.elements(value, None);
            let Some(path) = path else { return walk.touch(item, ESCAPED) };
            walk.region = walk.doubt();
            for name in path.split('.') {
                let name = walk.shared.names.intern(name);
                item = walk.step(item, name);
            }
            walk.touch(item, COMPARED);
        });
    }

    /// Does with a value, which was reached, what a usage says.
    pub(super) fn apply(&mut self, value: Value, usage: &Usage) {
        if !self.shared.may_go_on() || matches!(value, Value::Nothing | Value::Block(_)) {
            return;
        }
        self.touch(value, usage.always | REACHED);
        if usage.maybe & !REACHED != 0 {
            self.may_touch(value, usage.maybe);
        }
        let outer = self.region;
        for (name, below) in &usage.fields {
            if !below.is_certain() {
                self.region = self.doubt();
            }
            let field = self.step(value, *name);
            self.apply(field, below);
            self.region = outer;
        }
        if let Some(below) = &usage.each {
            if !below.is_certain() {
                self.region = self.doubt();
            }
            self.in_body(|walk| {
                let items = walk.elements(value, None);
                walk.apply(items, below);
            });
            self.region = outer;
        }
    }
}

/// `[:3]` for `|slice:":3"`, `[3:]` for `|slice:"3:"`: the part of a value that is asked for, as a field of it. `[?]`: any.
fn part_of_rows<T: Template>(template: &T, call: &FilterCall) -> String {
    let Some(Head::Const(id) | Head::Number(id)) = &call.arg else { return UNKNOWN_PART.to_owned() };
    let text = template.ast().const_text(*id);
    let is_number = |text: &str| text.len() < 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (start, stop) = text.split_once(':').unwrap_or(("", text));
    if !is_number(start) || !is_number(stop) || (start.is_empty() && stop.is_empty()) {
        return UNKNOWN_PART.to_owned();
    }
    format!("[{start}:{stop}]")
}

/// The field of a part whose bounds are not known.
const UNKNOWN_PART: &str = "[?]";

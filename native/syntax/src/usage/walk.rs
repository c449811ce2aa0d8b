//! The walk over the nodes: what each tag reads, binds and runs.

use super::compose::{Loaded, Resolver, Template};
use super::graph::ALONE;
use super::scope::{CSRF_TOKEN, FORLOOP, VAR, Value, Walk};
use super::tree::{COMPARED, ESCAPED, INDEXED, ITERATED, PASSED_ON, PRINTED, REACHED, TRUTH};
use crate::ast::{Bindings, BlockTranslate, CycleId, ExprId, ForeignId, ListId, NameId, NodeId, NodeKind, Piece};

impl<R: Resolver> Walk<'_, '_, R> {
    /// Walks a node list.
    pub(super) fn list(&mut self, at: &Loaded<R::Template>, list: ListId) {
        self.shared.depth += 1;
        for node in at.template.ast().list(list) {
            if !self.shared.may_go_on() {
                break;
            }
            self.node(at, *node);
        }
        self.shared.depth -= 1;
    }

    fn node(&mut self, at: &Loaded<R::Template>, id: NodeId) {
        match &at.template.ast().nodes[id as usize].kind {
            NodeKind::Text(..)
            | NodeKind::MadeUpText(_)
            | NodeKind::Silent { .. }
            | NodeKind::ResetCycle(_)
            | NodeKind::TemplateTag { .. } => {}
            NodeKind::Var(expr) => self.using(at, *expr, PRINTED),
            NodeKind::Autoescape { body, .. }
            | NodeKind::Spaceless(body)
            | NodeKind::Verbatim(body)
            | NodeKind::Localize { body, .. }
            | NodeKind::LocalTime { body, .. } => self.list(at, *body),
            NodeKind::Language { expr, body } | NodeKind::TimeZone { expr, body } => {
                self.using(at, *expr, PRINTED);
                self.list(at, *body);
            }
            NodeKind::If(branches) => self.branches(at, branches),
            NodeKind::For { vars, sequence, body, empty, .. } => {
                self.for_loop(at, id, (vars, *sequence), (*body, *empty));
            }
            NodeKind::With { bindings, body } => self.with(at, bindings, *body),
            NodeKind::Block { name, body } => self.block(at, *name, *body),
            NodeKind::Extends { parent, .. } => self.extends(at, *parent),
            NodeKind::Include { template, bindings, only } => self.include(at, *template, bindings, *only),
            NodeKind::Partial { name } => self.partial(at, *name),
            NodeKind::PartialDef { body, inline, .. } => {
                if *inline {
                    self.list(at, *body);
                }
            }
            NodeKind::Foreign { id, bodies, exprs } => self.foreign(at, *id, bodies, exprs),
            kind => self.value_tag(at, kind),
        }
    }

    /// Tags that read values, and store or print a result.
    fn value_tag(&mut self, at: &Loaded<R::Template>, kind: &NodeKind) {
        match kind {
            NodeKind::Cycle(cycle) => self.cycle(at, *cycle),
            NodeKind::CsrfToken => {
                let token = self.resolve(CSRF_TOKEN);
                self.touch(token, TRUTH | PRINTED);
            }
            NodeKind::Filter { expr, body } => self.filter_block(at, *expr, *body),
            NodeKind::FirstOf { vars, asvar } => {
                self.firstof(at, vars);
                self.bind_new(at, *asvar);
            }
            NodeKind::IfChanged { vars, body, unchanged } => self.ifchanged(at, vars, *body, *unchanged),
            NodeKind::Now { asvar, .. } => self.bind_new(at, *asvar),
            NodeKind::Ambient { name, .. } => self.bind_new(at, Some(*name)),
            NodeKind::Regroup { target, expression, name } => self.regroup(at, *target, *expression, *name),
            NodeKind::Url { view, args, kwargs, asvar } => {
                let all = [*view].into_iter().chain(args.iter().copied()).chain(kwargs.iter().map(|(_, expr)| *expr));
                self.using_all(at, all, PRINTED);
                self.bind_new(at, *asvar);
            }
            NodeKind::WidthRatio { value, max, width, asvar } => {
                self.using_all(at, [*value, *max, *width], PRINTED);
                self.bind_new(at, *asvar);
            }
            NodeKind::Translate { expr, asvar, context, .. } => {
                self.using_all(at, [*expr].into_iter().chain(*context), PRINTED);
                self.bind_new(at, *asvar);
            }
            NodeKind::BlockTranslate(tag) => self.blocktranslate(at, tag),
            NodeKind::Cache { expire, vary, using, body, .. } => {
                let all = [*expire].into_iter().chain(vary.iter().copied()).chain(*using);
                self.using_all(at, all, PRINTED);
                self.maybe(at, *body);
            }
            NodeKind::Static { path, asvar } => {
                self.using(at, *path, PRINTED);
                self.bind_new(at, *asvar);
            }
            _ => {}
        }
    }

    fn for_loop(
        &mut self,
        at: &Loaded<R::Template>,
        id: NodeId,
        (vars, sequence): (&[NameId], ExprId),
        (body, empty): (ListId, Option<ListId>),
    ) {
        let outer = self.region;
        let sequence = self.eval(at, sequence);
        self.touch(sequence, ITERATED);
        let group = if empty.is_some() { self.graph.group(2) } else { ALONE };
        self.region = self.graph.region(outer, group);
        let own = self.graph.detached();
        self.loops.push(((at.index, id), own, self.region));
        let element = self.elements(sequence, Some(own));
        let mark = self.scope.len();
        self.bind(FORLOOP, Value::Nothing);
        if let [var] = vars {
            self.bind(at.symbol(*var), element);
        } else {
            self.touch(element, INDEXED);
            for (i, var) in vars.iter().enumerate() {
                let index = self.shared.names.intern(&i.to_string());
                let part = self.step(element, index);
                self.bind(at.symbol(*var), part);
            }
        }
        self.list(at, body);
        self.carry_over(mark);
        self.scope.truncate(mark);
        if let Some(empty) = empty {
            self.region = self.graph.region(outer, group);
            self.list(at, empty);
            self.scope.truncate(mark);
        }
        self.region = outer;
    }

    /// What a turn of a loop binds is still bound in the next one. Groups that may have been read there, before they
    /// were bound again, are not followed.
    fn carry_over(&mut self, mark: usize) {
        for i in mark..self.scope.len() {
            let (name, value) = self.scope[i];
            if let Value::Groups(..) = value {
                let free = self.graph.free(name);
                if self.graph.is_touched(free) || self.scope[..mark].iter().any(|(outer, _)| *outer == name) {
                    self.may_touch(value, ESCAPED);
                }
            }
        }
    }

    fn with(&mut self, at: &Loaded<R::Template>, bindings: &Bindings, body: ListId) {
        let values: Vec<_> = bindings.iter().map(|(name, expr)| (at.symbol(*name), self.eval(at, *expr))).collect();
        let mark = self.scope.len();
        self.scope.extend(values);
        self.list(at, body);
        self.scope.truncate(mark);
    }

    /// `{% cycle %}`: one of the values is read each time.
    fn cycle(&mut self, at: &Loaded<R::Template>, cycle: CycleId) {
        let cycle = &at.template.ast().cycles[cycle as usize];
        let outer = self.region;
        let group = self.graph.group(cycle.values.len() as u32);
        for expr in &cycle.values {
            self.region = self.graph.region(outer, group);
            let value = self.eval(at, *expr);
            // A named cycle leaves its value behind for the next turns of the loop, which is not followed.
            self.touch(value, if cycle.name.is_some() { PRINTED | ESCAPED } else { PRINTED });
            self.region = outer;
        }
        self.bind_new(at, cycle.name);
    }

    fn filter_block(&mut self, at: &Loaded<R::Template>, expr: ExprId, body: ListId) {
        self.list(at, body);
        let mark = self.scope.len();
        self.bind(VAR, Value::Nothing);
        self.eval(at, expr);
        self.scope.truncate(mark);
    }

    /// `{% firstof %}`: each value is read if those before it are false.
    fn firstof(&mut self, at: &Loaded<R::Template>, vars: &[ExprId]) {
        let outer = self.region;
        for expr in vars {
            let value = self.eval(at, *expr);
            self.touch(value, TRUTH);
            self.may_touch(value, PRINTED);
            self.region = self.doubt();
        }
        self.region = outer;
    }

    fn ifchanged(&mut self, at: &Loaded<R::Template>, vars: &[ExprId], body: ListId, unchanged: Option<ListId>) {
        if vars.is_empty() {
            // The output is what is compared, so that the body always runs.
            self.list(at, body);
            if let Some(unchanged) = unchanged {
                self.maybe(at, unchanged);
            }
            return;
        }
        self.using_all(at, vars.iter().copied(), COMPARED);
        match unchanged {
            Some(unchanged) => self.alternatives(at, &[body, unchanged], true),
            None => self.maybe(at, body),
        }
    }

    fn regroup(&mut self, at: &Loaded<R::Template>, target: ExprId, expression: ExprId, name: NameId) {
        let rows = self.eval(at, target);
        self.touch(rows, ITERATED | PASSED_ON);
        let name = at.symbol(name);
        let mark = self.scope.len();
        let key = self.in_body(|walk| {
            let row = walk.elements(rows, None);
            walk.bind(name, row);
            let key = walk.eval(at, expression);
            walk.touch(key, COMPARED);
            key
        });
        self.scope.truncate(mark);
        let groups = match (rows, key) {
            (Value::From(rows), Value::From(key)) => Value::Groups(rows, key),
            (Value::From(rows), _) => Value::Groups(rows, rows.none()),
            _ => {
                self.touch(rows, ESCAPED);
                Value::Nothing
            }
        };
        self.bind(name, groups);
    }

    fn blocktranslate(&mut self, at: &Loaded<R::Template>, tag: &BlockTranslate) {
        self.using_all(at, tag.context, PRINTED);
        let values: Vec<_> = tag.bindings.iter().map(|(name, expr)| (at.symbol(*name), self.eval(at, *expr))).collect();
        let mark = self.scope.len();
        self.scope.extend(values);
        if let Some((name, expr)) = tag.count {
            let count = self.eval(at, expr);
            self.touch(count, PRINTED);
            self.bind(at.symbol(name), count);
        }
        // Both texts are filled in, whichever is shown.
        for piece in tag.singular.iter().chain(&tag.plural) {
            if let Piece::Var(name) = piece {
                let value = self.resolve(at.symbol(*name));
                self.touch(value, PRINTED | REACHED);
            }
        }
        self.scope.truncate(mark);
        self.bind_new(at, tag.asvar);
    }

    /// A Python tag: its expressions are handed over, its bodies may run, with any name bound to something else.
    fn foreign(&mut self, at: &Loaded<R::Template>, id: ForeignId, bodies: &[ListId], exprs: &[ExprId]) {
        self.using_all(at, exprs.iter().copied(), ESCAPED);
        self.shared.opaque |= at.template.takes_context(id);
        self.alternatives(at, bodies, false);
        if let Some(name) = at.template.target_var(id) {
            let name = self.shared.names.intern(name);
            self.bind(name, Value::Nothing);
        }
    }
}

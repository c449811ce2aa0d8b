//! `block`, `extends`, `include`, `partial`: how templates are put together.

use super::compose::{Handle, Included, Loaded, Resolver, Template};
use super::graph::ALONE;
use super::scope::{BLOCK, Value, Walk};
use super::tree::{ESCAPED, REACHED, Symbol};
use crate::ast::{Ast, Bindings, ConstKind, ExprId, Head, ListId, NameId, NodeKind};
use std::rc::Rc;

/// The template name that an expression spells out.
fn literal(ast: &Ast, expr: ExprId) -> Option<&str> {
    let expr = &ast.exprs[expr as usize];
    match expr.head {
        Head::Const(id) if expr.filters.is_empty() && ast.consts[id as usize].kind == ConstKind::Str => {
            Some(ast.const_text(id))
        }
        _ => None,
    }
}

impl<R: Resolver> Walk<'_, '_, R> {
    /// Walks a whole template, after adding its blocks to those of the templates that extend it.
    pub(super) fn enter(&mut self, at: &Handle<R>, list: ListId) {
        let ast = at.template.ast();
        if list == ast.root {
            for node in &ast.nodes {
                if let NodeKind::Block { name, body } = node.kind {
                    self.blocks.push((at.symbol(name), Rc::clone(at), body));
                }
            }
        }
        self.list(at, list);
    }

    /// The template that an expression names, if that is known before the render.
    fn named(&mut self, at: &Loaded<R::Template>, expr: ExprId) -> Option<(Handle<R>, ListId)> {
        let Some(name) = literal(at.template.ast(), expr) else {
            self.using(at, expr, ESCAPED);
            return None;
        };
        self.shared.find(name)
    }

    /// `{% extends %}`: only the parent renders; it asks for the blocks.
    pub(super) fn extends(&mut self, at: &Loaded<R::Template>, parent: ExprId) {
        let found = self.named(at, parent);
        let again =
            |walk: &Self, index| index == at.index || walk.blocks.iter().any(|(_, known, _)| known.index == index);
        match found {
            Some((parent, list)) if !again(self, parent.index) => self.enter(&parent, list),
            _ => self.unknown_parent(),
        }
    }

    /// The blocks may be rendered, anywhere and with any names bound around them.
    fn unknown_parent(&mut self) {
        self.shared.dynamic = true;
        self.escapes_all = true;
        for i in 0..self.blocks.len() {
            let name = self.blocks[i].0;
            if self.blocks[..i].iter().all(|(known, ..)| *known != name) {
                let outer = self.region;
                self.region = self.doubt();
                self.render_block(i);
                self.region = outer;
            }
        }
    }

    /// `{% block %}`: the most derived block of that name.
    pub(super) fn block(&mut self, at: &Loaded<R::Template>, name: NameId, body: ListId) {
        let name = at.symbol(name);
        match self.blocks.iter().position(|(known, ..)| *known == name) {
            Some(first) => self.render_block(first),
            None => self.in_block(None, |walk| walk.list(at, body)),
        }
    }

    fn render_block(&mut self, index: usize) {
        let (_, template, body) = &self.blocks[index];
        let (template, body) = (Rc::clone(template), *body);
        self.in_block(Some(index), |walk| walk.list(&template, body));
    }

    fn in_block(&mut self, index: Option<usize>, run: impl FnOnce(&mut Self)) {
        let mark = self.scope.len();
        self.frames.push(index);
        self.bind(BLOCK, Value::Block((self.frames.len() - 1) as u32));
        run(self);
        self.frames.pop();
        self.scope.truncate(mark);
    }

    /// `{{ block.super }}`: the block that the one in this frame overrides.
    pub(super) fn block_super(&mut self, frame: usize) {
        let Some(Some(index)) = self.frames.get(frame).copied() else { return };
        // In a partial no blocks are known, so that none is overridden.
        let Some(&(name, ..)) = self.blocks.get(index) else { return };
        let next = self.blocks[index + 1..].iter().position(|(known, ..)| *known == name);
        if let Some(next) = next {
            self.render_block(index + 1 + next);
        }
    }

    /// `{% include %}`
    pub(super) fn include(&mut self, at: &Loaded<R::Template>, template: ExprId, bindings: &Bindings, only: bool) {
        let given: Vec<(Symbol, Value)> =
            bindings.iter().map(|(name, expr)| (at.symbol(*name), self.eval(at, *expr))).collect();
        let Some((template, list)) = self.named(at, template) else {
            self.shared.dynamic = true;
            return self.escape(&given, only, true);
        };
        match self.shared.include(&template, list) {
            Included::Again(depth) => {
                self.returns_to = self.returns_to.min(depth);
                self.escape(&given, only, false);
            }
            Included::Summary(summary) => {
                for (name, usage) in &summary.variables {
                    let outer = self.region;
                    if !usage.is_certain() {
                        self.region = self.doubt();
                    }
                    let value = match given.iter().find(|(known, _)| known == name) {
                        Some((_, value)) => *value,
                        None if only => Value::Nothing,
                        None => self.resolve(*name),
                    };
                    self.touch(value, REACHED);
                    self.apply(value, usage);
                    self.region = outer;
                }
                let returns = summary.returns_to < self.shared.stack.len();
                if returns {
                    self.returns_to = self.returns_to.min(summary.returns_to);
                }
                if summary.escapes_all || returns {
                    self.escape(&given, only, summary.escapes_all);
                }
            }
        }
    }

    /// Hands everything visible to a template that is not known; `free`: the variables of the context too.
    fn escape(&mut self, given: &[(Symbol, Value)], only: bool, free: bool) {
        for (_, value) in given {
            self.may_touch(*value, ESCAPED);
        }
        if !only {
            self.escape_scope();
            self.escapes_all |= free;
        }
    }

    /// `{% partial %}` and inline `{% partialdef %}`: the body of the same template, with the same names.
    pub(super) fn partial(&mut self, at: &Loaded<R::Template>, name: NameId) {
        let Some((_, list, ..)) = at.template.ast().partials.iter().find(|(known, ..)| *known == name) else { return };
        let key = (at.index, *list);
        if self.partials.contains(&key) {
            return self.escape_scope();
        }
        self.partials.push(key);
        // Blocks in a partial are not overridden: it has a render state of its own.
        let blocks = std::mem::take(&mut self.blocks);
        self.list(at, *list);
        self.blocks = blocks;
        self.partials.pop();
    }

    /// Walks something that may run. Names that it binds are uncertain afterwards.
    pub(super) fn maybe(&mut self, at: &Loaded<R::Template>, list: ListId) {
        self.alternatives(at, &[list], false);
    }

    /// Walks lists of which any may run, or at least one of them if they are `complete`.
    pub(super) fn alternatives(&mut self, at: &Loaded<R::Template>, lists: &[ListId], complete: bool) {
        let outer = self.region;
        let mark = self.scope.len();
        let group = if complete { self.graph.group(lists.len() as u32) } else { ALONE };
        let mut leaks = Vec::new();
        for list in lists {
            self.region = self.graph.region(outer, group);
            self.list(at, *list);
            self.leaks(mark, &mut leaks);
        }
        self.region = outer;
        self.bind_leaks(leaks);
    }
}

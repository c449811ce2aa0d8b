//! Conditions of `{% if %}`: what they read, and what is known inside of a branch.

use super::compose::{Loaded, Resolver, Template};
use super::graph::{ALONE, Region};
use super::scope::{NONE, Value, Walk};
use super::tree::{COMPARED, ITERATED, TRUTH};
use crate::ast::{Cond, ExprId, Head, ListId, Operator};

/// A condition (or its contrary) that tests nothing but a path: the path's value, and the relation whose key it is.
///
/// What the branch does with that value counts as certain, because a row without it has nothing to load.
pub(super) type Bare = Option<(Value, Value)>;

/// What holds if a condition is true, and if it is false.
#[derive(Default)]
pub(super) struct Known {
    yes: Bare,
    no: Bare,
}

impl<R: Resolver> Walk<'_, '_, R> {
    /// Walks `{% if %}`: branches in order, each with its condition unless it is the `{% else %}`.
    pub(super) fn branches(&mut self, at: &Loaded<R::Template>, branches: &[(Option<Cond>, ListId)]) {
        let outer = self.region;
        let mark = self.scope.len();
        let mut leaks = Vec::new();
        for (i, (condition, body)) in branches.iter().enumerate() {
            if let Some(condition) = condition {
                let known = self.condition(at, condition);
                let around = self.region;
                let is_last = i + 1 == branches.len();
                let group = if is_last { ALONE } else { self.graph.group(2) };
                let inside = self.known_region(around, group, known.yes);
                self.region = inside;
                self.list(at, *body);
                self.region = if is_last { around } else { self.known_region(around, group, known.no) };
            } else {
                self.list(at, *body);
            }
            self.leaks(mark, &mut leaks);
        }
        self.region = outer;
        self.bind_leaks(leaks);
    }

    fn known_region(&mut self, around: Region, group: u32, bare: Bare) -> Region {
        let inside = self.graph.region(around, group);
        if let Some((value, relation)) = bare {
            self.merge_region(value, inside);
            self.merge_region(relation, inside);
        }
        inside
    }

    fn condition(&mut self, at: &Loaded<R::Template>, condition: &Cond) -> Known {
        match condition {
            Cond::Value(expr) => Known { yes: self.operand(at, *expr, TRUTH), no: None },
            Cond::Not(inner) => {
                let inner = self.condition(at, inner);
                Known { yes: inner.no, no: inner.yes }
            }
            Cond::Binary(operator @ (Operator::And | Operator::Or), left, right) => {
                let left = self.condition(at, left);
                let bare = if *operator == Operator::And { left.yes } else { left.no };
                let outer = self.region;
                self.region = self.known_region(outer, ALONE, bare);
                self.condition(at, right);
                self.region = outer;
                Known::default()
            }
            Cond::Binary(operator, left, right) => self.comparison(at, *operator, left, right),
        }
    }

    fn comparison(&mut self, at: &Loaded<R::Template>, operator: Operator, left: &Cond, right: &Cond) -> Known {
        let is_none = |cond: &Cond| match cond {
            Cond::Value(expr) => {
                let ast = at.template.ast();
                let expr = &ast.exprs[*expr as usize];
                let Head::Path(path) = expr.head else { return false };
                expr.filters.is_empty() && matches!(*ast.path(path), [name] if at.symbol(name) == NONE)
            }
            _ => false,
        };
        let identity = matches!(operator, Operator::Is | Operator::IsNot);
        if let (Cond::Value(expr), true) = (left, is_none(right)) {
            let bare = self.operand(at, *expr, if identity { TRUTH } else { COMPARED });
            return match operator {
                Operator::IsNot | Operator::Ne => Known { yes: bare, no: None },
                Operator::Is | Operator::Eq => Known { yes: None, no: bare },
                _ => Known::default(),
            };
        }
        self.compared(at, left, false);
        self.compared(at, right, matches!(operator, Operator::In | Operator::NotIn));
        Known::default()
    }

    fn compared(&mut self, at: &Loaded<R::Template>, operand: &Cond, searched: bool) {
        let Cond::Value(expr) = operand else {
            self.condition(at, operand);
            return;
        };
        let value = self.eval(at, *expr);
        self.touch(value, COMPARED);
        if searched {
            self.touch(value, ITERATED);
            // The search ends at the first item that is equal.
            let value = self.part(value);
            self.in_body(|walk| {
                let items = walk.elements(value, None);
                walk.touch(items, COMPARED);
            });
        }
    }

    /// Walks an operand; what it tests, if it is a path without filters.
    fn operand(&mut self, at: &Loaded<R::Template>, expr: ExprId, bits: u32) -> Bare {
        let ast = at.template.ast();
        let parsed = &ast.exprs[expr as usize];
        match parsed.head {
            Head::Path(path) if parsed.filters.is_empty() => {
                let (value, relation) = self.path(at, ast.path(path));
                self.touch(value, bits);
                Some((value, relation))
            }
            _ => {
                self.using(at, expr, bits);
                None
            }
        }
    }
}

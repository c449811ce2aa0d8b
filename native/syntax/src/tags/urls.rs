//! `url` and `static`.

use crate::ast::{ExprId, NameId, NodeKind};
use crate::error::{ErrorKind, Result, fail};
use crate::parser::{Host, Parser, Tag};
use crate::split::{keyword, split_contents};

impl<H: Host> Parser<H> {
    pub(super) fn url(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let mut bits = split_contents(tag.contents)?;
        if bits.len() < 2 {
            return fail(ErrorKind::BadArguments);
        }
        let view = self.expression(&bits[1])?;
        bits.drain(..2);
        let asvar = self.trailing_as(&mut bits);
        let mut args = Vec::new();
        let mut kwargs: Vec<(NameId, ExprId)> = Vec::new();
        for bit in &bits {
            let Some((key, value)) = keyword(bit) else { return fail(ErrorKind::BadArguments) };
            let expr = self.expression(value)?;
            let Some(key) = key else {
                args.push(expr);
                continue;
            };
            let name = self.ast.name(key);
            match kwargs.iter_mut().find(|(known, _)| *known == name) {
                Some(known) => known.1 = expr,
                None => kwargs.push((name, expr)),
            }
        }
        Ok(NodeKind::Url { view, args: args.into(), kwargs: kwargs.into(), asvar })
    }

    pub(super) fn static_file(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = split_contents(tag.contents)?;
        if bits.len() < 2 {
            return fail(ErrorKind::BadArguments);
        }
        let path = self.expression(&bits[1])?;
        let asvar = match bits.len() {
            n if bits[n - 2] != "as" => None,
            n if n > 3 => Some(self.ast.name(&bits[3])),
            _ => return fail(ErrorKind::Unsupported),
        };
        Ok(NodeKind::Static { path, asvar })
    }
}

//! `if`, `ifchanged`, `firstof`, `widthratio`.

use crate::ast::NodeKind;
use crate::error::{ErrorKind, Result, fail};
use crate::parser::{Host, Parser, Tag};
use crate::split::split_contents;

impl<H: Host> Parser<H> {
    pub(super) fn if_block(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = split_contents(tag.contents)?;
        let mut branches = Vec::new();
        let condition = self.condition(&bits[1..])?;
        let body = self.parse_list(tag.source, &["elif", "else", "endif"])?;
        branches.push((Some(condition), body));
        let mut contents = self.next_contents(tag.source)?;
        while contents.starts_with("elif") {
            let bits = split_contents(&contents)?;
            let condition = self.condition(&bits[1..])?;
            let body = self.parse_list(tag.source, &["elif", "else", "endif"])?;
            branches.push((Some(condition), body));
            contents = self.next_contents(tag.source)?;
        }
        if contents == "else" {
            let body = self.parse_list(tag.source, &["endif"])?;
            branches.push((None, body));
            contents = self.next_contents(tag.source)?;
        }
        if contents != "endif" {
            return fail(ErrorKind::BadArguments);
        }
        Ok(NodeKind::If(branches.into()))
    }

    pub(super) fn ifchanged(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = split_contents(tag.contents)?;
        let body = self.parse_list(tag.source, &["else", "endifchanged"])?;
        let unchanged =
            if self.next_contents(tag.source)? == "else" { Some(self.body(tag, "endifchanged")?) } else { None };
        let vars = self.expressions(&bits[1..])?;
        Ok(NodeKind::IfChanged { vars, body, unchanged })
    }

    pub(super) fn firstof(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let mut bits = split_contents(tag.contents)?;
        bits.remove(0);
        if bits.is_empty() {
            return fail(ErrorKind::BadArguments);
        }
        let asvar = self.trailing_as(&mut bits);
        let vars = self.expressions(&bits)?;
        Ok(NodeKind::FirstOf { vars, asvar })
    }

    pub(super) fn widthratio(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = split_contents(tag.contents)?;
        let asvar = match bits.len() {
            4 => None,
            6 if bits[4] == "as" => Some(self.ast.name(&bits[5])),
            _ => return fail(ErrorKind::BadArguments),
        };
        let value = self.expression(&bits[1])?;
        let max = self.expression(&bits[2])?;
        let width = self.expression(&bits[3])?;
        Ok(NodeKind::WidthRatio { value, max, width, asvar })
    }
}

//! `for`, `cycle`, `resetcycle`, `regroup`.

use crate::ast::{Cycle, NodeKind};
use crate::error::{ErrorKind, Result, fail};
use crate::parser::{Host, Parser, Tag};
use crate::split::split_contents;

/// `re.split(r" *, *", text)`
fn comma_separated(text: &str) -> impl Iterator<Item = &str> {
    let count = text.matches(',').count();
    text.split(',').enumerate().map(move |(i, part)| {
        let part = if i > 0 { part.trim_start_matches(' ') } else { part };
        if i < count { part.trim_end_matches(' ') } else { part }
    })
}

impl<H: Host> Parser<H> {
    pub(super) fn for_loop(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = split_contents(tag.contents)?;
        if bits.len() < 4 {
            return fail(ErrorKind::BadArguments);
        }
        let reversed = bits[bits.len() - 1] == "reversed";
        let in_index = bits.len() - if reversed { 3 } else { 2 };
        if bits[in_index] != "in" {
            return fail(ErrorKind::BadArguments);
        }
        let joined = bits[1..in_index.max(1)].join(" ");
        let mut vars = Vec::new();
        for var in comma_separated(&joined) {
            if var.is_empty() || var.contains([' ', '"', '\'', '|']) {
                return fail(ErrorKind::BadArguments);
            }
            vars.push(self.ast.name(var));
        }
        let sequence = self.expression(&bits[in_index + 1])?;
        let body = self.parse_list(tag.source, &["empty", "endfor"])?;
        let empty = if self.next_contents(tag.source)? == "empty" { Some(self.body(tag, "endfor")?) } else { None };
        Ok(NodeKind::For { vars: vars.into(), sequence, reversed, body, empty })
    }

    pub(super) fn cycle(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let mut args = split_contents(tag.contents)?;
        if args.len() < 2 {
            return fail(ErrorKind::BadArguments);
        }
        if args.len() == 2 {
            return match self.named_cycles.get(&*args[1]) {
                Some(&cycle) => Ok(NodeKind::Cycle(cycle)),
                None => fail(ErrorKind::BadArguments),
            };
        }
        let mut named = false;
        let mut silent = false;
        if args.len() > 4 {
            let len = args.len();
            if args[len - 3] == "as" {
                if args[len - 1] != "silent" {
                    return fail(ErrorKind::BadArguments);
                }
                named = true;
                silent = true;
                args.pop();
            } else if args[len - 2] == "as" {
                named = true;
            }
        }
        let last = args.len() - if named { 2 } else { 0 };
        let values = self.expressions(&args[1..last])?;
        let name = if named { args.last().cloned() } else { None };
        let name_id = name.as_deref().map(|name| self.ast.name(name));
        let cycle = self.ast.cycles.len() as u32;
        self.ast.cycles.push(Cycle { values, name: name_id, silent });
        if let Some(name) = name {
            self.named_cycles.insert(name.into(), cycle);
        }
        self.last_cycle = Some(cycle);
        Ok(NodeKind::Cycle(cycle))
    }

    pub(super) fn resetcycle(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let args = split_contents(tag.contents)?;
        let cycle = match args.len() {
            1 => self.last_cycle,
            2 => self.named_cycles.get(&*args[1]).copied(),
            _ => None,
        };
        cycle.map_or_else(|| fail(ErrorKind::BadArguments), |cycle| Ok(NodeKind::ResetCycle(cycle)))
    }

    pub(super) fn regroup(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = split_contents(tag.contents)?;
        if bits.len() != 6 || bits[2] != "by" || bits[4] != "as" {
            return fail(ErrorKind::BadArguments);
        }
        let target = self.expression(&bits[1])?;
        let expression = self.expression(&format!("{}.{}", bits[5], bits[3]))?;
        let name = self.ast.name(&bits[5]);
        Ok(NodeKind::Regroup { target, expression, name })
    }
}

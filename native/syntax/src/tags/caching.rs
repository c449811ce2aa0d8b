//! `cache`.

use crate::ast::NodeKind;
use crate::error::{ErrorKind, Result, fail};
use crate::parser::{Host, Parser, Tag};
use crate::split::split_contents;

impl<H: Host> Parser<H> {
    pub(super) fn cache(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let body = self.body(tag, "endcache")?;
        let mut bits = split_contents(tag.contents)?;
        if bits.len() < 3 {
            return fail(ErrorKind::BadArguments);
        }
        let mut using = None;
        if bits.len() > 3
            && let Some(name) = bits[bits.len() - 1].strip_prefix("using=")
        {
            using = Some(self.expression(name)?);
            bits.pop();
        }
        let expire = self.expression(&bits[1])?;
        let vary = self.expressions(&bits[3..])?;
        Ok(NodeKind::Cache { expire, fragment: (&*bits[2]).into(), vary, using, body })
    }
}

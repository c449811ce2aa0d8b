//! `cache`.

use crate::ast::NodeKind;
use crate::error::{ErrorKind, Result, fail};
use crate::lexer::Token;
use crate::parser::{Host, Parser};

impl<H: Host> Parser<H> {
    pub(super) fn cache(&mut self, token: &Token) -> Result<NodeKind> {
        let body = self.body("endcache")?;
        let mut bits = self.split(token)?;
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
        Ok(NodeKind::Cache { expire, fragment: bits[2].as_str().into(), vary, using, body })
    }
}

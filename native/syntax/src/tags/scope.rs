//! `with`, `autoescape`, `localize`, `localtime`, `timezone`: tags that change what holds inside of them.

use crate::ast::NodeKind;
use crate::error::{ErrorKind, Result, fail};
use crate::lexer::Token;
use crate::parser::{Host, Parser};

impl<H: Host> Parser<H> {
    pub(super) fn with(&mut self, token: &Token) -> Result<NodeKind> {
        let mut bits = self.split(token)?;
        bits.remove(0);
        let bindings = self.bindings(&mut bits, true)?;
        if bindings.is_empty() || !bits.is_empty() {
            return fail(ErrorKind::BadArguments);
        }
        Ok(NodeKind::With { bindings, body: self.body("endwith")? })
    }

    pub(super) fn autoescape(&mut self, token: &Token) -> Result<NodeKind> {
        let on = Self::on_or_off(&self.plain_words(token), None)?;
        Ok(NodeKind::Autoescape { on, body: self.body("endautoescape")? })
    }

    pub(super) fn localize(&mut self, token: &Token) -> Result<NodeKind> {
        let on = Self::on_or_off(&self.split(token)?, Some(true))?;
        Ok(NodeKind::Localize { on, body: self.body("endlocalize")? })
    }

    pub(super) fn localtime(&mut self, token: &Token) -> Result<NodeKind> {
        let on = Self::on_or_off(&self.split(token)?, Some(true))?;
        Ok(NodeKind::LocalTime { on, body: self.body("endlocaltime")? })
    }

    pub(super) fn timezone(&mut self, token: &Token) -> Result<NodeKind> {
        let bits = self.split(token)?;
        if bits.len() != 2 {
            return fail(ErrorKind::BadArguments);
        }
        let expr = self.expression(&bits[1])?;
        Ok(NodeKind::TimeZone { expr, body: self.body("endtimezone")? })
    }
}

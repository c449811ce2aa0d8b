//! `with`, `autoescape`, `localize`, `localtime`, `timezone`: tags that change what holds inside of them.

use crate::ast::NodeKind;
use crate::error::{ErrorKind, Result, fail};
use crate::parser::{Host, Parser, Tag};
use crate::split::{split_contents, words};

impl<H: Host> Parser<H> {
    pub(super) fn with(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let mut bits = split_contents(tag.contents)?;
        bits.remove(0);
        let bindings = self.bindings(&mut bits, true)?;
        if bindings.is_empty() || !bits.is_empty() {
            return fail(ErrorKind::BadArguments);
        }
        Ok(NodeKind::With { bindings, body: self.body(tag, "endwith")? })
    }

    pub(super) fn autoescape(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let on = Self::on_or_off(&words(tag.contents), None)?;
        Ok(NodeKind::Autoescape { on, body: self.body(tag, "endautoescape")? })
    }

    pub(super) fn localize(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let on = Self::on_or_off(&split_contents(tag.contents)?, Some(true))?;
        Ok(NodeKind::Localize { on, body: self.body(tag, "endlocalize")? })
    }

    pub(super) fn localtime(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let on = Self::on_or_off(&split_contents(tag.contents)?, Some(true))?;
        Ok(NodeKind::LocalTime { on, body: self.body(tag, "endlocaltime")? })
    }

    pub(super) fn timezone(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = split_contents(tag.contents)?;
        if bits.len() != 2 {
            return fail(ErrorKind::BadArguments);
        }
        let expr = self.expression(&bits[1])?;
        Ok(NodeKind::TimeZone { expr, body: self.body(tag, "endtimezone")? })
    }
}

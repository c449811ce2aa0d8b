//! `comment`, `filter`, `load`, `now`, `templatetag`: tags around output and the parser itself.

use crate::ast::NodeKind;
use crate::error::{ErrorKind, Result, fail};
use crate::lexer::is_python_space;
use crate::parser::{Host, Parser, Tag};
use crate::split::{split_contents, words};

/// `TemplateTagNode.mapping`
const TEMPLATE_TAGS: [(&str, &str); 8] = [
    ("openblock", "{%"),
    ("closeblock", "%}"),
    ("openvariable", "{{"),
    ("closevariable", "}}"),
    ("openbrace", "{"),
    ("closebrace", "}"),
    ("opencomment", "{#"),
    ("closecomment", "#}"),
];

impl<H: Host> Parser<H> {
    pub(super) fn comment(&mut self) -> Result<NodeKind> {
        self.skip_past("endcomment")?;
        Ok(NodeKind::Silent { load: false })
    }

    pub(super) fn filter_block(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let rest = tag.contents.trim_start_matches(is_python_space);
        let Some(end) = rest.find(is_python_space) else { return fail(ErrorKind::BadArguments) };
        let chain = rest[end..].trim_start_matches(is_python_space);
        let expr = self.expression(&format!("var|{chain}"))?;
        for call in self.ast.calls(self.ast.exprs[expr as usize].filters) {
            if matches!(self.ast.name_text(call.name), "escape" | "safe") {
                // Django looks at the functions' own names: its parser decides.
                return fail(ErrorKind::Unsupported);
            }
        }
        Ok(NodeKind::Filter { expr, body: self.body(tag, "endfilter")? })
    }

    pub(super) fn load(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = words(tag.contents);
        if bits.len() >= 4 && bits[bits.len() - 2] == "from" {
            self.host.load(bits[bits.len() - 1], Some(&bits[1..bits.len() - 2]))?;
        } else {
            for library in &bits[1..] {
                self.host.load(library, None)?;
            }
        }
        Ok(NodeKind::Silent { load: true })
    }

    pub(super) fn now(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let mut bits = split_contents(tag.contents)?;
        let asvar = if bits.len() == 4 { self.trailing_as(&mut bits) } else { None };
        if bits.len() != 2 {
            return fail(ErrorKind::BadArguments);
        }
        let text = &bits[1];
        let first = text.chars().next().map_or(0, char::len_utf8);
        let last = text.chars().next_back().map_or(0, char::len_utf8);
        let format = if first + last <= text.len() { &text[first..text.len() - last] } else { "" };
        Ok(NodeKind::Now { format: format.into(), asvar })
    }

    pub(super) fn templatetag(tag: Tag<'_>) -> Result<NodeKind> {
        let bits = words(tag.contents);
        if bits.len() != 2 {
            return fail(ErrorKind::BadArguments);
        }
        match TEMPLATE_TAGS.iter().find(|(name, _)| *name == bits[1]) {
            Some((name, text)) => Ok(NodeKind::TemplateTag { name: (*name).into(), text }),
            None => fail(ErrorKind::BadArguments),
        }
    }
}

//! `block`, `extends`, `include`, `partialdef`, `partial`.

use crate::ast::NodeKind;
use crate::error::{ErrorKind, Result, fail};
use crate::parser::{Host, Parser, Tag};
use crate::split::{split_contents, words};
use std::borrow::Cow;

/// `posixpath.normpath` of a relative path; `None` if it leaves the hierarchy.
fn normalised(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// `construct_relative_path`: the template name that `./x` or `../x` means in the template `current`.
///
/// `name` is the text as written, quotes included. Errors: unknown `current`, a path outside of the hierarchy, and
/// (unless `allow_recursion`) the template itself.
pub fn relative_path<'a>(current: Option<&str>, name: &'a str, allow_recursion: bool) -> Result<Cow<'a, str>> {
    let bare = name.trim_matches(['\'', '"']);
    if !bare.starts_with("./") && !bare.starts_with("../") {
        return Ok(Cow::Borrowed(name));
    }
    let Some(current) = current else { return fail(ErrorKind::Unsupported) };
    let current = current.trim_start_matches('/');
    let folder = current.rfind('/').map_or("", |slash| &current[..slash]);
    let Some(path) = normalised(&format!("{folder}/{bare}")).filter(|path| !path.is_empty()) else {
        return fail(ErrorKind::BadArguments);
    };
    if !allow_recursion && current == path {
        return fail(ErrorKind::BadArguments);
    }
    let quoted =
        name.len() > 1 && name.starts_with(['"', '\'']) && name.as_bytes()[0] == name.as_bytes()[name.len() - 1];
    Ok(Cow::Owned(if quoted { format!("\"{path}\"") } else { path }))
}

impl<H: Host> Parser<H> {
    pub(super) fn block(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = words(tag.contents);
        if bits.len() != 2 {
            return fail(ErrorKind::BadArguments);
        }
        let name = bits[1];
        if self.blocks.iter().any(|known| **known == *name) {
            return fail(ErrorKind::Duplicate);
        }
        self.blocks.push(name.into());
        let body = self.parse_list(tag.source, &["endblock"])?;
        let end = self.next_contents(tag.source)?;
        if end != "endblock" && end != format!("endblock {name}") {
            return fail(ErrorKind::UnknownTag);
        }
        Ok(NodeKind::Block { name: self.ast.name(name), body })
    }

    pub(super) fn extends(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = split_contents(tag.contents)?;
        if bits.len() != 2 || self.extends_seen {
            return fail(ErrorKind::MisplacedExtends);
        }
        self.extends_seen = true;
        let name = relative_path(self.template_name.as_deref(), &bits[1], false)?;
        let parent = self.expression(&name)?;
        let body = self.parse_list(tag.source, &[])?;
        Ok(NodeKind::Extends { parent, body })
    }

    pub(super) fn include(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let mut bits = split_contents(tag.contents)?;
        if bits.len() < 2 {
            return fail(ErrorKind::BadArguments);
        }
        let name = bits[1].clone();
        bits.drain(..2);
        let mut bindings = None;
        let mut only = false;
        while !bits.is_empty() {
            match &*bits.remove(0) {
                "with" if bindings.is_none() => {
                    let found = self.bindings(&mut bits, false)?;
                    if found.is_empty() {
                        return fail(ErrorKind::BadArguments);
                    }
                    bindings = Some(found);
                }
                "only" if !only => only = true,
                _ => return fail(ErrorKind::BadArguments),
            }
        }
        let name = relative_path(self.template_name.as_deref(), &name, true)?;
        let template = self.expression(&name)?;
        Ok(NodeKind::Include { template, bindings: bindings.unwrap_or_default(), only })
    }

    pub(super) fn partialdef(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = split_contents(tag.contents)?;
        let inline = match bits.len() {
            2 => false,
            3 if bits[2] == "inline" => true,
            _ => return fail(ErrorKind::BadArguments),
        };
        let long_end = format!("endpartialdef {}", bits[1]);
        let body = self.parse_list(tag.source, &["endpartialdef", &long_end])?;
        let Some(end) = self.next_token() else { return fail(ErrorKind::UnclosedTag) };
        let contents = self.ast.contents(&end);
        if contents != "endpartialdef" && contents != long_end {
            return fail(ErrorKind::UnknownTag);
        }
        let name = self.ast.name(&bits[1]);
        if self.ast.partials.iter().any(|(known, ..)| *known == name) {
            return fail(ErrorKind::Duplicate);
        }
        self.ast.partials.push((name, body, tag.start, end.end));
        Ok(NodeKind::PartialDef { name, inline, body })
    }

    pub(super) fn partial(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = split_contents(tag.contents)?;
        if bits.len() != 2 {
            return fail(ErrorKind::BadArguments);
        }
        Ok(NodeKind::Partial { name: self.ast.name(&bits[1]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_names_are_resolved_against_the_template() {
        let current = Some("dir1/dir2/one.html");
        for (name, expected) in [
            (r#""./two.html""#, Some(r#""dir1/dir2/two.html""#)),
            (r"'../two.html'", Some(r#""dir1/two.html""#)),
            (r#""../../two.html""#, Some(r#""two.html""#)),
            (r#""../../../two.html""#, None),
            (r#""./one.html""#, None),
            ("variable", Some("variable")),
        ] {
            assert_eq!(relative_path(current, name, false).ok().as_deref(), expected, "{name}");
        }
    }
}

//! `translate`, `blocktranslate`, `language`, and the tags that store a value of the surroundings.

use crate::ast::{Ambient, BlockTranslate, NodeKind, Piece};
use crate::error::{ErrorKind, Result, fail};
use crate::lexer::{TokenKind, is_python_space};
use crate::parser::{Host, Parser, Tag};
use crate::split::{split_contents, words};
use crate::tags::TagKind;
use std::borrow::Cow;

impl<H: Host> Parser<H> {
    pub(super) fn translate(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = split_contents(tag.contents)?;
        if bits.len() < 2 {
            return fail(ErrorKind::BadArguments);
        }
        let expr = self.expression(&bits[1])?;
        let (mut noop, mut asvar, mut context) = (false, None, None);
        let mut rest = bits[2..].iter();
        while let Some(option) = rest.next() {
            match &**option {
                "noop" if !noop => noop = true,
                "context" if context.is_none() => match rest.next() {
                    Some(value) if value != "as" && value != "noop" => context = Some(self.expression(value)?),
                    _ => return fail(ErrorKind::BadArguments),
                },
                "as" if asvar.is_none() => match rest.next() {
                    Some(name) => asvar = Some(self.ast.name(name)),
                    None => return fail(ErrorKind::BadArguments),
                },
                _ => return fail(ErrorKind::BadArguments),
            }
        }
        Ok(NodeKind::Translate { expr, noop, asvar, context })
    }

    pub(super) fn blocktranslate(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let mut bits = split_contents(tag.contents)?;
        let tag_name = bits.remove(0);
        let mut node = BlockTranslate {
            bindings: Box::default(),
            singular: Box::default(),
            plural: Box::default(),
            count: None,
            context: None,
            trimmed: false,
            asvar: None,
            tag_name: (&*tag_name).into(),
        };
        self.blocktranslate_options(bits, &mut node)?;
        let (singular, mut end) = self.pieces(tag.source)?;
        node.singular = singular;
        if node.count.is_some() {
            if end.trim_matches(is_python_space) != "plural" {
                return fail(ErrorKind::BadArguments);
            }
            (node.plural, end) = self.pieces(tag.source)?;
        }
        if end.trim_matches(is_python_space) != format!("end{tag_name}") {
            return fail(ErrorKind::BadArguments);
        }
        Ok(NodeKind::BlockTranslate(Box::new(node)))
    }

    fn blocktranslate_options(&mut self, mut bits: Vec<Cow<'_, str>>, node: &mut BlockTranslate) -> Result<()> {
        let mut seen: Vec<Cow<'_, str>> = Vec::new();
        while !bits.is_empty() {
            let option = bits.remove(0);
            if seen.contains(&option) {
                return fail(ErrorKind::BadArguments);
            }
            match &*option {
                "with" => {
                    node.bindings = self.bindings(&mut bits, true)?;
                    if node.bindings.is_empty() {
                        return fail(ErrorKind::BadArguments);
                    }
                }
                "count" => match *self.bindings(&mut bits, true)? {
                    [pair] => node.count = Some(pair),
                    _ => return fail(ErrorKind::BadArguments),
                },
                "context" if !bits.is_empty() => node.context = Some(self.expression(&bits.remove(0))?),
                "trimmed" => node.trimmed = true,
                "asvar" if !bits.is_empty() => node.asvar = Some(self.ast.name(&bits.remove(0))),
                _ => return fail(ErrorKind::BadArguments),
            }
            seen.push(option);
        }
        Ok(())
    }

    /// Text and variables up to the next other token, whose contents come second.
    fn pieces<'a>(&mut self, source: &'a str) -> Result<(Box<[Piece]>, Cow<'a, str>)> {
        let mut pieces = Vec::new();
        loop {
            let kind = self.coming().first().map(|token| token.kind);
            let contents = self.next_contents(source)?;
            match kind {
                Some(TokenKind::Text) => pieces.push(Piece::Text((&*contents).into())),
                Some(TokenKind::Var) => pieces.push(Piece::Var(self.ast.name(&contents))),
                _ => return Ok((pieces.into(), contents)),
            }
        }
    }

    pub(super) fn language(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = split_contents(tag.contents)?;
        if bits.len() != 2 {
            return fail(ErrorKind::BadArguments);
        }
        let expr = self.expression(&bits[1])?;
        Ok(NodeKind::Language { expr, body: self.body(tag, "endlanguage")? })
    }

    pub(super) fn ambient(&mut self, kind: TagKind, tag: Tag<'_>) -> Result<NodeKind> {
        let bits = words(tag.contents);
        if bits.len() != 3 || bits[1] != "as" {
            return fail(ErrorKind::BadArguments);
        }
        let what = match kind {
            TagKind::GetCurrentLanguage => Ambient::Language,
            TagKind::GetCurrentLanguageBidi => Ambient::LanguageBidi,
            TagKind::GetAvailableLanguages => Ambient::Languages,
            _ => Ambient::TimeZone,
        };
        Ok(NodeKind::Ambient { what, name: self.ast.name(bits[2]) })
    }
}

//! `translate`, `blocktranslate`, `language`, and the tags that store a value of the surroundings.

use crate::ast::{Ambient, BlockTranslate, NodeKind, Piece};
use crate::error::{ErrorKind, Result, fail};
use crate::lexer::{Token, TokenKind, is_python_space};
use crate::parser::{Host, Parser};
use crate::tags::TagKind;

impl<H: Host> Parser<H> {
    pub(super) fn translate(&mut self, token: &Token) -> Result<NodeKind> {
        let bits = self.split(token)?;
        if bits.len() < 2 {
            return fail(ErrorKind::BadArguments);
        }
        let expr = self.expression(&bits[1])?;
        let (mut noop, mut asvar, mut context) = (false, None, None);
        let mut rest = bits[2..].iter();
        while let Some(option) = rest.next() {
            match option.as_str() {
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

    pub(super) fn blocktranslate(&mut self, token: &Token) -> Result<NodeKind> {
        let mut bits = self.split(token)?;
        let tag_name = bits.remove(0);
        let mut node = BlockTranslate {
            bindings: Box::default(),
            singular: Box::default(),
            plural: Box::default(),
            count: None,
            context: None,
            trimmed: false,
            asvar: None,
            tag_name: tag_name.as_str().into(),
        };
        self.blocktranslate_options(bits, &mut node)?;
        let (singular, mut end) = self.pieces()?;
        node.singular = singular;
        if node.count.is_some() {
            if end.trim_matches(is_python_space) != "plural" {
                return fail(ErrorKind::BadArguments);
            }
            (node.plural, end) = self.pieces()?;
        }
        if end.trim_matches(is_python_space) != format!("end{tag_name}") {
            return fail(ErrorKind::BadArguments);
        }
        Ok(NodeKind::BlockTranslate(Box::new(node)))
    }

    fn blocktranslate_options(&mut self, mut bits: Vec<String>, node: &mut BlockTranslate) -> Result<()> {
        let mut seen: Vec<String> = Vec::new();
        while !bits.is_empty() {
            let option = bits.remove(0);
            if seen.contains(&option) {
                return fail(ErrorKind::BadArguments);
            }
            match option.as_str() {
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
    fn pieces(&mut self) -> Result<(Box<[Piece]>, String)> {
        let mut pieces = Vec::new();
        while let Some(token) = self.tokens.pop() {
            let contents = token.contents(&self.source);
            match token.kind {
                TokenKind::Text => pieces.push(Piece::Text(contents.into())),
                TokenKind::Var => {
                    let contents = contents.to_owned();
                    pieces.push(Piece::Var(self.ast.name(&contents)));
                }
                _ => return Ok((pieces.into(), contents.to_owned())),
            }
        }
        fail(ErrorKind::UnclosedTag)
    }

    pub(super) fn language(&mut self, token: &Token) -> Result<NodeKind> {
        let bits = self.split(token)?;
        if bits.len() != 2 {
            return fail(ErrorKind::BadArguments);
        }
        let expr = self.expression(&bits[1])?;
        Ok(NodeKind::Language { expr, body: self.body("endlanguage")? })
    }

    pub(super) fn ambient(&mut self, tag: TagKind, token: &Token) -> Result<NodeKind> {
        let bits = self.plain_words(token);
        if bits.len() != 3 || bits[1] != "as" {
            return fail(ErrorKind::BadArguments);
        }
        let what = match tag {
            TagKind::GetCurrentLanguage => Ambient::Language,
            TagKind::GetCurrentLanguageBidi => Ambient::LanguageBidi,
            TagKind::GetAvailableLanguages => Ambient::Languages,
            _ => Ambient::TimeZone,
        };
        Ok(NodeKind::Ambient { what, name: self.ast.name(&bits[2]) })
    }
}

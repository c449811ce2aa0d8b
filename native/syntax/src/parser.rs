//! Tokens to AST, as `django.template.base.Parser` does it. Asks a [`Host`] about tags and filters.

use crate::ast::{Ast, FilterId, ForeignId, ListId, NodeId, NodeKind, Text};
use crate::error::{ErrorKind, Result, SyntaxError, fail};
use crate::lexer::{Token, TokenKind, is_python_space};
use crate::stack;
use crate::tags::TagKind;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::Arc;

/// What differs between the versions of Django that are supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Names in expressions are read with `+` and `-` in them (Django 6.1), so that signs end no name.
    pub signs_in_names: bool,
}

/// What the host says about a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagBinding {
    /// A tag of Django's own that is parsed here.
    Native(TagKind),
    /// A tag with a compile function in Python: the host's number for it.
    Foreign(u32),
}

/// What a compile function in Python returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Foreign {
    /// The host's number for the node.
    pub id: ForeignId,
    /// `Node.must_be_first`
    pub must_be_first: bool,
    /// It is a `TextNode`.
    pub is_text: bool,
}

/// Knows tags and filters. All errors it reports end the native parse; Django's own parser then speaks.
pub trait Host: Sized {
    /// The tag of this name, as loaded by now.
    fn tag(&mut self, name: &str) -> Option<TagBinding>;
    /// The filter of this name, checked for `args` arguments (0 or 1) after the value.
    fn filter(&mut self, name: &str, args: usize) -> Option<FilterId>;
    /// `{% load %}`: all of a library, or the members named.
    fn load(&mut self, library: &str, members: Option<&[&str]>) -> Result<()>;
    /// Calls the compile function `tag` for `token`. The function may take tokens from the parser and parse bodies.
    fn foreign(parser: &mut Parser<Self>, tag: u32, token: &Token) -> Result<Foreign>;
}

/// Nesting of block tags, and recursion of this parser, at most. Deeper templates are left to Django.
const MAX_DEPTH: u32 = 120;

/// A tag that is being parsed.
#[derive(Clone, Copy)]
pub(crate) struct Tag<'a> {
    /// The source of the template.
    pub source: &'a str,
    /// What is between the delimiters.
    pub contents: &'a str,
    /// First byte in the source.
    pub start: u32,
}

/// Nodes of open lists in most templates, at most.
const OPEN_NODES: usize = 32;

/// The state of a parse.
pub struct Parser<H: Host> {
    /// The source.
    pub source: Arc<str>,
    /// What was parsed so far.
    pub ast: Ast,
    /// Who knows tags and filters.
    pub host: H,
    /// Version differences.
    pub dialect: Dialect,
    /// Name of the template, for relative paths in `extends` and `include`.
    pub template_name: Option<Box<str>>,
    /// Bodies and expressions made for the foreign tag that is being compiled.
    pub foreign_parts: Vec<(Vec<ListId>, Vec<crate::ast::ExprId>)>,
    pub(crate) blocks: Vec<Box<str>>,
    pub(crate) named_cycles: FxHashMap<Box<str>, u32>,
    pub(crate) last_cycle: Option<u32>,
    pub(crate) extends_seen: bool,
    /// The next of the tokens.
    next: usize,
    /// Nodes of the lists that are being parsed, those of the innermost list last.
    open_nodes: Vec<NodeId>,
    depth: u32,
}

impl<H: Host> Parser<H> {
    /// A parser at the start of a source that is split into these tokens.
    pub fn new(
        source: Arc<str>,
        tokens: Vec<Token>,
        template_name: Option<Box<str>>,
        dialect: Dialect,
        host: H,
    ) -> Self {
        Self {
            ast: Ast::new(Arc::clone(&source), tokens),
            source,
            host,
            dialect,
            template_name,
            foreign_parts: Vec::new(),
            blocks: Vec::new(),
            named_cycles: FxHashMap::default(),
            last_cycle: None,
            extends_seen: false,
            next: 0,
            open_nodes: Vec::with_capacity(OPEN_NODES),
            depth: 0,
        }
    }

    /// The next token, which is consumed.
    pub fn next_token(&mut self) -> Option<Token> {
        let token = self.ast.tokens.get(self.next).copied();
        self.next += usize::from(token.is_some());
        token
    }

    /// Puts a token before those that are yet to come.
    pub fn prepend_token(&mut self, token: Token) {
        self.ast.tokens.insert(self.next, token);
    }

    /// The tokens that are yet to come, the next one first.
    pub fn coming(&self) -> &[Token] {
        &self.ast.tokens[self.next..]
    }

    /// Replaces the tokens that are yet to come.
    pub fn replace_coming(&mut self, tokens: impl IntoIterator<Item = Token>) {
        self.ast.tokens.truncate(self.next);
        self.ast.tokens.extend(tokens);
    }

    /// Parses the whole template.
    pub fn parse_template(&mut self) -> Result<()> {
        self.ast.root = self.parse(&[])?;
        Ok(())
    }

    /// `Parser.parse(until)`: nodes up to one of the given commands, whose token stays the next one.
    pub fn parse(&mut self, until: &[&str]) -> Result<ListId> {
        let source = Arc::clone(&self.source);
        self.parse_list(&source, until)
    }

    /// As [`Self::parse`], with the source at hand.
    pub(crate) fn parse_list(&mut self, source: &str, until: &[&str]) -> Result<ListId> {
        self.depth += 1;
        if self.depth > MAX_DEPTH || stack::is_short() {
            return fail(ErrorKind::Unsupported);
        }
        let first = self.open_nodes.len();
        let mut only_text = true;
        let mut ended = false;
        while let Some(token) = self.next_token() {
            let made_up;
            let contents = match token.contents {
                Text::Source(from, to) => &source[from as usize..to as usize],
                Text::MadeUp(_) => {
                    made_up = self.ast.contents(&token).to_owned();
                    &*made_up
                }
            };
            match token.kind {
                TokenKind::Text => {
                    let kind = match token.contents {
                        Text::MadeUp(_) => NodeKind::MadeUpText(contents.into()),
                        Text::Source(..) => NodeKind::Text(token.start, token.end),
                    };
                    self.append(kind, self.next - 1);
                }
                TokenKind::Var => {
                    let at = self.next - 1;
                    let expr = if contents.is_empty() { fail(ErrorKind::EmptyTag) } else { self.expression(contents) };
                    only_text = false;
                    self.append(NodeKind::Var(expr.map_err(|e| e.at(token.line))?), at);
                }
                TokenKind::Comment => {}
                TokenKind::Block => {
                    let command = command(contents);
                    if command.is_empty() {
                        return Err(SyntaxError::new(ErrorKind::EmptyTag).at(token.line));
                    }
                    if until.contains(&command) {
                        self.next -= 1;
                        ended = true;
                        break;
                    }
                    let tag = Tag { source, contents, start: token.start };
                    self.tag(&mut only_text, command, tag, &token).map_err(|e| e.at(token.line))?;
                }
            }
        }
        if !ended && !until.is_empty() {
            return fail(ErrorKind::UnclosedTag);
        }
        self.depth -= 1;
        let list = self.ast.add_list(&self.open_nodes[first..]);
        self.open_nodes.truncate(first);
        Ok(list)
    }

    fn append(&mut self, kind: NodeKind, token: usize) {
        let node = self.ast.node(kind, token as u32);
        self.open_nodes.push(node);
    }

    /// Parses one tag and appends its node.
    fn tag(&mut self, only_text: &mut bool, command: &str, tag: Tag<'_>, token: &Token) -> Result<()> {
        let at = self.next - 1;
        let Some(binding) = self.host.tag(command) else { return fail(ErrorKind::UnknownTag) };
        let cycles = self.ast.cycles.len();
        let kind = match binding {
            TagBinding::Native(kind) => {
                if kind == TagKind::Extends && !*only_text {
                    return fail(ErrorKind::MisplacedExtends);
                }
                *only_text = false;
                self.native_tag(kind, tag)?
            }
            TagBinding::Foreign(number) => {
                self.foreign_parts.push((Vec::new(), Vec::new()));
                let foreign = H::foreign(self, number, token)?;
                let (bodies, exprs) = self.foreign_parts.pop().unwrap_or_default();
                if foreign.must_be_first && !*only_text {
                    return fail(ErrorKind::MisplacedExtends);
                }
                *only_text &= foreign.is_text;
                NodeKind::Foreign { id: foreign.id, bodies: bodies.into(), exprs: exprs.into() }
            }
        };
        if let NodeKind::Cycle(cycle) = kind
            && cycles == self.ast.cycles.len()
        {
            // In Django `{% cycle name %}` is the same node again, which then has the token of the last tag.
            let nodes = self.ast.nodes.iter_mut();
            let same = nodes.filter(|node| matches!(node.kind, NodeKind::Cycle(known) if known == cycle));
            same.for_each(|node| node.token = at as u32);
        }
        self.append(kind, at);
        Ok(())
    }

    /// The contents of the next token, which is consumed (`parser.next_token().contents`).
    pub(crate) fn next_contents<'a>(&mut self, source: &'a str) -> Result<Cow<'a, str>> {
        match self.next_token() {
            Some(token) => Ok(match token.contents {
                Text::Source(from, to) => Cow::Borrowed(&source[from as usize..to as usize]),
                Text::MadeUp(_) => Cow::Owned(self.ast.contents(&token).to_owned()),
            }),
            None => fail(ErrorKind::UnclosedTag),
        }
    }

    /// Parses up to an end tag and consumes it (`parse` and `delete_first_token`).
    pub(crate) fn body(&mut self, tag: Tag<'_>, end: &str) -> Result<ListId> {
        let list = self.parse_list(tag.source, &[end])?;
        self.next_token();
        Ok(list)
    }

    /// `Parser.skip_past(endtag)`
    pub fn skip_past(&mut self, end: &str) -> Result<()> {
        while let Some(token) = self.next_token() {
            if token.kind == TokenKind::Block && self.ast.contents(&token) == end {
                return Ok(());
            }
        }
        fail(ErrorKind::UnclosedTag)
    }
}

/// The first word of a tag (`token.contents.split()[0]`); empty if there is none.
pub fn command(contents: &str) -> &str {
    let end = contents.bytes().position(|byte| !byte.is_ascii_graphic()).unwrap_or(contents.len());
    match contents.as_bytes().get(end) {
        None | Some(b' ') if end > 0 => &contents[..end],
        _ => contents.split(is_python_space).next().unwrap_or_default(),
    }
}

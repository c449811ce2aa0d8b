//! Tokens to AST, as `django.template.base.Parser` does it. Asks a [`Host`] about tags and filters.

use crate::ast::{Ast, FilterId, ForeignId, ListId, NodeId, NodeKind};
use crate::error::{ErrorKind, Result, SyntaxError, fail};
use crate::lexer::{Token, TokenKind, is_python_space, tokenize};
use crate::split::words;
use crate::tags::TagKind;
use rustc_hash::FxHashMap;
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

/// The state of a parse.
pub struct Parser<H: Host> {
    /// The source.
    pub source: Arc<str>,
    /// What was parsed so far.
    pub ast: Ast,
    /// Tokens yet to come, the next one last (as `Parser.tokens` in Django).
    pub tokens: Vec<Token>,
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
    depth: u32,
}

impl<H: Host> Parser<H> {
    /// A parser at the start of a source.
    pub fn new(source: Arc<str>, template_name: Option<Box<str>>, dialect: Dialect, host: H) -> Self {
        let mut tokens = tokenize(&source);
        tokens.reverse();
        Self {
            source,
            ast: Ast::with_room(tokens.len()),
            tokens,
            host,
            dialect,
            template_name,
            foreign_parts: Vec::new(),
            blocks: Vec::new(),
            named_cycles: FxHashMap::default(),
            last_cycle: None,
            extends_seen: false,
            depth: 0,
        }
    }

    /// Parses the whole template.
    pub fn parse_template(&mut self) -> Result<()> {
        self.ast.root = self.parse(&[])?;
        Ok(())
    }

    /// `Parser.parse(until)`: nodes up to one of the given commands, whose token stays the next one.
    pub fn parse(&mut self, until: &[&str]) -> Result<ListId> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return fail(ErrorKind::Unsupported);
        }
        let mut nodes = Vec::new();
        let mut only_text = true;
        let mut ended = false;
        while let Some(token) = self.tokens.pop() {
            let line = token.line;
            match token.kind {
                TokenKind::Text => {
                    let kind = match &token.made_up {
                        Some(text) => NodeKind::MadeUpText(text.clone()),
                        None => NodeKind::Text(token.start, token.end),
                    };
                    self.append(&mut nodes, kind, token);
                }
                TokenKind::Var => {
                    let expr = self.variable(&token).map_err(|e| e.at(line))?;
                    only_text = false;
                    self.append(&mut nodes, NodeKind::Var(expr), token);
                }
                TokenKind::Comment => {}
                TokenKind::Block => {
                    let contents = token.contents(&self.source);
                    let Some(command) = contents.split(is_python_space).next().filter(|c| !c.is_empty()) else {
                        return Err(SyntaxError::new(ErrorKind::EmptyTag).at(line));
                    };
                    if until.contains(&command) {
                        self.tokens.push(token);
                        ended = true;
                        break;
                    }
                    let command = command.to_owned();
                    self.tag(&mut nodes, &mut only_text, &command, token).map_err(|e| e.at(line))?;
                }
            }
        }
        if !ended && !until.is_empty() {
            return fail(ErrorKind::UnclosedTag);
        }
        self.depth -= 1;
        Ok(self.ast.list(nodes))
    }

    fn variable(&mut self, token: &Token) -> Result<crate::ast::ExprId> {
        match token.made_up.as_deref() {
            Some("") => fail(ErrorKind::EmptyTag),
            Some(text) => self.expression(text),
            None if token.from == token.to => fail(ErrorKind::EmptyTag),
            None => {
                let source = Arc::clone(&self.source);
                self.expression(&source[token.from as usize..token.to as usize])
            }
        }
    }

    fn append(&mut self, nodes: &mut Vec<NodeId>, kind: NodeKind, token: Token) {
        self.ast.tokens.push(token);
        let token = (self.ast.tokens.len() - 1) as u32;
        let node = self.ast.node(kind, token);
        nodes.push(node);
    }

    /// Parses one tag and appends its node.
    fn tag(&mut self, nodes: &mut Vec<NodeId>, only_text: &mut bool, command: &str, token: Token) -> Result<()> {
        let Some(binding) = self.host.tag(command) else { return fail(ErrorKind::UnknownTag) };
        let kind = match binding {
            TagBinding::Native(tag) => {
                if tag == TagKind::Extends && !*only_text {
                    return fail(ErrorKind::MisplacedExtends);
                }
                *only_text = false;
                self.native_tag(tag, &token)?
            }
            TagBinding::Foreign(tag) => {
                self.foreign_parts.push((Vec::new(), Vec::new()));
                let foreign = H::foreign(self, tag, &token)?;
                let (bodies, exprs) = self.foreign_parts.pop().unwrap_or_default();
                if foreign.must_be_first && !*only_text {
                    return fail(ErrorKind::MisplacedExtends);
                }
                *only_text &= foreign.is_text;
                NodeKind::Foreign { id: foreign.id, bodies: bodies.into(), exprs: exprs.into() }
            }
        };
        if let NodeKind::Cycle(cycle) = kind {
            // In Django `{% cycle name %}` is the same node again, which then has the token of the last tag.
            let token = self.ast.tokens.len() as u32;
            let same = self.ast.nodes.iter_mut().filter(|node| node.kind == NodeKind::Cycle(cycle));
            same.for_each(|node| node.token = token);
        }
        self.append(nodes, kind, token);
        Ok(())
    }

    /// The contents of the next token, which is consumed (`parser.next_token().contents`).
    pub(crate) fn next_contents(&mut self) -> Result<String> {
        match self.tokens.pop() {
            Some(token) => Ok(token.contents(&self.source).to_owned()),
            None => fail(ErrorKind::UnclosedTag),
        }
    }

    /// Parses up to an end tag and consumes it (`parse` and `delete_first_token`).
    pub(crate) fn body(&mut self, end: &str) -> Result<ListId> {
        let list = self.parse(&[end])?;
        self.tokens.pop();
        Ok(list)
    }

    /// `Parser.skip_past(endtag)`
    pub fn skip_past(&mut self, end: &str) -> Result<()> {
        while let Some(token) = self.tokens.pop() {
            if token.kind == TokenKind::Block && token.contents(&self.source) == end {
                return Ok(());
            }
        }
        fail(ErrorKind::UnclosedTag)
    }

    /// The words of a tag by white space (`token.contents.split()`).
    pub(crate) fn plain_words(&self, token: &Token) -> Vec<String> {
        words(token.contents(&self.source)).into_iter().map(str::to_owned).collect()
    }

    /// The words of a tag with quoted strings kept together (`token.split_contents()`).
    pub(crate) fn split(&self, token: &Token) -> Result<Vec<String>> {
        crate::split::split_contents(token.contents(&self.source))
    }
}

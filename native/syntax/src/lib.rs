//! The Django template language as data: what a template source says, before anything is looked up or rendered.
//!
//! The pipeline, one module a stage:
//!
//! ```text
//! source text ─ lexer ─► tokens ─ parser (+ tags/, expr, condition, split) ─► Ast ─ usage ─► Usage
//! ```
//!
//! Which tags and filters exist is not known here: the parser asks a [`Host`]. The messages of syntax errors are not
//! made here either. A template that does not parse is compiled once more by Django itself, whose error is the one that
//! the author sees; a [`SyntaxError`] only says what was met, and where.

pub mod ast;
pub mod condition;
pub mod error;
pub mod expr;
mod known;
pub mod lexer;
pub mod parser;
pub mod split;
pub mod stack;
pub mod tags;
pub mod usage;

pub use ast::{Ast, Node, NodeKind};
pub use error::{ErrorKind, SyntaxError};
pub use lexer::{Token, TokenKind, tokenize};
pub use parser::{Dialect, Foreign, Host, Parser, TagBinding};
pub use tags::TagKind;

//! What can be wrong with a template source, and where.

use std::fmt;

/// What was met. The wording that authors see is Django's; this one is for logs and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// `{{ }}` or `{% %}` without content.
    EmptyTag,
    /// A tag that no loaded library has, or an end tag in the wrong place.
    UnknownTag,
    /// A filter that no loaded library has, or one with the wrong number of arguments.
    UnknownFilter,
    /// `{% load %}` of a library or a member that does not exist.
    UnknownLibrary,
    /// A block tag whose end tag is missing.
    UnclosedTag,
    /// An expression that is not a constant, a variable or a chain of filters.
    BadExpression,
    /// A variable or an attribute that starts with an underscore or holds a forbidden character.
    BadVariableName,
    /// An `{% if %}` condition that does not parse.
    BadCondition,
    /// A tag with the wrong arguments.
    BadArguments,
    /// `{% extends %}` after other tags, or twice.
    MisplacedExtends,
    /// A name that may be defined only once was defined again.
    Duplicate,
    /// Legal for Django, but left to Django's own parser.
    Unsupported,
    /// A compile function in Python raised; the host keeps the exception.
    Host,
}

/// A template source that does not parse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyntaxError {
    /// What was met.
    pub kind: ErrorKind,
    /// The line of the tag (from 1), 0 if unknown.
    pub line: u32,
}

impl SyntaxError {
    /// An error whose line is filled in by the parser.
    pub fn new(kind: ErrorKind) -> Self {
        Self { kind, line: 0 }
    }

    /// The same error with its line, unless an inner tag has set one.
    #[must_use]
    pub fn at(mut self, line: u32) -> Self {
        if self.line == 0 {
            self.line = line;
        }
        self
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} on line {}", self.kind, self.line)
    }
}

impl std::error::Error for SyntaxError {}

/// The result of every step of the parser.
pub type Result<T> = std::result::Result<T, SyntaxError>;

/// Shorthand for the parser's files: `Err` of a kind whose line comes later.
pub(crate) fn fail<T>(kind: ErrorKind) -> Result<T> {
    Err(SyntaxError::new(kind))
}

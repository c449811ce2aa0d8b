//! The classes that Python sees, one a file.

pub mod block_context;
pub mod compiled;
pub mod composition;
pub mod counters;
pub mod describe;
pub mod entry;
pub mod frame;
pub mod lexing;
pub mod parser;
pub mod program;

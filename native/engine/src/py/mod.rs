//! The classes that Python sees, one a file.

pub mod block_context;
pub mod composition;
pub mod counters;
pub mod describe;
pub mod frame;
pub mod parser;
pub mod program;

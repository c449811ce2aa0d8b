//! The classes that Python sees, one a file.

pub mod block_context;
pub mod counters;
pub mod describe;
pub mod frame;
pub mod parser;
pub mod program;

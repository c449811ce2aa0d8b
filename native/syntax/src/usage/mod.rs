//! Which paths of which variables a template needs, and how.
//!
//! [`compose`] walks a template and what it extends and includes, and gives a [`Composition`]: a tree of needs
//! ([`Usage`]) for every free variable, and one for the elements of every `{% for %}`. One module a step:
//!
//! ```text
//! Ast ─ walk (+ scope, conditions, effects) ─► graph of touched paths ─ freeze ─► Usage ─ compose ─► Composition
//! ```

mod compose;
mod conditions;
pub mod effects;
mod graph;
mod inheritance;
mod scope;
mod tree;
mod walk;

pub use compose::{Composition, Resolver, Template, compose};
pub use tree::{
    COMPARED, COUNTED, ESCAPED, INDEXED, ITERATED, Names, PASSED_ON, PRINTED, REACHED, SLICED, Symbol, TRUTH, Usage,
};

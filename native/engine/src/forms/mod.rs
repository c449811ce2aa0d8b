//! Forms natively: what Django's own methods of forms, fields, widgets and error lists do (`djust_backend.form_classes`).
//!
//! `known.rs` says of an object which of these methods are Django's own; the other files do what they do, and call
//! Python for everything else. `steps.rs` is where templates come in.

mod bound;
mod choices;
mod errors;
mod known;
mod labels;
mod renderers;
mod steps;
mod values;
mod whole;
mod widgets;

pub use errors::ErrorItems;
pub use known::State;
pub use renderers::{loaded_templates, own_item, renders_as_made, set_backend};

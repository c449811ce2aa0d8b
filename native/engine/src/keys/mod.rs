//! Keys of trees of objects: two trees have equal keys if nothing that recipes name tells them apart.
//!
//! `recipes.rs` says what of an object counts, `reading.rs` walks over a tree, `key.rs` is what comes of it. What the
//! objects are is known to those who write the recipes.

mod key;
mod reading;
mod recipes;

pub use key::ObjectKey;
pub use reading::KeyReader;

//! Any text as a template: parsing never panics, and what parses can be analysed.
//! `cargo +nightly fuzz run parser`
#![no_main]

#[path = "../../syntax/tests/support/mod.rs"]
mod support;

use djust_syntax::usage::compose;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    let Ok(template) = support::parse(source, Some("main.html")) else { return };
    let mut templates = support::Templates::default();
    templates.0.insert("main.html".to_owned(), template.clone());
    let found = compose(template, Some("main.html"), &mut templates);
    let _ = found.paths();
});

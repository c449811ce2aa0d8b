//! Any text: the tokens follow each other without a gap, and splitting their contents never panics.
//! `cargo +nightly fuzz run lexer`
#![no_main]

use djust_syntax::{split, tokenize};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    let mut at = 0;
    for token in tokenize(source) {
        assert_eq!(token.start, at);
        at = token.end;
        let contents = token.contents(source);
        let _ = split::split_contents(contents);
        for word in split::smart_split(contents) {
            let _ = split::keyword(word);
            let _ = split::unescape_string_literal(word);
        }
    }
    assert_eq!(at as usize, source.len());
});

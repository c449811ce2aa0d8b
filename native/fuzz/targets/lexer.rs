//! Any text: the tokens follow each other without a gap, and splitting their contents never panics.
//! `cargo +nightly fuzz run lexer`
#![no_main]

use djust_syntax::lexer::quotes_span_lines;
use djust_syntax::{split, tokenize};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    for tags_span_lines in [false, true] {
        let tokens = tokenize(source, tags_span_lines);
        let mut at = 0;
        for token in &tokens {
            assert_eq!(token.start, at);
            at = token.end;
            assert_eq!(token.line as usize, source[..token.start as usize].matches('\n').count() + 1);
            let contents = token.contents(source);
            let _ = split::split_contents(contents);
            for word in split::smart_split(contents) {
                let _ = split::keyword(word);
                let _ = split::unescape_string_literal(word);
            }
        }
        assert_eq!(at as usize, source.len());
        assert!(tags_span_lines || !quotes_span_lines(source, &tokens));
    }
});

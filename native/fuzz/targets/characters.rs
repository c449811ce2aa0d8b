//! Any characters, as Python keeps them: the UTF-8 that Rust would make, and nothing for surrogates.
//! `cargo +nightly fuzz run characters`
#![no_main]

use djust_text::characters::push_characters;
use djust_text::html::escape;
use libfuzzer_sys::fuzz_target;

fn check<N: Copy + Into<u32>>(characters: &[N]) {
    let text: Option<String> = characters.iter().map(|&number| char::from_u32(number.into())).collect();
    for escaped in [false, true] {
        let mut out = b"before".to_vec();
        let added = push_characters(characters, escaped, &mut out);
        let wanted = text.as_ref().map(|text| if escaped { escape(text).into_owned() } else { text.clone() });
        assert_eq!(added.is_some(), wanted.is_some());
        assert_eq!(out, format!("before{}", wanted.unwrap_or_default()).into_bytes());
    }
}

fuzz_target!(|input: (Vec<u8>, Vec<u16>, Vec<u32>)| {
    let (one, two, four) = input;
    check(&one);
    check(&two);
    check(&four.into_iter().map(|number| number % 0x11_0000).collect::<Vec<u32>>());
});

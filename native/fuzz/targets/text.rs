//! Any text: no function of the filters panics or runs away. `cargo +nightly fuzz run text`
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../text/tests/calls/mod.rs"]
mod calls;

fuzz_target!(|input: (&str, &str, i64)| calls::call_everything(input.0, input.1, input.2));

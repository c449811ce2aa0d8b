//! No input makes a function panic or run away.

mod calls;

use calls::call_everything;

/// A small generator of reproducible numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 40] = [
            "<", ">", "</", "/>", "<!--", "-->", "&", ";", "#", "&amp;", "&#x", "=", "\"", "'", "(", ")", "[", "]",
            ".", ",", ":", "@", "://", "http", "www.", ".com", "%", "%4", "\\", "-", "+", "e", "0", "9", "\n", " ",
            "\u{a0}", "ß", "İ", "😀",
        ];
        let length = self.below(24);
        let mut out = String::new();
        for _ in 0..length {
            if self.below(8) == 0 {
                out.extend(char::from_u32(self.below(0x11_0000) as u32));
            } else {
                out.push_str(PIECES[self.below(PIECES.len() as u64) as usize]);
            }
        }
        out
    }
}

#[test]
fn random_texts_and_numbers_are_answered() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for round in 0..4_000_u64 {
        let (s, other) = (random.text(), random.text());
        let number = match round % 4 {
            0 => random.below(40) as i64 - 10,
            1 => [i64::MIN, i64::MAX, 0, -1, 1000][(round / 4 % 5) as usize],
            _ => random.below(u64::MAX) as i64,
        };
        call_everything(&s, &other, number);
    }
}

#[test]
fn long_monotonous_texts_take_linear_time() {
    // Quadratic work on any of these would take minutes.
    for unit in ["<", "<a", "<a ", "<a b=\"", "&", "&;", "&amp", ".", ";)", "a;&;", ")a.", "<!--", "> ", "\n", "é."] {
        let text = unit.repeat(300_000 / unit.len());
        call_everything(&text, "x", 7);
    }
}

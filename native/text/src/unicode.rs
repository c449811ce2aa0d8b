//! The parts of Python's Unicode database that are the same in every supported Python.
//!
//! Python versions carry different Unicode versions, and Rust's own tables are newer still. A character
//! may be decided here only if it has been assigned for long and its property is the same everywhere;
//! the ranges below hold such characters of common scripts, and the replayed cases compare them
//! with what Python says.

/// Whether `str.isspace`, `str.split`, `str.strip` and `\s` take `c` for white space.
///
/// The set has not changed since Unicode 6.3, so it is decided for every character.
pub const fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t'..='\r'
            | '\u{1c}'..=' '
            | '\u{85}'
            | '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}'
    )
}

/// Whether `str.splitlines` breaks a line at `c`.
pub const fn is_line_break(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether upper, lower and title case of `c` agree between Rust and every Python, free of context.
pub const fn has_stable_case(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{17f}'
            | '\u{38e}'..='\u{3a1}'
            // Capital sigma (U+03A3) depends on its place in the word.
            | '\u{3a4}'..='\u{3ce}'
            | '\u{400}'..='\u{482}'
            | '\u{48a}'..='\u{52f}'
    ) || is_caseless(c)
}

/// Characters of scripts and symbols without case.
const fn is_caseless(c: char) -> bool {
    matches!(
        c,
        '\u{5d0}'..='\u{5ea}'
            | '\u{620}'..='\u{63f}'
            | '\u{641}'..='\u{64a}'
            | '\u{2002}'..='\u{2029}'
            | '\u{202f}'..='\u{205e}'
            | '\u{20a0}'..='\u{20bf}'
            | '\u{2190}'..='\u{23ff}'
            | '\u{2500}'..='\u{27bf}'
            | '\u{3000}'..='\u{3004}'
            | '\u{3008}'..='\u{3020}'
            | '\u{3041}'..='\u{3096}'
            | '\u{30a0}'..='\u{30ff}'
            | '\u{4e00}'..='\u{9fef}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{fe0f}'
            | '\u{ff01}'..='\u{ff0f}'
            | '\u{ff1a}'..='\u{ff20}'
            | '\u{1f300}'..='\u{1f5ff}'
            | '\u{1f600}'..='\u{1f64f}'
            | '\u{1f680}'..='\u{1f6c5}'
            | '\u{1f90d}'..='\u{1f971}'
            | '\u{1f980}'..='\u{1f9a2}'
            | '\u{1f9d0}'..='\u{1f9ff}'
    )
}

/// Whether `c` stays as it is under NFC next to other such characters and is not a combining mark.
///
/// In a text of these characters NFC changes nothing and `unicodedata.combining` is 0 everywhere.
pub const fn is_nfc_inert(c: char) -> bool {
    match c {
        '\0'..='\u{2ff}'
        | '\u{38e}'..='\u{3a1}'
        | '\u{3a3}'..='\u{3ce}'
        | '\u{400}'..='\u{482}'
        | '\u{48a}'..='\u{52f}' => true,
        // NFC rewrites these two angle brackets.
        '\u{2329}' | '\u{232a}' => false,
        _ => is_caseless(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_space_is_wider_than_ascii_and_narrower_than_it_looks() {
        assert!(is_space('\u{1c}') && is_space('\u{3000}'));
        assert!(!is_space('\u{200b}') && !is_space('\u{180e}') && !is_space('\u{feff}'));
        assert!(is_line_break('\u{b}') && !is_line_break('\u{1f}') && is_space('\u{1f}'));
    }
}

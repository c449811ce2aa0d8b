//! Answers calls from standard input, one line each, so that Python can compare with Django.
//!
//! Usage: `answer 52|60|61`; the line format is that of `tests/cases/*.tsv` without the last column.

use std::io::{BufRead as _, Write as _};

use djust_text::Series;

#[path = "../tests/dispatch/mod.rs"]
mod dispatch;

fn main() -> std::io::Result<()> {
    let series = match std::env::args().nth(1).as_deref() {
        Some("60") => Series::Django60,
        Some("61") => Series::Django61,
        _ => Series::Django52,
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let result = dispatch::call(series, &dispatch::fields(&line?));
        writeln!(out, "{}", dispatch::field(result))?;
    }
    Ok(())
}

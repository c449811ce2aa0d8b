//! Each stage pinned by text: `inputs/*.html` give `snapshots/*.txt` with tokens, AST and usage.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p djust-syntax --test snapshots` rewrites them. A line `=== name` in an input begins
//! another template, which the first one may extend or include.

#![allow(clippy::unwrap_used, reason = "a failing unwrap fails the test")]

#[path = "support/show.rs"]
mod show;
mod support;

use std::fmt::Write;
use std::fs;
use std::path::Path;

fn sections(name: &str, text: &str) -> Vec<(String, String)> {
    let mut found = vec![(name.to_owned(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("=== ") {
            Some(name) => found.push((name.trim().to_owned(), String::new())),
            None => found.last_mut().unwrap().1.push_str(line),
        }
    }
    found
}

fn snapshot(name: &str, text: &str) -> String {
    let sections = sections(name, text);
    let mut out = String::new();
    for (name, source) in &sections {
        writeln!(out, "# tokens of {name}").unwrap();
        show::tokens(source, &mut out);
        writeln!(out, "# nodes of {name}").unwrap();
        match support::parse(source, Some(name)) {
            Ok(template) => show::ast(&template, &mut out),
            Err(error) => {
                writeln!(out, "{error}").unwrap();
                return out;
            }
        }
    }
    writeln!(out, "# usage").unwrap();
    let sources: Vec<(&str, &str)> = sections.iter().map(|(name, source)| (&**name, &**source)).collect();
    show::composition(&support::composition(&sources), &mut out);
    out
}

#[test]
fn every_input_gives_its_snapshot() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let mut inputs: Vec<_> = fs::read_dir(root.join("inputs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    assert!(!inputs.is_empty());
    let mut different = Vec::new();
    for input in inputs {
        let stem = input.file_stem().unwrap().to_str().unwrap();
        let found = snapshot(&format!("{stem}.html"), &fs::read_to_string(&input).unwrap());
        let path = root.join("snapshots").join(format!("{stem}.txt"));
        if update {
            fs::write(&path, found).unwrap();
        } else if fs::read_to_string(&path).ok().as_deref() != Some(&*found) {
            different.push(format!("{stem}:\n{found}"));
        }
    }
    assert!(different.is_empty(), "different from their snapshots:\n{}", different.join("\n"));
}

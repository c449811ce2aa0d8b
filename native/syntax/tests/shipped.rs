//! Real templates: everything that Django ships parses and can be analysed.
//!
//! The folder of an unpacked Django (the one that holds `contrib`) is given in `DJANGO_SOURCE`; without it Python is
//! asked where its Django is.

#![allow(clippy::unwrap_used, reason = "a failing unwrap fails the test")]

mod support;

use djust_syntax::usage::{Resolver, compose};
use std::path::{Path, PathBuf};
use std::process::Command;

fn django() -> PathBuf {
    if let Some(path) = std::env::var_os("DJANGO_SOURCE") {
        return path.into();
    }
    let print = "import django, os; print(os.path.dirname(django.__file__))";
    let output = Command::new("python3").args(["-c", print]).output().expect("Python runs");
    assert!(output.status.success(), "set DJANGO_SOURCE, or let python3 have Django installed");
    String::from_utf8(output.stdout).unwrap().trim().into()
}

fn collect(folder: &Path, root: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, root, found);
        } else if path.extension().is_some_and(|e| e == "html" || e == "txt") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn the_templates_that_django_ships_parse() {
    let django = django();
    let mut sources = Vec::new();
    for app in ["contrib/admin", "contrib/admindocs", "contrib/auth", "contrib/gis", "contrib/postgres", "forms"] {
        let root = django.join(app).join("templates");
        if root.is_dir() {
            collect(&root, &root, &mut sources);
        }
    }
    assert!(sources.len() > 50, "{} templates found", sources.len());
    let mut templates = support::Templates::default();
    let mut failed = Vec::new();
    for (name, source) in &sources {
        match support::parse(source, Some(name)) {
            Ok(template) => drop(templates.0.insert(name.clone(), template)),
            Err(error) => failed.push(format!("{name}: {error}")),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    for (name, _) in &sources {
        let root = templates.template(name).unwrap();
        let found = compose(root, Some(name), &mut templates);
        assert!(!found.truncated, "{name}");
        assert!(found.unresolved.is_empty(), "{name}: {:?}", found.unresolved);
    }
}

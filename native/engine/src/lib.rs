//! The renderer: the extension module `djust_backend._native`.
//!
//! Reading order is that of a render: `py/program.rs` (every way in) → `render.rs` (the walk over nodes) → `expr.rs` and
//! `lookup.rs` (values) → `tags/` and `filters/`. `host.rs` and `py/parser.rs` are the compile side. Nothing here imports
//! a module of the package: Django is handed in through `stock.rs`.

#![allow(missing_docs, reason = "the macros of PyO3 expand to items without docs; ours have them")]

mod accessors;
mod addresses;
mod admin;
mod ahead;
mod arrivals;
mod attributes;
mod blocks;
mod bodies;
mod calls;
mod classes;
mod collections;
mod converted;
mod expr;
mod filters;
mod foreign;
mod forms;
mod helpers;
mod hidden;
mod host;
mod interned;
mod interpreters;
mod keys;
mod languages;
mod lazies;
mod lent;
mod links;
mod loading;
mod locale;
mod lookup;
mod loops;
mod media;
mod modules;
mod out;
mod processors;
mod program;
mod pushed;
mod py;
mod render;
mod row_sources;
mod rows;
mod scopes;
mod shared;
mod site_functions;
mod sources;
mod stock;
mod stored;
mod surroundings;
mod tags;
mod threads;
mod timestamps;
mod utf8;
mod value;
mod vectorcall;
mod watch;

use pyo3::prelude::*;

/// Makes Django known: `bridge` is the module `djust_backend.bridge`.
#[pyfunction]
fn install(bridge: &Bound<'_, PyAny>) -> PyResult<()> {
    stock::Stock::install(bridge)?;
    watch::install(bridge.py(), stock::Stock::get(bridge.py())?)
}

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::admin::AdminRows;
    #[pymodule_export]
    use super::arrivals::Arrivals;
    #[pymodule_export]
    use super::converted::ConvertedRows;
    #[pymodule_export]
    use super::forms::set_backend;
    #[pymodule_export]
    use super::helpers::{format_html, localized, mark_safe, number_format, static_address, template_localtime};
    #[pymodule_export]
    use super::install;
    #[pymodule_export]
    use super::keys::{KeyReader, ObjectKey};
    #[pymodule_export]
    use super::py::block_context::NativeBlocks;
    #[pymodule_export]
    use super::py::counters::{count_renders, count_stock_render, count_stock_template, render_counters};
    #[pymodule_export]
    use super::py::frame::NativeFrame;
    #[pymodule_export]
    use super::py::parser::NativeParser;
    #[pymodule_export]
    use super::py::program::{NativeProgram, set_template_class};
    #[pymodule_export]
    use super::site_functions::{
        SiteCall, conditional_escape_by_name, escape_by_name, format_html_by_name, get_token_by_name,
        json_script_by_name, mark_safe_by_name, render_to_string_by_name, reverse_by_name, static_by_name,
    };
    #[pymodule_export]
    use super::timestamps::UtcReader;
    #[pymodule_export]
    use super::watch::class_versions;
    #[pymodule_export]
    use super::watch::classes_stay;

    use pyo3::prelude::*;

    #[pymodule_init]
    fn claim(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::interpreters::claim(module.py())
    }
}

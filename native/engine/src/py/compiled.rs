//! What is made of a parse: the tables of a program, and the blocks in it.

use crate::host::PyHost;
use crate::program::{OwnBlock, Program, make_consts, make_names, next_serial};
use crate::stock::Stock;
use djust_syntax::Parser;
use djust_syntax::ast::{NodeId, NodeKind};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;
use std::sync::OnceLock;

pub fn finish(
    py: Python<'_>,
    stock: &Stock,
    mut parser: Parser<PyHost>,
    origin: Bound<'_, PyAny>,
) -> PyResult<Program> {
    parser.ast.finish();
    let names = make_names(py, &parser.ast)?;
    let consts = make_consts(py, stock, &parser.ast)?;
    Ok(Program {
        source: parser.source,
        serial: next_serial(),
        names,
        consts,
        filters: parser.host.filters,
        foreign: parser.host.foreign,
        blocks: OnceLock::new(),
        origin: origin.unbind(),
        template_name: parser.template_name,
        handle: OnceLock::new(),
        constant: OnceLock::new(),
        loop_length: has_loop_length(py, stock)?,
        ast: parser.ast,
    })
}

/// `forloop.length` exists in this Django.
fn has_loop_length(py: Python<'_>, stock: &Stock) -> PyResult<bool> {
    static HAS: PyOnceLock<bool> = PyOnceLock::new();
    HAS.get_or_try_init(py, || stock.call(py, "has_loop_length", ())?.is_truthy()).copied()
}

type Blocks = Vec<(Py<PyString>, OwnBlock)>;

/// The blocks that `get_nodes_by_type(BlockNode)` would find.
pub fn find_blocks(py: Python<'_>, stock: &Stock, program: &Program) -> PyResult<Blocks> {
    let mut found = Vec::new();
    let has_blocks = program.ast.nodes.iter().any(|node| matches!(node.kind, NodeKind::Block { .. }));
    let has_foreign_bodies = !program.foreign.is_empty();
    if has_blocks || has_foreign_bodies {
        blocks_of_list(py, stock, program, program.ast.root, &mut found)?;
    }
    Ok(found)
}

/// Adds a block; of two with one name the later counts, as in a dictionary.
fn add_block(found: &mut Blocks, name: Bound<'_, PyString>, block: OwnBlock) {
    found.retain(|(known, _)| !known.is(&name));
    found.push((name.unbind(), block));
}

fn blocks_of_list(py: Python<'_>, stock: &Stock, p: &Program, list: u32, found: &mut Blocks) -> PyResult<()> {
    for &id in p.ast.list(list) {
        let kind = p.kind(id);
        match kind {
            NodeKind::Block { name, .. } => add_block(found, p.name(py, *name).clone(), OwnBlock::Native(id)),
            NodeKind::Foreign { id: foreign, bodies, .. } => {
                let node = p.foreign[*foreign as usize].node(py);
                if bodies.is_empty() && !node.is_instance(stock.BlockNode.bind(py))? {
                    continue;
                }
                for item in stock.call(py, "blocks_within", (node,))?.try_iter()? {
                    let (name, node): (String, Bound<'_, PyAny>) = item?.extract()?;
                    let block = match node.extract::<NodeId>() {
                        Ok(node) => OwnBlock::Native(node),
                        Err(_) => OwnBlock::Python(node.unbind()),
                    };
                    add_block(found, PyString::intern(py, &name), block);
                }
                continue;
            }
            _ => {}
        }
        for list in kind.bodies() {
            blocks_of_list(py, stock, p, list, found)?;
        }
    }
    Ok(())
}

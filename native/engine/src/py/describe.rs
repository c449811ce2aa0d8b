//! Nodes as data for Python: what `djust_backend.nodes` makes objects of Django's node classes from.

use crate::filters::FilterEntry;
use crate::foreign::ForeignNode;
use djust_syntax::ast::{Ast, Cond, ExprId, ListId, NodeId, NodeKind, Operator, Piece};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

/// Items of a list: node objects for foreign nodes, `(class name, node id, text or None)` for ours.
pub fn describe_list<'py>(
    py: Python<'py>,
    ast: &Ast,
    source: &str,
    list: ListId,
    foreign: &[ForeignNode],
) -> PyResult<Bound<'py, PyList>> {
    let items = PyList::empty(py);
    for &id in ast.list(list) {
        match &ast.nodes[id as usize].kind {
            NodeKind::Foreign { id, .. } => items.append(foreign[*id as usize].node(py))?,
            NodeKind::Text(from, to) => items.append(("TextNode", id, &source[*from as usize..*to as usize]))?,
            NodeKind::MadeUpText(text) => items.append(("TextNode", id, &**text))?,
            kind => items.append((class_name(kind), id, py.None()))?,
        }
    }
    Ok(items)
}

/// The class of Django's that a node would be.
pub fn class_name(kind: &NodeKind) -> &'static str {
    match kind {
        NodeKind::Text(..) | NodeKind::MadeUpText(_) => "TextNode",
        NodeKind::Var(_) => "VariableNode",
        NodeKind::Silent { load: true } => "LoadNode",
        NodeKind::Silent { load: false } => "CommentNode",
        NodeKind::Autoescape { .. } => "AutoEscapeControlNode",
        NodeKind::Cycle(_) => "CycleNode",
        NodeKind::ResetCycle(_) => "ResetCycleNode",
        NodeKind::CsrfToken => "CsrfTokenNode",
        NodeKind::Filter { .. } => "FilterNode",
        NodeKind::FirstOf { .. } => "FirstOfNode",
        NodeKind::For { .. } => "ForNode",
        NodeKind::If(_) => "IfNode",
        NodeKind::IfChanged { .. } => "IfChangedNode",
        NodeKind::Now { .. } => "NowNode",
        NodeKind::Regroup { .. } => "RegroupNode",
        NodeKind::Spaceless(_) => "SpacelessNode",
        NodeKind::TemplateTag { .. } => "TemplateTagNode",
        NodeKind::Url { .. } => "URLNode",
        NodeKind::Verbatim(_) => "VerbatimNode",
        NodeKind::WidthRatio { .. } => "WidthRatioNode",
        NodeKind::With { .. } => "WithNode",
        NodeKind::Block { .. } => "BlockNode",
        NodeKind::Extends { .. } => "ExtendsNode",
        NodeKind::Include { .. } => "IncludeNode",
        NodeKind::Translate { .. } => "TranslateNode",
        NodeKind::BlockTranslate(_) => "BlockTranslateNode",
        NodeKind::Language { .. } => "LanguageNode",
        NodeKind::Ambient { what, .. } => match what {
            djust_syntax::ast::Ambient::Language => "GetCurrentLanguageNode",
            djust_syntax::ast::Ambient::LanguageBidi => "GetCurrentLanguageBidiNode",
            djust_syntax::ast::Ambient::Languages => "GetAvailableLanguagesNode",
            djust_syntax::ast::Ambient::TimeZone => "GetCurrentTimezoneNode",
        },
        NodeKind::Localize { .. } => "LocalizeNode",
        NodeKind::LocalTime { .. } => "LocalTimeNode",
        NodeKind::TimeZone { .. } => "TimezoneNode",
        NodeKind::Cache { .. } => "CacheNode",
        NodeKind::Static { .. } => "StaticNode",
        NodeKind::PartialDef { .. } => "PartialDefNode",
        NodeKind::Partial { .. } => "PartialNode",
        NodeKind::Foreign { .. } => "Node",
    }
}

/// Builds the dictionary of [`facts`].
struct Facts<'py, 'a> {
    ast: &'a Ast,
    dict: Bound<'py, PyDict>,
}

impl<'py> Facts<'py, '_> {
    fn expr_data(&self, id: ExprId) -> (&'static str, ExprId, &str) {
        ("expr", id, self.ast.expr_text(&self.ast.exprs[id as usize]))
    }

    fn name_text(&self, name: Option<u32>) -> Option<&str> {
        name.map(|name| self.ast.name_text(name))
    }

    fn value(&self, key: &str, value: impl IntoPyObject<'py>) -> PyResult<()> {
        let py = self.dict.py();
        let value = value.into_bound_py_any(py)?;
        self.dict.set_item(key, ("value", value))
    }

    fn expr(&self, key: &str, id: ExprId) -> PyResult<()> {
        self.dict.set_item(key, self.expr_data(id))
    }

    fn maybe_expr(&self, key: &str, id: Option<ExprId>) -> PyResult<()> {
        match id {
            Some(id) => self.expr(key, id),
            None => self.value(key, None::<u32>),
        }
    }

    fn exprs(&self, key: &str, ids: &[ExprId]) -> PyResult<()> {
        let items: Vec<_> = ids.iter().map(|&id| self.expr_data(id)).collect();
        self.dict.set_item(key, ("exprs", items))
    }

    fn list(&self, key: &str, list: Option<ListId>) -> PyResult<()> {
        self.dict.set_item(key, ("list", list))
    }

    fn bindings(&self, key: &str, bindings: &[(u32, ExprId)]) -> PyResult<()> {
        let items: Vec<_> =
            bindings.iter().map(|(name, id)| (self.ast.name_text(*name), self.expr_data(*id))).collect();
        self.dict.set_item(key, ("bindings", items))
    }

    fn cond(&self, cond: &Cond) -> PyResult<Bound<'py, PyTuple>> {
        let py = self.dict.py();
        match cond {
            Cond::Value(id) => self.expr_data(*id).into_pyobject(py),
            Cond::Not(inner) => ("not", self.cond(inner)?).into_pyobject(py),
            Cond::Binary(operator, left, right) => {
                (operator_text(*operator), self.cond(left)?, self.cond(right)?).into_pyobject(py)
            }
        }
    }

    fn pieces(&self, key: &str, pieces: &[Piece]) -> PyResult<()> {
        let items: Vec<(bool, &str)> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => (false, &**text),
                Piece::Var(name) => (true, self.ast.name_text(*name)),
            })
            .collect();
        self.dict.set_item(key, ("pieces", items))
    }
}

fn operator_text(operator: Operator) -> &'static str {
    match operator {
        Operator::Or => "or",
        Operator::And => "and",
        Operator::In => "in",
        Operator::NotIn => "not in",
        Operator::Is => "is",
        Operator::IsNot => "is not",
        Operator::Eq => "==",
        Operator::Ne => "!=",
        Operator::Gt => ">",
        Operator::Ge => ">=",
        Operator::Lt => "<",
        Operator::Le => "<=",
    }
}

/// Attributes of a node as Django's class has them: name to `(tag, data …)`.
pub fn facts<'py>(py: Python<'py>, ast: &Ast, source: &str, node: NodeId) -> PyResult<Bound<'py, PyDict>> {
    let facts = Facts { ast, dict: PyDict::new(py) };
    let kind = &ast.nodes[node as usize].kind;
    match kind {
        NodeKind::Text(from, to) => facts.value("s", &source[*from as usize..*to as usize])?,
        NodeKind::MadeUpText(text) => facts.value("s", &**text)?,
        NodeKind::Var(expr) => facts.expr("filter_expression", *expr)?,
        NodeKind::Silent { .. } | NodeKind::CsrfToken | NodeKind::Foreign { .. } => {}
        NodeKind::Autoescape { on, body } => {
            facts.value("setting", *on)?;
            facts.list("nodelist", Some(*body))?;
        }
        NodeKind::Cycle(cycle) | NodeKind::ResetCycle(cycle) => {
            let data = &ast.cycles[*cycle as usize];
            facts.exprs("cyclevars", &data.values)?;
            facts.value("variable_name", facts.name_text(data.name))?;
            facts.value("silent", data.silent)?;
        }
        NodeKind::Filter { expr, body } => {
            facts.expr("filter_expr", *expr)?;
            facts.list("nodelist", Some(*body))?;
        }
        NodeKind::FirstOf { vars, asvar } => {
            facts.exprs("vars", vars)?;
            facts.value("asvar", facts.name_text(*asvar))?;
        }
        NodeKind::For { vars, sequence, reversed, body, empty } => {
            let names: Vec<&str> = vars.iter().map(|&name| ast.name_text(name)).collect();
            facts.value("loopvars", names)?;
            facts.expr("sequence", *sequence)?;
            facts.value("is_reversed", *reversed)?;
            facts.list("nodelist_loop", Some(*body))?;
            facts.list("nodelist_empty", *empty)?;
        }
        NodeKind::If(branches) => {
            let items = PyList::empty(py);
            for (cond, body) in branches {
                let cond = cond.as_ref().map(|cond| facts.cond(cond)).transpose()?;
                items.append((cond, *body))?;
            }
            facts.dict.set_item("conditions_nodelists", ("branches", items))?;
        }
        NodeKind::IfChanged { vars, body, unchanged } => {
            facts.exprs("_varlist", vars)?;
            facts.list("nodelist_true", Some(*body))?;
            facts.list("nodelist_false", *unchanged)?;
        }
        NodeKind::Now { format, asvar } => {
            facts.value("format_string", &**format)?;
            facts.value("asvar", facts.name_text(*asvar))?;
        }
        NodeKind::Regroup { target, expression, name } => {
            facts.expr("target", *target)?;
            facts.expr("expression", *expression)?;
            facts.value("var_name", facts.name_text(Some(*name)))?;
        }
        NodeKind::Spaceless(body) => facts.list("nodelist", Some(*body))?,
        NodeKind::TemplateTag { name, .. } => facts.value("tagtype", &**name)?,
        NodeKind::Url { view, args, kwargs, asvar } => {
            facts.expr("view_name", *view)?;
            facts.exprs("args", args)?;
            facts.bindings("kwargs", kwargs)?;
            facts.value("asvar", facts.name_text(*asvar))?;
        }
        NodeKind::Verbatim(body) => {
            let mut content = String::new();
            for &id in ast.list(*body) {
                if let NodeKind::Text(from, to) = &ast.nodes[id as usize].kind {
                    content.push_str(&source[*from as usize..*to as usize]);
                }
            }
            facts.value("content", content)?;
        }
        NodeKind::WidthRatio { value, max, width, asvar } => {
            facts.expr("val_expr", *value)?;
            facts.expr("max_expr", *max)?;
            facts.expr("max_width", *width)?;
            facts.value("asvar", facts.name_text(*asvar))?;
        }
        NodeKind::With { bindings, body } => {
            facts.bindings("extra_context", bindings)?;
            facts.list("nodelist", Some(*body))?;
        }
        NodeKind::Block { name, body } => {
            facts.value("name", facts.name_text(Some(*name)))?;
            facts.list("nodelist", Some(*body))?;
            facts.value("parent", None::<u32>)?;
        }
        kind => composition_facts(&facts, kind)?,
    }
    Ok(facts.dict)
}

/// The tags that compose templates, translate, or belong to a library that must be loaded.
fn composition_facts(facts: &Facts<'_, '_>, kind: &NodeKind) -> PyResult<()> {
    match kind {
        NodeKind::Extends { parent, body } => {
            facts.expr("parent_name", *parent)?;
            facts.list("nodelist", Some(*body))?;
            facts.value("template_dirs", None::<u32>)
        }
        NodeKind::Include { template, bindings, only } => {
            facts.expr("template", *template)?;
            facts.bindings("extra_context", bindings)?;
            facts.value("isolated_context", *only)
        }
        NodeKind::Translate { expr, noop, asvar, context } => {
            facts.expr("filter_expression", *expr)?;
            facts.value("noop", *noop)?;
            facts.value("asvar", facts.name_text(*asvar))?;
            facts.maybe_expr("message_context", *context)
        }
        NodeKind::BlockTranslate(node) => {
            facts.bindings("extra_context", &node.bindings)?;
            facts.pieces("singular", &node.singular)?;
            facts.pieces("plural", &node.plural)?;
            facts.value("countervar", facts.name_text(node.count.map(|(name, _)| name)))?;
            facts.maybe_expr("counter", node.count.map(|(_, expr)| expr))?;
            facts.maybe_expr("message_context", node.context)?;
            facts.value("trimmed", node.trimmed)?;
            facts.value("asvar", facts.name_text(node.asvar))?;
            facts.value("tag_name", &*node.tag_name)
        }
        NodeKind::Language { expr, body } => {
            facts.expr("language", *expr)?;
            facts.list("nodelist", Some(*body))
        }
        NodeKind::Ambient { name, .. } => facts.value("variable", facts.name_text(Some(*name))),
        NodeKind::Localize { on, body } => {
            facts.value("use_l10n", *on)?;
            facts.list("nodelist", Some(*body))
        }
        NodeKind::LocalTime { on, body } => {
            facts.value("use_tz", *on)?;
            facts.list("nodelist", Some(*body))
        }
        NodeKind::TimeZone { expr, body } => {
            facts.expr("tz", *expr)?;
            facts.list("nodelist", Some(*body))
        }
        NodeKind::Cache { expire, fragment, vary, using, body } => {
            facts.expr("expire_time_var", *expire)?;
            facts.value("fragment_name", &**fragment)?;
            facts.exprs("vary_on", vary)?;
            facts.maybe_expr("cache_name", *using)?;
            facts.list("nodelist", Some(*body))
        }
        NodeKind::Static { path, asvar } => {
            facts.expr("path", *path)?;
            facts.value("varname", facts.name_text(*asvar))
        }
        NodeKind::PartialDef { name, inline, body } => {
            facts.value("partial_name", facts.name_text(Some(*name)))?;
            facts.value("inline", *inline)?;
            facts.list("nodelist", Some(*body))
        }
        NodeKind::Partial { name } => {
            facts.value("partial_name", facts.name_text(Some(*name)))?;
            facts.dict.set_item("partial_mapping", ("partials",))
        }
        _ => Ok(()),
    }
}

/// Filter functions of an expression by name.
pub fn filters_of<'py>(
    py: Python<'py>,
    ast: &Ast,
    filters: &[FilterEntry],
    expr: ExprId,
) -> PyResult<Bound<'py, PyDict>> {
    let found = PyDict::new(py);
    for call in ast.calls(ast.exprs[expr as usize].filters) {
        found.set_item(ast.name_text(call.name), &filters[call.filter as usize].function)?;
    }
    Ok(found)
}

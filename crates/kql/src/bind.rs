//! The syntax tree to the plan: names and types are resolved against the schema.
//!
//! A failing part is recorded and stood in for by something that causes no further complaints, so
//! that one reading finds several errors. With any problem recorded there is no plan.

mod aggregates;
mod call;
mod convert;
mod expand;
mod join;
mod library;
mod list;
mod naming;
mod nested;
mod operand;
mod parse;
mod plugin;
mod project;
mod rel;
mod results;
mod scalar;
mod scan;
mod search;
mod series;
mod several;
mod source;
mod special;
mod step;
mod union;
mod window;

pub(crate) use call::signature;
use rel::{Rel, Scope};

pub(crate) use library::FORMS;
pub(crate) use special::SPECIAL;
pub(crate) use window::WINDOWS;

use std::rc::Rc;

use crate::ast::{self, LetStatement, LetValue, Statement};
use crate::discover::Discovery;
use crate::plan::{Column, Expr, Plan, Relation, RenderHint, Undiscovered};
use crate::problem::{Finding, code};
use crate::schema::{Schema, Type};
use crate::value::{DateTimeTicks, Literal};

/// A plan may have so many nodes after everything named by `let` is put in its place.
pub const MAX_PLAN_NODES: usize = 300_000;

/// A plan may be so deep after everything named by `let` is put in its place.
pub const MAX_PLAN_DEPTH: usize = 600;

/// Functions of the query may call each other so deep.
const MAX_CALL_DEPTH: usize = 12;

/// Resolves a script.
pub(crate) fn bind(
    script: &ast::Script,
    schema: &Schema,
    now: DateTimeTicks,
    discovered: &[Discovery],
) -> Result<Plan, Vec<Finding>> {
    let mut binder = Binder::new(script, schema, now, discovered);
    let root = binder.script(script);
    match root {
        Some(root) if binder.findings.is_empty() => {
            let Binder { render, undiscovered, .. } = binder;
            Ok(Plan { root: root.relation, render, undiscovered })
        }
        _ => Err(binder.findings),
    }
}

/// The columns of a script's rows as far as they can be told, whatever is wrong with it.
pub(crate) fn columns(script: &ast::Script, schema: &Schema) -> Vec<Column> {
    let mut binder = Binder::new(script, schema, 0, &[]);
    binder.script(script).map(|root| root.relation.columns).unwrap_or_default()
}

struct Binder<'a> {
    schema: &'a Schema,
    now: DateTimeTicks,
    /// What was found out about columns that depend on the data, and what has to be.
    discovered: std::slice::Iter<'a, Discovery>,
    undiscovered: Vec<Undiscovered>,
    /// Every name that the script speaks of.
    mentioned: &'a std::collections::HashSet<String>,
    findings: Vec<Finding>,
    /// What `let` has named so far; the last of a name counts.
    names: Vec<(String, Rc<Binding<'a>>)>,
    nodes: usize,
    /// How many tabular expressions we are inside of.
    table_depth: usize,
    call_depth: usize,
    render: Option<RenderHint>,
    /// Set while the aggregates of a `summarize` are resolved.
    aggregation: Option<aggregates::Aggregation>,
    /// Set while expressions are resolved that may look at neighbouring rows.
    windows: Option<window::Windows>,
    /// What the bodies of the operators that we are inside of run over.
    rows: Vec<Rel>,
    /// Options of the query that its answer depends on.
    options: Vec<(String, Expr)>,
}

/// What a name of the query's own stands for.
enum Binding<'a> {
    /// A scalar; if it refers to columns, only valid inside so many tabular expressions.
    Scalar { expr: Expr, table_depth: usize, size: Size },
    /// Rows.
    Table { rel: Box<Rel>, size: Size },
    /// A function, and how many of the names before it can be seen by it.
    Function { body: &'a ast::FunctionBody, visible: Vec<(String, Rc<Self>)> },
    /// Something that could not be resolved; no more is said about it.
    Broken,
}

#[derive(Debug, Clone, Copy, Default)]
struct Size {
    nodes: usize,
    depth: usize,
}

impl<'a> Binder<'a> {
    fn new(
        script: &'a ast::Script,
        schema: &'a Schema,
        now: DateTimeTicks,
        discovered: &'a [Discovery],
    ) -> Self {
        Self {
            schema,
            now,
            discovered: discovered.iter(),
            undiscovered: Vec::new(),
            mentioned: &script.words,
            findings: Vec::new(),
            names: Vec::new(),
            nodes: 0,
            table_depth: 0,
            call_depth: 0,
            render: None,
            aggregation: None,
            windows: None,
            rows: Vec::new(),
            options: Vec::new(),
        }
    }

    fn script(&mut self, script: &'a ast::Script) -> Option<Rel> {
        let mut root = None;
        for statement in &script.statements {
            match statement {
                Statement::Let(statement) => self.let_statement(statement),
                // Most options of the engine change no answer.
                Statement::Set(name, value) => self.set_option(name, value.as_ref()),
                Statement::Parameters(parameters) => self.query_parameters(parameters),
                Statement::Other(name) => {
                    let message = format!("the statement `{}` is not supported yet", name.text);
                    self.report(Finding::new(code::UNSUPPORTED, name.span.clone(), message));
                }
                Statement::Query(query) if root.is_some() => {
                    let message = "a second query in one text is not supported yet";
                    self.report(Finding::new(code::UNSUPPORTED, query.span.clone(), message));
                }
                Statement::Query(query) => root = Some(self.query(query)),
            }
        }
        if root.is_none() && self.findings.is_empty() {
            let message = "there is no query here, only definitions";
            self.report(Finding::new(code::SYNTAX, 0..0, message));
        }
        root
    }

    fn set_option(&mut self, name: &ast::Name, value: Option<&'a ast::Expr>) {
        let Some(value) = value else { return };
        if matches!(name.text.as_str(), "query_bin_auto_size" | "query_bin_auto_at") {
            let value = self.scalar(value, &Scope::EMPTY);
            self.options.push((name.text.clone(), value));
        }
    }

    /// Parameters of the query are what they are when nothing is given.
    fn query_parameters(&mut self, parameters: &'a [ast::Parameter]) {
        for parameter in parameters {
            let binding = match (&parameter.ty, &parameter.default) {
                (ast::ParameterType::Scalar(ty), Some(default)) => {
                    let value = self.scalar(default, &Scope::EMPTY);
                    let expr = convert::convert(value, *ty);
                    let size = measure_expr(&expr);
                    Binding::Scalar { expr, table_depth: self.table_depth, size }
                }
                _ => {
                    let message = format!("the parameter `{}` has no value", parameter.name.text);
                    let finding =
                        Finding::new(code::CONSTANT, parameter.name.span.clone(), message);
                    self.report(finding.with_help("give it one: `name:type = value`"));
                    Binding::Broken
                }
            };
            self.names.push((parameter.name.text.clone(), Rc::new(binding)));
        }
    }

    /// The query itself: rows, or a scalar, which is shown as one row.
    fn query(&mut self, query: &'a ast::Expr) -> Rel {
        self.pull_render(query);
        let scalar = matches!(
            query.kind,
            ast::ExprKind::Literal(..)
                | ast::ExprKind::Binary(..)
                | ast::ExprKind::Negate(_)
                | ast::ExprKind::Call(..)
        );
        if scalar && !self.is_tabular(query) && self.is_scalar(query) {
            return self.print_of(query);
        }
        self.table(query)
    }

    /// `render` counts only at the end of the query.
    fn pull_render(&mut self, query: &ast::Expr) {
        let ast::ExprKind::Pipe(_, operators) = &query.kind else { return };
        if let Some(ast::OperatorKind::Render { visualization, properties }) =
            operators.last().map(|operator| &operator.kind)
        {
            let properties = properties
                .iter()
                .map(|setting| (setting.name.text.clone(), setting.value.text.clone()))
                .collect();
            let visualization = visualization.text.clone();
            self.render = Some(RenderHint { visualization, properties });
        }
    }

    fn let_statement(&mut self, statement: &'a LetStatement) {
        let before = self.findings.len();
        let binding = match &statement.value {
            LetValue::Function(body) => Binding::Function { body, visible: self.names.clone() },
            LetValue::Expr(expr) if self.is_tabular(expr) => {
                let rel = self.table(expr);
                let size = measure_relation(&rel.relation);
                Binding::Table { rel: Box::new(rel), size }
            }
            LetValue::Expr(expr) => {
                let value = self.scalar(expr, &Scope::EMPTY);
                let size = measure_expr(&value);
                Binding::Scalar { expr: value, table_depth: self.table_depth, size }
            }
        };
        let size = match &binding {
            Binding::Scalar { size, .. } | Binding::Table { size, .. } => *size,
            Binding::Function { .. } | Binding::Broken => Size::default(),
        };
        self.check_size(size, &statement.name);
        let binding = if self.findings.len() > before { Binding::Broken } else { binding };
        self.names.push((statement.name.text.clone(), Rc::new(binding)));
    }

    fn check_size(&mut self, size: Size, name: &ast::Name) {
        if size.depth > MAX_PLAN_DEPTH {
            let message = format!("`{}` is nested more than {MAX_PLAN_DEPTH} deep", name.text);
            self.report(Finding::new(code::LIMIT, name.span.clone(), message));
        }
    }

    /// Counts nodes of the plan; false when there are too many.
    fn spend(&mut self, nodes: usize, span: &ast::Span) -> bool {
        let before = self.nodes;
        self.nodes = self.nodes.saturating_add(nodes);
        if before <= MAX_PLAN_NODES && self.nodes > MAX_PLAN_NODES {
            let message = format!("the plan of the query has more than {MAX_PLAN_NODES} nodes");
            self.report(Finding::new(code::LIMIT, span.clone(), message));
        }
        self.nodes <= MAX_PLAN_NODES
    }

    fn report(&mut self, finding: Finding) {
        /// Enough to work on.
        const MAX_FINDINGS: usize = 100;
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        }
    }

    fn lookup(&self, name: &str) -> Option<Rc<Binding<'a>>> {
        self.names
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, binding)| Rc::clone(binding))
    }

    /// Stands in for a scalar that could not be resolved.
    fn poison() -> Expr {
        Expr::literal(Literal::Null, Type::Dynamic)
    }

    fn fail(&mut self, code: &'static str, span: &ast::Span, message: impl Into<String>) -> Expr {
        self.report(Finding::new(code, span.clone(), message));
        Self::poison()
    }
}

fn measure_expr(expr: &Expr) -> Size {
    let mut size = Size::default();
    for child in expr.children() {
        let child = measure_expr(child);
        size.nodes += child.nodes;
        size.depth = size.depth.max(child.depth);
    }
    if let crate::plan::ExprKind::QueryTest { query, .. }
    | crate::plan::ExprKind::ScalarQuery(query) = &expr.kind
    {
        let query = measure_relation(query);
        size.nodes += query.nodes;
        size.depth = size.depth.max(query.depth);
    }
    Size { nodes: size.nodes + 1, depth: size.depth + 1 }
}

fn measure_relation(relation: &Relation) -> Size {
    let mut size = Size::default();
    let inputs = relation.inputs().into_iter().map(measure_relation);
    let exprs = relation.exprs().into_iter().map(measure_expr);
    for part in inputs.chain(exprs) {
        size.nodes += part.nodes;
        size.depth = size.depth.max(part.depth);
    }
    Size { nodes: size.nodes + 1, depth: size.depth + 1 }
}

//! Functions that look at neighbouring rows: `row_number`, `prev`, `row_cumsum` …
//!
//! They are lifted out of the expressions they stand in, into steps of their own below.

use super::convert::convert;
use super::{Binder, Rel, Scope};
use crate::ast::{self, Argument, Name};
use crate::plan::{Column, Expr, ExprKind, RelationKind, WindowCall, WindowFunction};
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::value::Literal;

/// Names, forms and meanings.
#[rustfmt::skip]
pub(crate) const WINDOWS: &[(&str, &str, &str)] = &[
    ("row_number", "row_number([first [, restart]])", "the number of the row"),
    ("row_cumsum", "row_cumsum(term [, restart])", "the sum up to this row"),
    ("row_rank_dense", "row_rank_dense(term [, restart])", "the rank among different values"),
    ("row_rank_min", "row_rank_min(term [, restart])", "the rank, equal values sharing the least"),
    ("row_rank", "row_rank(term)", "the older form of row_rank_dense"),
    ("row_window_session", "row_window_session(time, longest, gap [, restart])", "the start of the session"),
    ("prev", "prev(value [, rows [, otherwise]])", "the value of a row before"),
    ("next", "next(value [, rows [, otherwise]])", "the value of a row after"),
];

/// The window functions met while expressions are resolved.
#[derive(Debug)]
pub(super) struct Windows {
    /// How many columns the input has; the calls' columns come after them.
    width: usize,
    calls: Vec<WindowCall>,
}

impl<'a> Binder<'a> {
    /// Resolves expressions over rows; whatever looks at neighbours is computed before, in columns after
    /// those of the rows.
    pub(super) fn windowed<T>(
        &mut self,
        rel: Rel,
        resolve: impl FnOnce(&mut Self, &Rel) -> T,
    ) -> (Rel, T) {
        let windows = Windows { width: rel.columns().len(), calls: Vec::new() };
        let outer = self.windows.replace(windows);
        let resolved = resolve(self, &rel);
        let windows = std::mem::replace(&mut self.windows, outer);
        let calls = windows.map(|windows| windows.calls).unwrap_or_default();
        (with_windows(rel, calls), resolved)
    }

    /// A call of a window function, if it is one.
    pub(super) fn window_call(
        &mut self,
        name: &Name,
        arguments: &'a [Argument],
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let (_, form, _) = WINDOWS.iter().find(|(known, ..)| *known == name.text)?;
        if self.windows.is_none() || self.aggregation.is_some() {
            let message = format!("`{}` has no meaning here", name.text);
            let finding = Finding::new(code::PLACE, name.span.clone(), message);
            self.report(finding.with_help("use it in `extend`, `project`, `serialize` or `where`"));
            return Some(Self::poison());
        }
        let (least, most) = match name.text.as_str() {
            "row_number" => (0, 2),
            "row_window_session" => (3, 4),
            "prev" | "next" => (1, 3),
            "row_rank" => (1, 1),
            _ => (1, 2),
        };
        if arguments.len() < least || arguments.len() > most {
            let message = format!("`{}` is called with {} arguments", name.text, arguments.len());
            let finding = Finding::new(code::ARGUMENTS, name.span.clone(), message);
            self.report(finding.with_help(format!("the form is `{form}`")));
            return Some(Self::poison());
        }
        let args: Vec<(Expr, &ast::Span)> = arguments
            .iter()
            .map(|argument| (self.scalar(&argument.value, scope), &argument.value.span))
            .collect();
        let call = self.window_of(&name.text, args);
        let ty = call.ty;
        let windows = self.windows.as_mut()?;
        windows.calls.push(call);
        Some(Expr::column(windows.width + windows.calls.len() - 1, ty))
    }

    fn window_of(&mut self, name: &str, args: Vec<(Expr, &ast::Span)>) -> WindowCall {
        let mut args = args.into_iter();
        let mut next = || args.next();
        let one = || Expr::literal(Literal::Long(1), Type::Long);
        let (function, values, restart) = match name {
            "prev" | "next" => {
                let function =
                    if name == "prev" { WindowFunction::Prev } else { WindowFunction::Next };
                let value = next().map_or_else(Self::poison, |(value, _)| value);
                let offset = next().map_or_else(one, |(offset, _)| convert(offset, Type::Long));
                let ty = value.ty;
                let otherwise = match next() {
                    Some((otherwise, _)) => convert(otherwise, ty),
                    None => Expr::literal(Literal::null_of(ty), ty),
                };
                return WindowCall {
                    function,
                    args: vec![value, offset, otherwise],
                    restart: None,
                    ty,
                };
            }
            "row_number" => {
                let first = next().map_or_else(one, |(first, _)| convert(first, Type::Long));
                (WindowFunction::RowNumber, vec![first], next())
            }
            "row_window_session" => {
                let wanted = [Type::DateTime, Type::TimeSpan, Type::TimeSpan];
                let values =
                    wanted.into_iter().filter_map(|ty| Some(convert(next()?.0, ty))).collect();
                (WindowFunction::RowWindowSession, values, next())
            }
            "row_cumsum" => {
                let term = next().map_or_else(Self::poison, |(term, _)| term);
                let ty = if term.ty == Type::Dynamic { Type::Real } else { term.ty };
                (WindowFunction::RowCumSum, vec![convert(term, ty)], next())
            }
            _ => {
                let dense = name != "row_rank_min";
                let function =
                    if dense { WindowFunction::RowRankDense } else { WindowFunction::RowRankMin };
                (function, next().into_iter().map(|(term, _)| term).collect(), next())
            }
        };
        let ty = match function {
            WindowFunction::RowWindowSession => Type::DateTime,
            WindowFunction::RowCumSum => values.first().map_or(Type::Long, |value| value.ty),
            _ => Type::Long,
        };
        let restart = restart.map(|(restart, span)| self.predicate(restart, span));
        WindowCall { function, args: values, restart, ty }
    }
}

/// The rows with the calls' columns after their own. A call over another call's column needs a step of its
/// own above it.
fn with_windows(rel: Rel, calls: Vec<WindowCall>) -> Rel {
    let mut rel = rel;
    let mut pending: Vec<WindowCall> = Vec::new();
    for call in calls {
        let known = rel.columns().len();
        let depends = call.args.iter().chain(&call.restart).any(|expr| refers_beyond(expr, known));
        if depends {
            rel = window_step(rel, std::mem::take(&mut pending));
        }
        pending.push(call);
    }
    window_step(rel, pending)
}

fn window_step(rel: Rel, calls: Vec<WindowCall>) -> Rel {
    if calls.is_empty() {
        return rel;
    }
    let mut list = super::naming::ColumnList::with(rel.columns().to_vec());
    for call in &calls {
        list.add("window", call.ty);
    }
    let columns: Vec<Column> = list.columns;
    rel.step(columns, |input| RelationKind::Window { input, per: Vec::new(), calls })
}

fn refers_beyond(expr: &Expr, width: usize) -> bool {
    matches!(expr.kind, ExprKind::Column(index) if index >= width)
        || expr.children().into_iter().any(|child| refers_beyond(child, width))
}

impl Rel {
    /// Without what was put after the first columns.
    pub(super) fn first_columns(self, width: usize) -> Self {
        if self.columns().len() == width {
            return self;
        }
        self.pick(&(0..width).collect::<Vec<_>>())
    }
}

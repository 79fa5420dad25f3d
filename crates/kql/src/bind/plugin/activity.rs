//! Plugins over users and their activity in time, which are written in the language itself: each is a
//! function over rows with a user (`$id`), a time (`$time`) and the dimensions as one text (`$key`), and
//! sees its constants by names that start with `$`.

use std::rc::Rc;
use std::sync::OnceLock;

use crate::ast::{Argument, ExprKind, FunctionBody, Name};
use crate::bind::convert::convert;
use crate::bind::naming::{ColumnList, implied_name};
use crate::bind::{Binder, Binding, Rel, Scope, library, measure_expr};
use crate::function::Function;
use crate::plan::{Column, Expr, RelationKind};
use crate::problem::code;
use crate::schema::Type;
use crate::value::Literal;

/// How a plugin is called, and what it is.
struct Activity {
    name: &'static str,
    form: &'static str,
    /// The names of the constants after user and time, in order.
    constants: &'static [&'static str],
    text: &'static str,
}

const ACTIVITIES: &[Activity] = &[
    Activity {
        name: "sliding_window_counts",
        form: "sliding_window_counts(user, time, start, end, lookback, bin [, dimension, …])",
        constants: &["$start", "$end", "$lookback", "$bin"],
        text: include_str!("activity/sliding_window_counts.kql"),
    },
    Activity {
        name: "activity_counts_metrics",
        form: "activity_counts_metrics(user, time, start, end, bin [, dimension, …])",
        constants: &["$start", "$end", "$bin"],
        text: include_str!("activity/activity_counts_metrics.kql"),
    },
    Activity {
        name: "active_users_count",
        form: "active_users_count(user, time, start, end, lookback, period, least periods, bin [, dimension, …])",
        constants: &["$start", "$end", "$lookback", "$length", "$least", "$bin"],
        text: include_str!("activity/active_users_count.kql"),
    },
    Activity {
        name: "session_count",
        form: "session_count(user, time, start, end, bin, lookback [, dimension, …])",
        constants: &["$start", "$end", "$bin", "$lookback"],
        text: include_str!("activity/session_count.kql"),
    },
];

const ROLLING: &str = include_str!("activity/rolling_percentile.kql");
const ROLLING_FORM: &str =
    "rolling_percentile(value, percentile, index, bin, bins per window [, dimension, …])";
const NEAR: &str = include_str!("activity/rows_near.kql");
const MERGE: &str = include_str!("activity/schema_merge.kql");

/// The names of the plugins here.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let others = ["rolling_percentile", "rows_near", "schema_merge"];
    ACTIVITIES.iter().map(|activity| activity.name).chain(others)
}

/// The definition, read once.
fn definition(name: &str) -> Option<&'static FunctionBody> {
    static READ: OnceLock<Vec<(&'static str, FunctionBody)>> = OnceLock::new();
    let texts = || {
        let others =
            [("rolling_percentile", ROLLING), ("rows_near", NEAR), ("schema_merge", MERGE)];
        ACTIVITIES.iter().map(|activity| (activity.name, activity.text)).chain(others)
    };
    let read = READ.get_or_init(|| {
        texts().filter_map(|(name, text)| Some((name, library::body_of(text)?))).collect()
    });
    read.iter().find(|(known, _)| *known == name).map(|(_, body)| body)
}

impl<'a> Binder<'a> {
    /// One of the plugins of this room.
    pub(super) fn activity(
        &mut self,
        rel: Rel,
        plugin: &'a Name,
        arguments: &'a [Argument],
    ) -> Rel {
        match plugin.text.as_str() {
            "rolling_percentile" => self.rolling_percentile(rel, plugin, arguments),
            "rows_near" => self.rows_near(rel, plugin, arguments),
            "schema_merge" => self.schema_merge(rel, plugin, arguments),
            name => match ACTIVITIES.iter().find(|activity| activity.name == name) {
                Some(activity) => self.activity_in_time(&rel, plugin, activity, arguments),
                None => Rel::broken(),
            },
        }
    }

    fn activity_in_time(
        &mut self,
        rel: &Rel,
        plugin: &'a Name,
        activity: &Activity,
        arguments: &'a [Argument],
    ) -> Rel {
        let [user, time, rest @ ..] = arguments else {
            return self.bad_plugin_call(plugin, activity.form);
        };
        let Some((constants, dimensions)) = rest.split_at_checked(activity.constants.len()) else {
            return self.bad_plugin_call(plugin, activity.form);
        };
        let names = activity.constants.iter().copied();
        let constants = self.constants(names.zip(constants));
        let (rows, dimensions) = self.activity_rows(rel, user, time, dimensions);
        let out = self.defined_call(plugin, rows, constants);
        let lead = implied_name(&time.value).unwrap_or_else(|| "Timeline".to_owned());
        with_dimensions(out, &lead, &dimensions)
    }

    fn rolling_percentile(&mut self, rel: Rel, plugin: &'a Name, arguments: &'a [Argument]) -> Rel {
        let [value, percentile, index, bin, count, dimensions @ ..] = arguments else {
            return self.bad_plugin_call(plugin, ROLLING_FORM);
        };
        let given = [("$percentile", percentile), ("$bin", bin), ("$count", count)];
        let constants = self.constants(given.into_iter());
        let shown = |name: &str| {
            let found = constants.iter().find(|(known, _)| known == name);
            found.map_or_else(String::new, |(_, expr)| number_in_words(expr))
        };
        let (count, percentile) = (shown("$count"), shown("$percentile"));
        let lead = implied_name(&index.value).unwrap_or_else(|| "Index".to_owned());
        let of = implied_name(&value.value).unwrap_or_default();
        let (rows, dimensions) = self.activity_rows(&rel, value, index, dimensions);
        let out = self.defined_call(plugin, rows, constants);
        let mut out = with_dimensions(out, &lead, &dimensions);
        if let Some(column) = out.relation.columns.last_mut() {
            column.name = format!("rolling_{count}_percentile_{of}_{percentile}");
        }
        out
    }

    fn rows_near(&mut self, rel: Rel, plugin: &'a Name, arguments: &'a [Argument]) -> Rel {
        let (condition, before, after) = match arguments {
            [condition, before] => (condition, before, before),
            [condition, before, after] => (condition, before, after),
            _ => return self.bad_plugin_call(plugin, "rows_near(condition, rows [, rows after])"),
        };
        let constants =
            self.constants([("$rows_before", before), ("$rows_after", after)].into_iter());
        let hit = self.scalar(&condition.value, &rel.scope());
        if hit.ty != Type::Bool {
            self.fail(code::TYPE, &condition.value.span, "a condition is needed here");
            return Rel::broken();
        }
        let own = rel.columns().to_vec();
        let mut columns = own.clone();
        let mut exprs = of_columns(&own);
        columns.push(Column { name: "$hit".to_owned(), ty: Type::Bool });
        exprs.push(hit);
        let (open, label) = (rel.open, rel.label.clone());
        let rows = rel.step(columns, |input| RelationKind::Project { input, exprs });
        let mut out = self.defined_call(plugin, rows, constants);
        out = out.pick(&(0..own.len()).collect::<Vec<_>>());
        (out.open, out.label) = (open || out.open, label);
        out
    }

    fn schema_merge(&mut self, rel: Rel, plugin: &'a Name, arguments: &'a [Argument]) -> Rel {
        if !arguments.is_empty() {
            return self.bad_plugin_call(plugin, "schema_merge()");
        }
        self.defined_call(plugin, rel, Vec::new())
    }

    /// Constants with the names that the definition knows them by.
    fn constants(
        &mut self,
        given: impl Iterator<Item = (&'static str, &'a Argument)>,
    ) -> Vec<(String, Expr)> {
        given
            .map(|(name, argument)| (name.to_owned(), self.scalar(&argument.value, &Scope::EMPTY)))
            .collect()
    }

    /// The rows with user, time and dimensions under the names that the definitions know, and what the
    /// dimensions are called.
    fn activity_rows(
        &mut self,
        rel: &Rel,
        user: &'a Argument,
        time: &'a Argument,
        dimensions: &'a [Argument],
    ) -> (Rel, Vec<Column>) {
        let user = self.scalar(&user.value, &rel.scope());
        let time = self.scalar(&time.value, &rel.scope());
        let mut named = Vec::new();
        let mut keys = Vec::new();
        for dimension in dimensions {
            let ExprKind::Name(name) = &dimension.value.kind else {
                let message = "a dimension is the name of a column";
                self.fail(code::CONSTANT, &dimension.value.span, message);
                continue;
            };
            let key = self.scalar(&dimension.value, &rel.scope());
            named.push(Column { name: name.clone(), ty: key.ty });
            keys.push(key);
        }
        let key = convert(Expr::call(Function::PackArray, keys, Type::Dynamic), Type::String);
        let column = |name: &str, ty| Column { name: name.to_owned(), ty };
        let columns =
            vec![column("$id", user.ty), column("$time", time.ty), column("$key", Type::String)];
        let exprs = vec![user, time, key];
        (rel.clone().step(columns, |input| RelationKind::Project { input, exprs }), named)
    }

    /// Calls the definition of a plugin. What is wrong inside is told of the call as a whole.
    fn defined_call(&mut self, plugin: &'a Name, rows: Rel, constants: Vec<(String, Expr)>) -> Rel {
        let Some(body) = definition(&plugin.text) else { return Rel::broken() };
        let table_depth = self.table_depth;
        let visible = constants
            .into_iter()
            .map(|(name, expr)| {
                let size = measure_expr(&expr);
                (name, Rc::new(Binding::Scalar { expr, table_depth, size }))
            })
            .collect();
        let before = self.findings.len();
        let rel =
            self.own_table_call(plugin, &Binding::Function { body, visible }, &[], Some(rows));
        self.told_of_the_call(plugin, before);
        rel
    }
}

/// The dimensions as columns of their own again, after the time.
fn with_dimensions(rel: Rel, lead: &str, dimensions: &[Column]) -> Rel {
    let [time, _key, results @ ..] = rel.columns() else { return rel };
    let mut list = ColumnList::default();
    let mut exprs = vec![Expr::column(0, time.ty)];
    list.add(lead, time.ty);
    let key = Expr::call(Function::ParseJson, vec![Expr::column(1, Type::String)], Type::Dynamic);
    for (at, dimension) in dimensions.iter().enumerate() {
        let at = Expr::literal(i64::try_from(at).map_or(Literal::Null, Literal::Long), Type::Long);
        let value = Expr::call(Function::Element, vec![key.clone(), at], Type::Dynamic);
        exprs.push(convert(value, dimension.ty));
        list.add(&dimension.name, dimension.ty);
    }
    for (at, result) in results.iter().enumerate() {
        exprs.push(Expr::column(at + 2, result.ty));
        list.add(&result.name, result.ty);
    }
    rel.step(list.columns, |input| RelationKind::Project { input, exprs })
}

fn of_columns(columns: &[Column]) -> Vec<Expr> {
    columns.iter().enumerate().map(|(index, column)| Expr::column(index, column.ty)).collect()
}

/// A constant number as it stands in the name of a column.
fn number_in_words(expr: &Expr) -> String {
    match &expr.kind {
        crate::plan::ExprKind::Literal(Literal::Long(number)) => number.to_string(),
        crate::plan::ExprKind::Literal(Literal::Int(number)) => number.to_string(),
        crate::plan::ExprKind::Literal(Literal::Real(number)) => number.to_string(),
        _ => String::new(),
    }
}

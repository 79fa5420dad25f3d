//! Columns that depend on the data: found out by asking for the values first.

use bartizan_kql::discover::{Bags, Discovery, Values};
use bartizan_kql::plan::{Plan, RelationKind, Subject, Undiscovered};
use bartizan_kql::value::Literal;

use super::{Run, subquery};
use crate::QueryError;
use crate::value::text_of;

/// The most values that are looked at.
const MAX_VALUES: usize = 1_000_000;

/// The columns that the values make.
pub(super) async fn columns(run: &Run, unknown: &Undiscovered) -> Result<Discovery, QueryError> {
    let query = subquery::resolve(&unknown.query, run).await?;
    let rows = run.literals(&query, MAX_VALUES).await?;
    let values = rows.iter().filter_map(|row| row.first());
    Ok(match unknown.subject {
        Subject::Properties => {
            let mut bags = Bags::default();
            for value in values {
                if let Literal::Dynamic(dynamic) = value {
                    bags.see(dynamic);
                }
            }
            bags.columns()
        }
        Subject::Values => {
            let mut found = Values::default();
            values.for_each(|value| found.see(&text_of(value)));
            found.columns()
        }
    })
}

/// The tables that a plan reads, also to find out its columns; each once.
pub(crate) fn tables(plan: &Plan) -> Vec<String> {
    let mut names: Vec<String> = plan.tables().into_iter().map(str::to_owned).collect();
    for unknown in &plan.undiscovered {
        unknown.query.visit(&mut |relation| {
            if let RelationKind::Scan { table } = &relation.kind {
                names.push(table.clone());
            }
        });
    }
    names.sort_unstable();
    names.dedup();
    names
}

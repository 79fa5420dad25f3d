//! The relations with many parts as text.

use std::fmt;

use super::{Columns, Joined};
use crate::plan::{RelationKind, ScanStep, StepScan, WindowCall};

/// Windows: `RowCumSum(#1) restart #2`.
impl fmt::Display for WindowCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({})", self.function, Joined(&self.args))?;
        match &self.restart {
            Some(restart) => write!(f, " restart {restart}"),
            None => Ok(()),
        }
    }
}

/// The relations that are used less.
pub(super) fn write_further(
    kind: &RelationKind,
    columns: &Columns<'_>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    match kind {
        RelationKind::External { locations, format, ignore_first_record, places } => {
            write!(f, "external {} format {format:?}", Joined(locations))?;
            for place in places.iter().flatten() {
                write!(f, " {place}")?;
            }
            write!(f, "{}-> {columns}", if *ignore_first_record { " heading " } else { " " })
        }
        RelationKind::Window { per, calls, .. } => {
            write!(f, "window {} per {} -> {columns}", Joined(calls), Joined(per))
        }
        RelationKind::Number { .. } => f.write_str("number"),
        RelationKind::LimitPer { keys, order, count, .. } => {
            write!(f, "limit {count} per {} by {}", Joined(keys), Joined(order))
        }
        RelationKind::MakeSeries { .. } | RelationKind::TopNested { .. } => {
            write_series_or_nested(kind, f)?;
            write!(f, " -> {columns}")
        }
        RelationKind::Steps(scan) => {
            write_scan(scan, f)?;
            write!(f, " -> {columns}")
        }
        RelationKind::ParseKv(parse) => {
            write!(f, "parse-kv {} {:?} -> {columns}", parse.text, parse.form)
        }
        RelationKind::AddressLookup(lookup) => {
            write!(f, "lookup {} in {}", lookup.address, lookup.network)?;
            write!(f, " {} keep {} -> {columns}", Joined(&lookup.keys), lookup.keep_unmatched)
        }
        RelationKind::Rows => write!(f, "rows -> {columns}"),
        _ => Ok(()),
    }
}

fn write_series_or_nested(kind: &RelationKind, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match kind {
        RelationKind::MakeSeries { keys, aggregates, axis, .. } => {
            write!(f, "make-series")?;
            for (call, default) in aggregates {
                write!(f, " {call} default {default}")?;
            }
            write!(f, " on {}", axis.value)?;
            if let Some(from) = &axis.from {
                write!(f, " from {from}")?;
            }
            if let Some(to) = &axis.to {
                write!(f, " to {to}{}", if axis.inclusive { " inclusive" } else { "" })?;
            }
            write!(f, " step {} by {}", axis.step, Joined(keys))
        }
        RelationKind::TopNested { levels, .. } => {
            write!(f, "top-nested")?;
            for level in levels {
                let order = if level.descending { "desc" } else { "asc" };
                write!(f, " {:?} of {} by {} {order}", level.count, level.key, level.aggregate)?;
                if let Some(others) = &level.others {
                    write!(f, " others {others}")?;
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn write_scan(scan: &StepScan, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "steps per {} initially {}", Joined(&scan.per), Joined(&scan.initial))?;
    for step in &scan.steps {
        write_step(step, f)?;
    }
    if scan.match_id { f.write_str(" with match id") } else { Ok(()) }
}

fn write_step(step: &ScanStep, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let optional = if step.optional { "optional " } else { "" };
    write!(f, " ({optional}{:?}: {}", step.output, step.condition)?;
    for (index, value) in &step.assignments {
        write!(f, ", {index} = {value}")?;
    }
    f.write_str(")")
}

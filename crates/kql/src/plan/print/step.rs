//! The relations with many parts as text.

use std::fmt;

use super::Joined;
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

pub(super) fn write_series_or_nested(
    kind: &RelationKind,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
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

pub(super) fn write_scan(scan: &StepScan, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

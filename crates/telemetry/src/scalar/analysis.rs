//! Functions of series that give several results; the last argument says which one is wanted.

use bartizan_kql::function::{Analysis as A, Series};
use bartizan_kql::value::{Dynamic, Literal};

use super::{Arguments, Implementation, Outcome, series_fit};
use crate::value;

pub(super) fn find(function: A) -> Option<Implementation> {
    Some(match function {
        A::Stats => |args| {
            let names = ["min", "min_idx", "max", "max_idx", "avg", "stdev", "variance"];
            part(args, Series::StatsDynamic, &names)
        },
        A::FitLine => |args| {
            let names = ["rsquare", "slope", "variance", "rvariance", "interception", "line_fit"];
            part(args, Series::FitLineDynamic, &names)
        },
        _ => return None,
    })
}

/// One property of the bag that a function of series gives.
fn part(args: &Arguments<'_>, function: Series, names: &[&str]) -> Outcome {
    let wanted = args.long(args.len().saturating_sub(1)).and_then(|at| usize::try_from(at).ok());
    let name = wanted.and_then(|at| names.get(at)).copied().unwrap_or_default();
    let Some(work) = series_fit::find(function) else { return Ok(Literal::Null) };
    let Literal::Dynamic(Dynamic::Object(parts)) = work(args)? else { return Ok(Literal::Null) };
    let found = parts.into_iter().find(|(known, _)| known == name).map(|(_, value)| value);
    Ok(found.map_or(Literal::Null, |found| {
        let value = value::dynamic_value(found);
        if args.ty == bartizan_kql::Type::Dynamic { value } else { value::convert(&value, args.ty) }
    }))
}

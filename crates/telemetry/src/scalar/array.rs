//! Functions of arrays and bags that are used less.

use bartizan_kql::function::More as M;
use bartizan_kql::value::{Dynamic, Literal};

use super::arguments::{dynamic, truth};
use super::{Arguments, Implementation, Outcome};
use crate::value;

pub(super) fn find(function: M) -> Option<Implementation> {
    Some(match function {
        M::ArrayIff | M::ArrayIif => array_iff,
        M::ArrayRotateLeft => |args| rotated(args, 1),
        M::ArrayRotateRight => |args| rotated(args, -1),
        M::ArrayShiftLeft => |args| shifted(args, 1),
        M::ArrayShiftRight => |args| shifted(args, -1),
        M::ArraySplit => array_split,
        M::Zip => zip,
        M::BagSetKey => bag_set_key,
        M::BagZip => bag_zip,
        M::SetEquals => set_equals,
        M::TreePath => |args| {
            let mut paths = Vec::new();
            tree_paths(args.dynamic(0), "", &mut paths);
            dynamic(Dynamic::Array(paths))
        },
        _ => return None,
    })
}

/// A number or a bool decides; anything else gives null.
fn array_iff(args: &Arguments<'_>) -> Outcome {
    let Some(conditions) = args.array(0) else { return Ok(Literal::Null) };
    let choice = |index: usize, at: usize| match args.value(index) {
        Literal::Dynamic(Dynamic::Array(items)) => items.get(at).cloned().unwrap_or(Dynamic::Null),
        other => value::into_dynamic(other.clone()),
    };
    let chosen = conditions.iter().enumerate().map(|(at, condition)| match condition {
        Dynamic::Bool(true) => choice(1, at),
        Dynamic::Bool(false) | Dynamic::Long(0) => choice(2, at),
        Dynamic::Long(_) => choice(1, at),
        Dynamic::Real(number) => choice(if *number == 0.0 { 2 } else { 1 }, at),
        _ => Dynamic::Null,
    });
    dynamic(Dynamic::Array(chosen.collect()))
}

fn rotated(args: &Arguments<'_>, direction: i64) -> Outcome {
    let (Some(items), Some(by)) = (args.array(0), args.long(1)) else { return Ok(Literal::Null) };
    let mut items = items.to_vec();
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if length > 0 {
        let by = by.wrapping_mul(direction).rem_euclid(length);
        items.rotate_left(usize::try_from(by).unwrap_or_default());
    }
    dynamic(Dynamic::Array(items))
}

fn shifted(args: &Arguments<'_>, direction: i64) -> Outcome {
    let (Some(items), Some(by)) = (args.array(0), args.long(1)) else { return Ok(Literal::Null) };
    let fill = value::into_dynamic(args.value(2).clone());
    let by = by.wrapping_mul(direction);
    let moved = (0..items.len()).map(|at| {
        let from = i64::try_from(at).ok().and_then(|at| at.checked_add(by));
        let from = from.and_then(|from| usize::try_from(from).ok());
        from.and_then(|from| items.get(from)).unwrap_or(&fill).clone()
    });
    dynamic(Dynamic::Array(moved.collect()))
}

fn array_split(args: &Arguments<'_>) -> Outcome {
    let Some(items) = args.array(0) else { return Ok(Literal::Null) };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let place = |at: i64| {
        let at = if at < 0 { at.saturating_add(length) } else { at };
        usize::try_from(at.clamp(0, length)).unwrap_or_default()
    };
    let mut places: Vec<usize> = match args.value(1) {
        Literal::Dynamic(Dynamic::Array(indices)) => {
            let long = |item: &Dynamic| match item {
                Dynamic::Long(at) => Some(place(*at)),
                _ => None,
            };
            indices.iter().filter_map(long).collect()
        }
        _ => match args.long(1).or(match args.dynamic(1) {
            Dynamic::Long(at) => Some(*at),
            _ => None,
        }) {
            Some(at) => vec![place(at)],
            None => return Ok(Literal::Null),
        },
    };
    places.sort_unstable();
    places.push(items.len());
    let mut from = 0;
    let mut pieces = Vec::with_capacity(places.len());
    for to in places {
        pieces.push(Dynamic::Array(items.get(from..to).unwrap_or_default().to_vec()));
        from = to;
    }
    dynamic(Dynamic::Array(pieces))
}

/// As long as the longest; missing members are null.
fn zip(args: &Arguments<'_>) -> Outcome {
    let mut arrays = Vec::with_capacity(args.len());
    for index in 0..args.len() {
        let Some(items) = args.array(index) else { return Ok(Literal::Null) };
        arrays.push(items);
    }
    let longest = arrays.iter().map(|items| items.len()).max().unwrap_or_default();
    let zipped = (0..longest).map(|at| {
        let members = arrays.iter().map(|items| items.get(at).cloned().unwrap_or(Dynamic::Null));
        Dynamic::Array(members.collect())
    });
    dynamic(Dynamic::Array(zipped.collect()))
}

fn put(properties: &mut Vec<(String, Dynamic)>, name: String, property: Dynamic) {
    match properties.iter_mut().find(|(known, _)| *known == name) {
        Some(known) => known.1 = property,
        None => properties.push((name, property)),
    }
}

fn bag_set_key(args: &Arguments<'_>) -> Outcome {
    let Dynamic::Object(properties) = args.dynamic(0) else { return Ok(Literal::Null) };
    if args.text(1).starts_with('$') {
        return Err(super::ScalarError::Unsupported("bag_set_key with a path".to_owned()));
    }
    let mut properties = properties.clone();
    put(&mut properties, args.text(1).to_owned(), value::into_dynamic(args.value(2).clone()));
    dynamic(Dynamic::Object(properties))
}

/// Names that are no texts are left out, with their values.
fn bag_zip(args: &Arguments<'_>) -> Outcome {
    let (Some(names), Some(values)) = (args.array(0), args.array(1)) else {
        return Ok(Literal::Null);
    };
    let mut properties = Vec::new();
    for (at, name) in names.iter().enumerate() {
        if let Dynamic::String(name) = name {
            let property = values.get(at).cloned().unwrap_or(Dynamic::Null);
            put(&mut properties, name.clone(), property);
        }
    }
    dynamic(Dynamic::Object(properties))
}

fn set_equals(args: &Arguments<'_>) -> Outcome {
    let (Some(left), Some(right)) = (args.array(0), args.array(1)) else {
        return Ok(Literal::Null);
    };
    let within = |inner: &[Dynamic], outer: &[Dynamic]| inner.iter().all(|m| outer.contains(m));
    truth(Some(within(left, right) && within(right, left)))
}

/// All members of an array are told as one.
fn tree_paths(value: &Dynamic, path: &str, paths: &mut Vec<Dynamic>) {
    let (steps, inner): (Vec<String>, Vec<&Dynamic>) = match value {
        Dynamic::Object(properties) => properties
            .iter()
            .map(|(name, property)| (format!("{path}['{name}']"), property))
            .unzip(),
        Dynamic::Array(items) => items.iter().map(|item| (format!("{path}[0]"), item)).unzip(),
        _ => return,
    };
    for (step, inner) in steps.into_iter().zip(inner) {
        let told = Dynamic::String(step.clone());
        if !paths.contains(&told) {
            paths.push(told);
        }
        tree_paths(inner, &step, paths);
    }
}

//! Functions of arrays and bags.

use std::cmp::Ordering;

use bartizan_kql::Type;
use bartizan_kql::function::Function as F;
use bartizan_kql::value::{Dynamic, Literal};

use super::arguments::{dynamic, real, truth, whole};
use super::operator::wrong;
use super::text::count;
use super::{Arguments, Implementation, Outcome};
use crate::value;

/// The longest array that `range` makes.
const MAX_RANGE: usize = 1_048_576;

pub(super) fn find(function: F) -> Option<Implementation> {
    Some(match function {
        F::ArrayLength => |args| match args.array(0) {
            Some(items) => count(items.len()),
            None => Ok(Literal::Null),
        },
        F::ArrayConcat => array_concat,
        F::ArraySlice => array_slice,
        F::ArrayIndexOf => array_index_of,
        F::ArraySortAsc => |args| sorted(args, false),
        F::ArraySortDesc => |args| sorted(args, true),
        F::ArrayReverse => |args| of_array(args, |items| items.iter().rev().cloned().collect()),
        F::ArraySum => |args| {
            let numbers = args.array(0).map(|items| {
                items.iter().filter_map(|item| value::to_real(&value::held(item))).sum()
            });
            real(numbers)
        },
        F::PackArray => |args| {
            dynamic(Dynamic::Array(
                args.values
                    .iter()
                    .map(|value| value::into_dynamic(value.clone().into_owned()))
                    .collect(),
            ))
        },
        F::BagPack => bag_pack,
        F::BagKeys => bag_keys,
        F::BagMerge => bag_merge,
        F::BagHasKey => bag_has_key,
        F::BagRemoveKeys => bag_remove_keys,
        F::SetHasElement => set_has_element,
        F::SetDifference => {
            |args| set(args, |member, others| !others.iter().any(|other| other.contains(member)))
        }
        F::SetIntersect => {
            |args| set(args, |member, others| others.iter().all(|other| other.contains(member)))
        }
        F::SetUnion => set_union,
        F::Range => range,
        _ => return None,
    })
}

fn of_array(args: &Arguments<'_>, work: impl Fn(&[Dynamic]) -> Vec<Dynamic>) -> Outcome {
    args.array(0).map_or(Ok(Literal::Null), |items| dynamic(Dynamic::Array(work(items))))
}

fn array_concat(args: &Arguments<'_>) -> Outcome {
    let mut all = Vec::new();
    for index in 0..args.len() {
        match args.array(index) {
            Some(items) => all.extend(items.iter().cloned()),
            None => return Ok(Literal::Null),
        }
    }
    dynamic(Dynamic::Array(all))
}

fn array_slice(args: &Arguments<'_>) -> Outcome {
    let Some(items) = args.array(0) else { return Ok(Literal::Null) };
    let (Some(start), Some(end)) = (args.long(1), args.long(2)) else { return Ok(Literal::Null) };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let from_end = |at: i64| if at < 0 { at.saturating_add(length) } else { at };
    let start = usize::try_from(from_end(start).max(0)).unwrap_or(usize::MAX);
    let end = usize::try_from(from_end(end).saturating_add(1).clamp(0, length)).unwrap_or_default();
    dynamic(Dynamic::Array(items.get(start..end).unwrap_or_default().to_vec()))
}

fn array_index_of(args: &Arguments<'_>) -> Outcome {
    let Some(items) = args.array(0) else { return Ok(Literal::Null) };
    let found = items.iter().position(|item| is(item, args.value(1)));
    whole(Some(found.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1)), Type::Long)
}

/// Whether a member of an array is this value.
fn is(item: &Dynamic, value: &Literal) -> bool {
    let value = match value {
        Literal::Dynamic(dynamic) => value::held(dynamic),
        other => other.clone(),
    };
    value::same(&value::held(item), &value)
}

/// The members in order; or those of the second array in the order of the first's. Nulls last, either way,
/// unless the third argument says otherwise.
fn sorted(args: &Arguments<'_>, descending: bool) -> Outcome {
    let nulls_last = args.bool(2).unwrap_or(true);
    of_array(args, |keys| {
        let values = args.array(1).filter(|_| args.len() > 1).unwrap_or(keys);
        let mut rows: Vec<(&Dynamic, &Dynamic)> = keys.iter().zip(values).collect();
        rows.sort_by(|(left, _), (right, _)| match (left, right) {
            (Dynamic::Null, Dynamic::Null) => Ordering::Equal,
            (Dynamic::Null, _) if nulls_last => Ordering::Greater,
            (Dynamic::Null, _) => Ordering::Less,
            (_, Dynamic::Null) if nulls_last => Ordering::Less,
            (_, Dynamic::Null) => Ordering::Greater,
            _ => {
                let order = value::order(&value::held(left), &value::held(right));
                let order = order.unwrap_or(Ordering::Equal);
                if descending { order.reverse() } else { order }
            }
        });
        rows.into_iter().map(|(_, value)| value.clone()).collect()
    })
}

fn bag_pack(args: &Arguments<'_>) -> Outcome {
    let mut properties: Vec<(String, Dynamic)> = Vec::new();
    for pair in args.values.chunks(2) {
        let [name, property] = pair else {
            return Err(wrong("bag_pack: a name without a value"));
        };
        put(
            &mut properties,
            value::text_of(name),
            value::into_dynamic(property.clone().into_owned()),
        );
    }
    dynamic(Dynamic::Object(properties))
}

/// The last of a name wins, at the place of the first.
fn put(properties: &mut Vec<(String, Dynamic)>, name: String, property: Dynamic) {
    match properties.iter_mut().find(|(known, _)| *known == name) {
        Some(known) => known.1 = property,
        None => properties.push((name, property)),
    }
}

fn bag_keys(args: &Arguments<'_>) -> Outcome {
    match args.dynamic(0) {
        Dynamic::Object(properties) => dynamic(Dynamic::Array(
            properties.iter().map(|(name, _)| Dynamic::String(name.clone())).collect(),
        )),
        _ => Ok(Literal::Null),
    }
}

fn bag_merge(args: &Arguments<'_>) -> Outcome {
    let mut merged: Vec<(String, Dynamic)> = Vec::new();
    for index in 0..args.len() {
        let Dynamic::Object(properties) = args.dynamic(index) else { continue };
        for (name, property) in properties {
            if !merged.iter().any(|(known, _)| known == name) {
                merged.push((name.clone(), property.clone()));
            }
        }
    }
    dynamic(Dynamic::Object(merged))
}

fn bag_has_key(args: &Arguments<'_>) -> Outcome {
    let Dynamic::Object(properties) = args.dynamic(0) else { return Ok(Literal::Null) };
    let name = args.text(1);
    if name.starts_with('$') {
        return truth(Some(super::path::exists(args.dynamic(0), name)?));
    }
    truth(Some(properties.iter().any(|(known, _)| known == name)))
}

fn bag_remove_keys(args: &Arguments<'_>) -> Outcome {
    let Dynamic::Object(properties) = args.dynamic(0) else { return Ok(Literal::Null) };
    let keys: Vec<String> =
        args.array(1).unwrap_or_default().iter().map(value::dynamic_text).collect();
    if keys.iter().any(|key| key.starts_with('$')) {
        return Err(super::ScalarError::Unsupported("bag_remove_keys with a path".to_owned()));
    }
    let kept = properties.iter().filter(|(name, _)| !keys.contains(name)).cloned().collect();
    dynamic(Dynamic::Object(kept))
}

fn set_has_element(args: &Arguments<'_>) -> Outcome {
    let Some(items) = args.array(0) else { return Ok(Literal::Null) };
    truth(Some(items.iter().any(|item| is(item, args.value(1)))))
}

/// The different members of the first array that pass.
fn set(args: &Arguments<'_>, keep: fn(&Dynamic, &[&[Dynamic]]) -> bool) -> Outcome {
    let mut arrays = Vec::new();
    for index in 0..args.len() {
        match args.array(index) {
            Some(items) => arrays.push(items),
            None => return Ok(Literal::Null),
        }
    }
    let Some((first, others)) = arrays.split_first() else { return Ok(Literal::Null) };
    let mut kept: Vec<Dynamic> = Vec::new();
    for member in *first {
        if keep(member, others) && !kept.contains(member) {
            kept.push(member.clone());
        }
    }
    dynamic(Dynamic::Array(kept))
}

fn set_union(args: &Arguments<'_>) -> Outcome {
    let mut all: Vec<Dynamic> = Vec::new();
    for index in 0..args.len() {
        let Some(items) = args.array(index) else { return Ok(Literal::Null) };
        for item in items {
            if !all.contains(item) {
                all.push(item.clone());
            }
        }
    }
    dynamic(Dynamic::Array(all))
}

fn range(args: &Arguments<'_>) -> Outcome {
    let step = if args.len() > 2 { args.value(2).clone() } else { default_step(args) };
    let mut items = Vec::new();
    let (from, to) = (args.value(0), args.value(1));
    if matches!(from, Literal::Real(_))
        || matches!(to, Literal::Real(_))
        || matches!(step, Literal::Real(_))
    {
        let (Some(from), Some(to), Some(step)) =
            (args.real(0), args.real(1), value::to_real(&step))
        else {
            return Ok(Literal::Null);
        };
        if step == 0.0 {
            return Ok(Literal::Null);
        }
        let mut at = from;
        while (step > 0.0 && at <= to) || (step < 0.0 && at >= to) {
            items.push(Dynamic::Real(at));
            check_range(items.len())?;
            at += step;
        }
        return dynamic(Dynamic::Array(items));
    }
    let step = match step {
        Literal::Long(step) | Literal::TimeSpan(step) => step,
        Literal::Int(step) => i64::from(step),
        _ => 0,
    };
    let (Some(start), Some(end)) = (args.long(0), args.long(1)) else { return Ok(Literal::Null) };
    if step == 0 {
        return Ok(Literal::Null);
    }
    let mut at = start;
    while (step > 0 && at <= end) || (step < 0 && at >= end) {
        items.push(match from {
            Literal::DateTime(_) => Dynamic::DateTime(at),
            Literal::TimeSpan(_) => Dynamic::TimeSpan(at),
            _ => Dynamic::Long(at),
        });
        check_range(items.len())?;
        let Some(next) = at.checked_add(step) else { break };
        at = next;
    }
    dynamic(Dynamic::Array(items))
}

/// One, or one hour of times.
fn default_step(args: &Arguments<'_>) -> Literal {
    match args.value(0) {
        Literal::DateTime(_) | Literal::TimeSpan(_) => {
            Literal::TimeSpan(bartizan_kql::time::TICKS_PER_HOUR)
        }
        _ => Literal::Long(1),
    }
}

fn check_range(length: usize) -> Result<(), super::ScalarError> {
    if length > MAX_RANGE {
        return Err(wrong(format!("range: more than {MAX_RANGE} values")));
    }
    Ok(())
}

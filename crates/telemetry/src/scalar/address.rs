//! Functions of network addresses.

use std::cmp::Ordering;
use std::net::{Ipv4Addr, Ipv6Addr};

use bartizan_kql::Type;
use bartizan_kql::function::Function as F;
use bartizan_kql::value::{Dynamic, Literal};

use super::arguments::{truth, whole};
use super::{Arguments, Implementation, Outcome};
use crate::value;

pub(super) fn find(function: F) -> Option<Implementation> {
    Some(match function {
        F::ParseIpv4 => |args| {
            let network = network(args.text(0));
            whole(network.map(|(address, prefix)| i64::from(masked(address, prefix))), Type::Long)
        },
        F::Ipv4IsPrivate => {
            |args| truth(network(args.text(0)).map(|(address, prefix)| is_private(address, prefix)))
        }
        F::Ipv4IsInRange => |args| truth(in_range(args.text(0), args.text(1))),
        F::Ipv4IsInAnyRange => in_any_range,
        F::Ipv4IsMatch => |args| truth(compared(args).map(Ordering::is_eq)),
        F::Ipv4Compare => |args| whole(compared(args).map(|order| order as i64), Type::Long),
        F::Ipv6IsInRange => |args| truth(in_range6(args.text(0), args.text(1))),
        F::Ipv6IsMatch => |args| truth(matches6(args)),
        F::HasIpv4 => |args| truth(Some(has_address(args.text(0), &[args.text(1).to_owned()]))),
        F::HasAnyIpv4 => |args| truth(Some(has_address(args.text(0), &listed(args)))),
        F::HasIpv4Prefix => |args| {
            let prefix = args.text(1);
            truth(Some(
                !prefix.is_empty()
                    && addresses(args.text(0)).any(|found| found.starts_with(prefix)),
            ))
        },
        _ => return None,
    })
}

/// An address with its prefix length, 32 when it has none.
fn network(text: &str) -> Option<(u32, u32)> {
    let text = text.trim();
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, prefix.parse().ok().filter(|prefix| *prefix <= 32)?),
        None => (text, 32),
    };
    Some((u32::from(address.parse::<Ipv4Addr>().ok()?), prefix))
}

fn masked(address: u32, prefix: u32) -> u32 {
    if prefix == 0 { 0 } else { address & (u32::MAX << (32 - prefix.min(32))) }
}

/// A network is private when all of it is.
fn is_private(address: u32, prefix: u32) -> bool {
    let first = Ipv4Addr::from(masked(address, prefix));
    let last = Ipv4Addr::from(masked(address, prefix) | !masked(u32::MAX, prefix));
    first.is_private() && last.is_private()
}

fn in_range(address: &str, range: &str) -> Option<bool> {
    let (address, own) = network(address)?;
    let (range, prefix) = network(range)?;
    let prefix = prefix.min(own);
    Some(masked(address, prefix) == masked(range, prefix))
}

/// The texts from the second argument on, arrays opened.
fn listed(args: &Arguments<'_>) -> Vec<String> {
    let mut texts = Vec::new();
    for index in 1..args.len() {
        match args.dynamic(index) {
            Dynamic::Array(items) => texts.extend(items.iter().map(value::dynamic_text)),
            _ => texts.push(value::text_of(args.value(index))),
        }
    }
    texts
}

fn in_any_range(args: &Arguments<'_>) -> Outcome {
    if network(args.text(0)).is_none() {
        return Ok(Literal::Null);
    }
    let ranges = listed(args);
    truth(Some(ranges.iter().any(|range| in_range(args.text(0), range) == Some(true))))
}

/// Order of two addresses under the shortest prefix in play.
fn compared(args: &Arguments<'_>) -> Option<Ordering> {
    let (left, left_prefix) = network(args.text(0))?;
    let (right, right_prefix) = network(args.text(1))?;
    let given =
        if args.len() > 2 { u32::try_from(args.long(2)?).ok().filter(|p| *p <= 32)? } else { 32 };
    let prefix = given.min(left_prefix).min(right_prefix);
    Some(masked(left, prefix).cmp(&masked(right, prefix)))
}

/// An IPv6 address, or an IPv4 one in its IPv6 form, with its prefix length.
fn network6(text: &str) -> Option<(u128, u32)> {
    let text = text.trim();
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
        None => (text, None),
    };
    if let Ok(v4) = address.parse::<Ipv4Addr>() {
        let prefix = prefix.unwrap_or(32);
        return (prefix <= 32).then(|| (u128::from(v4.to_ipv6_mapped()), prefix + 96));
    }
    let prefix = prefix.unwrap_or(128);
    let v6 = address.parse::<Ipv6Addr>().ok()?;
    (prefix <= 128).then(|| (u128::from(v6), prefix))
}

fn masked6(address: u128, prefix: u32) -> u128 {
    if prefix == 0 { 0 } else { address & (u128::MAX << (128 - prefix.min(128))) }
}

fn in_range6(address: &str, range: &str) -> Option<bool> {
    let (address, own) = network6(address)?;
    let (range, prefix) = network6(range)?;
    let prefix = prefix.min(own);
    Some(masked6(address, prefix) == masked6(range, prefix))
}

fn matches6(args: &Arguments<'_>) -> Option<bool> {
    let (left, left_prefix) = network6(args.text(0))?;
    let (right, right_prefix) = network6(args.text(1))?;
    let given =
        if args.len() > 2 { u32::try_from(args.long(2)?).ok().filter(|p| *p <= 128)? } else { 128 };
    let prefix = given.min(left_prefix).min(right_prefix);
    Some(masked6(left, prefix) == masked6(right, prefix))
}

/// The IPv4 addresses in a text that nothing but delimiters surrounds.
fn addresses(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '.')
        .map(|piece| piece.trim_matches('.'))
        .filter(|piece| piece.parse::<Ipv4Addr>().is_ok())
}

fn has_address(text: &str, wanted: &[String]) -> bool {
    let wanted: Vec<Ipv4Addr> =
        wanted.iter().filter_map(|address| address.trim().parse().ok()).collect();
    addresses(text).any(|found| found.parse().is_ok_and(|found: Ipv4Addr| wanted.contains(&found)))
}

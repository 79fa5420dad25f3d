//! Functions of network addresses.

use std::cmp::Ordering;
use std::net::{Ipv4Addr, Ipv6Addr};

use bartizan_kql::Type;
use bartizan_kql::function::{Function as F, More as M};
use bartizan_kql::value::{Dynamic, Literal};

use super::arguments::{dynamic, string, truth, whole};
use super::{Arguments, Implementation, Outcome};
use crate::value;

/// An address, or a network of addresses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Network {
    address: u128,
    prefix: u32,
}

impl Network {
    /// The network that a text is; IPv4 ones in their IPv6 form.
    pub(crate) fn of(text: &str, v6: bool) -> Option<Self> {
        if !v6 {
            network(text)?;
        }
        network6(text).map(|(address, prefix)| Self { address, prefix })
    }

    /// Whether all of another is in it.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        let prefix = self.prefix.min(other.prefix);
        masked6(self.address, prefix) == masked6(other.address, prefix)
    }
}

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

pub(super) fn find_more(function: M) -> Option<Implementation> {
    Some(match function {
        M::ParseIpv4Mask => |args| {
            let masked = network(args.text(0)).and_then(|(address, own)| {
                let prefix = u32::try_from(args.long(1)?).ok().filter(|prefix| *prefix <= 32)?;
                Some(i64::from(masked(address, prefix.min(own))))
            });
            whole(masked, Type::Long)
        },
        M::ParseIpv6 => |args| string(full(network6(args.text(0)), 128)),
        M::ParseIpv6Mask => |args| {
            let prefix = args.long(1).and_then(|prefix| u32::try_from(prefix).ok());
            match prefix.filter(|prefix| *prefix <= 128) {
                Some(prefix) => string(full(network6(args.text(0)), prefix)),
                None => string(""),
            }
        },
        M::Ipv4NetmaskSuffix => {
            |args| whole(network(args.text(0)).map(|(_, prefix)| i64::from(prefix)), Type::Long)
        }
        M::Ipv4RangeToCidrList => cidr_list,
        M::Ipv6Compare => |args| {
            let order = compared6(args).map(|(left, right)| left.cmp(&right));
            whole(order.map(|order| order as i64), Type::Long)
        },
        M::Ipv6IsInAnyRange => |args| {
            if network6(args.text(0)).is_none() {
                return Ok(Literal::Null);
            }
            let ranges = listed(args);
            truth(Some(ranges.iter().any(|range| in_range6(args.text(0), range) == Some(true))))
        },
        M::FormatIpv4 => |args| string(formatted(args).map(|(text, _)| text).unwrap_or_default()),
        M::FormatIpv4Mask => |args| {
            let text = formatted(args).map(|(text, prefix)| format!("{text}/{prefix}"));
            string(text.unwrap_or_default())
        },
        M::HasAnyIpv4Prefix => |args| {
            let prefixes = listed(args);
            truth(Some(addresses(args.text(0)).any(|found| {
                prefixes
                    .iter()
                    .any(|prefix| !prefix.is_empty() && found.starts_with(prefix.as_str()))
            })))
        },
        _ => return None,
    })
}

/// All eight groups, every digit.
fn full(network: Option<(u128, u32)>, prefix: u32) -> String {
    let Some((address, own)) = network else { return String::new() };
    let groups = Ipv6Addr::from(masked6(address, own.min(prefix))).segments();
    groups.map(|group| format!("{group:04x}")).join(":")
}

/// An address as text or number, masked, and the prefix it was masked with.
fn formatted(args: &Arguments<'_>) -> Option<(String, u32)> {
    let (address, own) = match args.value(0) {
        Literal::Int(_) | Literal::Long(_) => (u32::try_from(args.long(0)?).ok()?, 32),
        other => network(&value::text_of(other))?,
    };
    let given = if args.len() > 1 { u32::try_from(args.long(1)?).ok()? } else { 32 };
    if given > 32 {
        return None;
    }
    let prefix = given.min(own);
    Some((Ipv4Addr::from(masked(address, prefix)).to_string(), prefix))
}

/// The fewest networks that make up all addresses from one to another.
fn cidr_list(args: &Arguments<'_>) -> Outcome {
    let (Some((first, _)), Some((last, _))) = (network(args.text(0)), network(args.text(1))) else {
        return Ok(Literal::Null);
    };
    let (mut at, last) = (u64::from(first), u64::from(last));
    if at > last {
        return Ok(Literal::Null);
    }
    let mut networks = Vec::new();
    while at <= last {
        let aligned = if at == 0 { 32 } else { at.trailing_zeros().min(32) };
        let fitting = (last - at + 1).ilog2();
        let size = aligned.min(fitting);
        let address = u32::try_from(at).map(Ipv4Addr::from);
        let Ok(address) = address else { break };
        networks.push(Dynamic::String(format!("{address}/{}", 32 - size)));
        at += 1 << size;
    }
    dynamic(Dynamic::Array(networks))
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
    compared6(args).map(|(left, right)| left == right)
}

/// Two addresses under the shortest prefix in play.
fn compared6(args: &Arguments<'_>) -> Option<(u128, u128)> {
    let (left, left_prefix) = network6(args.text(0))?;
    let (right, right_prefix) = network6(args.text(1))?;
    let given =
        if args.len() > 2 { u32::try_from(args.long(2)?).ok().filter(|p| *p <= 128)? } else { 128 };
    let prefix = given.min(left_prefix).min(right_prefix);
    Some((masked6(left, prefix), masked6(right, prefix)))
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

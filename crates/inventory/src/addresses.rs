//! The machine's addresses, from the kernel's tables.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// Most addresses that are told: a machine with thousands of containers is known by the first.
const ADDRESSES_MAX: usize = 256;

/// Every address but loopback and link-local, in order, from `fib_trie` and `if_inet6`.
pub(crate) fn all(fib_trie: &str, if_inet6: &str) -> Vec<IpAddr> {
    let v4 = local_v4(fib_trie).into_iter().map(IpAddr::V4);
    let v6 = local_v6(if_inet6).into_iter().map(IpAddr::V6);
    v4.chain(v6).take(ADDRESSES_MAX).collect()
}

/// Leaves `|-- 192.0.2.7` that are followed by `/32 host LOCAL`.
pub(crate) fn local_v4(fib_trie: &str) -> BTreeSet<Ipv4Addr> {
    let mut leaf = None;
    let mut found = BTreeSet::new();
    for line in fib_trie.lines().map(str::trim) {
        if let Some(address) = line.strip_prefix("|-- ") {
            leaf = address.parse::<Ipv4Addr>().ok();
        } else if line.starts_with("/32 host LOCAL") {
            found.extend(leaf.filter(|address| !address.is_loopback()));
        }
    }
    found
}

/// Lines of 32 hexadecimal digits and more; loopback has scope 10, link-local 20.
fn local_v6(if_inet6: &str) -> BTreeSet<Ipv6Addr> {
    let address = |line: &str| {
        let digits = line.split_whitespace().next()?;
        (digits.len() == 32).then_some(())?;
        Some(Ipv6Addr::from(u128::from_str_radix(digits, 16).ok()?))
    };
    let told = |address: &Ipv6Addr| !address.is_loopback() && !address.is_unicast_link_local();
    if_inet6.lines().filter_map(address).filter(told).collect()
}

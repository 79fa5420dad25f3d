//! A million indicators in one table.
//!
//! The table is keyed by a 64-bit hash of kind and value; the value itself is compared, so nothing is found by
//! accident. Ranges are found by asking for the address's prefixes of the lengths that occur, after a bit for its
//! first 16 bits says that any range covers it. A name is asked for by itself and by the names above it.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use bartizan_model::{DeviceId, Text, Timestamp};
use ipnet::IpNet;
use rustc_hash::{FxHashMap, FxHasher};

use crate::{Action, Indicator, Kind, Observable, canonical};

/// Most labels of a name, and most folders of a URL, that are asked for.
const PARTS_MAX: usize = 16;
/// The end of a chain.
const NONE: u32 = u32::MAX;

/// A value in an event, as it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen<'a> {
    /// MD5.
    Md5(&'a [u8; 16]),
    /// SHA-1.
    Sha1(&'a [u8; 20]),
    /// SHA-256.
    Sha256(&'a [u8; 32]),
    /// An address.
    Address(IpAddr),
    /// A host name.
    Host(&'a str),
    /// A URL.
    Url(&'a str),
}

/// An indicator that an event shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match<'a> {
    /// The indicator.
    pub indicator: &'a Indicator,
}

/// Indicators, ready to be asked for. Immutable.
#[derive(Debug, Default)]
pub struct IndicatorSet {
    indicators: Vec<Indicator>,
    /// By hash of kind and value: the first indicator; further ones by `next`.
    heads: FxHashMap<u64, u32>,
    next: Vec<u32>,
    /// Lengths of prefixes that occur, longest first.
    prefixes_4: Vec<u8>,
    prefixes_6: Vec<u8>,
    /// One bit for each first 16 bits of an address that a range covers.
    covered_4: Vec<u64>,
    covered_6: Vec<u64>,
    has_hosts: bool,
    has_urls: bool,
}

impl IndicatorSet {
    /// Prepares indicators. Costs time and memory: do it beside, then swap.
    pub fn new(indicators: Vec<Indicator>) -> Self {
        let mut set = Self {
            heads: FxHashMap::with_capacity_and_hasher(indicators.len(), rustc_hash::FxBuildHasher),
            next: Vec::with_capacity(indicators.len()),
            covered_4: vec![0; 1_024],
            covered_6: vec![0; 1_024],
            ..Self::default()
        };
        let (mut lengths_4, mut lengths_6) = (BTreeSet::new(), BTreeSet::new());
        for (indicator, at) in indicators.iter().zip(0..NONE) {
            match &indicator.value {
                Observable::Network(IpNet::V4(network)) => {
                    lengths_4.insert(network.prefix_len());
                    let [a, b, ..] = network.addr().octets();
                    cover(&mut set.covered_4, u16::from_be_bytes([a, b]), network.prefix_len());
                }
                Observable::Network(IpNet::V6(network)) => {
                    lengths_6.insert(network.prefix_len());
                    let [first, ..] = network.addr().segments();
                    cover(&mut set.covered_6, first, network.prefix_len());
                }
                Observable::Domain(_) => set.has_hosts = true,
                Observable::Url(_) => set.has_urls = true,
                _ => {}
            }
            let key = key_of(&indicator.value);
            let before = set.heads.insert(key, at);
            set.next.push(before.unwrap_or(NONE));
        }
        set.prefixes_4 = lengths_4.into_iter().rev().collect();
        set.prefixes_6 = lengths_6.into_iter().rev().collect();
        set.indicators = indicators;
        set
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.indicators.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.indicators.is_empty()
    }

    /// The indicators, in the order they were given.
    pub fn indicators(&self) -> &[Indicator] {
        &self.indicators
    }

    /// What counts of a value that was seen on this device at this time: the gravest action wins, and `Allow` over
    /// all. `None` also when it is allowed.
    pub fn find(
        &self,
        seen: Seen<'_>,
        at: Timestamp,
        device: DeviceId,
        groups: &[Text],
    ) -> Option<Match<'_>> {
        if self.indicators.is_empty() {
            return None;
        }
        let mut best: Option<&Indicator> = None;
        let mut allowed = false;
        let mut take = |indicator: &'_ Indicator, position: usize| {
            if !indicator.is_valid(at) || !indicator.scope.holds(device, groups) {
                return;
            }
            if indicator.action == Action::Allow {
                allowed = true;
                return;
            }
            let rank = |i: &Indicator| (i.action, i.severity);
            if best.is_none_or(|known| rank(indicator) > rank(known)) {
                best = self.indicators.get(position);
            }
        };
        self.each(seen, &mut take);
        best.filter(|_| !allowed).map(|indicator| Match { indicator })
    }

    /// Whether any indicator names the value, whatever its time, scope and action.
    pub fn knows(&self, seen: Seen<'_>) -> bool {
        let mut known = false;
        self.each(seen, &mut |_, _| known = true);
        known
    }

    fn each(&self, seen: Seen<'_>, take: &mut dyn FnMut(&Indicator, usize)) {
        match seen {
            Seen::Md5(digest) => self.chain(
                Kind::Md5,
                digest,
                |v| matches!(v, Observable::Md5(d) if d == digest),
                take,
            ),
            Seen::Sha1(digest) => self.chain(
                Kind::Sha1,
                digest,
                |v| matches!(v, Observable::Sha1(d) if d == digest),
                take,
            ),
            Seen::Sha256(digest) => {
                self.chain(
                    Kind::Sha256,
                    digest,
                    |v| matches!(v, Observable::Sha256(d) if d == digest),
                    take,
                );
            }
            Seen::Address(address) => self.address(address.to_canonical(), take),
            Seen::Host(host) => self.host(host, take),
            Seen::Url(url) => self.url(url, take),
        }
    }

    fn chain(
        &self,
        kind: Kind,
        bytes: &[u8],
        same: impl Fn(&Observable) -> bool,
        take: &mut dyn FnMut(&Indicator, usize),
    ) {
        let mut at = self.heads.get(&key(kind, bytes)).copied().unwrap_or(NONE);
        while at != NONE {
            let position = usize::try_from(at).unwrap_or(usize::MAX);
            let Some(indicator) = self.indicators.get(position) else { break };
            if same(&indicator.value) {
                take(indicator, position);
            }
            at = self.next.get(position).copied().unwrap_or(NONE);
        }
    }

    fn address(&self, address: IpAddr, take: &mut dyn FnMut(&Indicator, usize)) {
        let octets_4;
        let octets_6;
        let bytes: &[u8] = match address {
            IpAddr::V4(v4) => {
                octets_4 = v4.octets();
                &octets_4
            }
            IpAddr::V6(v6) => {
                octets_6 = v6.octets();
                &octets_6
            }
        };
        self.chain(Kind::Address, bytes, |v| *v == Observable::Address(address), take);
        let first = match bytes {
            [a, b, ..] => u16::from_be_bytes([*a, *b]),
            _ => 0,
        };
        let (covered, prefixes) = match address {
            IpAddr::V4(_) => (&self.covered_4, &self.prefixes_4),
            IpAddr::V6(_) => (&self.covered_6, &self.prefixes_6),
        };
        let bit =
            covered.get(usize::from(first >> 6)).is_some_and(|w| w & (1 << (first & 63)) != 0);
        if !bit {
            return;
        }
        for prefix in prefixes {
            let Ok(network) = IpNet::new(address, *prefix) else { continue };
            let network = network.trunc();
            let (bytes, length) = network_bytes(&network);
            self.chain(
                Kind::Network,
                bytes.get(..length).unwrap_or_default(),
                |v| *v == Observable::Network(network),
                take,
            );
        }
    }

    fn host(&self, host: &str, take: &mut dyn FnMut(&Indicator, usize)) {
        if let Ok(address) = host.parse::<IpAddr>() {
            self.address(address.to_canonical(), take);
            return;
        }
        if !self.has_hosts {
            return;
        }
        let lowered;
        let trimmed = host.trim_end_matches('.');
        let name = if trimmed.bytes().any(|b| b.is_ascii_uppercase() || b >= 0x80) {
            lowered = trimmed.to_lowercase();
            lowered.as_str()
        } else {
            trimmed
        };
        let mut part = name;
        for _ in 0..PARTS_MAX {
            let below = part.len() != name.len();
            let same = |v: &Observable| matches!(v, Observable::Domain(d) if **d == *part);
            self.chain(Kind::Domain, part.as_bytes(), same, &mut |indicator, position| {
                if !below || indicator.subdomains {
                    take(indicator, position);
                }
            });
            match part.split_once('.') {
                Some((_, rest)) if !rest.is_empty() => part = rest,
                _ => break,
            }
        }
    }

    /// The URL itself, without its question, and the folders above it where an indicator ends with `/`. Its host too.
    fn url(&self, url: &str, take: &mut dyn FnMut(&Indicator, usize)) {
        let Some(whole) = canonical::url(url) else { return };
        let after_scheme = whole.find("://").map_or(0, |at| at + 3);
        let host = whole.get(after_scheme..).and_then(|rest| rest.split(['/', '?']).next());
        if let Some(host) = host {
            let bare = host.rsplit_once(':').map_or(host, |(name, port)| {
                if port.bytes().all(|b| b.is_ascii_digit()) { name } else { host }
            });
            self.host(bare.trim_start_matches('[').trim_end_matches(']'), take);
        }
        if !self.has_urls {
            return;
        }
        let mut ask = |part: &str| {
            let same = |v: &Observable| matches!(v, Observable::Url(u) if **u == *part);
            self.chain(Kind::Url, part.as_bytes(), same, take);
        };
        ask(&whole);
        let mut part = whole.split('?').next().unwrap_or(&whole);
        if part.len() != whole.len() {
            ask(part);
        }
        for _ in 0..PARTS_MAX {
            let above = part.strip_suffix('/').unwrap_or(part);
            let Some(slash) = above.rfind('/').filter(|slash| *slash >= after_scheme) else {
                break;
            };
            part = above.get(..=slash).unwrap_or_default();
            ask(part);
        }
    }
}

fn cover(bits: &mut [u64], first: u16, length: u8) {
    // A range shorter than 16 bits covers several first halves.
    let spread = 16_u8.saturating_sub(length);
    let many = 1_u32 << spread;
    for offset in 0..many {
        let half = u32::from(first) + offset;
        let word = usize::try_from(half >> 6).unwrap_or(usize::MAX);
        if let Some(word) = bits.get_mut(word) {
            *word |= 1 << (half & 63);
        }
    }
}

fn network_bytes(network: &IpNet) -> ([u8; 17], usize) {
    let mut bytes = [0; 17];
    let length = match network {
        IpNet::V4(v4) => {
            let octets = v4.addr().octets();
            bytes.iter_mut().zip(octets).for_each(|(to, from)| *to = from);
            4
        }
        IpNet::V6(v6) => {
            let octets = v6.addr().octets();
            bytes.iter_mut().zip(octets).for_each(|(to, from)| *to = from);
            16
        }
    };
    if let Some(last) = bytes.get_mut(length) {
        *last = network.prefix_len();
    }
    (bytes, length + 1)
}

fn key_of(value: &Observable) -> u64 {
    match value {
        Observable::Md5(digest) => key(Kind::Md5, digest),
        Observable::Sha1(digest) => key(Kind::Sha1, digest),
        Observable::Sha256(digest) => key(Kind::Sha256, digest),
        Observable::Address(IpAddr::V4(address)) => key(Kind::Address, &address.octets()),
        Observable::Address(IpAddr::V6(address)) => key(Kind::Address, &address.octets()),
        Observable::Network(network) => {
            let (bytes, length) = network_bytes(network);
            key(Kind::Network, bytes.get(..length).unwrap_or_default())
        }
        Observable::Domain(name) => key(Kind::Domain, name.as_bytes()),
        Observable::Url(url) => key(Kind::Url, url.as_bytes()),
    }
}

fn key(kind: Kind, bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    kind.hash(&mut hasher);
    hasher.write(bytes);
    hasher.write_usize(bytes.len());
    hasher.finish()
}

#[cfg(test)]
#[path = "set_tests.rs"]
mod tests;

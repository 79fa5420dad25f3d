//! Network adapters, their addresses and gateways, from `/sys/class/net` and the kernel's routes.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::Path,
};

use crate::{addresses, files, thing::Thing};

/// Most adapters that are told: a machine with thousands of containers has as many.
const ADAPTERS_MAX: usize = 512;

/// A route: network, prefix, gateway, adapter.
type Route = (Ipv4Addr, u8, Option<Ipv4Addr>, String);

/// Every adapter.
pub(crate) fn all(root: &Path) -> Vec<Thing> {
    let read = |file: &str| files::text(&root.join(file));
    let routes = routes(&read("proc/net/route"));
    let v4 = addresses::local_v4(&read("proc/net/fib_trie"));
    let v6 = v6(&read("proc/net/if_inet6"));
    let servers = servers(&read("etc/resolv.conf"));
    let one = |path: &std::path::PathBuf| {
        let name = files::name(path);
        let word = |file: &str| read_word(&path.join(file));
        let mut of_it: Vec<String> = Vec::new();
        for address in &v4 {
            let network = routes
                .iter()
                .filter(|(network, prefix, gateway, _)| {
                    gateway.is_none() && *prefix > 0 && contains(*network, *prefix, *address)
                })
                .max_by_key(|(_, prefix, ..)| *prefix);
            if let Some((_, prefix, _, adapter)) = network
                && *adapter == name
            {
                of_it.push(format!("{address}/{prefix}"));
            }
        }
        of_it.extend(
            v6.iter().filter(|(_, adapter)| *adapter == name).map(|(text, _)| text.clone()),
        );
        let gateways = routes
            .iter()
            .filter(|(_, prefix, _, adapter)| *prefix == 0 && *adapter == name)
            .filter_map(|(_, _, gateway, _)| gateway.map(|gateway| gateway.to_string()));
        let gateways: Vec<String> = gateways.collect();
        let named = if gateways.is_empty() { &[][..] } else { servers.as_slice() };
        Thing::new(name.as_str(), &name)
            .with("MacAddress", &word("address"))
            .with("Type", kind(path, &word("type")))
            .with("Status", if word("operstate") == "down" { "Down" } else { "Up" })
            .list("IPAddresses", &of_it)
            .list("DefaultGateways", &gateways)
            .list("DnsAddresses", named)
    };
    files::children(&root.join("sys/class/net")).iter().take(ADAPTERS_MAX).map(one).collect()
}

/// Lines of `/proc/net/route`: adapter, network, gateway, flags, …, mask, as words in the machine's order.
fn routes(text: &str) -> Vec<Route> {
    let one = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let address = |at: usize| {
            let word = u32::from_str_radix(fields.get(at)?, 16).ok()?;
            Some(Ipv4Addr::from(word.to_ne_bytes()))
        };
        let (network, gateway, mask) = (address(1)?, address(2)?, address(7)?);
        let prefix = u8::try_from(mask.to_bits().count_ones()).ok()?;
        let gateway = (!gateway.is_unspecified()).then_some(gateway);
        Some((network, prefix, gateway, (*fields.first()?).to_owned()))
    };
    text.lines().skip(1).filter_map(one).collect()
}

fn contains(network: Ipv4Addr, prefix: u8, address: Ipv4Addr) -> bool {
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(u32::from(prefix))).unwrap_or(0);
    network.to_bits() & mask == address.to_bits() & mask
}

/// Lines of `/proc/net/if_inet6`: address, index, prefix, scope, flags, adapter.
fn v6(text: &str) -> Vec<(String, String)> {
    let one = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let address = (fields.first()?.len() == 32).then_some(fields.first()?)?;
        let address = Ipv6Addr::from(u128::from_str_radix(address, 16).ok()?);
        let prefix = u8::from_str_radix(fields.get(2)?, 16).ok()?;
        Some((format!("{address}/{prefix}"), (*fields.get(5)?).to_owned()))
    };
    text.lines().filter_map(one).collect()
}

fn servers(resolv_conf: &str) -> Vec<String> {
    let server = |line: &str| {
        let rest = line.trim().strip_prefix("nameserver")?.trim();
        rest.parse::<IpAddr>().ok().map(|address| address.to_string())
    };
    resolv_conf.lines().filter_map(server).collect()
}

/// What kind of adapter it is, in the schema's words where it has one.
fn kind(path: &Path, number: &str) -> &'static str {
    let has = |file: &str| fs::metadata(path.join(file)).is_ok();
    match number {
        "772" => "Loopback",
        _ if has("wireless") || has("phy80211") => "Wireless80211",
        _ if has("bridge") => "Bridge",
        _ if has("tun_flags") => "Tunnel",
        "768" | "776" | "778" | "65534" => "Tunnel",
        "512" => "Ppp",
        "1" => "Ethernet",
        _ => "Unknown",
    }
}

fn read_word(path: &Path) -> String {
    // These say that they are files of a page and are shorter.
    fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

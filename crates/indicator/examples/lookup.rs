//! How long it takes to ask a million indicators: `cargo run --release -p bartizan-indicator --example lookup`.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(clippy::disallowed_methods, reason = "a measurement needs the clock")]

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use bartizan_indicator::{Action, Indicator, IndicatorSet, Observable, Scope, Seen};
use bartizan_model::{DeviceId, Severity, Timestamp};

const MANY: u32 = 1_000_000;
const EVENTS: u32 = 2_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let begun = Instant::now();
    let indicators = (0..MANY).filter_map(indicator).collect();
    let made = begun.elapsed();
    let begun = Instant::now();
    let set = IndicatorSet::new(indicators);
    println!("{} indicators: made in {made:?}, prepared in {:?}", set.len(), begun.elapsed());
    let device: DeviceId = "00000000-0000-4000-8000-000000000001".parse()?;
    let at = Timestamp::from_millis(1);
    let hosts: Vec<String> =
        (0..EVENTS / 8).map(|n| format!("a{}.cdn{n}.example.org", n % 7)).collect();
    let digests: Vec<[u8; 32]> = (0..EVENTS / 8).map(|n| digest(n.wrapping_mul(7))).collect();
    let mut seen: Vec<(&str, Vec<Seen<'_>>)> = vec![
        ("hashes", digests.iter().map(Seen::Sha256).collect()),
        ("addresses", (0..EVENTS / 8).map(|n| Seen::Address(spread(n))).collect()),
        ("hosts", hosts.iter().map(|host| Seen::Host(host)).collect()),
    ];
    let mixed = seen.iter().flat_map(|(_, some)| some.iter().copied().step_by(3)).collect();
    seen.push(("all of them", mixed));
    for (what, asked) in seen {
        let begun = Instant::now();
        let found = asked.iter().filter(|s| set.find(black_box(**s), at, device, &[]).is_some());
        let found = found.count();
        let each = begun.elapsed().as_nanos() / u128::try_from(asked.len().max(1))?;
        println!("{what}: {each} ns each, {found} of {} found", asked.len());
    }
    Ok(())
}

fn indicator(number: u32) -> Option<Indicator> {
    let value = match number % 10 {
        0..=3 => Observable::Sha256(digest(number)),
        4..=6 => Observable::Address(spread(number)),
        7 => Observable::guess(&format!("{}/{}", spread(number), 17 + number % 12)).ok()?,
        8 => Observable::guess(&format!("host{number}.evil.example")).ok()?,
        _ => Observable::guess(&format!("http://host{number}.example/path/{number}")).ok()?,
    };
    Some(Indicator {
        id: "".into(),
        value,
        subdomains: true,
        action: Action::Audit,
        severity: Severity::Medium,
        title: "".into(),
        description: "".into(),
        source: "".into(),
        scope: Scope::All,
        valid_from: None,
        valid_until: None,
    })
}

fn digest(number: u32) -> [u8; 32] {
    let mut digest = [0; 32];
    let mut state = u64::from(number) | 0x9e37_79b9_0000_0000;
    for byte in &mut digest {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        *byte = state.to_be_bytes()[0];
    }
    digest
}

fn spread(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(number.wrapping_mul(2_654_435_761)))
}

//! Any line as an event for rules that use every part of the matcher: an answer or a fault, the same twice.
#![no_main]

const RULES: &str = include_str!("sigma_event.yml");

libfuzzer_sys::fuzz_target!(|line: &str| {
    let rules = bartizan_sigma::Collection::parse("fuzz.yml", RULES).rules;
    let Ok(matcher) = bartizan_sigma::Matcher::new(&rules) else { return };
    let Ok(route) = matcher.route_all() else { return };
    let (mut reader, mut scratch) = (matcher.json_reader(), matcher.scratch());
    let Ok(event) = reader.read(line) else { return };
    let found = matcher.matching(&route, &event, &mut scratch).to_vec();
    let explained = matcher.judge(&route, &event, &mut scratch);
    assert_eq!(found, explained.iter().map(|found| found.rule).collect::<Vec<_>>());
});

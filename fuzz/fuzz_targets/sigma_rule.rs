//! Any text as a file of rules: rules and problems that name their place, never a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let collection = bartizan_sigma::Collection::parse("fuzz.yml", text);
    for problem in &collection.problems {
        let _shown = problem.to_string();
    }
});

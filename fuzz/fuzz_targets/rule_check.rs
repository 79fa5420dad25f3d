//! Any text as a file of rules for those who write them: remarks that can be shown, and cases that can be run.
#![no_main]

use bartizan_detect::{RuleFile, RuleSet};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let files = [RuleFile { name: "fuzz.yml".to_owned(), text: text.to_owned() }];
    let checked = bartizan_detect::check(&files).expect("the shipped mappings are whole");
    for remark in &checked.remarks {
        let _shown = remark.to_string();
    }
    if let Ok(rules) = RuleSet::new(&files) {
        let _cases = bartizan_detect::run_cases(&rules);
    }
});

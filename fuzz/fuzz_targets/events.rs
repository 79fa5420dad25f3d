//! Any bytes as a file of events (JSON, compressed JSON, EVTX): events or an error, never a panic.
#![no_main]

use bartizan_detect::Mapping;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mapping = Mapping::shipped().expect("the shipped mappings are whole");
    if let Ok(records) = bartizan_detect::records(bytes.to_vec(), &mapping) {
        for record in records {
            let _event = record.to_json();
        }
    }
});

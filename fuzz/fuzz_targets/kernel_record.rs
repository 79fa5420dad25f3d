//! Any bytes from a ring: a record or an error, never a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _time = bartizan_probe_abi::peek_time(bytes);
    let _record = bartizan_probe_abi::Record::decode(bytes);
});

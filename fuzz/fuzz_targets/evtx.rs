//! Any bytes as a chunk of an EVTX file: records or an error, never a panic.
#![no_main]

use bartizan_detect::Mapping;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // A file header as Windows writes it (one chunk after 4,096 bytes), so that the chunk behind it is looked at.
    let mut file = b"ElfFile\0".to_vec();
    file.resize(4_096, 0);
    file[32] = 128;
    file[36] = 1;
    file[38] = 3;
    file[40..42].copy_from_slice(&[0, 0x10]);
    file[42] = 1;
    file.extend_from_slice(b"ElfChnk\0");
    file.extend_from_slice(bytes);
    file.resize(4_096 + 65_536, 0);
    let _records = bartizan_detect::records(file, &Mapping::none());
});

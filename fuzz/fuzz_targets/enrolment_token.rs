//! Any text as an enrolment token; one that is read is written the same.
#![no_main]

use bartizan_wire::EnrolmentToken;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(token) = text.parse::<EnrolmentToken>() {
        let again: EnrolmentToken = token.to_string().parse().expect("what was written is read");
        assert_eq!(token.server, again.server);
        assert_eq!(token.authority, again.authority);
    }
});

//! The forms of lines as people read them, and which of them a line that fits none was meant to be.

/// Every form. Words in capital letters, and `P` for a process that was named before, stand for what a story fills in.
const FORMS: &[&str] = &[
    "given tenant NAME",
    "given device NAME linux",
    "given process NAME[PID] under NAME[PID] on DEVICE `command` …",
    "when P runs NAME[PID] `command` …",
    "when P forks NAME[PID]",
    "when P becomes NAME[PID] `command` …",
    "when P connects ADDRESS:PORT",
    "when P connects ADDRESS:PORT and fails",
    "when P connects ADDRESS:PORT over udp",
    "when P creates PATH",
    "when P writes PATH",
    "when P deletes PATH",
    "when P renames PATH to PATH",
    "when P ends",
    "when P ends with CODE",
    "when TIME pass",
    "when DEVICE is offline",
    "when DEVICE is online",
    "when the next event arrives late",
    "when the last batch arrives twice",
    "when everything arrives twice",
    "when the server restarts",
    "when incident NUMBER is resolved",
    "then alert RULE SEVERITY on P",
    "then incident SEVERITY on DEVICE with RULE, RULE",
    "then evidence P > P > P, ADDRESS:PORT, PATH",
    "then nothing else",
];
/// Words that are less alike than this have nothing to do with each other.
const ALIKE: f64 = 0.6;

/// The form whose fixed words are most like the words of the line.
pub(super) fn nearest(line: &str) -> &'static str {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut nearest = ("", f64::NEG_INFINITY);
    for form in FORMS {
        let likeness = likeness(form, &words);
        if likeness > nearest.1 {
            nearest = (form, likeness);
        }
    }
    nearest.0
}

/// How many fixed words of the form the line has, slips of the pen allowed, less those it lacks, and a little less for
/// every word that the form has no place for.
fn likeness(form: &str, words: &[&str]) -> f64 {
    let mut found = 0.0;
    let mut places = 0_u8;
    for part in form.split_whitespace() {
        places = places.saturating_add(1);
        if !part.chars().all(|c| c.is_ascii_lowercase()) {
            continue;
        }
        let best = words.iter().map(|word| strsim::damerau_levenshtein(part, word)).min();
        let slips = f64::from(u8::try_from(best.unwrap_or(usize::MAX)).unwrap_or(u8::MAX));
        let length = f64::from(u8::try_from(part.len()).unwrap_or(u8::MAX));
        let alike = 1.0 - slips / length;
        found += if alike >= ALIKE { alike } else { -0.5 };
    }
    let length = f64::from(u8::try_from(words.len()).unwrap_or(u8::MAX));
    found - (length - f64::from(places)).abs() * 0.05
}

//! ATT&CK tactics and techniques in the tags of a rule.

/// Tactics by the tag that names them. Newer ATT&CK versions split `defense-evasion` in two.
const TACTICS: [(&str, &str); 16] = [
    ("reconnaissance", "reconnaissance"),
    ("resource-development", "resource-development"),
    ("initial-access", "initial-access"),
    ("execution", "execution"),
    ("persistence", "persistence"),
    ("privilege-escalation", "privilege-escalation"),
    ("defense-evasion", "defense-evasion"),
    ("stealth", "defense-evasion"),
    ("defense-impairment", "defense-evasion"),
    ("credential-access", "credential-access"),
    ("discovery", "discovery"),
    ("lateral-movement", "lateral-movement"),
    ("collection", "collection"),
    ("command-and-control", "command-and-control"),
    ("exfiltration", "exfiltration"),
    ("impact", "impact"),
];

/// The tactic a tag names.
pub(super) fn tactic(tag: &str) -> Option<&'static str> {
    let name = tag.to_ascii_lowercase().strip_prefix("attack.")?.replace('_', "-");
    TACTICS.iter().find(|(tag, _)| *tag == name).map(|(_, tactic)| *tactic)
}

/// The technique a tag names.
pub(super) fn technique(tag: &str) -> Option<String> {
    let name = tag.to_ascii_uppercase().strip_prefix("ATTACK.")?.to_owned();
    let digits = name.strip_prefix('T')?;
    let mut parts = digits.split('.');
    let main = parts.next()?;
    let number =
        |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    (number(main, 4) && parts.all(|p| number(p, 3))).then_some(name)
}

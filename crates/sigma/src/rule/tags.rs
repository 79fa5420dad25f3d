//! ATT&CK tactics and techniques in the tags of a rule.

/// Tactics by the tag that names them.
const TACTICS: [(&str, &str); 16] = [
    ("reconnaissance", "Reconnaissance"),
    ("resource-development", "ResourceDevelopment"),
    ("initial-access", "InitialAccess"),
    ("execution", "Execution"),
    ("persistence", "Persistence"),
    ("privilege-escalation", "PrivilegeEscalation"),
    ("defense-evasion", "DefenseEvasion"),
    ("stealth", "DefenseEvasion"),
    ("defense-impairment", "DefenseEvasion"),
    ("credential-access", "CredentialAccess"),
    ("discovery", "Discovery"),
    ("lateral-movement", "LateralMovement"),
    ("collection", "Collection"),
    ("command-and-control", "CommandAndControl"),
    ("exfiltration", "Exfiltration"),
    ("impact", "Impact"),
];

/// The tactic a tag names.
pub(super) fn tactic(tag: &str) -> Option<&'static str> {
    let name = tag.to_ascii_lowercase().strip_prefix("attack.")?.replace('_', "-");
    TACTICS.iter().find(|(slug, _)| *slug == name).map(|(_, title)| *title)
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

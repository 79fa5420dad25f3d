//! Tuning: which alerts are expected here. A condition is narrow: it names one rule, and what stands in the alert.

use bartizan_model::{Alert, Entity, EvidenceRole, Timestamp};

/// What can be asked of an alert.
pub const TUNING_FIELDS: &[(&str, &str)] = &[
    ("device", "the machine's name"),
    ("user", "who the process ran as"),
    ("image", "the executable that acted"),
    ("command_line", "its command line"),
    ("parent_image", "the executable that started it"),
    ("sha256", "SHA-256 of the executable that acted"),
    ("file", "the file it changed"),
    ("address", "the address it spoke to"),
];
/// Longest pattern that is looked for.
pub const PATTERN_MAX: usize = 4_096;

/// One thing an alert must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// One of [`TUNING_FIELDS`].
    pub field: String,
    /// What it holds; `*` stands for any characters.
    pub pattern: String,
}

/// Alerts that are expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Number of the tuning rule.
    pub number: u64,
    /// Whose alerts.
    pub rule: String,
    /// All of these hold. Without any nothing is expected.
    pub conditions: Vec<Condition>,
    /// Until when.
    pub expires_at: Option<Timestamp>,
    /// They are hidden; otherwise they are resolved.
    pub hide: bool,
}

impl Expected {
    /// Whether this alert is expected at this time.
    pub fn holds(&self, alert: &Alert, now: Timestamp) -> bool {
        let lasts = self.expires_at.is_none_or(|end| now < end);
        lasts && *self.rule == *alert.rule && holds(&self.conditions, alert)
    }
}

/// Whether an alert holds all of these. None is not all.
pub fn holds(conditions: &[Condition], alert: &Alert) -> bool {
    !conditions.is_empty()
        && conditions.iter().all(|condition| {
            values(alert, &condition.field).iter().any(|value| fits(value, &condition.pattern))
        })
}

/// A condition that could be asked of alerts like this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The condition.
    pub condition: Condition,
    /// It belongs to the narrow condition that is suggested.
    pub suggested: bool,
}

/// What could be asked of alerts like this one, and what of it to begin with: who did it, where, with what. Runs
/// of digits that differ each time become `*`.
pub fn suggestions(alert: &Alert) -> Vec<Suggestion> {
    let has_object = ["file", "address"].iter().any(|field| !values(alert, field).is_empty());
    let mut all = Vec::new();
    for (field, _) in TUNING_FIELDS {
        let Some(value) = values(alert, field).into_iter().next() else { continue };
        let pattern = match *field {
            "command_line" | "file" => generalised(&value),
            _ => value,
        };
        let suggested = match *field {
            "image" | "user" | "device" | "parent_image" | "file" | "address" => true,
            "command_line" => !has_object,
            _ => false,
        };
        let condition = Condition { field: (*field).to_owned(), pattern };
        all.push(Suggestion { condition, suggested });
    }
    all
}

/// What an alert holds of a field.
fn values(alert: &Alert, field: &str) -> Vec<String> {
    if field == "device" {
        return vec![alert.device_name.to_string()];
    }
    let found = alert.evidence.iter().filter_map(|evidence| {
        let value = match (evidence.role, &evidence.entity, field) {
            (EvidenceRole::Actor, Entity::Process { user, .. }, "user") => user.as_ref()?,
            (EvidenceRole::Actor, Entity::User { name, .. }, "user") => name,
            (EvidenceRole::Actor, Entity::Process { image, .. }, "image") => image,
            (EvidenceRole::Actor, Entity::Process { command_line, .. }, "command_line") => {
                command_line
            }
            (EvidenceRole::Actor, Entity::Process { sha256, .. }, "sha256") => sha256.as_ref()?,
            (EvidenceRole::Related, Entity::Process { image, .. }, "parent_image") => image,
            (EvidenceRole::Impacted, Entity::File { path, .. }, "file") => path,
            (EvidenceRole::Impacted, Entity::Address { ip, .. }, "address") => {
                return Some(ip.to_string());
            }
            _ => return None,
        };
        Some(value.to_string())
    });
    found.collect()
}

/// A text with what differs each time left open: runs of four and more digits or of sixteen and more hexadecimal
/// digits.
fn generalised(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    let mut run = String::new();
    for character in text.chars().map(Some).chain([None]) {
        if let Some(digit) = character.filter(char::is_ascii_hexdigit) {
            run.push(digit);
            continue;
        }
        let digits = run.chars().all(|c| c.is_ascii_digit());
        let open = (digits && run.len() >= 4) || run.len() >= 16;
        if open {
            pattern.push('*');
        } else {
            pattern.push_str(&run);
        }
        run.clear();
        pattern.extend(character);
    }
    pattern
}

/// Whether a text fits a pattern, in which `*` stands for any characters.
fn fits(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(first) = parts.next() else { return text.is_empty() };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
#[path = "tuning_tests.rs"]
mod tests;

//! How soon an incident should be looked at: one number from 0 to 100, and each reason for it in a sentence.
//!
//! The number is the sum of its reasons, so it can be checked by hand; `docs/concepts/incidents.md` has the table.

use bartizan_model::{Incident, Severity, Text, Tie};

/// What the names of the rules begin with that claim a known indicator was seen.
pub const INDICATOR_RULES: &str = "indicator/";

/// So many points for each tactic after the first.
const POINTS_PER_TACTIC: u8 = 4;
/// Most points for tactics.
const TACTICS_POINTS_MAX: u8 = 12;
/// Tactics that come late: who shows them is inside and at work.
const LATE: &[&str] = &["credential-access", "lateral-movement", "exfiltration", "impact"];
const LATE_POINTS: u8 = 6;
const RARE_POINTS: u8 = 6;
const INDICATOR_POINTS: u8 = 8;
const DEVICES_POINTS: u8 = 4;
/// Points taken when all devices are of low value.
const LOW_VALUE_POINTS: u8 = 10;

/// What a device is worth to its owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssetValue {
    /// Nothing of value is lost with it.
    Low,
    /// Like most.
    Normal,
    /// Many depend on it.
    High,
    /// The house stands on it.
    Critical,
}

impl AssetValue {
    /// The value of a word; an unknown one is normal.
    pub fn of_word(word: &str) -> Self {
        match word {
            "low" => Self::Low,
            "high" => Self::High,
            "critical" => Self::Critical,
            _ => Self::Normal,
        }
    }
}

/// What is known beside the incident itself.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// The devices of its alerts: name and value.
    pub devices: &'a [(Text, AssetValue)],
    /// The titles of its alerts that say a known indicator was seen.
    pub indicators: &'a [Text],
}

/// How soon, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priority {
    /// 0 to 100; larger is sooner.
    pub number: u8,
    /// Each reason, as a sentence with its points.
    pub reasons: Vec<String>,
}

/// How soon an incident should be looked at.
pub fn priority(incident: &Incident, grounds: Grounds<'_>) -> Priority {
    let mut sum = Sum::default();
    let severity = incident.severity;
    sum.add(severity_points(severity), format!("Its severity is {}", severity.word()));
    tactics(incident, &mut sum);
    devices(grounds.devices, &mut sum);
    rare(incident, &mut sum);
    match grounds.indicators {
        [] => {}
        [title] => sum.add(INDICATOR_POINTS, format!("A known indicator was seen: “{title}”")),
        [title, more @ ..] => {
            let text = format!("Known indicators were seen: “{title}” and {} more", more.len());
            sum.add(INDICATOR_POINTS, text);
        }
    }
    Priority {
        number: sum.points.clamp(0, 100).unsigned_abs().try_into().unwrap_or(100),
        reasons: sum.reasons,
    }
}

#[derive(Default)]
struct Sum {
    points: i16,
    reasons: Vec<String>,
}

impl Sum {
    fn add(&mut self, points: u8, why: String) {
        self.points += i16::from(points);
        self.reasons.push(format!("{why} (+{points})."));
    }

    fn take(&mut self, points: u8, why: &str) {
        self.points -= i16::from(points);
        self.reasons.push(format!("{why} (−{points})."));
    }
}

const fn severity_points(severity: Severity) -> u8 {
    match severity {
        Severity::Informational => 5,
        Severity::Low => 15,
        Severity::Medium => 30,
        Severity::High => 45,
        Severity::Critical => 60,
    }
}

fn tactics(incident: &Incident, sum: &mut Sum) {
    let further = u8::try_from(incident.tactics.len().saturating_sub(1)).unwrap_or(u8::MAX);
    if further > 0 {
        let points = further.saturating_mul(POINTS_PER_TACTIC).min(TACTICS_POINTS_MAX);
        sum.add(points, format!("{} tactics of an attack are seen", incident.tactics.len()));
    }
    let late = incident.tactics.iter().rev().find(|tactic| LATE.contains(&&***tactic));
    if let Some(late) = late {
        sum.add(LATE_POINTS, format!("It has come as far as {}", late.replace('-', " ")));
    }
}

fn devices(devices: &[(Text, AssetValue)], sum: &mut Sum) {
    let worth = devices.iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
    match worth {
        Some((name, AssetValue::Critical)) => sum.add(12, format!("{name} is of critical value")),
        Some((name, AssetValue::High)) => sum.add(6, format!("{name} is of high value")),
        Some((_, AssetValue::Low)) => {
            sum.take(LOW_VALUE_POINTS, "Only devices of low value are in it");
        }
        Some((_, AssetValue::Normal)) | None => {}
    }
    if devices.len() > 1 {
        sum.add(DEVICES_POINTS, format!("{} devices are in it", devices.len()));
    }
}

/// Files, addresses and domains tie alerts only while few devices know them.
fn rare(incident: &Incident, sum: &mut Sum) {
    let has = |of: fn(&Tie) -> bool| incident.ties.iter().any(of);
    let named = [
        (has(|tie| matches!(tie, Tie::File(_))), "a file"),
        (has(|tie| matches!(tie, Tie::Address(_))), "an address"),
        (has(|tie| matches!(tie, Tie::Domain(_))), "a domain"),
    ];
    let named: Vec<&str> =
        named.into_iter().filter(|(has, _)| *has).map(|(_, what)| what).collect();
    if !named.is_empty() {
        let what = named.join(" and ");
        sum.add(RARE_POINTS, format!("It names {what} that few devices know"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Correlator, tests_alert::backup_alert};

    fn incident() -> Incident {
        Correlator::new(1).place(&backup_alert(), None, &[]).unwrap().incident
    }

    fn on(devices: &[(&str, AssetValue)], incident: &Incident) -> Priority {
        let devices: Vec<_> =
            devices.iter().map(|(name, value)| ((*name).into(), *value)).collect();
        priority(incident, Grounds { devices: &devices, indicators: &[] })
    }

    #[test]
    fn an_ordinary_incident_has_the_points_of_its_severity_and_says_so() {
        let found = on(&[("web-1", AssetValue::Normal)], &incident());

        assert_eq!(found.number, 30);
        assert_eq!(found.reasons, ["Its severity is Medium (+30)."]);
    }

    #[test]
    fn every_ground_adds_its_points_and_a_sentence() {
        let mut incident = incident();
        incident.severity = Severity::High;
        incident.tactics = vec!["execution".into(), "persistence".into(), "exfiltration".into()];
        incident.ties.insert(Tie::File("ab".into()));
        incident.ties.insert(Tie::Address("198.51.100.7".parse().unwrap()));
        let devices = [("db-1".into(), AssetValue::Critical), ("web-1".into(), AssetValue::Low)];
        let grounds = Grounds { devices: &devices, indicators: &["Indicator seen: C2".into()] };

        let found = priority(&incident, grounds);

        assert_eq!(
            found.reasons,
            [
                "Its severity is High (+45).",
                "3 tactics of an attack are seen (+8).",
                "It has come as far as exfiltration (+6).",
                "db-1 is of critical value (+12).",
                "2 devices are in it (+4).",
                "It names a file and an address that few devices know (+6).",
                "A known indicator was seen: “Indicator seen: C2” (+8).",
            ]
        );
        assert_eq!(found.number, 89);
    }

    #[test]
    fn the_worst_is_100_and_a_device_of_low_value_can_wait() {
        let mut worst = incident();
        worst.severity = Severity::Critical;
        worst.tactics = LATE.iter().map(|tactic| Text::from(*tactic)).collect();
        worst.ties.insert(Tie::File("ab".into()));
        let two = [("a", AssetValue::Critical), ("b", AssetValue::Critical)];
        assert_eq!(on(&two, &worst).number, 100);

        let low = on(&[("kiosk", AssetValue::Low)], &incident());
        assert_eq!(low.number, 20);
        assert_eq!(low.reasons.last().unwrap(), "Only devices of low value are in it (−10).");
    }

    #[test]
    fn a_graver_incident_never_comes_later_than_a_milder_one_like_it() {
        let mut incident = incident();
        let numbers = [
            Severity::Informational,
            Severity::Low,
            Severity::Medium,
            Severity::High,
            Severity::Critical,
        ]
        .map(|severity| {
            incident.severity = severity;
            on(&[], &incident).number
        });
        assert!(numbers.is_sorted());
    }
}

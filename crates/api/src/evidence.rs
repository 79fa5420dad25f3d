//! Alerts as rows of the hunting tables `AlertInfo` and `AlertEvidence`: they are asked for like events, though
//! they are kept with the records.

use bartizan_model::{
    Alert, Entity, Evidence, EvidenceRole, Row, Text,
    tables::{AlertEvidence, AlertInfo},
};

/// What raised every alert.
const SERVICE: &str = "Bartizan";
/// Which part of it.
const ENGINE: &str = "Detection rules";

/// One row for each alert.
pub fn alert_info_rows(alerts: &[Alert]) -> Vec<Row> {
    alerts.iter().map(|alert| Row::AlertInfo(Box::new(info(alert)))).collect()
}

/// One row for each thing an alert names, and one for its device.
pub fn alert_evidence_rows(alerts: &[Alert]) -> Vec<Row> {
    let rows = alerts.iter().flat_map(|alert| {
        let named = alert.evidence.iter().map(|evidence| named(alert, evidence));
        std::iter::once(machine(alert)).chain(named)
    });
    rows.map(|row| Row::AlertEvidence(Box::new(row))).collect()
}

fn info(alert: &Alert) -> AlertInfo {
    AlertInfo {
        timestamp: Some(alert.event_at),
        alert_id: text(alert.id),
        title: Some(alert.title.clone()),
        category: alert.tactics.first().map(|tactic| category(tactic)),
        severity: Some(alert.severity.word().into()),
        service_source: Some(SERVICE.into()),
        detection_source: Some(ENGINE.into()),
        attack_techniques: json(&alert.techniques),
        incident_number: incident(alert),
        rule_id: Some(alert.rule.clone()),
        raised_time: Some(alert.raised_at),
        event_id: text(alert.event),
    }
}

fn head(alert: &Alert) -> AlertEvidence {
    let categories: Vec<Text> = alert.tactics.iter().map(|tactic| category(tactic)).collect();
    AlertEvidence {
        timestamp: Some(alert.event_at),
        alert_id: text(alert.id),
        title: Some(alert.title.clone()),
        categories: json(&categories),
        attack_techniques: json(&alert.techniques),
        service_source: Some(SERVICE.into()),
        detection_source: Some(ENGINE.into()),
        device_id: text(alert.device),
        device_name: Some(alert.device_name.clone()),
        severity: Some(alert.severity.word().into()),
        incident_number: incident(alert),
        ..AlertEvidence::default()
    }
}

fn machine(alert: &Alert) -> AlertEvidence {
    AlertEvidence {
        entity_type: Some("Machine".into()),
        evidence_role: Some("Impacted".into()),
        ..head(alert)
    }
}

fn named(alert: &Alert, evidence: &Evidence) -> AlertEvidence {
    let role = match evidence.role {
        EvidenceRole::Actor => "Actor",
        EvidenceRole::Impacted => "Impacted",
        EvidenceRole::Related => "Related",
    };
    let row = AlertEvidence { evidence_role: Some(role.into()), ..head(alert) };
    match &evidence.entity {
        Entity::Process { key, image, command_line, user, sha256 } => AlertEvidence {
            entity_type: Some("Process".into()),
            file_name: Some(name_of(image)),
            folder_path: Some(image.clone()),
            sha256: sha256.clone(),
            account_name: user.clone(),
            process_command_line: Some(command_line.clone()),
            process_unique_id: text(key),
            ..row
        },
        Entity::File { path, sha256 } => AlertEvidence {
            entity_type: Some("File".into()),
            file_name: Some(name_of(path)),
            folder_path: Some(path.clone()),
            sha256: sha256.clone(),
            ..row
        },
        Entity::Address { ip, port } => AlertEvidence {
            entity_type: Some("Ip".into()),
            remote_ip: text(ip),
            additional_fields: port.map(|port| format!("{{\"Port\":{port}}}").into()),
            ..row
        },
        Entity::User { name, uid } => AlertEvidence {
            entity_type: Some("User".into()),
            account_name: Some(name.clone()),
            account_sid: text(uid),
            ..row
        },
    }
}

fn text(value: impl std::fmt::Display) -> Option<Text> {
    Some(value.to_string().into())
}

fn incident(alert: &Alert) -> Option<i64> {
    alert.incident.and_then(|incident| i64::try_from(incident.0).ok())
}

fn json(texts: &[Text]) -> Option<Text> {
    let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
    serde_json::to_string(&texts).ok().map(Text::from)
}

/// "credential-access" as the hunting tables write it: "CredentialAccess".
fn category(tactic: &str) -> Text {
    let parts = tactic.split(['-', '_', ' ']);
    let capital = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string());
        first.unwrap_or_default() + letters.as_str()
    };
    parts.map(capital).collect::<String>().into()
}

fn name_of(path: &str) -> Text {
    path.rsplit('/').next().unwrap_or(path).into()
}

//! Alerts for tests: a backup that writes an archive, and what an intruder does.

use bartizan_model::{
    Alert, AlertId, BootId, DeviceId, Entity, EventId, Evidence, EvidenceRole, ProcessKey,
    Severity, TenantId, Timestamp,
};

const ID: &str = "00000000-0000-0000-0000-000000000001";

pub(crate) fn key(pid: u32) -> ProcessKey {
    ProcessKey { boot: BootId(1), pid, start_ticks: 7 }
}

pub(crate) fn device(number: u8) -> DeviceId {
    format!("00000000-0000-0000-0000-0000000000{number:02x}").parse().unwrap()
}

/// An alert about `pid` on `device`, at this second, with what else it names.
pub(crate) fn alert_of(on: u8, pid: u32, second: i64, more: &[Entity]) -> Alert {
    let tenant: TenantId = ID.parse().unwrap();
    let device = device(on);
    let sequence = u64::try_from(second).unwrap();
    let event = EventId { stream: ID.parse().unwrap(), sequence };
    let rule = format!("rule-{pid}-{second}");
    let doer = Entity::Process {
        key: key(pid),
        image: "/usr/bin/tar".into(),
        command_line: "tar -cf /backup/20261123.tar /srv".into(),
        user: Some("backup".into()),
        sha256: Some("ab".repeat(32).into()),
    };
    let mut evidence = vec![Evidence { role: EvidenceRole::Actor, entity: doer }];
    evidence.extend(
        more.iter().map(|entity| Evidence { role: EvidenceRole::Impacted, entity: entity.clone() }),
    );
    Alert {
        id: AlertId::of(tenant, device, &rule, event),
        tenant,
        device,
        device_name: format!("web-{on}").into(),
        rule: rule.into(),
        title: "Archive written".into(),
        description: "".into(),
        severity: Severity::Medium,
        tactics: vec!["collection".into()],
        techniques: Vec::new(),
        triage: Vec::new(),
        event,
        event_at: Timestamp::from_millis(second * 1_000),
        raised_at: Timestamp::from_millis(0),
        process: Some(key(pid)),
        family: Some(key(pid)),
        evidence,
        matched: Vec::new(),
        incident: None,
    }
}

pub(crate) fn backup_alert() -> Alert {
    alert_of(1, 100, 60, &[])
}

pub(crate) fn with_command_line(line: &str) -> Alert {
    let mut alert = backup_alert();
    for evidence in &mut alert.evidence {
        if let Entity::Process { command_line, .. } = &mut evidence.entity {
            *command_line = line.into();
        }
    }
    alert
}

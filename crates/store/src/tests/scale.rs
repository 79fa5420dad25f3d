//! Every list at full size: a million alerts, a hundred thousand incidents, five thousand devices.

use std::time::{Duration, Instant};

use bartizan_model::{DeviceId, IncidentStatus, Severity, Timestamp};

use super::{House, NOON, house};
use crate::{
    AlertFilter, AuditFilter, DeviceFilter, DeviceOrder, IncidentFilter, IncidentOrder, Page, Seek,
    error::Doing as _,
};

/// Alerts of 180 days, by 300 rules, on 5,000 devices; ten of each incident.
fn fill(house: &House) {
    let sql = "
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999)
        INSERT INTO devices (tenant, id, name, enrolled_at, certificate_serial, certificate_fingerprint,
            certificate_expires_at, last_seen, health)
        SELECT :t, CAST(printf('device-%09d', i) AS BLOB), printf('host-%04d', i), :noon, '1', x'01', :noon,
            CASE WHEN i % 50 = 0 THEN :noon - 86400000000000 ELSE :noon END,
            '{\"kernel_execs\":1,\"reported_execs\":1,\"events_spooled\":1,\"events_lost\":0,\"spool_bytes\":1,\"resident_bytes\":1,\"cpu_millis\":1,\"problems\":[]}' FROM n;";
    let alerts = "
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999)
        INSERT INTO alerts (tenant, id, device, device_name, rule, title, description, severity, tactics,
            techniques, triage, event, event_at, raised_at, evidence, matched, incident, status, assigned_to)
        SELECT :t, CAST(printf('%016x', i * 2654435761 % 4294967296) AS BLOB),
            CAST(printf('device-%09d', i / 10 * 7 % 5000) AS BLOB), printf('host-%04d', i / 10 * 7 % 5000),
            printf('rule-%03d', i % 300), printf('Title of rule %03d', i % 300),
            printf('%0300d', i), i % 5, '[\"execution\"]', '[\"T1059.004\"]', '[]',
            '00000000-0000-4000-8000-000000000001:' || i, :noon - (999999 - i) * 15552000000,
            :noon, '[]', '[]', i / 10 + 1, CASE WHEN i < 980000 THEN 'Resolved' ELSE 'New' END,
            CASE WHEN i % 97 = 0 THEN 'ann' END
        FROM n;";
    let incidents = "
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
        INSERT INTO incidents (tenant, number, device, device_name, title, severity, severity_reason, status,
            assigned_to, tactics, alerts, first_at, last_at, opened_at, changed_at, priority, classification, tags)
        SELECT :t, i + 1, CAST(printf('device-%09d', i * 7 % 5000) AS BLOB), printf('host-%04d', i * 7 % 5000),
            printf('Attack number %06d in the family of nginx', i), 1 + i % 4, 'x',
            CASE WHEN i < 98000 THEN 'Resolved' ELSE 'New' END, CASE WHEN i % 97 = 0 THEN 'ann' END, '[]', 10,
            :noon - (99999 - i) * 155520000000, :noon - (99999 - i) * 155520000000, :noon - (99999 - i) * 155520000000,
            :noon, i % 100, CASE WHEN i % 3 = 0 THEN 'True positive' END, '[]'
        FROM n;
        ";
    let devices = "INSERT INTO incident_devices SELECT tenant, device, number FROM incidents WHERE tenant = :t;";
    let joins = "INSERT INTO incident_alerts (tenant, incident, ordinal, alert, reason)
        SELECT tenant, incident, row_number() OVER (PARTITION BY incident), id, '{\"kind\":\"opened\"}' FROM alerts WHERE tenant = :t;";
    let entities = "INSERT INTO alert_entities SELECT tenant, 'user', 'user-' || (rowid % 1000), event_at, id, device FROM alerts WHERE tenant = :t;";
    let audit = "
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199999)
        INSERT INTO audit_log (tenant, at, actor, address, action, target, outcome, detail)
        SELECT :t, :noon, 'user-' || (i % 50), '', 'incident.change', 'incident ' || i, 'done', '' FROM n;";
    for sql in [sql, alerts, incidents, devices, joins, entities, audit] {
        let done = house.store.write(|t| {
            let mut statement = t.prepare(sql).doing("filling")?;
            let values =
                [(":t", &house.tenant.bytes() as &dyn rusqlite::ToSql), (":noon", &NOON.nanos())];
            let used: Vec<_> = values.into_iter().filter(|(name, _)| sql.contains(name)).collect();
            statement.execute(used.as_slice()).doing("filling")
        });
        done.unwrap_or_else(|why| panic!("{why:?}: {sql}"));
    }
}

#[test]
#[ignore = "takes minutes; run it when a list or an index changes"]
#[expect(clippy::too_many_lines, reason = "a list of everything that is asked for")]
fn every_list_is_there_within_300_ms() {
    let house = house();
    fill(&house);
    let (store, tenant) = (&house.store, house.tenant);
    let device: DeviceId =
        uuid::Uuid::from_slice(b"device-000000007").map(DeviceId::from_uuid).unwrap();
    let month_ago = NOON.minus(Duration::from_secs(30 * 86_400));
    let mut slowest: Vec<(Duration, String)> = Vec::new();
    let mut time = |what: &str, run: &dyn Fn()| {
        let mut times: Vec<Duration> = (0..7)
            .map(|_| {
                #[expect(clippy::disallowed_methods, reason = "the time taken is what is tested")]
                let began = Instant::now();
                run();
                began.elapsed()
            })
            .collect();
        times.sort();
        slowest.push((times[5], what.to_owned()));
    };
    let all = AlertFilter::default;
    let alerts = [
        ("alerts", all()),
        (
            "alerts, high and critical",
            AlertFilter { severities: vec![Severity::High, Severity::Critical], ..all() },
        ),
        ("alerts, critical", AlertFilter { severities: vec![Severity::Critical], ..all() }),
        ("alerts, new", AlertFilter { statuses: vec![IncidentStatus::New], ..all() }),
        (
            "alerts, open and grave",
            AlertFilter {
                statuses: vec![IncidentStatus::New, IncidentStatus::InProgress],
                severities: vec![Severity::Critical, Severity::High],
                ..all()
            },
        ),
        ("alerts of a device", AlertFilter { device: Some(device), ..all() }),
        ("alerts of a rule", AlertFilter { rules: vec!["rule-007".into()], ..all() }),
        ("alerts of a person", AlertFilter { assigned_to: Some("ann".into()), ..all() }),
        ("alerts with a text", AlertFilter { text: Some("rule 042".into()), ..all() }),
        (
            "alerts with a text that nothing has",
            AlertFilter { text: Some("zebra".into()), ..all() },
        ),
        ("alerts of a month", AlertFilter { from: Some(month_ago), ..all() }),
        (
            "alerts of a month long ago",
            AlertFilter {
                to: Some(month_ago),
                statuses: vec![IncidentStatus::InProgress],
                ..all()
            },
        ),
    ];
    for (what, filter) in &alerts {
        time(what, &|| drop(store.alerts(tenant, filter, &Seek::first(100)).unwrap()));
        time(&format!("{what}: kinds"), &|| drop(store.alert_facets(tenant, filter).unwrap()));
    }
    let all = IncidentFilter::default;
    let incidents = [
        ("incidents", all()),
        (
            "incidents, open",
            IncidentFilter {
                statuses: vec![IncidentStatus::New, IncidentStatus::InProgress],
                order: IncidentOrder::Priority,
                ..all()
            },
        ),
        ("incidents, by severity", IncidentFilter { order: IncidentOrder::Severity, ..all() }),
        ("incidents of a device", IncidentFilter { device: Some(device), ..all() }),
        ("incidents of a person", IncidentFilter { assigned_to: Some("ann".into()), ..all() }),
        ("incidents with a text", IncidentFilter { text: Some("number 0420".into()), ..all() }),
        (
            "incidents with a text that nothing has",
            IncidentFilter { text: Some("zebra".into()), ..all() },
        ),
    ];
    for (what, filter) in &incidents {
        time(what, &|| drop(store.incidents(tenant, filter, &Seek::first(100)).unwrap()));
        time(&format!("{what}: kinds"), &|| drop(store.incident_facets(tenant, filter).unwrap()));
    }
    for order in [DeviceOrder::Name, DeviceOrder::Risk, DeviceOrder::Silent] {
        let filter = DeviceFilter { order, ..DeviceFilter::default() };
        time(&format!("devices by {order:?}"), &|| {
            drop(store.devices(tenant, &filter, Page::default()).unwrap());
        });
    }
    let day_ago: Timestamp = NOON.minus(Duration::from_secs(86_400));
    time("overview", &|| drop(store.overview(tenant, day_ago, day_ago).unwrap()));
    time("changes", &|| {
        store.changes(tenant, day_ago).unwrap();
    });
    time("devices at risk", &|| drop(store.devices_at_risk(tenant, 8).unwrap()));
    time("unwell devices", &|| drop(store.unwell_devices(tenant, day_ago, 8).unwrap()));
    time("rules", &|| drop(store.rules_fired(tenant, month_ago).unwrap()));
    time("costs", &|| drop(store.costs(tenant).unwrap()));
    time("a user", &|| drop(store.entity_alerts(tenant, "user", "user-7", 50).unwrap()));
    time("past alerts", &|| {
        drop(store.past_alerts(tenant, "rule-007", month_ago, 20_000).unwrap());
    });
    time("audit", &|| {
        drop(store.audit(tenant, &AuditFilter::default(), &Seek::first(100)).unwrap());
    });
    let nobody = AuditFilter { text: Some("zebra".into()), ..AuditFilter::default() };
    time("audit with a text that nothing has", &|| {
        drop(store.audit(tenant, &nobody, &Seek::first(100)).unwrap());
    });
    time("decisions", &|| drop(store.decisions(tenant, 0).unwrap()));

    slowest.sort();
    for (took, what) in slowest.iter().rev() {
        println!("{took:>12.1?}  {what}");
    }
    let (took, what) = slowest.last().unwrap();
    assert!(*took < Duration::from_millis(300), "{what}: {took:?}");
}

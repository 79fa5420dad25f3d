//! The table `AlertInfo`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// Alerts: what was claimed, how grave it is, which rule said so.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlertInfo {
    /// When it happened, by the clock of the device.
    pub timestamp: Option<Timestamp>,
    /// Identity of the alert.
    pub alert_id: Option<Text>,
    /// Title of the alert.
    pub title: Option<Text>,
    /// ATT&CK tactic of the alert.
    pub category: Option<Text>,
    /// Severity of the alert.
    pub severity: Option<Text>,
    /// Product that raised the alert.
    pub service_source: Option<Text>,
    /// Engine that raised the alert.
    pub detection_source: Option<Text>,
    /// ATT&CK techniques as a JSON array.
    pub attack_techniques: Option<Text>,
    /// Incident the alert belongs to.
    pub incident_number: Option<i64>,
    /// Rule that raised the alert.
    pub rule_id: Option<Text>,
    /// When the alert was raised.
    pub raised_time: Option<Timestamp>,
    /// Event the alert is about.
    pub event_id: Option<Text>,
}

impl AlertInfo {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&AlertInfo) -> Option<Value<'_>>] = &[
    |row| row.timestamp.map(Value::DateTime),
    |row| row.alert_id.as_deref().map(Value::Text),
    |row| row.title.as_deref().map(Value::Text),
    |row| row.category.as_deref().map(Value::Text),
    |row| row.severity.as_deref().map(Value::Text),
    |row| row.service_source.as_deref().map(Value::Text),
    |row| row.detection_source.as_deref().map(Value::Text),
    |row| row.attack_techniques.as_deref().map(Value::Text),
    |row| row.incident_number.map(Value::Long),
    |row| row.rule_id.as_deref().map(Value::Text),
    |row| row.raised_time.map(Value::DateTime),
    |row| row.event_id.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::AlertInfo,
    name: "AlertInfo",
    meaning: "Alerts: what was claimed, how grave it is, which rule said so.",
    logsources: &[],
    aliases: &[],
    columns: &[
        Column {
            name: "Timestamp",
            ty: ColumnType::Datetime,
            meaning: "When it happened, by the clock of the device",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AlertId",
            ty: ColumnType::String,
            meaning: "Identity of the alert",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Title",
            ty: ColumnType::String,
            meaning: "Title of the alert",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Category",
            ty: ColumnType::String,
            meaning: "ATT&CK tactic of the alert",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Severity",
            ty: ColumnType::String,
            meaning: "Severity of the alert",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ServiceSource",
            ty: ColumnType::String,
            meaning: "Product that raised the alert",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DetectionSource",
            ty: ColumnType::String,
            meaning: "Engine that raised the alert",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AttackTechniques",
            ty: ColumnType::String,
            meaning: "ATT&CK techniques as a JSON array",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IncidentNumber",
            ty: ColumnType::Long,
            meaning: "Incident the alert belongs to",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "RuleId",
            ty: ColumnType::String,
            meaning: "Rule that raised the alert",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "RaisedTime",
            ty: ColumnType::Datetime,
            meaning: "When the alert was raised",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "EventId",
            ty: ColumnType::String,
            meaning: "Event the alert is about",
            sigma: &[],
            ours: true,
        },
    ],
};

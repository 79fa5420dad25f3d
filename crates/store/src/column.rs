//! How the words of `model` stand in a column, and how they are read back.

use std::str::FromStr;

use bartizan_model::{
    AlertId, BootId, DeviceId, ProcessKey, Severity, TenantId, Text, Timestamp, UserId,
};
use rusqlite::{Row, types::FromSql, types::Type};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::error::{Result, StoreError};

/// Boot, pid and start, each with its most significant byte first, so that bytes sort as keys do.
pub(crate) fn key_bytes(key: ProcessKey) -> [u8; 28] {
    let mut bytes = [0; 28];
    let (boot, rest) = bytes.split_at_mut(16);
    let (pid, start) = rest.split_at_mut(4);
    boot.copy_from_slice(&key.boot.0.to_be_bytes());
    pid.copy_from_slice(&key.pid.to_be_bytes());
    start.copy_from_slice(&key.start_ticks.to_be_bytes());
    bytes
}

/// Reads a column by its name, with a reason that names it.
pub(crate) trait Columns {
    fn of<T: FromSql>(&self, name: &str) -> rusqlite::Result<T>;

    fn uuid(&self, name: &str) -> rusqlite::Result<Uuid> {
        self.of::<[u8; 16]>(name).map(Uuid::from_bytes)
    }
    fn tenant(&self, name: &str) -> rusqlite::Result<TenantId> {
        self.uuid(name).map(TenantId::from_uuid)
    }
    fn device(&self, name: &str) -> rusqlite::Result<DeviceId> {
        self.uuid(name).map(DeviceId::from_uuid)
    }
    fn user(&self, name: &str) -> rusqlite::Result<UserId> {
        self.uuid(name).map(UserId::from_uuid)
    }
    fn alert(&self, name: &str) -> rusqlite::Result<AlertId> {
        self.uuid(name).map(AlertId::from_uuid)
    }
    fn text(&self, name: &str) -> rusqlite::Result<Text> {
        self.of::<String>(name).map(Text::from)
    }
    fn maybe_text(&self, name: &str) -> rusqlite::Result<Option<Text>> {
        Ok(self.of::<Option<String>>(name)?.map(Text::from))
    }
    fn time(&self, name: &str) -> rusqlite::Result<Timestamp> {
        self.of(name).map(Timestamp::from_nanos)
    }
    fn maybe_time(&self, name: &str) -> rusqlite::Result<Option<Timestamp>> {
        Ok(self.of::<Option<i64>>(name)?.map(Timestamp::from_nanos))
    }
    fn count(&self, name: &str) -> rusqlite::Result<u64> {
        Ok(self.of::<i64>(name)?.max(0).unsigned_abs())
    }
    fn severity(&self, name: &str) -> rusqlite::Result<Severity> {
        Ok(severity_of(self.of(name)?))
    }
    fn key(&self, name: &str) -> rusqlite::Result<ProcessKey> {
        self.of::<[u8; 28]>(name).map(key_of)
    }
    fn maybe_key(&self, name: &str) -> rusqlite::Result<Option<ProcessKey>> {
        Ok(self.of::<Option<[u8; 28]>>(name)?.map(key_of))
    }
    fn json<T: DeserializeOwned>(&self, name: &str) -> rusqlite::Result<T> {
        serde_json::from_str(&self.of::<String>(name)?).map_err(unreadable)
    }
    fn maybe_json<T: DeserializeOwned>(&self, name: &str) -> rusqlite::Result<Option<T>> {
        let text = self.of::<Option<String>>(name)?;
        text.map(|text| serde_json::from_str(&text).map_err(unreadable)).transpose()
    }
    fn parsed<T>(&self, name: &str) -> rusqlite::Result<T>
    where
        T: FromStr,
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        self.of::<String>(name)?.parse().map_err(unreadable)
    }
}

impl Columns for Row<'_> {
    fn of<T: FromSql>(&self, name: &str) -> rusqlite::Result<T> {
        self.get(name)
    }
}

/// A stored text is not what we once wrote.
pub(crate) fn unreadable(why: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(why))
}

/// As JSON, for a column that people do not search by.
pub(crate) fn json(what: &'static str, value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|why| StoreError::Unreadable { what, text: why.to_string() })
}

/// A counter as SQLite holds it.
pub(crate) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Severities as numbers, so that they sort.
pub(crate) const fn severity_number(severity: Severity) -> i64 {
    match severity {
        Severity::Informational => 0,
        Severity::Low => 1,
        Severity::Medium => 2,
        Severity::High => 3,
        Severity::Critical => 4,
    }
}

const fn severity_of(number: i64) -> Severity {
    match number {
        ..=0 => Severity::Informational,
        1 => Severity::Low,
        2 => Severity::Medium,
        3 => Severity::High,
        4.. => Severity::Critical,
    }
}

fn key_of(bytes: [u8; 28]) -> ProcessKey {
    let boot = bytes.iter().take(16).fold(0_u128, |all, byte| all << 8 | u128::from(*byte));
    let pid = bytes.iter().skip(16).take(4).fold(0_u32, |all, byte| all << 8 | u32::from(*byte));
    let start_ticks = bytes.iter().skip(20).fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
    ProcessKey { boot: BootId(boot), pid, start_ticks }
}

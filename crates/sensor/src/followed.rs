//! Events as people on the machine see them: the rows they will become, as JSON, for those who follow.

use std::sync::Arc;

use bartizan_model::{DeviceId, Envelope, Event, Row, TenantId, Value, rows_of};
use bartizan_uplink::Identity;
use serde_json::{Map, Value as Json};
use tokio::sync::broadcast;

/// Numbers are given by the spool, later than this.
const UNKNOWN_YET: [&str; 4] = ["ReportId", "EventId", "DeviceName", "DeviceId"];

/// Whose events they are, and who follows them.
#[derive(Debug)]
pub(crate) struct Followed {
    tenant: TenantId,
    device: DeviceId,
    followers: broadcast::Sender<Arc<str>>,
}

impl Followed {
    pub(crate) fn new(identity: &Identity, followers: broadcast::Sender<Arc<str>>) -> Self {
        Self { tenant: identity.tenant, device: identity.device, followers }
    }

    /// Whether anybody follows: nothing is made for nobody.
    pub(crate) fn is_followed(&self) -> bool {
        self.followers.receiver_count() > 0
    }

    /// Shows events to those who follow.
    pub(crate) fn show(&self, events: Vec<Event>) {
        for event in events {
            let (tenant, device, received_at) = (self.tenant, self.device, event.at);
            let envelope = Envelope { tenant, device, device_name: "".into(), received_at, event };
            for row in rows_of(&envelope) {
                // The last one may have stopped following meanwhile.
                drop(self.followers.send(json(&row).into()));
            }
        }
    }
}

/// The columns of a row that say something.
fn json(row: &Row) -> String {
    let definition = row.table().definition();
    let mut object = Map::new();
    object.insert("Table".to_owned(), definition.name.into());
    for (position, column) in definition.columns.iter().enumerate() {
        let value = match row.value(position) {
            None => continue,
            Some(_) if UNKNOWN_YET.contains(&column.name) => continue,
            Some(Value::Bool(value)) => value.into(),
            Some(Value::Int(value)) => value.into(),
            Some(Value::Long(value)) => value.into(),
            Some(Value::Real(value)) => Json::from(value),
            Some(Value::Text(value)) => value.into(),
            Some(Value::DateTime(value)) => value.nanos().into(),
        };
        object.insert(column.name.to_owned(), value);
    }
    Json::Object(object).to_string()
}

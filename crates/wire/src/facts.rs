//! What the sensor says of its machine, of losses and of itself, to the wire and back.

use std::net::IpAddr;

use bartizan_model::{DeviceFacts, EventsLost, LossStage, SensorHealth, Text, Timestamp};

use crate::{
    WireError, generated as wire,
    limits::{ADDRESSES_MAX, PROBLEMS_MAX},
};

/// A machine's facts as enrolment sends them.
#[must_use]
pub fn facts_to_wire(facts: &DeviceFacts) -> wire::DeviceFacts {
    wire::DeviceFacts {
        host_name: facts.host_name.to_string(),
        machine_id: facts.machine_id.as_deref().map(str::to_owned),
        os_name: facts.os_name.to_string(),
        os_version: facts.os_version.to_string(),
        kernel: facts.kernel.to_string(),
        architecture: facts.architecture.to_string(),
        processors: facts.processors,
        memory_bytes: facts.memory_bytes,
        sensor_version: facts.sensor_version.to_string(),
        addresses: facts.addresses.iter().map(address_to_wire).collect(),
        booted_at: facts.booted_at.nanos(),
    }
}

/// A machine's facts as enrolment got them.
///
/// # Errors
/// When an address is none, or there are too many.
pub fn facts_from_wire(facts: wire::DeviceFacts) -> Result<DeviceFacts, WireError> {
    WireError::bound("addresses of the machine", facts.addresses.len(), ADDRESSES_MAX)?;
    let addresses: Result<Vec<IpAddr>, WireError> =
        facts.addresses.iter().map(|bytes| address_from_wire(bytes)).collect();
    Ok(DeviceFacts {
        host_name: facts.host_name.into(),
        machine_id: facts.machine_id.map(Text::from),
        os_name: facts.os_name.into(),
        os_version: facts.os_version.into(),
        kernel: facts.kernel.into(),
        architecture: facts.architecture.into(),
        processors: facts.processors,
        memory_bytes: facts.memory_bytes,
        sensor_version: facts.sensor_version.into(),
        addresses: addresses?,
        booted_at: Timestamp::from_nanos(facts.booted_at),
    })
}

pub(crate) fn lost_to_wire(lost: &EventsLost) -> wire::EventsLost {
    let stage = match lost.stage {
        LossStage::Kernel => wire::LossStage::Kernel,
        LossStage::Sensor => wire::LossStage::Sensor,
        LossStage::Spool => wire::LossStage::Spool,
        LossStage::Server => wire::LossStage::Server,
    };
    wire::EventsLost {
        stage: stage.into(),
        kind: lost.kind.to_string(),
        count: lost.count,
        first_at: lost.first_at.nanos(),
        last_at: lost.last_at.nanos(),
    }
}

pub(crate) fn lost_from_wire(lost: wire::EventsLost) -> Result<EventsLost, WireError> {
    let stage = match lost.stage() {
        wire::LossStage::Kernel => LossStage::Kernel,
        wire::LossStage::Sensor => LossStage::Sensor,
        wire::LossStage::Spool => LossStage::Spool,
        wire::LossStage::Server => LossStage::Server,
        wire::LossStage::Unspecified => {
            return Err(WireError::unexpected("stage of a loss", lost.stage, "1 to 4"));
        }
    };
    Ok(EventsLost {
        stage,
        kind: lost.kind.into(),
        count: lost.count,
        first_at: Timestamp::from_nanos(lost.first_at),
        last_at: Timestamp::from_nanos(lost.last_at),
    })
}

pub(crate) fn health_to_wire(health: &SensorHealth) -> wire::SensorHealth {
    let problems = health.problems.iter().take(PROBLEMS_MAX);
    wire::SensorHealth {
        kernel_execs: health.kernel_execs,
        reported_execs: health.reported_execs,
        events_spooled: health.events_spooled,
        events_lost: health.events_lost,
        spool_bytes: health.spool_bytes,
        resident_bytes: health.resident_bytes,
        cpu_millis: health.cpu_millis,
        problems: problems.map(|text| text.as_ref().to_owned()).collect(),
    }
}

pub(crate) fn health_from_wire(health: wire::SensorHealth) -> Result<SensorHealth, WireError> {
    WireError::bound("problems of the sensor", health.problems.len(), PROBLEMS_MAX)?;
    Ok(SensorHealth {
        kernel_execs: health.kernel_execs,
        reported_execs: health.reported_execs,
        events_spooled: health.events_spooled,
        events_lost: health.events_lost,
        spool_bytes: health.spool_bytes,
        resident_bytes: health.resident_bytes,
        cpu_millis: health.cpu_millis,
        problems: health.problems.into_iter().map(Text::from).collect(),
    })
}

pub(crate) fn address_to_wire(address: &IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

pub(crate) fn address_from_wire(bytes: &[u8]) -> Result<IpAddr, WireError> {
    if let Ok(octets) = <[u8; 4]>::try_from(bytes) {
        return Ok(IpAddr::from(octets));
    }
    <[u8; 16]>::try_from(bytes).map(IpAddr::from).map_err(|_length| {
        WireError::unexpected("length of an address", bytes.len(), "4 or 16 bytes")
    })
}

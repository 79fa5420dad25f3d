//! How usual things are: which parent starts which program, which program goes where, which programs there are; on
//! each device, and on all devices of a tenant.
//!
//! Learned from events as they come, a day at a time, and forgotten after [`WINDOW_DAYS`]. What is not known is not
//! claimed: a device says nothing of first times before it was watched for [`LEARN_DAYS`], and nothing is said of
//! things for which there is no room.

use std::collections::HashMap;

use bartizan_model::{Action, DeviceId, Envelope, Process, TenantId, Timestamp};

/// How long something is remembered after it was last seen.
pub const WINDOW_DAYS: i64 = 31;
/// How long a device is watched before its first times mean something.
pub const LEARN_DAYS: i64 = 7;
/// Most things remembered of a tenant.
pub const THINGS_MAX: usize = 500_000;
/// Most devices remembered for one thing; it is not rare any more.
const DEVICES_PER_THING_MAX: usize = 256;

/// What kind of thing is usual or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Usage {
    /// This program, started by that one.
    Pair,
    /// This program going to that address.
    Destination,
    /// This program at all.
    Program,
}

/// Something that was seen on a device on a day, to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Learned {
    /// Where.
    pub device: DeviceId,
    /// What, by a number that is the same for the same thing for ever.
    pub thing: u64,
    /// The day, counted from 1970.
    pub day: i64,
}

/// How usual one thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usual {
    /// It was not seen on this device within the window.
    pub first_on_device: bool,
    /// On how many devices it was seen within the window, before this event.
    pub devices_seen: u32,
}

/// How usual an event is, as far as that is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// Of a start: the program started by this parent. Of a connection: the program going there.
    pub act: Option<Usual>,
    /// Of a start: the program.
    pub program: Option<Usual>,
    /// How many devices of the tenant were watched long enough.
    pub devices_known: u32,
    /// How many days back this device is known, at most the window.
    pub days: u32,
}

/// Nothing known.
pub(crate) const NO_FACTS: Facts = Facts { act: None, program: None, devices_known: 0, days: 0 };

/// A fact as a field of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FactField {
    FirstSeenOnDevice,
    FirstSeenInTenant,
    DevicesSeen,
    ProgramFirstSeenOnDevice,
    ProgramFirstSeenInTenant,
    ProgramDevicesSeen,
    DevicesKnown,
}

impl FactField {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "FirstSeenOnDevice" => Self::FirstSeenOnDevice,
            "FirstSeenInTenant" => Self::FirstSeenInTenant,
            "DevicesSeen" => Self::DevicesSeen,
            "ProgramFirstSeenOnDevice" => Self::ProgramFirstSeenOnDevice,
            "ProgramFirstSeenInTenant" => Self::ProgramFirstSeenInTenant,
            "ProgramDevicesSeen" => Self::ProgramDevicesSeen,
            "DevicesKnown" => Self::DevicesKnown,
            _ => return None,
        })
    }
}

impl Facts {
    pub(crate) fn value(&self, field: FactField) -> Option<bartizan_sigma::Value<'static>> {
        use bartizan_sigma::Value::{Bool, Int};
        let many = |usual: Usual| Int(i64::from(usual.devices_seen));
        match field {
            FactField::FirstSeenOnDevice => self.act.map(|usual| Bool(usual.first_on_device)),
            FactField::FirstSeenInTenant => self.act.map(|usual| Bool(usual.devices_seen == 0)),
            FactField::DevicesSeen => self.act.map(many),
            FactField::ProgramFirstSeenOnDevice => {
                self.program.map(|usual| Bool(usual.first_on_device))
            }
            FactField::ProgramFirstSeenInTenant => {
                self.program.map(|usual| Bool(usual.devices_seen == 0))
            }
            FactField::ProgramDevicesSeen => self.program.map(many),
            FactField::DevicesKnown => (self.act.is_some() || self.program.is_some())
                .then(|| Int(self.devices_known.into())),
        }
    }

    /// What is unusual, for the person who reads the alert; nothing when all is usual or nothing is known.
    pub fn explained(&self) -> Option<String> {
        let (days, known) = (self.days, self.devices_known);
        let say = |what: &str, usual: Option<Usual>| {
            let usual = usual.filter(|usual| usual.first_on_device)?;
            Some(match usual.devices_seen {
                0 => format!("{what}: first time in {days} days on {known} devices."),
                seen => format!(
                    "{what}: first time in {days} days on this device, seen on {seen} of {known} devices."
                ),
            })
        };
        let said: Vec<String> =
            [say("This program", self.program), say("This act of the program", self.act)]
                .into_iter()
                .flatten()
                .collect();
        (!said.is_empty()).then(|| said.join(" "))
    }
}

/// What is usual, for all tenants.
#[derive(Debug, Default)]
pub struct Rarity {
    tenants: HashMap<TenantId, Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    things: HashMap<u64, Vec<(u32, i64)>>,
    devices: HashMap<DeviceId, Watched>,
    /// On which day room was last made.
    swept: i64,
    unlearned: u64,
    /// How many devices were watched long enough, when that was counted: on which day, among how many.
    counted: (i64, usize, u32),
}

#[derive(Debug, Clone, Copy)]
struct Watched {
    number: u32,
    first_day: i64,
}

impl Rarity {
    /// How usual the event is; and it is learned. What is new is to be kept.
    pub fn observe(&mut self, envelope: &Envelope) -> (Facts, Vec<Learned>) {
        let (act, program) = match &envelope.event.action {
            Action::ProcessStarted(process) => (pair(process), Some(program(process))),
            Action::Connection(connection) => {
                let address = connection.remote.ip().to_canonical().to_string();
                let actor = envelope.event.actor.as_deref();
                (actor.map(|actor| thing(Usage::Destination, &actor.image, &address)), None)
            }
            _ => (None, None),
        };
        if act.is_none() && program.is_none() {
            return (Facts::default(), Vec::new());
        }
        let memory = self.tenants.entry(envelope.tenant).or_default();
        // A clock that runs ahead must not make everybody's memory old.
        let day = day_of(envelope.event.at.min(envelope.received_at));
        let mut learned = Vec::new();
        let mut usual = |thing: Option<u64>| {
            let (usual, new) = memory.observe(envelope.device, thing?, day);
            learned.extend(new);
            usual
        };
        let (act, program) = (usual(act), usual(program));
        let (devices_known, days) = memory.known(envelope.device, day);
        (Facts { act, program, devices_known, days }, learned)
    }

    /// Take up what was learned before a restart.
    pub fn resume(&mut self, tenant: TenantId, learned: impl IntoIterator<Item = Learned>) {
        let memory = self.tenants.entry(tenant).or_default();
        for Learned { device, thing, day } in learned {
            let _known = memory.observe(device, thing, day);
        }
    }

    /// When each device was first watched: older than anything that is still remembered of it.
    pub fn resume_devices(
        &mut self,
        tenant: TenantId,
        first_days: impl IntoIterator<Item = (DeviceId, i64)>,
    ) {
        let memory = self.tenants.entry(tenant).or_default();
        for (device, day) in first_days {
            memory.watch(device, day);
        }
    }

    /// How often something was not learned for want of room.
    pub fn unlearned(&self, tenant: TenantId) -> u64 {
        self.tenants.get(&tenant).map_or(0, |memory| memory.unlearned)
    }
}

impl Memory {
    fn watch(&mut self, device: DeviceId, day: i64) -> Watched {
        let number = u32::try_from(self.devices.len()).unwrap_or(u32::MAX);
        let watched = self.devices.entry(device).or_insert(Watched { number, first_day: day });
        watched.first_day = watched.first_day.min(day);
        *watched
    }

    fn observe(
        &mut self,
        device: DeviceId,
        thing: u64,
        day: i64,
    ) -> (Option<Usual>, Option<Learned>) {
        let watched = self.watch(device, day);
        let within = |last: i64| last >= day.saturating_sub(WINDOW_DAYS);
        if !self.things.contains_key(&thing) && !self.has_room(day) {
            self.unlearned += 1;
            return (None, None);
        }
        let seen = self.things.entry(thing).or_default();
        let devices_seen = seen.iter().filter(|(_, last)| within(*last)).count();
        let here = seen.iter().position(|(number, _)| *number == watched.number);
        let last_here = here.and_then(|at| seen.get(at)).map(|(_, last)| *last);
        let first_on_device = last_here.is_none_or(|last| !within(last));
        let new = last_here.is_none_or(|last| last < day);
        match here {
            Some(at) => {
                seen.iter_mut().skip(at).take(1).for_each(|(_, last)| *last = (*last).max(day));
            }
            None if seen.len() < DEVICES_PER_THING_MAX => seen.push((watched.number, day)),
            // On so many devices it is usual; whether this is one of them is not remembered.
            None => return (None, None),
        }
        let learned = new.then_some(Learned { device, thing, day });
        let long_enough = day - watched.first_day >= LEARN_DAYS;
        let devices_seen = u32::try_from(devices_seen).unwrap_or(u32::MAX);
        (long_enough.then_some(Usual { first_on_device, devices_seen }), learned)
    }

    /// Whether one more thing can be remembered, after what is over has left (once a day).
    fn has_room(&mut self, day: i64) -> bool {
        if self.things.len() < THINGS_MAX {
            return true;
        }
        if day > self.swept {
            self.swept = day;
            self.things.retain(|_, seen| {
                seen.retain(|(_, last)| *last >= day - WINDOW_DAYS);
                !seen.is_empty()
            });
        }
        self.things.len() < THINGS_MAX
    }

    fn known(&mut self, device: DeviceId, day: i64) -> (u32, u32) {
        if (self.counted.0, self.counted.1) != (day, self.devices.len()) {
            let long_enough = |watched: &&Watched| day - watched.first_day >= LEARN_DAYS;
            let devices = self.devices.values().filter(long_enough).count();
            self.counted = (day, self.devices.len(), u32::try_from(devices).unwrap_or(u32::MAX));
        }
        let first = self.devices.get(&device).map_or(day, |watched| watched.first_day);
        let days = (day - first).clamp(0, WINDOW_DAYS);
        (self.counted.2, u32::try_from(days).unwrap_or_default())
    }
}

fn pair(process: &Process) -> Option<u64> {
    Some(thing(Usage::Pair, process.parent_image.as_deref()?, &process.image))
}

fn program(process: &Process) -> u64 {
    thing(Usage::Program, &process.image, "")
}

/// A number for a thing: FNV-1a, which is the same in every version of the program.
fn thing(usage: Usage, first: &str, second: &str) -> u64 {
    let kind = match usage {
        Usage::Pair => 1,
        Usage::Destination => 2,
        Usage::Program => 3,
    };
    let bytes = std::iter::once(kind).chain(first.bytes()).chain([0]).chain(second.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn day_of(at: Timestamp) -> i64 {
    at.millis().div_euclid(86_400_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(number: u32) -> DeviceId {
        DeviceId::from_uuid(uuid_of(number))
    }

    fn uuid_of(number: u32) -> uuid::Uuid {
        uuid::Uuid::from_u128(u128::from(number))
    }

    fn first(memory: &mut Memory, on: u32, thing: u64, day: i64) -> Option<(bool, u32)> {
        let (usual, _) = memory.observe(device(on), thing, day);
        usual.map(|usual| (usual.first_on_device, usual.devices_seen))
    }

    #[test]
    fn a_first_time_means_something_only_after_a_week() {
        let mut memory = Memory::default();
        assert_eq!(first(&mut memory, 1, 7, 100), None);
        assert_eq!(first(&mut memory, 1, 8, 106), None);
        assert_eq!(first(&mut memory, 1, 9, 107), Some((true, 0)));
        assert_eq!(first(&mut memory, 1, 9, 107), Some((false, 1)));
        assert_eq!(first(&mut memory, 2, 9, 107), None, "another device begins to learn itself");
        assert_eq!(first(&mut memory, 2, 7, 114), Some((true, 1)));
    }

    #[test]
    fn what_was_not_seen_for_the_window_is_new_again() {
        let mut memory = Memory::default();
        first(&mut memory, 1, 7, 100);
        assert_eq!(first(&mut memory, 1, 7, 131), Some((false, 1)));
        assert_eq!(first(&mut memory, 1, 7, 163), Some((true, 0)));
    }

    #[test]
    fn what_is_kept_brings_everything_back() {
        let (mut rarity, tenant) = (Rarity::default(), TenantId::from_uuid(uuid_of(1)));
        let memory = rarity.tenants.entry(tenant).or_default();
        let mut kept = Vec::new();
        for (on, thing, day) in [(1, 7, 100), (1, 7, 100), (2, 7, 101), (1, 8, 109), (1, 7, 109)] {
            kept.extend(memory.observe(device(on), thing, day).1);
        }
        assert_eq!(kept.len(), 4, "the same on the same day is kept once");
        let mut again = Rarity::default();
        again.resume(tenant, kept);
        let again = again.tenants.get_mut(&tenant).unwrap();
        assert_eq!(first(again, 1, 7, 110), Some((false, 2)));
        assert_eq!(first(again, 2, 8, 110), Some((true, 1)));
    }

    #[test]
    fn a_first_time_is_said_in_words() {
        let act = Some(Usual { first_on_device: true, devices_seen: 0 });
        let program = Some(Usual { first_on_device: false, devices_seen: 3 });
        let facts = Facts { act, program, devices_known: 412, days: 31 };
        let said = facts.explained().unwrap();
        assert_eq!(said, "This act of the program: first time in 31 days on 412 devices.");
        assert_eq!(Facts::default().explained(), None);
    }
}

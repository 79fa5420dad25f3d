//! How many devices know a file or an address: only what few know can tie the alerts of different devices
//! together, never what is common.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
};

use bartizan_lineage::Tree;
use bartizan_model::{
    Action, Alert, DeviceId, Entity, Envelope, EvidenceRole, Process, Severity, TenantId, Text,
    Tie, hex,
};

/// A thing that more devices know ties no alerts together.
pub const RARE_DEVICES_MAX: usize = 5;
/// Most things of which it is remembered who knows them; those noted first leave first, and are rare again.
pub const KNOWN_MAX: usize = 262_144;
/// Folders of what the system and its packages bring: the same on every machine.
const OF_THE_SYSTEM: &[&str] =
    &["/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/etc/", "/opt/", "/snap/", "/nix/", "["];
/// Ports that every machine speaks to: names, addresses, time.
const OF_EVERYBODY: &[u16] = &[53, 67, 68, 123, 546, 547, 5353];

/// Who knows what.
#[derive(Debug, Default)]
pub(crate) struct Prevalence {
    known: HashMap<(TenantId, Tie), Vec<DeviceId>>,
    order: VecDeque<(TenantId, Tie)>,
}

impl Prevalence {
    /// Takes up who knew what before a restart.
    pub(crate) fn resume(
        &mut self,
        tenant: TenantId,
        known: impl IntoIterator<Item = (Tie, DeviceId)>,
    ) {
        for (tie, device) in known {
            self.add((tenant, tie), device);
        }
    }

    /// Notes who ran a file and who spoke to an address. Gives what the device was not known to know.
    pub(crate) fn note(&mut self, envelope: &Envelope) -> Option<Tie> {
        let tie = match &envelope.event.action {
            Action::ProcessStarted(process) => file(&process.image, hash(process)),
            Action::Connection(connection) => {
                address(connection.remote.ip().to_canonical(), Some(connection.remote.port()))
            }
            _ => None,
        };
        let tie = tie?;
        self.add((envelope.tenant, tie.clone()), envelope.device).then_some(tie)
    }

    /// What ties an alert to others, beside its family: its sign-in, and the rare things it names. Merely
    /// informational alerts are tied by their family only.
    pub(crate) fn ties(&self, alert: &Alert, tree: Option<&Tree>) -> Vec<Tie> {
        if alert.severity == Severity::Informational {
            return Vec::new();
        }
        let process = alert.process.and_then(|process| tree?.process(process));
        let mut ties: Vec<Tie> =
            process.and_then(|process| session(alert.device, process)).into_iter().collect();
        for evidence in &alert.evidence {
            let tie = match (evidence.role, &evidence.entity) {
                (EvidenceRole::Actor, Entity::Process { image, sha256, .. }) => {
                    file(image, sha256.clone())
                }
                (EvidenceRole::Impacted, Entity::File { path, sha256 }) => {
                    file(path, sha256.clone())
                }
                (EvidenceRole::Impacted, Entity::Address { ip, port }) => address(*ip, *port),
                _ => None,
            };
            if let Some(tie) = tie.filter(|tie| self.rare(alert.tenant, tie))
                && !ties.contains(&tie)
            {
                ties.push(tie);
            }
        }
        ties
    }

    fn rare(&self, tenant: TenantId, tie: &Tie) -> bool {
        let known = self.known.get(&(tenant, tie.clone()));
        known.is_none_or(|devices| devices.len() <= RARE_DEVICES_MAX)
    }

    /// Says whether it is new. Beyond what is rare nobody counts.
    fn add(&mut self, key: (TenantId, Tie), device: DeviceId) -> bool {
        if let Some(devices) = self.known.get_mut(&key) {
            let new = devices.len() <= RARE_DEVICES_MAX && !devices.contains(&device);
            if new {
                devices.push(device);
            }
            return new;
        }
        while self.order.len() >= KNOWN_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
        self.order.push_back(key.clone());
        self.known.insert(key, vec![device]);
        true
    }
}

/// A sign-in of a person. Services have none.
fn session(device: DeviceId, process: &Process) -> Option<Tie> {
    let (user, none) = (&process.user, u32::MAX);
    user.login_uid.filter(|uid| *uid != none)?;
    let session = user.session.filter(|session| *session != none && *session != 0)?;
    Some(Tie::Session { device, boot: process.key.boot, session })
}

fn file(path: &str, sha256: Option<Text>) -> Option<Tie> {
    let own = !OF_THE_SYSTEM.iter().any(|folder| path.starts_with(folder));
    sha256.filter(|_| own).map(Tie::File)
}

/// An address of the outside world.
fn address(ip: IpAddr, port: Option<u16>) -> Option<Tie> {
    let common = port.is_some_and(|port| OF_EVERYBODY.contains(&port));
    let inside = match ip {
        IpAddr::V4(ip) => {
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_broadcast()
                || ip.is_unspecified()
                || matches!(ip.octets(), [100, 64..=127, ..])
        }
        IpAddr::V6(ip) => {
            ip.is_loopback()
                || ip.is_multicast()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
        }
    };
    (!common && !inside).then_some(Tie::Address(ip))
}

fn hash(process: &Process) -> Option<Text> {
    Some(hex(&process.file?.sha256?).into())
}

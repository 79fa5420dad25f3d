//! What would become of a request: which devices, who has to approve it, whether the number has to be said again.

use bartizan_model::{DeviceId, Order, OrderKind, TenantId, Text, Timestamp};
use bartizan_store::{ActionPolicy, DeviceToActOn};

use crate::{Access, Refusal, Result};

/// Most devices of one action.
pub(crate) const DEVICES_MAX: usize = 10_000;

/// The share of all devices counts from this many on: one of three machines is not a mass.
const SHARE_COUNTS_ABOVE: u64 = 3;

/// What would become of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionPlan {
    /// On which devices it would be done, by name.
    pub devices: Vec<PlannedDevice>,
    /// How many people would have to approve it.
    pub approvals_needed: u32,
    /// It is so many devices that the number has to be said again.
    pub needs_count: bool,
}

/// A device of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedDevice {
    /// Which device.
    pub device: DeviceId,
    /// Its name.
    pub name: Text,
    /// When it was last heard.
    pub last_seen: Option<Timestamp>,
    /// Whether the policy allows it there.
    pub allowed: bool,
}

impl ActionPlan {
    /// Whether the plan may become an action.
    pub(crate) fn judge(&self, confirmed: Option<u64>) -> Result<()> {
        if let Some(refused) = self.devices.iter().find(|planned| !planned.allowed) {
            return Err(Refusal::PolicyForbids { device: refused.name.to_string() }.into());
        }
        let devices = self.devices.len() as u64;
        if self.needs_count && confirmed != Some(devices) {
            return Err(Refusal::NeedsCount { devices }.into());
        }
        Ok(())
    }

    pub(crate) fn devices_in_words(&self) -> String {
        match self.devices.as_slice() {
            [one] => one.name.to_string(),
            many => format!("{} devices", many.len()),
        }
    }
}

impl Access {
    pub(crate) fn plan(
        &self,
        tenant: TenantId,
        order: &Order,
        devices: &[DeviceId],
    ) -> Result<ActionPlan> {
        let mut wanted = devices.to_vec();
        wanted.sort();
        wanted.dedup();
        if wanted.is_empty() || wanted.len() > DEVICES_MAX {
            return Err(Refusal::BadOrder("an action is for 1 to 10000 devices".to_owned()).into());
        }
        let found = self.store.devices_to_act_on(tenant, &wanted)?;
        if found.len() != wanted.len() {
            return Err(Refusal::NoSuchDevice.into());
        }
        let policies = self.store.action_policies(tenant)?;
        let breaker = self.store.action_breaker(tenant)?;
        let (count, all) = (found.len() as u64, self.store.device_count(tenant)?);
        let share = count.saturating_mul(100) > breaker.most_percent.saturating_mul(all);
        let mut approvals_needed = 0;
        let mut planned = Vec::with_capacity(found.len());
        for DeviceToActOn { id: device, name, last_seen, group } in found {
            let (allowed, approvals) = in_force(&policies, group, order.kind());
            approvals_needed = approvals_needed.max(approvals);
            planned.push(PlannedDevice { device, name, last_seen, allowed });
        }
        Ok(ActionPlan {
            devices: planned,
            approvals_needed,
            needs_count: count > breaker.most_devices || (share && count > SHARE_COUNTS_ABOVE),
        })
    }
}

/// Whether an action may be done, and how many people have to approve it: the most particular rule says.
fn in_force(policies: &[ActionPolicy], group: Option<u64>, kind: OrderKind) -> (bool, u32) {
    let rules = [(group, Some(kind)), (group, None), (None, Some(kind)), (None, None)];
    rules
        .into_iter()
        .find_map(|(group, kind)| {
            policies.iter().find(|one| one.group == group && one.kind == kind)
        })
        .map_or((true, 0), |policy| (policy.allowed, policy.approvals))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(group: Option<u64>, kind: Option<OrderKind>, approvals: u32) -> ActionPolicy {
        ActionPolicy { group, kind, allowed: approvals < 9, approvals }
    }

    #[test]
    fn the_particular_rule_goes_before_the_general_one() {
        let policies = [
            policy(None, None, 1),
            policy(None, Some(OrderKind::Isolate), 2),
            policy(Some(7), None, 0),
            policy(Some(7), Some(OrderKind::StopProcess), 9),
        ];
        let of = |group, kind| in_force(&policies, group, kind);

        assert_eq!(of(None, OrderKind::Release), (true, 1));
        assert_eq!(of(Some(3), OrderKind::Isolate), (true, 2));
        assert_eq!(of(Some(7), OrderKind::Isolate), (true, 0));
        assert_eq!(of(Some(7), OrderKind::StopProcess), (false, 9));
        assert_eq!(in_force(&[], None, OrderKind::Isolate), (true, 0));
    }
}

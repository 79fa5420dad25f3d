//! Commands for a device: made, signed and handed over here, and their outcomes taken back.

use std::collections::HashSet;

use bartizan_model::{ActionId, Command, Outcome, OutcomeState, Timestamp};
use bartizan_store::{ActionFile, Finished, KnownDevice};
use bartizan_wire::{
    ControlWelcome, Signed, SignedCommand, command_to_bytes, order_from_bytes, welcome_bytes,
};

use super::device_entry;
use crate::{Access, Result};

impl Access {
    /// The key that commands are signed with, 32 bytes: what sensors pin.
    pub fn command_key(&self) -> Vec<u8> {
        self.signer.public()
    }

    /// The answer to a sensor's hello: the time, signed together with its challenge.
    pub fn welcome(&self, challenge: &[u8], now: Timestamp) -> ControlWelcome {
        let signature = self.signer.sign(Signed::Welcome, &welcome_bytes(challenge, now));
        ControlWelcome { now: now.nanos(), signature }
    }

    /// The commands that a device has to get now, signed, without those that went this way already.
    /// Each is noted as handed over before it leaves: what leaves can no longer be cancelled.
    pub fn commands(
        &self,
        known: &KnownDevice,
        sent: &HashSet<ActionId>,
        now: Timestamp,
    ) -> Result<Vec<(ActionId, SignedCommand)>> {
        let (tenant, device) = (known.tenant, known.device);
        let mut commands = Vec::new();
        for waiting in self.store.waiting_commands(tenant, device, now)? {
            let action = waiting.action;
            if sent.contains(&action) {
                continue;
            }
            let order = match order_from_bytes(&waiting.order) {
                Ok(order) => order,
                Err(error) => {
                    tracing::error!(%action, %error, "a kept order cannot be read");
                    continue;
                }
            };
            if !self.store.hand_over_command(tenant, device, action, now)? {
                continue;
            }
            let command = command_to_bytes(&Command {
                tenant,
                device,
                action,
                nonce: rand::random(),
                issued_at: now,
                expires_at: waiting.expires_at,
                order,
            });
            let signature = self.signer.sign(Signed::Command, &command);
            self.tell_action((tenant, action), now, &[]);
            commands.push((action, SignedCommand { command, signature }));
        }
        Ok(commands)
    }

    /// Keeps what a device answered.
    pub fn keep_outcome(
        &self,
        known: &KnownDevice,
        mut outcome: Outcome,
        now: Timestamp,
    ) -> Result<Finished> {
        // The device's clock may be wrong; when it was over is when we heard.
        outcome.at = now;
        let (actor, target) =
            (format!("device {}", known.name), format!("action {}", outcome.action));
        let went = match outcome.state {
            OutcomeState::Succeeded => "done",
            OutcomeState::Failed => "failed",
            OutcomeState::Refused => "refused",
        };
        let entry = device_entry(&actor, now, &target, went, &outcome.summary);
        let finished = self.store.finish_command(known.tenant, known.device, &outcome, entry)?;
        self.tell_action((known.tenant, outcome.action), now, &[]);
        Ok(finished)
    }

    /// Keeps that a device did not obey a command, which is never for a good reason.
    pub fn keep_refusal(
        &self,
        known: &KnownDevice,
        action: Option<ActionId>,
        reason: &str,
        now: Timestamp,
    ) -> Result<()> {
        tracing::error!(device = %known.device, ?action, reason, "a device refused a command");
        let actor = format!("device {}", known.name);
        let target = action.map(|action| format!("action {action}")).unwrap_or_default();
        let mut entry = device_entry(&actor, now, &target, "refused", reason);
        entry.action = "command.refuse";
        Ok(self.store.add_audit(known.tenant, entry)?)
    }

    /// Keeps that a device sends a file for an action. Says false when it was not asked to.
    pub fn keep_offer(
        &self,
        known: &KnownDevice,
        action: ActionId,
        file: &ActionFile,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(self.store.offer_action_file(known.tenant, action, file, now)?)
    }

    /// The file that a device sends for an action.
    pub fn file_of(&self, known: &KnownDevice, action: ActionId) -> Result<Option<ActionFile>> {
        Ok(self.store.action_file(known.tenant, action, known.device)?)
    }

    /// Keeps that all of a device's file is there.
    pub fn keep_file(&self, known: &KnownDevice, action: ActionId, now: Timestamp) -> Result<()> {
        self.store.complete_action_file(known.tenant, action, known.device, now)?;
        self.tell_action((known.tenant, action), now, &[]);
        Ok(())
    }
}

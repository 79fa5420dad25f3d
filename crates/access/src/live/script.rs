//! The library of scripts: written by one person, approved by another, for this content and no other.

use bartizan_model::{Timestamp, hex};
use bartizan_store::{LiveScriptRecord, NewLiveScript, Role};
use bartizan_wire::LIVE_SCRIPT_BYTES_MAX;
use sha2::{Digest as _, Sha256};

use crate::{Access, Identity, Means, Refusal, Result, users::entry};

impl Access {
    /// Keeps a script. With another content than before it has to be approved again.
    pub fn keep_live_script(
        &self,
        by: &Identity,
        (name, description, content): (&str, &str, &str),
        address: &str,
        now: Timestamp,
    ) -> Result<LiveScriptRecord> {
        let bad = |why: &str| Refusal::BadOrder(why.to_owned());
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        if name.is_empty() || name.len() > 64 || !name.chars().all(letters) {
            return Err(bad("a script's name has 1 to 64 small letters, digits and . _ -").into());
        }
        if !content.starts_with("#!/") || content.len() > LIVE_SCRIPT_BYTES_MAX {
            let why = "a script begins with #! and its interpreter, and has at most 128 KiB";
            return Err(bad(why).into());
        }
        if description.chars().count() > 1_000 {
            return Err(bad("a description has at most 1000 letters").into());
        }
        let sha256: [u8; 32] = Sha256::digest(content.as_bytes()).into();
        let script = NewLiveScript {
            name,
            description,
            content,
            sha256,
            written_by: &by.name,
            written_at: now,
        };
        let target = format!("script {name}");
        let detail = format!("SHA-256 {}", hex(&sha256));
        let mut audited = entry(by, address, now, "live_script.write", &target);
        audited.detail = &detail;
        self.store.keep_live_script(by.tenant, &script, audited)?;
        Ok(self.store.live_script(by.tenant, name)?.ok_or(Refusal::NoSuchScript)?)
    }

    /// Approves a script's content. Only people do, and not who wrote it, except where nobody else could.
    pub fn approve_live_script(
        &self,
        by: &Identity,
        (name, sha256): (&str, [u8; 32]),
        address: &str,
        now: Timestamp,
    ) -> Result<LiveScriptRecord> {
        let known = self.store.live_script(by.tenant, name)?.ok_or(Refusal::NoSuchScript)?;
        let Means::Session { .. } = by.means else { return Err(Refusal::ApproveInPerson.into()) };
        let own = known.written_by == by.name;
        if own && self.could_approve(by)? > 1 {
            return Err(Refusal::OwnAction.into());
        }
        let target = format!("script {name}");
        let alone = if own { ", by who wrote it: nobody else could" } else { "" };
        let detail = format!("SHA-256 {}{alone}", hex(&sha256));
        let mut audited = entry(by, address, now, "live_script.approve", &target);
        audited.detail = &detail;
        let (script, who) = ((name, sha256), (by.name.as_str(), now));
        if !self.store.approve_live_script(by.tenant, script, who, audited)? {
            return Err(Refusal::OtherScript.into());
        }
        Ok(self.store.live_script(by.tenant, name)?.ok_or(Refusal::NoSuchScript)?)
    }

    /// Removes a script.
    pub fn remove_live_script(
        &self,
        by: &Identity,
        name: &str,
        address: &str,
        now: Timestamp,
    ) -> Result<()> {
        let target = format!("script {name}");
        let audited = entry(by, address, now, "live_script.remove", &target);
        if self.store.remove_live_script(by.tenant, name, audited)? {
            return Ok(());
        }
        Err(Refusal::NoSuchScript.into())
    }

    /// How many people could approve a script.
    fn could_approve(&self, by: &Identity) -> Result<usize> {
        let users = self.store.users(by.tenant)?;
        let could =
            |user: &&bartizan_store::User| user.role == Role::Administrator && !user.disabled;
        Ok(users.iter().filter(could).count())
    }
}

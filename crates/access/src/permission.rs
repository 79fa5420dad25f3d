//! What each role may do. This table is the only place that says so.

use bartizan_store::Role;

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See incidents, alerts, devices, rules; ask questions over events.
    Read,
    /// Change and comment on incidents.
    Respond,
    /// Keep and remove indicators.
    ManageIndicators,
    /// Say which alerts are expected here, so that they are hidden or resolved.
    Tune,
    /// Say which rules judge.
    ManageRules,
    /// Change settings: retention, notifications.
    ManageSettings,
    /// Group and value devices, and shut them out.
    ManageDevices,
    /// Have something done to devices.
    Act,
    /// Approve what somebody else wants done.
    Approve,
    /// Lay down who has to approve what, and make release tokens.
    ManageActions,
    /// Make users and give them new passwords.
    ManageUsers,
    /// Let machines in.
    EnrolDevices,
    /// Make tokens for programs.
    ManageTokens,
    /// See the audit log.
    ReadAudit,
    /// Open live sessions that look, and see their recordings.
    LiveLook,
    /// Open live sessions that change the machine, and keep their scripts and files.
    LiveAct,
}

impl Permission {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Respond => "respond",
            Self::ManageIndicators => "manage_indicators",
            Self::Tune => "tune",
            Self::ManageRules => "manage_rules",
            Self::ManageSettings => "manage_settings",
            Self::ManageDevices => "manage_devices",
            Self::Act => "act",
            Self::Approve => "approve",
            Self::ManageActions => "manage_actions",
            Self::ManageUsers => "manage_users",
            Self::EnrolDevices => "enrol_devices",
            Self::ManageTokens => "manage_tokens",
            Self::ReadAudit => "read_audit",
            Self::LiveLook => "live_look",
            Self::LiveAct => "live_act",
        }
    }
}

/// What a role may do.
pub const fn permissions(role: Role) -> &'static [Permission] {
    match role {
        Role::Reader => &[Permission::Read],
        Role::Responder => &[
            Permission::Read,
            Permission::Respond,
            Permission::ManageIndicators,
            Permission::Tune,
            Permission::Act,
            Permission::Approve,
            Permission::LiveLook,
        ],
        Role::Administrator => &[
            Permission::Read,
            Permission::Respond,
            Permission::ManageIndicators,
            Permission::Tune,
            Permission::ManageRules,
            Permission::ManageSettings,
            Permission::ManageDevices,
            Permission::Act,
            Permission::Approve,
            Permission::ManageActions,
            Permission::ManageUsers,
            Permission::EnrolDevices,
            Permission::ManageTokens,
            Permission::ReadAudit,
            Permission::LiveLook,
            Permission::LiveAct,
        ],
    }
}

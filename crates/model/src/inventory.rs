//! What a machine has: software, accounts, services, ports, network adapters, containers.

use crate::{Detail, DetailValue, Text};

/// Things of one kind that a machine has, or no longer has. A long listing is several of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// Of which kind.
    pub kind: InventoryKind,
    /// The things.
    pub items: Vec<InventoryItem>,
}

/// One thing that a machine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryItem {
    /// Its name.
    pub name: Text,
    /// Whether it is there, and whether that is news.
    pub state: ItemState,
    /// Whatever else is known of it.
    pub details: Vec<Detail>,
}

impl InventoryItem {
    /// A fact of it as text, by name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Text> {
        let detail = self.details.iter().find(|detail| &*detail.name == name)?;
        match &detail.value {
            DetailValue::Text(text) => Some(text.clone()),
            DetailValue::Number(number) => Some(number.to_string().into()),
            DetailValue::Flag(flag) => Some(flag.to_string().into()),
            DetailValue::List(_) => None,
        }
    }

    /// Texts of it, by name.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<&[Text]> {
        self.details.iter().find(|detail| &*detail.name == name).and_then(|detail| {
            match &detail.value {
                DetailValue::List(texts) => Some(texts.as_slice()),
                _ => None,
            }
        })
    }
}

/// Whether a thing is there, and whether that is news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemState {
    /// It is there, as the listing of the day says.
    Present,
    /// It was not there before.
    Added,
    /// It was there and is different now.
    Changed,
    /// It is not there any more.
    Removed,
}

impl ItemState {
    /// The word people see.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Present => "Present",
            Self::Added => "Added",
            Self::Changed => "Changed",
            Self::Removed => "Removed",
        }
    }
}

/// Kinds of things that a machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InventoryKind {
    /// Packages of the system and of languages.
    Software,
    /// Accounts.
    User,
    /// Groups of accounts.
    Group,
    /// Units of the service manager.
    Service,
    /// Ports that wait for peers.
    Port,
    /// Network adapters.
    Adapter,
    /// Containers.
    Container,
}

impl InventoryKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Software,
        Self::User,
        Self::Group,
        Self::Service,
        Self::Port,
        Self::Adapter,
        Self::Container,
    ];

    /// The `ActionType` of its rows, where they are rows of `DeviceEvents`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Software => "InventorySoftware",
            Self::User => "InventoryUser",
            Self::Group => "InventoryGroup",
            Self::Service => "InventoryService",
            Self::Port => "InventoryPort",
            Self::Adapter => "InventoryAdapter",
            Self::Container => "InventoryContainer",
        }
    }
}

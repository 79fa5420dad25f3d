//! What a machine has, to the wire and back.

use bartizan_model::{Inventory, InventoryItem, InventoryKind, ItemState};

use crate::{
    WireError, generated as wire,
    limits::INVENTORY_ITEMS_MAX,
    operation::{details_from_wire, details_to_wire},
};

pub(crate) fn to_wire(inventory: &Inventory) -> wire::Inventory {
    let item = |item: &InventoryItem| wire::InventoryItem {
        name: item.name.to_string(),
        state: match item.state {
            ItemState::Present => wire::ItemState::Present,
            ItemState::Added => wire::ItemState::Added,
            ItemState::Changed => wire::ItemState::Changed,
            ItemState::Removed => wire::ItemState::Removed,
        }
        .into(),
        details: details_to_wire(&item.details),
    };
    wire::Inventory {
        kind: match inventory.kind {
            InventoryKind::Software => wire::InventoryKind::Software,
            InventoryKind::User => wire::InventoryKind::User,
            InventoryKind::Group => wire::InventoryKind::Group,
            InventoryKind::Service => wire::InventoryKind::Service,
            InventoryKind::Port => wire::InventoryKind::Port,
            InventoryKind::Adapter => wire::InventoryKind::Adapter,
            InventoryKind::Container => wire::InventoryKind::Container,
        }
        .into(),
        items: inventory.items.iter().take(INVENTORY_ITEMS_MAX).map(item).collect(),
    }
}

pub(crate) fn from_wire(inventory: wire::Inventory) -> Result<Inventory, WireError> {
    WireError::bound("things of an inventory", inventory.items.len(), INVENTORY_ITEMS_MAX)?;
    let kind = match inventory.kind() {
        wire::InventoryKind::Software => InventoryKind::Software,
        wire::InventoryKind::User => InventoryKind::User,
        wire::InventoryKind::Group => InventoryKind::Group,
        wire::InventoryKind::Service => InventoryKind::Service,
        wire::InventoryKind::Port => InventoryKind::Port,
        wire::InventoryKind::Adapter => InventoryKind::Adapter,
        wire::InventoryKind::Container => InventoryKind::Container,
        wire::InventoryKind::Unspecified => {
            return Err(WireError::unexpected("kind of an inventory", inventory.kind, "1 to 7"));
        }
    };
    let items: Result<_, _> = inventory.items.into_iter().map(item_from_wire).collect();
    Ok(Inventory { kind, items: items? })
}

fn item_from_wire(item: wire::InventoryItem) -> Result<InventoryItem, WireError> {
    let state = match item.state() {
        wire::ItemState::Present => ItemState::Present,
        wire::ItemState::Added => ItemState::Added,
        wire::ItemState::Changed => ItemState::Changed,
        wire::ItemState::Removed => ItemState::Removed,
        wire::ItemState::Unspecified => {
            return Err(WireError::unexpected("state of a thing", item.state, "1 to 4"));
        }
    };
    if item.name.is_empty() {
        return Err(WireError::Missing("name of a thing"));
    }
    let details = details_from_wire(item.details)?;
    Ok(InventoryItem { name: item.name.into(), state, details })
}

//! What was told of a machine's things, and so what is news.

use std::collections::BTreeMap;

use bartizan_model::{Detail, Inventory, InventoryItem, InventoryKind, ItemState, Text};

use crate::{
    Machine, accounts, adapters, containers, files, ports, services, software, thing::Thing,
};

/// Most things of one event: a long listing is several.
const THINGS_OF_AN_EVENT: usize = 500;

/// What a machine has, looked at again and again.
#[derive(Debug)]
pub struct Keeper {
    machine: Machine,
    kinds: BTreeMap<InventoryKind, Kept>,
}

/// What was told of one kind.
#[derive(Debug, Default)]
struct Kept {
    /// What the things are read from, when they were read.
    fingerprint: u64,
    /// The things, once they were told.
    things: Option<BTreeMap<String, (Text, Vec<Detail>)>>,
}

impl Keeper {
    /// A keeper that has told nothing yet.
    #[must_use]
    pub const fn new(machine: Machine) -> Self {
        Self { machine, kinds: BTreeMap::new() }
    }

    /// Everything, whether or not it is news: what is told first and daily.
    pub fn listing(&mut self) -> Vec<Inventory> {
        InventoryKind::ALL.into_iter().flat_map(|kind| self.look(kind, true)).collect()
    }

    /// What has changed since. Cheap where nothing has: what things are read from is looked at first.
    pub fn news(&mut self) -> Vec<Inventory> {
        InventoryKind::ALL.into_iter().flat_map(|kind| self.look(kind, false)).collect()
    }

    fn look(&mut self, kind: InventoryKind, whole: bool) -> Vec<Inventory> {
        let fingerprint = self.fingerprint(kind);
        let kept = self.kinds.entry(kind).or_default();
        if !whole && kept.things.is_some() && kept.fingerprint == fingerprint {
            return Vec::new();
        }
        kept.fingerprint = fingerprint;
        let now = read(&self.machine, kind);
        let now: BTreeMap<String, (Text, Vec<Detail>)> =
            now.into_iter().map(|thing| (thing.key, (thing.name, thing.details))).collect();
        let before = kept.things.replace(now.clone());
        let items = news(before.as_ref(), &now, whole);
        let parts = items.chunks(THINGS_OF_AN_EVENT);
        parts.map(|part| Inventory { kind, items: part.to_vec() }).collect()
    }

    /// A number that changes when things of this kind may have.
    fn fingerprint(&self, kind: InventoryKind) -> u64 {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let root = &self.machine.root;
        let of = |places: &[&str]| files::fingerprint(root, places.iter().copied());
        match kind {
            InventoryKind::Software => of(software::PLACES),
            InventoryKind::User | InventoryKind::Group => of(accounts::PLACES),
            InventoryKind::Container => of(containers::PLACES),
            InventoryKind::Service => {
                let places = services::places(root);
                files::fingerprint(root, places.iter().map(String::as_str))
            }
            InventoryKind::Port => {
                let mut hasher = DefaultHasher::new();
                ports::waiting(root).hash(&mut hasher);
                hasher.finish()
            }
            // Reading the few files is no more work than asking whether they changed.
            InventoryKind::Adapter => {
                let mut hasher = DefaultHasher::new();
                format!("{:?}", adapters::all(root)).hash(&mut hasher);
                hasher.finish()
            }
        }
    }
}

fn read(machine: &Machine, kind: InventoryKind) -> Vec<Thing> {
    let root = &machine.root;
    match kind {
        InventoryKind::Software => software::all(root),
        InventoryKind::User => accounts::users(root),
        InventoryKind::Group => accounts::groups(root),
        InventoryKind::Service => services::all(root),
        InventoryKind::Port => ports::described(root, &ports::waiting(root)),
        InventoryKind::Adapter => adapters::all(root),
        InventoryKind::Container => containers::all(root),
    }
}

type Things = BTreeMap<String, (Text, Vec<Detail>)>;

/// What is to be told, when these things were there before and these are now.
fn news(before: Option<&Things>, now: &Things, whole: bool) -> Vec<InventoryItem> {
    let state = |key: &String, thing: &(Text, Vec<Detail>)| match before.map(|all| all.get(key)) {
        None => Some(ItemState::Present),
        Some(None) => Some(ItemState::Added),
        Some(Some(known)) if known != thing => Some(ItemState::Changed),
        Some(Some(_)) => whole.then_some(ItemState::Present),
    };
    let item = |state, (name, details): &(Text, Vec<Detail>)| InventoryItem {
        name: name.clone(),
        state,
        details: details.clone(),
    };
    let there = now.iter().filter_map(|(key, thing)| Some(item(state(key, thing)?, thing)));
    let gone = before.into_iter().flatten().filter(|(key, _)| !now.contains_key(*key));
    there.chain(gone.map(|(_, thing)| item(ItemState::Removed, thing))).collect()
}

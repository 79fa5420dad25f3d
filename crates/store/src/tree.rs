//! The process tree around a process: its ancestors to the root, and what the root of its story started,
//! bounded so that one call answers at once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bartizan_model::{AlertId, DeviceId, ProcessKey, Severity, TenantId, Text};
use rusqlite::Transaction;

use crate::{
    AlikeChildren, ProcessRecord, Store, alert,
    column::{Columns as _, key_bytes},
    error::{Doing as _, Result},
    process,
};

/// How many processes a tree shows.
pub const MAX_TREE_NODES: usize = 500;
/// How many children of one process a tree shows; the node says how many there are.
const MAX_CHILDREN: i64 = 50;
/// How many groups of alike children of one process a tree tells.
pub const MAX_GROUPS: usize = 20;
/// How many processes with alerts are shown wherever they stand in the story.
const MAX_ALERTED: i64 = 100;

/// A process tree.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessTree {
    /// The process it was asked for.
    pub focus: ProcessKey,
    /// Its processes, earliest first.
    pub nodes: Vec<TreeNode>,
    /// Those without a parent in it.
    pub roots: Vec<ProcessKey>,
    /// Whether the story has more processes than are shown.
    pub truncated: bool,
}

/// A process in a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeNode {
    /// The process.
    pub record: ProcessRecord,
    /// The alerts about it.
    pub alerts: Vec<(AlertId, Text, Severity)>,
    /// It has a parent that we do not know: something is missing above it.
    pub gap: bool,
    /// Its children that are not shown one by one, by executable, the most first; at most [`MAX_GROUPS`].
    pub groups: Vec<AlikeChildren>,
}

impl Store {
    /// The tree around `focus`. `story` is the eldest process of its story, whose descendants are shown;
    /// without it, or when it is no ancestor, those of `focus` are. `None` when there is no such process.
    pub fn process_tree(
        &self,
        tenant: TenantId,
        device: DeviceId,
        focus: ProcessKey,
        story: Option<ProcessKey>,
    ) -> Result<Option<ProcessTree>> {
        self.read(|view| {
            let path = process::ancestors(view, tenant, device, focus)?;
            if path.is_empty() {
                return Ok(None);
            }
            let eldest = path
                .iter()
                .map(|record| record.process.key)
                .find(|key| Some(*key) == story)
                .unwrap_or(focus);
            let mut growing = Growing { view, tenant, device, nodes: BTreeMap::new(), more: false };
            for record in path {
                growing.add(record);
            }
            growing.add_alerted(eldest)?;
            growing.add_descendants(focus)?;
            growing.add_descendants(eldest)?;
            growing.finish(focus).map(Some)
        })
    }
}

struct Growing<'a, 'c> {
    view: &'a Transaction<'c>,
    tenant: TenantId,
    device: DeviceId,
    nodes: BTreeMap<ProcessKey, ProcessRecord>,
    more: bool,
}

impl Growing<'_, '_> {
    /// Says whether there was room for it.
    fn add(&mut self, record: ProcessRecord) -> bool {
        let room = self.nodes.len() < MAX_TREE_NODES;
        if room {
            self.nodes.entry(record.process.key).or_insert(record);
        }
        self.more |= !room;
        room
    }

    /// Every process of the story that an alert is about, with the path to it.
    fn add_alerted(&mut self, eldest: ProcessKey) -> Result<()> {
        let keys: Vec<ProcessKey> = self
            .view
            .prepare_cached(
                "SELECT DISTINCT process FROM alerts
                 WHERE tenant = ?1 AND device = ?2 AND family = ?3 AND process IS NOT NULL LIMIT ?4",
            )
            .and_then(|mut s| {
                let eldest = key_bytes(eldest);
                s.query_map((self.tenant.bytes(), self.device.bytes(), eldest, MAX_ALERTED), |row| {
                    row.key("process")
                })?
                .collect()
            })
            .doing("finding the alerted processes of a story")?;
        for key in keys {
            for record in process::ancestors(self.view, self.tenant, self.device, key)? {
                if self.nodes.contains_key(&record.process.key) {
                    break;
                }
                self.add(record);
            }
        }
        Ok(())
    }

    /// What a process started, near ones first.
    fn add_descendants(&mut self, of: ProcessKey) -> Result<()> {
        let mut waiting = VecDeque::from([of]);
        // A device could claim that two processes are each other's parents.
        let mut visited = BTreeSet::new();
        while let Some(parent) = waiting.pop_front() {
            if !visited.insert(parent) {
                continue;
            }
            let many = MAX_CHILDREN + 1;
            let mut children =
                process::children(self.view, self.tenant, self.device, parent, many)?;
            let shown = usize::try_from(MAX_CHILDREN).unwrap_or(usize::MAX);
            self.more |= children.len() > shown;
            children.truncate(shown);
            for child in children {
                let key = child.process.key;
                if self.nodes.contains_key(&key) || self.add(child) {
                    waiting.push_back(key);
                } else {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// What of a process's children is not shown one by one.
    fn groups(&self, of: &ProcessRecord) -> Result<Vec<AlikeChildren>> {
        let key = of.process.key;
        let mut shown: BTreeMap<&str, u64> = BTreeMap::new();
        if of.children == 0 {
            return Ok(Vec::new());
        }
        let children = self.nodes.values().filter(|one| one.process.parent == Some(key));
        for child in children {
            *shown.entry(&child.process.image).or_default() += 1;
        }
        if shown.values().sum::<u64>() >= of.children {
            return Ok(Vec::new());
        }
        let mut groups = process::alike_children(self.view, self.tenant, self.device, key)?;
        for group in &mut groups {
            let one_by_one = shown.get(&*group.image).copied().unwrap_or_default();
            group.count = group.count.saturating_sub(one_by_one);
        }
        groups.retain(|group| group.count > 0);
        groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.image.cmp(&b.image)));
        groups.truncate(MAX_GROUPS);
        Ok(groups)
    }

    fn finish(self, focus: ProcessKey) -> Result<ProcessTree> {
        let mut roots = Vec::new();
        let mut nodes = Vec::with_capacity(self.nodes.len());
        for (key, record) in &self.nodes {
            let inside = record.process.parent.is_some_and(|p| self.nodes.contains_key(&p));
            let mut gap = false;
            if !inside {
                roots.push(*key);
                gap = match record.process.parent {
                    Some(parent) => {
                        process::one(self.view, self.tenant, self.device, parent)?.is_none()
                    }
                    None => false,
                };
            }
            let alerts = alert::alerted(self.view, self.tenant, self.device, *key)?;
            let groups = self.groups(record)?;
            nodes.push(TreeNode { record: record.clone(), alerts, gap, groups });
        }
        nodes.sort_by_key(|node| (node.record.process.started_at, node.record.process.key));
        Ok(ProcessTree { focus, nodes, roots, truncated: self.more })
    }
}

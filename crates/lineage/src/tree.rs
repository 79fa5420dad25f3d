//! The tree itself: told facts in, ancestors and families out.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use bartizan_model::{Process, ProcessKey, Text, Timestamp};

use crate::is_broker;

/// Most processes kept of one device.
pub const PROCESSES_MAX: usize = 65_536;
/// Longest line of ancestors followed; a longer one is cut and counts as a gap.
const ANCESTORS_MAX: usize = 512;

/// How a process came to be told. A later variant knows better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// An event named it in passing.
    Mentioned,
    /// It was forked and has executed nothing.
    Forked,
    /// It ran already when the sensor started.
    Observed,
    /// It executed a program.
    Started,
}

/// Where the story of a process begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The oldest ancestor below a broker; the process itself when its parent is one.
    pub ancestor: ProcessKey,
    /// The ancestor's executable.
    pub image: Text,
    /// Whether the line of ancestors is complete up to a broker or the first process.
    pub complete: bool,
}

#[derive(Debug)]
struct Node {
    process: Arc<Process>,
    told: (Told, Timestamp),
    children: u32,
    ended: bool,
}

/// The processes of one device.
#[derive(Debug)]
pub struct Tree {
    nodes: HashMap<ProcessKey, Node>,
    /// Ended processes, longest ago first.
    ended: VecDeque<ProcessKey>,
    bound: usize,
    evicted: u64,
}

impl Default for Tree {
    fn default() -> Self {
        Self::bounded(PROCESSES_MAX)
    }
}

impl Tree {
    /// A tree of at most `bound` processes.
    pub fn bounded(bound: usize) -> Self {
        Self { nodes: HashMap::new(), ended: VecDeque::new(), bound: bound.max(1), evicted: 0 }
    }

    /// Take in what was told of a process. Says whether the tree knows more now than before.
    pub fn tell(&mut self, process: &Arc<Process>, told: Told, at: Timestamp) -> bool {
        if let Some(node) = self.nodes.get_mut(&process.key) {
            let knows_more = (told, at) > node.told;
            if knows_more {
                node.process = Arc::clone(process);
                node.told = (told, at);
            }
            return knows_more;
        }
        self.make_room();
        let children = self.count_children(process.key);
        let node = Node { process: Arc::clone(process), told: (told, at), children, ended: false };
        if let Some(parent) = process.parent.and_then(|parent| self.nodes.get_mut(&parent)) {
            parent.children = parent.children.saturating_add(1);
        }
        self.nodes.insert(process.key, node);
        true
    }

    /// A process ended. It stays until room is needed.
    pub fn end(&mut self, key: ProcessKey) {
        if let Some(node) = self.nodes.get_mut(&key)
            && !node.ended
        {
            node.ended = true;
            self.ended.push_back(key);
        }
    }

    /// What is known of a process.
    pub fn process(&self, key: ProcessKey) -> Option<&Arc<Process>> {
        self.nodes.get(&key).map(|node| &node.process)
    }

    /// The known ancestors of a process, nearest first.
    pub fn ancestors(&self, key: ProcessKey) -> impl Iterator<Item = &Arc<Process>> {
        let parent_of = |key| self.process(key)?.parent.and_then(|parent| self.process(parent));
        std::iter::successors(parent_of(key), move |process| parent_of(process.key))
            .take(ANCESTORS_MAX)
    }

    /// Where the story of a process begins. `None` when nothing is known of the process.
    pub fn family(&self, key: ProcessKey) -> Option<Family> {
        let mut oldest = self.process(key)?;
        let mut complete = false;
        for _ in 0..ANCESTORS_MAX {
            let Some(parent) = oldest.parent else {
                complete = true;
                break;
            };
            let Some(parent) = self.process(parent) else { break };
            if is_broker(parent) {
                complete = true;
                break;
            }
            oldest = parent;
        }
        Some(Family { ancestor: oldest.key, image: oldest.image.clone(), complete })
    }

    /// How many processes are known.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// How many processes left for want of room.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Children that were told before their parent: rare, so the search is only made for a gap's end.
    fn count_children(&self, key: ProcessKey) -> u32 {
        if self.nodes.len() > 4_096 {
            return 0;
        }
        let of_key = self.nodes.values().filter(|node| node.process.parent == Some(key)).count();
        u32::try_from(of_key).unwrap_or(u32::MAX)
    }

    /// Ended leaves leave first, longest ago first; then ended parents; then, if nothing has ended, anyone.
    fn make_room(&mut self) {
        while self.nodes.len() >= self.bound {
            let leaf = self
                .ended
                .iter()
                .take(1_024)
                .position(|key| self.nodes.get(key).is_none_or(|node| node.children == 0));
            let key = match leaf {
                Some(position) => self.ended.remove(position),
                None => self.ended.pop_front().or_else(|| self.nodes.keys().next().copied()),
            };
            let Some(node) = key.and_then(|key| self.nodes.remove(&key)) else { continue };
            self.evicted += 1;
            if let Some(parent) = node.process.parent.and_then(|parent| self.nodes.get_mut(&parent))
            {
                parent.children = parent.children.saturating_sub(1);
            }
        }
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;

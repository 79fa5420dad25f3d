//! The tree itself: told facts in, ancestors and families out.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use bartizan_model::{Process, ProcessKey, Text, Timestamp};

use crate::is_broker;

/// Most processes kept of one device.
pub const PROCESSES_MAX: usize = 65_536;
/// Longest line of ancestors followed; a longer one is cut and counts as a gap.
const ANCESTORS_MAX: usize = 512;

/// Most programs remembered that one process executed after another; the first ones leave first.
pub const IMAGES_MAX: usize = 32;

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
    /// What it executed, in order.
    images: BTreeSet<(Timestamp, Text)>,
    ended: bool,
}

/// The processes of one device.
#[derive(Debug)]
pub struct Tree {
    nodes: HashMap<ProcessKey, Node>,
    /// By parent, whether that is known itself or not. None is empty.
    children: HashMap<ProcessKey, BTreeSet<ProcessKey>>,
    /// Every process, in the order it was first told of; also some that left since.
    arrived: VecDeque<ProcessKey>,
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
        Self {
            nodes: HashMap::new(),
            children: HashMap::new(),
            arrived: VecDeque::new(),
            ended: VecDeque::new(),
            bound: bound.max(1),
            evicted: 0,
        }
    }

    /// Take in what was told of a process. Says whether the tree knows more now than before.
    pub fn tell(&mut self, process: &Arc<Process>, told: Told, at: Timestamp) -> bool {
        if let Some(node) = self.nodes.get_mut(&process.key) {
            note_image(&mut node.images, process, told, at);
            let knows_more = (told, at) > node.told;
            if knows_more {
                let parent_before = node.process.parent;
                node.process = Arc::clone(process);
                node.told = (told, at);
                self.unlink(parent_before, process.key);
                self.link(process.parent, process.key);
            }
            return knows_more;
        }
        self.make_room();
        let mut images = BTreeSet::new();
        note_image(&mut images, process, told, at);
        let node = Node { process: Arc::clone(process), told: (told, at), images, ended: false };
        self.nodes.insert(process.key, node);
        self.link(process.parent, process.key);
        self.arrived.push_back(process.key);
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

    /// The known children of a process, which need not be known itself.
    pub fn children(&self, key: ProcessKey) -> impl Iterator<Item = &Arc<Process>> {
        self.children.get(&key).into_iter().flatten().filter_map(|child| self.process(*child))
    }

    /// The programs that a process executed one after another, as far as told.
    pub fn images(&self, key: ProcessKey) -> impl Iterator<Item = &Text> {
        self.nodes.get(&key).into_iter().flat_map(|node| &node.images).map(|(_, image)| image)
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

    fn link(&mut self, parent: Option<ProcessKey>, child: ProcessKey) {
        if let Some(parent) = parent {
            self.children.entry(parent).or_default().insert(child);
        }
    }

    fn unlink(&mut self, parent: Option<ProcessKey>, child: ProcessKey) {
        let Some(parent) = parent else { return };
        if let Some(children) = self.children.get_mut(&parent) {
            children.remove(&child);
            if children.is_empty() {
                self.children.remove(&parent);
            }
        }
    }

    /// Ended leaves leave first, longest ago first; then ended parents; then, if nothing has ended, whoever was told
    /// of first.
    fn make_room(&mut self) {
        while self.nodes.len() >= self.bound {
            let leaf =
                self.ended.iter().take(1_024).position(|key| !self.children.contains_key(key));
            let key = match leaf {
                Some(position) => self.ended.remove(position),
                None => self.ended.pop_front().or_else(|| self.arrived.pop_front()),
            };
            let Some(key) = key else { break };
            let Some(node) = self.nodes.remove(&key) else { continue };
            self.evicted += 1;
            self.unlink(node.process.parent, key);
        }
        if self.arrived.len() > self.bound.saturating_mul(2) {
            let nodes = &self.nodes;
            self.arrived.retain(|key| nodes.contains_key(key));
        }
    }
}

fn note_image(
    images: &mut BTreeSet<(Timestamp, Text)>,
    process: &Process,
    told: Told,
    at: Timestamp,
) {
    if told == Told::Started {
        images.insert((at, process.image.clone()));
        if images.len() > IMAGES_MAX {
            images.pop_first();
        }
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;

//! What runs, as `/proc` shows it, and who descends from whom.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
};

use bartizan_model::BootId;

/// A process, as `/proc/PID/stat` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    pub(crate) start_ticks: u64,
    /// `R`, `S`, `T`, `Z` …
    pub(crate) state: char,
    pub(crate) kernel_thread: bool,
    pub(crate) name: String,
    /// Where the kernel placed its memory when its program was executed: a fork inherits it, and a program that is
    /// executed anew gets other places at random. Nothing for what has no memory of its own.
    pub(crate) image: Option<Image>,
}

/// Beginnings of code, stack, arguments and environment.
pub(crate) type Image = [u64; 4];

/// A process that cannot be mistaken for another of this boot.
pub(crate) type Key = (u32, u64);

impl Seen {
    pub(crate) const fn key(&self) -> Key {
        (self.pid, self.start_ticks)
    }

    pub(crate) const fn is_gone(&self) -> bool {
        matches!(self.state, 'Z' | 'X' | 'x')
    }

    pub(crate) const fn is_stopped(&self) -> bool {
        self.is_gone() || matches!(self.state, 'T' | 't')
    }
}

/// The flag of a kernel thread in field 9.
const PF_KTHREAD: u64 = 0x0020_0000;

/// The process with this id now.
pub(crate) fn one(proc: &Path, pid: u32) -> Option<Seen> {
    parse(&fs::read_to_string(proc.join(format!("{pid}/stat"))).ok()?)
}

/// Everything that runs.
pub(crate) fn all(proc: &Path) -> Vec<Seen> {
    let Ok(entries) = fs::read_dir(proc) else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| one(proc, pid)).collect()
}

/// This boot.
pub(crate) fn boot(proc: &Path) -> Option<BootId> {
    let text = fs::read_to_string(proc.join("sys/kernel/random/boot_id")).ok()?;
    u128::from_str_radix(&text.trim().replace('-', ""), 16).ok().map(BootId)
}

/// Adds to `members` whoever descends from them: by the parents of now, and by births that were written down, so that
/// one whose parent is gone is known too.
pub(crate) fn close_over(members: &mut HashSet<Key>, running: &[Seen], births: &[(Key, Key)]) {
    let starts: HashMap<u32, u64> =
        running.iter().map(|seen| (seen.pid, seen.start_ticks)).collect();
    loop {
        let before = members.len();
        for seen in running {
            let Some(parent_start) = starts.get(&seen.parent) else { continue };
            // A parent is never younger than its child: the id was reused.
            if *parent_start <= seen.start_ticks && members.contains(&(seen.parent, *parent_start))
            {
                members.insert(seen.key());
            }
        }
        for (child, parent) in births {
            if members.contains(parent) {
                members.insert(*child);
            }
        }
        if members.len() == before {
            return;
        }
    }
}

/// A line of `/proc/PID/stat`. The name is in brackets and may hold anything, brackets too.
fn parse(stat: &str) -> Option<Seen> {
    let (before, after) = (stat.find('(')?, stat.rfind(')')?);
    let pid = stat.get(..before)?.trim().parse().ok()?;
    let name = stat.get(before + 1..after)?.to_owned();
    let mut fields = stat.get(after + 1..)?.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    let parent = fields.next()?.parse().ok()?;
    // Fields 5 to 8 come between, then the flags are field 9 and the start is field 22.
    let flags: u64 = fields.nth(4)?.parse().ok()?;
    let start_ticks = fields.nth(12)?.parse().ok()?;
    // Fields 26, 28, 48 and 50.
    let mut place = |skip| fields.nth(skip).and_then(|field| field.parse().ok()).unwrap_or(0);
    let image = [place(3), place(1), place(19), place(1)];
    let [_, start_stack, ..] = image;
    let image = (start_stack > 1).then_some(image);
    Some(Seen {
        pid,
        parent,
        start_ticks,
        state,
        kernel_thread: flags & PF_KTHREAD != 0,
        name,
        image,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_with_brackets_and_blanks_does_not_shift_the_fields() {
        let stat = "42 (a) S 1 (b) T 7 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 9876 1000 2";

        let seen = parse(stat).unwrap();

        assert_eq!((seen.pid, seen.parent, seen.start_ticks), (42, 7, 9876));
        assert_eq!((seen.name.as_str(), seen.state, seen.kernel_thread), ("a) S 1 (b", 'T', false));
    }

    #[test]
    fn we_see_ourselves_and_our_parent() {
        let own = one(Path::new("/proc"), std::process::id()).unwrap();

        assert!(all(Path::new("/proc")).iter().any(|seen| seen.key() == own.key()));
        assert!(boot(Path::new("/proc")).is_some());
        assert!(!own.kernel_thread);
    }

    #[test]
    fn a_grandchild_whose_parent_is_gone_is_known_by_its_birth_and_a_reused_id_is_not() {
        let seen = |pid, parent, start_ticks| Seen {
            pid,
            parent,
            start_ticks,
            state: 'S',
            kernel_thread: false,
            name: String::new(),
            image: None,
        };
        let running = [seen(1, 0, 1), seen(10, 1, 100), seen(12, 1, 120), seen(20, 10, 50)];
        let mut members = HashSet::from([(10, 100)]);

        close_over(&mut members, &running, &[((11, 110), (10, 100)), ((12, 120), (11, 110))]);

        assert_eq!(members, HashSet::from([(10, 100), (11, 110), (12, 120)]));
    }

    proptest! {
        #[test]
        fn any_line_is_a_process_or_nothing(line in ".{0,200}") {
            drop(parse(&line));
        }
    }
}

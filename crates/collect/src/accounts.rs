//! Accounts and groups of the machine: what changed between two looks at their files. Who changed them is
//! known from the file events; passwords are compared by a hash of their hash and never kept.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use bartizan_model::{Operation, OperationKind as Kind, Text};

/// How often the files are looked at when nothing was seen to change them.
const LOOK_EVERY_NS: u64 = 10 * 1_000_000_000;
/// How often after something was.
const LOOK_SOON_NS: u64 = 100_000_000;
/// A file larger than this is no user database.
const LARGEST: u64 = 16 * 1024 * 1024;
const FILES: [&str; 3] = ["passwd", "shadow", "group"];

/// The files, and what they said when last looked at.
#[derive(Debug)]
pub(crate) struct Accounts {
    folder: PathBuf,
    versions: [Option<Version>; 3],
    known: Option<State>,
    due_ns: u64,
}

type Version = (u64, i64, i64, u64);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct State {
    users: BTreeMap<String, User>,
    passwords: BTreeMap<String, u64>,
    groups: BTreeMap<String, Group>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct User {
    uid: String,
    gid: String,
    home: String,
    shell: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Group {
    gid: String,
    members: BTreeSet<String>,
}

impl Accounts {
    /// The files of this folder, usually `/etc`.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, versions: [None; 3], known: None, due_ns: 0 }
    }

    /// Whether this file is one of them.
    pub(crate) fn concerns(&self, path: &str) -> bool {
        let path = Path::new(path);
        path.parent() == Some(&self.folder)
            && path.file_name().is_some_and(|name| FILES.iter().any(|file| *file == name))
    }

    /// Something was seen to change them.
    pub(crate) fn look_soon(&mut self, now_ns: u64) {
        self.due_ns = self.due_ns.min(now_ns);
    }

    /// What changed since the last look; nothing at the first.
    pub(crate) fn changes(&mut self, now_ns: u64, touched_lately: bool) -> Vec<Operation> {
        if now_ns < self.due_ns {
            return Vec::new();
        }
        self.due_ns = now_ns + if touched_lately { LOOK_SOON_NS } else { LOOK_EVERY_NS };
        let versions = FILES.map(|file| version(&self.folder.join(file)));
        if self.known.is_some() && versions == self.versions {
            return Vec::new();
        }
        self.versions = versions;
        let [passwd, shadow, group] = FILES.map(|file| read(&self.folder.join(file)));
        // Half-way through a change a file may be missing: it is looked at again.
        let (Some(passwd), Some(group)) = (passwd, group) else { return Vec::new() };
        let now = State {
            users: users(&passwd),
            passwords: passwords(&shadow.unwrap_or_default()),
            groups: groups(&group),
        };
        let before = self.known.replace(now.clone());
        before.map_or_else(Vec::new, |before| compared(&before, &now))
    }
}

fn version(file: &Path) -> Option<Version> {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.ino(), metadata.mtime(), metadata.mtime_nsec(), metadata.len()))
}

fn read(file: &Path) -> Option<String> {
    let metadata = fs::metadata(file).ok().filter(|metadata| metadata.len() <= LARGEST)?;
    let bytes = fs::read(file).ok()?;
    (bytes.len() as u64 >= metadata.len().min(1))
        .then(|| String::from_utf8_lossy(&bytes).into_owned())
}

fn lines(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().map(|line| line.split(':').collect())
}

fn users(passwd: &str) -> BTreeMap<String, User> {
    let user = |fields: Vec<&str>| match fields[..] {
        [name, _, uid, gid, _, home, shell, ..] => {
            let [uid, gid, home, shell] = [uid, gid, home, shell].map(str::to_owned);
            Some((name.to_owned(), User { uid, gid, home, shell }))
        }
        _ => None,
    };
    lines(passwd).filter_map(user).collect()
}

fn passwords(shadow: &str) -> BTreeMap<String, u64> {
    let password = |fields: Vec<&str>| match fields[..] {
        [name, hash, ..] => {
            let mut hasher = DefaultHasher::new();
            hash.hash(&mut hasher);
            Some((name.to_owned(), hasher.finish()))
        }
        _ => None,
    };
    lines(shadow).filter_map(password).collect()
}

fn groups(group: &str) -> BTreeMap<String, Group> {
    let read = |fields: Vec<&str>| match fields[..] {
        [name, _, gid, members, ..] => {
            let members = members.split(',').filter(|member| !member.is_empty());
            let members = members.map(str::to_owned).collect();
            Some((name.to_owned(), Group { gid: gid.to_owned(), members }))
        }
        _ => None,
    };
    lines(group).filter_map(read).collect()
}

fn compared(before: &State, now: &State) -> Vec<Operation> {
    let mut changes = Vec::new();
    for (name, user) in &now.users {
        match before.users.get(name) {
            None => changes.push(told(Kind::AccountCreated, name, user)),
            Some(old) if old != user => {
                let changed = differences(old, user);
                changes.push(told(Kind::AccountModified, name, user).with("Changed", changed));
            }
            Some(_) => {}
        }
    }
    for (name, user) in before.users.iter().filter(|(name, _)| !now.users.contains_key(*name)) {
        changes.push(told(Kind::AccountDeleted, name, user));
    }
    for (name, hash) in &now.passwords {
        let old = before.passwords.get(name);
        if old != Some(hash) && (old.is_some() || before.users.contains_key(name)) {
            changes.push(on_account(Kind::PasswordChanged, name));
        }
    }
    changes.extend(group_changes(before, now));
    changes
}

fn group_changes(before: &State, now: &State) -> Vec<Operation> {
    let mut changes = Vec::new();
    let of_group = |kind, name: &str, group: &Group| {
        Operation::new(kind).with("GroupName", name).with("GroupId", group.gid.as_str())
    };
    let nobody = Group::default();
    for (name, group) in &now.groups {
        let old = before.groups.get(name);
        if old.is_none() {
            changes.push(of_group(Kind::GroupCreated, name, group));
        }
        let old = old.unwrap_or(&nobody);
        let member = |kind, member: &String| Operation {
            account: Some(member.as_str().into()),
            ..of_group(kind, name, group)
        };
        changes
            .extend(group.members.difference(&old.members).map(|m| member(Kind::GroupJoined, m)));
        changes.extend(old.members.difference(&group.members).map(|m| member(Kind::GroupLeft, m)));
    }
    for (name, group) in before.groups.iter().filter(|(name, _)| !now.groups.contains_key(*name)) {
        changes.push(of_group(Kind::GroupDeleted, name, group));
    }
    changes
}

fn differences(old: &User, new: &User) -> Vec<Text> {
    let fields = [
        ("UserId", &old.uid, &new.uid),
        ("GroupId", &old.gid, &new.gid),
        ("Home", &old.home, &new.home),
        ("Shell", &old.shell, &new.shell),
    ];
    fields.into_iter().filter(|(_, old, new)| old != new).map(|(name, ..)| name.into()).collect()
}

fn told(kind: Kind, name: &str, user: &User) -> Operation {
    on_account(kind, name)
        .with("UserId", user.uid.as_str())
        .with("GroupId", user.gid.as_str())
        .with("Home", user.home.as_str())
        .with("Shell", user.shell.as_str())
}

fn on_account(kind: Kind, name: &str) -> Operation {
    Operation { account: Some(name.into()), ..Operation::new(kind) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Accounts, LOOK_EVERY_NS};

    #[test]
    fn accounts_and_groups_are_told_as_they_come_change_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
        write("passwd", "root:x:0:0::/root:/bin/sh\nold:x:7:7::/:/bin/sh\n");
        write("shadow", "root:$6$a:1::::::\nold:!:1::::::\n");
        write("group", "sudo:x:27:root\ngone:x:5:\n");
        let mut accounts = Accounts::new(folder.path().to_owned());
        assert!(accounts.changes(0, false).is_empty());

        write("passwd", "root:x:0:0::/root:/bin/zsh\neve:x:0:0::/home/eve:/bin/sh\n");
        write("shadow", "root:$6$b:1::::::\neve:$6$c:1::::::\n");
        write("group", "sudo:x:27:root,eve\nnew:x:6:\n");
        let told: Vec<String> = accounts
            .changes(LOOK_EVERY_NS, false)
            .iter()
            .map(|change| {
                let group = change.detail("GroupName").map(|group| format!("{group:?}"));
                let account = change.account.as_deref().unwrap_or_default();
                format!("{} {account} {}", change.kind.word(), group.unwrap_or_default())
            })
            .collect();
        assert_eq!(
            told,
            [
                "UserAccountCreated eve ",
                "UserAccountModified root ",
                "UserAccountDeleted old ",
                "PasswordChangeAttempt root ",
                "SecurityGroupCreated  Text(\"new\")",
                "UserAccountAddedToLocalGroup eve Text(\"sudo\")",
                "SecurityGroupDeleted  Text(\"gone\")",
            ]
        );
        assert!(accounts.concerns(&format!("{}/shadow", folder.path().display())));
        assert!(!accounts.concerns("/srv/shadow"));
    }
}

//! The tree's stories.

use proptest::prelude::*;

use super::*;
use bartizan_model::{BootId, ProcessUser};

fn key(pid: u32) -> ProcessKey {
    ProcessKey { boot: BootId(1), pid, start_ticks: u64::from(pid) }
}

fn process(pid: u32, parent: u32, image: &str) -> Arc<Process> {
    Arc::new(Process {
        key: key(pid),
        parent: (parent > 0).then(|| key(parent)),
        image: image.into(),
        command_line: image.into(),
        arguments_cut: false,
        current_directory: None,
        user: ProcessUser {
            name: None,
            uid: 0,
            gid: 0,
            effective_uid: 0,
            effective_gid: 0,
            login_uid: None,
            session: None,
        },
        cgroup: None,
        container: None,
        file: None,
        started_at: Timestamp::from_millis(i64::from(pid)),
        parent_image: None,
        parent_command_line: None,
        parent_started_at: None,
        execution: None,
    })
}

fn tree(processes: &[Arc<Process>]) -> Tree {
    let mut tree = Tree::default();
    for process in processes {
        tree.tell(process, Told::Started, process.started_at);
    }
    tree
}

fn web_server() -> Vec<Arc<Process>> {
    vec![
        process(1, 0, "/sbin/init"),
        process(100, 1, "/usr/sbin/nginx"),
        process(101, 100, "/usr/sbin/nginx"),
        process(200, 101, "/bin/sh"),
        process(201, 200, "/usr/bin/base64"),
    ]
}

#[test]
fn a_family_begins_below_the_service_manager() {
    let tree = tree(&web_server());

    let family = tree.family(key(201)).unwrap();

    assert_eq!(family.ancestor, key(100));
    assert_eq!(&*family.image, "/usr/sbin/nginx");
    assert!(family.complete);
}

#[test]
fn two_jobs_of_one_cron_daemon_are_two_families() {
    let tree = tree(&[
        process(1, 0, "/sbin/init"),
        process(50, 1, "/usr/sbin/cron"),
        process(60, 50, "/bin/sh"),
        process(70, 50, "/bin/sh"),
    ]);

    assert_ne!(tree.family(key(60)), tree.family(key(70)));
}

#[test]
fn a_missing_parent_is_a_gap_that_is_told() {
    let tree = tree(&[process(300, 299, "/bin/sh"), process(301, 300, "/bin/id")]);

    let family = tree.family(key(301)).unwrap();

    assert_eq!(family.ancestor, key(300));
    assert!(!family.complete);
}

#[test]
fn what_was_executed_stands_over_what_was_only_forked_whichever_is_told_first() {
    let forked = process(9, 1, "/bin/bash");
    let started = process(9, 1, "/bin/id");
    let mut tree = Tree::default();

    tree.tell(&started, Told::Started, Timestamp::from_millis(2));
    tree.tell(&forked, Told::Forked, Timestamp::from_millis(1));

    assert_eq!(&*tree.process(key(9)).unwrap().image, "/bin/id");
}

#[test]
fn a_process_keeps_what_it_executed_in_order_however_it_is_told() {
    let mut tree = Tree::default();

    for (image, at) in [("/bin/id", 3), ("/bin/sh", 1), ("/bin/id", 3), ("/bin/env", 2)] {
        tree.tell(&process(9, 1, image), Told::Started, Timestamp::from_millis(at));
    }

    let images: Vec<&str> = tree.images(key(9)).map(|image| &**image).collect();
    assert_eq!(images, ["/bin/sh", "/bin/env", "/bin/id"]);
}

#[test]
fn children_are_known_before_their_parent() {
    let tree = tree(&[process(11, 10, "/a"), process(12, 10, "/b"), process(10, 1, "/c")]);

    let children: Vec<u32> = tree.children(key(10)).map(|child| child.key.pid).collect();

    assert_eq!(children, [11, 12]);
}

#[test]
fn when_nothing_has_ended_the_one_told_of_first_leaves() {
    let mut tree = Tree::bounded(2);

    for pid in [7, 8, 9] {
        tree.tell(&process(pid, 1, "/a"), Told::Started, Timestamp::default());
    }

    assert!(tree.process(key(7)).is_none());
    assert!(tree.process(key(8)).is_some() && tree.process(key(9)).is_some());
}

#[test]
fn a_full_tree_forgets_ended_leaves_and_keeps_the_living() {
    let mut tree = Tree::bounded(3);
    for process in [process(1, 0, "/sbin/init"), process(2, 1, "/a"), process(3, 1, "/b")] {
        tree.tell(&process, Told::Started, process.started_at);
    }
    tree.end(key(3));

    tree.tell(&process(4, 1, "/c"), Told::Started, Timestamp::from_millis(4));

    assert!(tree.process(key(3)).is_none());
    assert!(tree.process(key(2)).is_some());
    assert_eq!((tree.len(), tree.evicted()), (3, 1));
}

proptest! {
    #[test]
    fn the_order_of_telling_does_not_change_any_family(order in Just(web_server()).prop_shuffle()) {
        let expected = tree(&web_server());

        let shuffled = tree(&order);

        for process in web_server() {
            prop_assert_eq!(shuffled.family(process.key), expected.family(process.key));
        }
    }

    #[test]
    fn a_tree_never_outgrows_its_bound(steps in prop::collection::vec((1u32..60, 0u32..60, any::<bool>()), 0..200)) {
        let mut tree = Tree::bounded(16);
        for (pid, parent, ends) in steps {
            tree.tell(&process(pid, parent, "/x"), Told::Started, Timestamp::from_millis(0));
            if ends {
                tree.end(key(pid));
            }
            prop_assert!(tree.len() <= 16);
        }
    }
}

//! Machines, as their files describe them.

use std::fs;

use super::*;

fn machine(files: &[(&str, &str)]) -> (tempfile::TempDir, Machine) {
    let root = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let machine = Machine::below(root.path());
    (root, machine)
}

const FIB_TRIE: &str = "Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
     +-- 192.0.2.0/24 2 0 2
        |-- 192.0.2.0
           /24 link UNICAST
        |-- 192.0.2.7
           /32 host LOCAL
Local:
        |-- 192.0.2.7
           /32 host LOCAL
";

#[test]
fn a_debian_machine_is_read_from_its_files() {
    let (_root, machine) = machine(&[
        ("proc/sys/kernel/hostname", "web-1\n"),
        ("proc/sys/kernel/osrelease", "6.1.0-40-amd64\n"),
        ("etc/machine-id", "0123456789abcdef\n"),
        ("etc/os-release", "PRETTY_NAME=\"x\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n"),
        ("proc/stat", "cpu  1 2\ncpu0 1 2\ncpu1 1 2\nintr 5\nbtime 1790000000\n"),
        ("proc/meminfo", "MemTotal:        4030180 kB\nMemFree: 1 kB\n"),
        ("proc/net/fib_trie", FIB_TRIE),
        (
            "proc/net/if_inet6",
            "00000000000000000000000000000001 01 80 10 80       lo
fe800000000000000000000000000001 02 40 20 80     eth0
20010db8000000000000000000000001 02 40 00 80     eth0
",
        ),
    ]);

    let facts = machine.facts("0.1.0");

    assert_eq!(&*facts.host_name, "web-1");
    assert_eq!(facts.machine_id.as_deref(), Some("0123456789abcdef"));
    assert_eq!((&*facts.os_name, &*facts.os_version), ("Debian GNU/Linux", "12"));
    assert_eq!(&*facts.kernel, "6.1.0-40-amd64");
    assert_eq!((facts.processors, facts.memory_bytes), (2, 4_030_180 * 1_024));
    assert_eq!(facts.booted_at, Timestamp::from_millis(1_790_000_000_000));
    let addresses: Vec<String> = facts.addresses.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["192.0.2.7", "2001:db8::1"]);
}

#[test]
fn a_machine_that_tells_nothing_is_still_a_machine() {
    let (_root, machine) = machine(&[]);

    let facts = machine.facts("0.1.0");

    assert_eq!((&*facts.host_name, &*facts.os_name), ("unnamed", "Linux"));
    assert_eq!(facts.machine_id, None);
    assert!(facts.addresses.is_empty());
}

#[test]
fn quotes_and_escapes_of_os_release_are_those_of_a_shell() {
    let text = "# comment\nNAME='Arch Linux'\nBUILD_ID=rolling\nVERSION_CODENAME=\"a \\\"b\\\"\"\n";

    let system = os_release::parse(text);

    assert_eq!((system.name.as_str(), system.version.as_str()), ("Arch Linux", "rolling"));
    assert_eq!(os_release::parse("NAME=\"A \\\"B\\\" C\"").name, "A \"B\" C");
}

#[test]
fn the_machine_this_runs_on_has_a_kernel_a_processor_and_memory() {
    let facts = Machine::default().facts("0.1.0");

    assert!(!facts.kernel.is_empty());
    assert!(facts.processors > 0 && facts.memory_bytes > 0);
    assert!(facts.booted_at > Timestamp::from_millis(1_500_000_000_000));
    assert!(own_use().resident_bytes > 0);
}

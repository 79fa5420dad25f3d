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

mod things {
    use bartizan_model::{Inventory, InventoryItem, InventoryKind, ItemState};
    use proptest::prelude::*;

    use super::*;
    use crate::{Keeper, accounts, containers, ports, services, software};

    const DPKG: &str = "Package: bash
Status: install ok installed
Maintainer: Matthias Klose <doko@debian.org>
Architecture: amd64
Version: 5.2.15-2+b7

Package: gone
Status: deinstall ok config-files
Version: 1
";

    fn of(inventory: &[Inventory], kind: InventoryKind) -> Vec<InventoryItem> {
        let of_it = inventory.iter().filter(|part| part.kind == kind);
        of_it.flat_map(|part| part.items.clone()).collect()
    }

    fn told(items: &[InventoryItem], fact: &str) -> Vec<String> {
        let one = |item: &InventoryItem| {
            let fact = item.text(fact).unwrap_or_default();
            format!("{} {} {fact}", item.state.word(), item.name)
        };
        items.iter().map(one).collect()
    }

    #[test]
    fn packages_of_every_manager_are_listed_and_then_only_what_changes() {
        let (root, machine) = machine(&[
            ("var/lib/dpkg/status", DPKG),
            ("lib/apk/db/installed", "P:musl\nV:1.2.4-r2\nA:x86_64\no:musl\n\n"),
            ("usr/local/lib/python3.11/dist-packages/requests-2.31.0.dist-info/METADATA", "x"),
            (
                "usr/lib/node_modules/@org/tool/package.json",
                r#"{"name":"@org/tool","version":"3"}"#,
            ),
        ]);
        let mut keeper = Keeper::new(machine);

        let first = of(&keeper.listing(), InventoryKind::Software);
        let expected = [
            "Present musl 1.2.4-r2",
            "Present bash 5.2.15-2+b7",
            "Present @org/tool 3",
            "Present requests 2.31.0",
        ];
        assert_eq!(told(&first, "Version"), expected);
        assert!(keeper.news().is_empty(), "nothing has changed");

        let newer = DPKG.replace("5.2.15-2+b7", "5.2.16-1") + "\nPackage: nmap\nVersion: 7.93\n";
        fs::write(root.path().join("var/lib/dpkg/status"), newer).unwrap();
        fs::remove_file(root.path().join("lib/apk/db/installed")).unwrap();
        let news = of(&keeper.news(), InventoryKind::Software);
        let expected = ["Changed bash 5.2.16-1", "Added nmap 7.93", "Removed musl 1.2.4-r2"];
        assert_eq!(told(&news, "Version"), expected);
    }

    #[test]
    fn an_rpm_database_is_read_from_its_headers() {
        let (root, machine) = machine(&[("var/lib/rpm/here", "")]);
        let path = root.path().join("var/lib/rpm/rpmdb.sqlite");
        let database = rusqlite::Connection::open(path).unwrap();
        database.execute("CREATE TABLE Packages (hnum INTEGER, blob BLOB)", []).unwrap();
        let values = [(1_000, "openssl"), (1_001, "3.0.7"), (1_002, "27.el9"), (1_022, "x86_64")];
        let blob = rpm_header(&values);
        database.execute("INSERT INTO Packages VALUES (1, ?1)", [blob]).unwrap();
        drop(database);

        let items = of(&Keeper::new(machine).listing(), InventoryKind::Software);

        assert_eq!(told(&items, "Version"), ["Present openssl 3.0.7-27.el9"]);
    }

    fn rpm_header(values: &[(u32, &str)]) -> Vec<u8> {
        let (mut index, mut data) = (Vec::new(), Vec::new());
        for (tag, value) in values {
            for word in [*tag, 6, u32::try_from(data.len()).unwrap(), 1] {
                index.extend(word.to_be_bytes());
            }
            data.extend(value.as_bytes());
            data.push(0);
        }
        let lengths = [values.len(), data.len()].map(|n| u32::try_from(n).unwrap().to_be_bytes());
        [lengths.concat(), index, data].concat()
    }

    #[test]
    fn accounts_say_how_they_are_entered_and_never_a_hash() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\nsvc:x:990:990::/srv:/usr/sbin/nologin\n";
        let things = accounts::passwd(passwd, "root:$y$j9T$secret:1::::::\nsvc:!*:1::::::\n");

        let shown = format!("{things:?}");
        assert!(shown.contains("\"set\"") && shown.contains("\"locked\""), "{shown}");
        assert!(!shown.contains("secret"));
        assert_eq!(accounts::group("sudo:x:27:anna,ben\n").len(), 1);
    }

    #[test]
    fn units_are_enabled_masked_or_static() {
        let unit = "[Service]\nExecStart=/usr/sbin/sshd -D\nUser=root\n[Install]\nWantedBy=x\n";
        let (root, machine) = machine(&[
            ("usr/lib/systemd/system/ssh.service", unit),
            ("usr/lib/systemd/system/cron.service", unit),
            ("usr/lib/systemd/system/helper.service", "[Service]\nExecStart=/bin/true\n"),
            ("etc/systemd/system/multi-user.target.wants/ssh.service", unit),
            ("sys/fs/cgroup/system.slice/ssh.service/cgroup.events", "populated 1\nfrozen 0\n"),
        ]);
        let masked = root.path().join("etc/systemd/system/telnet.service");
        std::os::unix::fs::symlink("/dev/null", masked).unwrap();

        let items = of(&Keeper::new(machine).listing(), InventoryKind::Service);

        let states = told(&items, "UnitFileState");
        let expected = ["cron.service disabled", "helper.service static", "ssh.service enabled"];
        for (state, expected) in states.iter().zip(expected) {
            assert_eq!(*state, format!("Present {expected}"));
        }
        assert_eq!(states[3], "Present telnet.service masked");
        assert_eq!(told(&items, "Running")[2], "Present ssh.service true");
        assert_eq!(&*items[2].text("Command").unwrap(), "/usr/sbin/sshd -D");
    }

    #[test]
    fn a_port_names_the_process_that_holds_it() {
        let line = "   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0";
        let (root, machine) = machine(&[
            ("proc/net/tcp", &format!("  sl  local_address\n{line}\n")),
            ("proc/77/fd/here", ""),
        ]);
        std::os::unix::fs::symlink("socket:[4711]", root.path().join("proc/77/fd/3")).unwrap();
        std::os::unix::fs::symlink("/usr/sbin/sshd", root.path().join("proc/77/exe")).unwrap();

        let items = of(&Keeper::new(machine).listing(), InventoryKind::Port);

        assert_eq!(told(&items, "ProcessId"), ["Present tcp 0.0.0.0:22 77"]);
        assert_eq!(items[0].text("FolderPath").as_deref(), Some("/usr/sbin/sshd"));
    }

    #[test]
    fn an_adapter_has_its_addresses_and_gateway() {
        let route = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n\
            eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n\
            eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n";
        let (_root, machine) = machine(&[
            ("proc/net/fib_trie", FIB_TRIE),
            ("proc/net/route", route),
            ("sys/class/net/eth0/address", "52:54:00:12:34:56\n"),
            ("sys/class/net/eth0/operstate", "up\n"),
            ("sys/class/net/eth0/type", "1\n"),
            ("etc/resolv.conf", "nameserver 192.0.2.53\n"),
        ]);

        let items = of(&Keeper::new(machine).listing(), InventoryKind::Adapter);

        let list = |name| items[0].list(name).unwrap().iter().map(|t| &**t).collect::<Vec<_>>();
        assert_eq!(told(&items, "MacAddress"), ["Present eth0 52:54:00:12:34:56"]);
        assert_eq!(list("IPAddresses"), ["192.0.2.7/24"]);
        assert_eq!(list("DefaultGateways"), ["192.0.2.1"]);
        assert_eq!(list("DnsAddresses"), ["192.0.2.53"]);
    }

    #[test]
    fn a_long_listing_is_several_events() {
        let many: String = (0..1_200).map(|n| format!("Package: p{n}\nVersion: 1\n\n")).collect();
        let (_root, machine) = machine(&[("var/lib/dpkg/status", &many)]);

        let listing = Keeper::new(machine).listing();

        let sizes: Vec<usize> = listing.iter().map(|part| part.items.len()).collect();
        assert_eq!(sizes, [500, 500, 200]);
        assert!(listing[0].items.iter().all(|item| item.state == ItemState::Present));
    }

    proptest! {
        #[test]
        fn nothing_outside_makes_a_parser_fail(bytes: Vec<u8>, text in "(.|\n){0,300}") {
            drop(software::header(&bytes));
            drop(containers::docker_container(&bytes));
            drop(containers::podman(&bytes));
            drop(accounts::passwd(&text, &text));
            drop(accounts::group(&text));
            drop(services::described(&text));
            let _port = ports::parse(&text, "tcp", "0A");
            let (_root, machine) = machine(&[
                ("var/lib/dpkg/status", &text),
                ("proc/net/route", &text),
                ("proc/net/if_inet6", &text),
            ]);
            drop(Keeper::new(machine).listing());
        }

        #[test]
        fn an_rpm_header_with_any_index_is_read_or_refused(tags in 0_u32..20, rest: Vec<u8>) {
            let bytes = [&tags.to_be_bytes()[..], &[0; 4], &rest].concat();
            drop(software::header(&bytes));
        }
    }
}

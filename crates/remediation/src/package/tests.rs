//! Stories of packages.

use std::collections::BTreeMap;
use std::io::Read as _;

use super::*;

fn content(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(zstd::Decoder::new(fs::File::open(path).unwrap()).unwrap());
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mut text = Vec::new();
        entry.read_to_end(&mut text).unwrap();
        files.insert(name, text);
    }
    files
}

#[test]
fn a_package_holds_what_runs_what_starts_again_and_the_hash_of_each_file() {
    let folder = tempfile::tempdir().unwrap();
    let (data, root) = (folder.path().join("data"), folder.path().join("root"));
    for (path, text) in [
        ("etc/passwd", "eve:x:1:1::/home/eve:/bin/sh\n"),
        ("etc/cron.d/evil", "* * * * * root <script>"),
        ("home/eve/.ssh/authorized_keys", "ssh-ed25519 AAAA"),
        ("var/log/auth.log", "Accepted password"),
        ("tmp/new", "x"),
    ] {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), text).unwrap();
    }
    let action = ActionId::from_uuid(uuid::Uuid::from_u128(1));
    let now = Timestamp::from_millis(1_790_000_000_000);

    let gathered = gather(&data, &root, Path::new("/proc"), action, 64 << 20, now).unwrap();

    let files = content(&path(&data, action));
    let text = |name: &str| String::from_utf8_lossy(&files[name]).into_owned();
    assert!(text("volatile/processes.jsonl").contains(&format!("\"pid\":{}", std::process::id())));
    assert_eq!(text("persistence/etc/cron.d/evil"), "* * * * * root <script>");
    assert!(files.contains_key("persistence/home/eve/.ssh/authorized_keys"));
    assert_eq!(text("logs/var/log/auth.log"), "Accepted password");
    assert!(text("recent-files.tsv").contains("/tmp/new"));
    let manifest: Vec<serde_json::Value> = serde_json::from_str(&text("manifest.json")).unwrap();
    assert_eq!(manifest.len(), gathered.files);
    for entry in manifest {
        let name = entry["name"].as_str().unwrap();
        let hash = ring::digest::digest(&ring::digest::SHA256, &files[name]);
        let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(entry["sha256"], hash.as_str(), "{name}");
    }
    assert!(text("index.html").contains("persistence/etc/cron.d/evil"));
}

#[test]
fn a_package_keeps_to_its_limit_and_names_what_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let (data, root) = (folder.path().join("data"), folder.path().join("root"));
    fs::create_dir_all(root.join("var/log")).unwrap();
    let noise: Vec<u8> = (0..3_000_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0])
        .collect();
    fs::write(root.join("var/log/auth.log"), &noise).unwrap();
    let action = ActionId::from_uuid(uuid::Uuid::from_u128(1));

    let gathered =
        gather(&data, &root, Path::new("/proc"), action, 1 << 20, Timestamp::from_millis(0))
            .unwrap();

    assert!(gathered.bytes <= 1 << 20, "{}", gathered.bytes);
    assert!(gathered.left_out.iter().any(|item| item.name.contains("auth.log")));
    let page = content(&path(&data, action)).remove("index.html").unwrap();
    assert!(String::from_utf8_lossy(&page).contains("Left out"));
}

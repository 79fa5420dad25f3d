//! Containers, as Docker, Podman and containerd keep them on disk.

use std::path::Path;

use serde_json::Value;

use crate::{files, thing::Thing};

/// Folders that change when containers are made and removed.
pub(crate) const PLACES: &[&str] = &[
    "var/lib/docker/containers",
    "var/lib/containers/storage/overlay-containers/containers.json",
    "run/containerd/io.containerd.runtime.v2.task",
    "run/containerd/io.containerd.runtime.v2.task/k8s.io",
    "run/containerd/io.containerd.runtime.v2.task/moby",
];

/// Most containers that are told.
const CONTAINERS_MAX: usize = 2_000;

/// Every container.
pub(crate) fn all(root: &Path) -> Vec<Thing> {
    let mut found = docker(root);
    found.extend(podman(&files::bytes(
        &root.join("var/lib/containers/storage/overlay-containers/containers.json"),
    )));
    found.extend(containerd(root));
    found.truncate(CONTAINERS_MAX);
    found
}

fn docker(root: &Path) -> Vec<Thing> {
    let one = |folder: &std::path::PathBuf| {
        docker_container(&files::bytes(&folder.join("config.v2.json")))
    };
    files::children(&root.join("var/lib/docker/containers")).iter().filter_map(one).collect()
}

pub(crate) fn docker_container(config: &[u8]) -> Option<Thing> {
    let config: Value = serde_json::from_slice(config).ok()?;
    let word = |pointer: &str| config.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let id = word("/ID");
    (!id.is_empty()).then(|| {
        let running = config.pointer("/State/Running").and_then(Value::as_bool).unwrap_or(false);
        Thing::new(id, word("/Name").trim_start_matches('/'))
            .with("ContainerId", id)
            .with("Image", word("/Config/Image"))
            .with("ImageDigest", word("/Image"))
            .with("Runtime", "docker")
            .flag("Running", running)
    })
}

pub(crate) fn podman(list: &[u8]) -> Vec<Thing> {
    let list: Vec<Value> = serde_json::from_slice(list).unwrap_or_default();
    let one = |container: &Value| {
        let id = container.get("id")?.as_str()?;
        let name = container.pointer("/names/0").and_then(Value::as_str).unwrap_or(id);
        let image = container.get("image").and_then(Value::as_str).unwrap_or_default();
        let thing = Thing::new(id, name).with("ContainerId", id);
        Some(thing.with("ImageDigest", image).with("Runtime", "podman"))
    };
    list.iter().filter_map(one).collect()
}

/// A folder for each running task, below one for each namespace. Docker's stand among Docker's already.
fn containerd(root: &Path) -> Vec<Thing> {
    let namespaces = files::children(&root.join("run/containerd/io.containerd.runtime.v2.task"));
    let others = namespaces.into_iter().filter(|path| files::name(path) != "moby");
    let tasks = others.flat_map(|namespace| {
        let of = files::name(&namespace);
        files::children(&namespace).into_iter().map(move |task| (of.clone(), files::name(&task)))
    });
    let one = |(namespace, id): (String, String)| {
        Thing::new(id.as_str(), &id)
            .with("ContainerId", &id)
            .with("Namespace", &namespace)
            .with("Runtime", "containerd")
            .flag("Running", true)
    };
    tasks.map(one).collect()
}

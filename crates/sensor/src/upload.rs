//! Packages on their way to the server: offered, sent part by part from where the server has them, removed when it has all.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

use anyhow::Context as _;
use bartizan_model::ActionId;
use bartizan_remediation::{Remediation, sha256_of};
use bartizan_wire::{
    UPLOAD_PART_BYTES_MAX, UploadOffer, UploadPart, UploadProgress, action_from_wire,
};

/// Everything that waits to be sent.
pub(crate) fn offers(remediation: &Remediation) -> anyhow::Result<Vec<UploadOffer>> {
    let packages = remediation.packages()?;
    packages.iter().map(|(action, path)| offer(*action, path)).collect()
}

/// What comes next after the server said how much it has; nothing when it has all.
pub(crate) fn next(
    remediation: &Remediation,
    progress: &UploadProgress,
) -> anyhow::Result<Option<UploadPart>> {
    let action = action_from_wire(&progress.action_id)?;
    if progress.complete {
        remediation.package_sent(action)?;
        return Ok(None);
    }
    let packages = remediation.packages()?;
    let Some((_, path)) = packages.iter().find(|(one, _)| *one == action) else { return Ok(None) };
    let mut file = opened(path)?;
    file.seek(SeekFrom::Start(progress.through)).context("finding the next part")?;
    let mut content = Vec::new();
    let limit = u64::try_from(UPLOAD_PART_BYTES_MAX).unwrap_or(u64::MAX);
    file.take(limit).read_to_end(&mut content).context("reading the next part")?;
    let part =
        UploadPart { action_id: progress.action_id.clone(), offset: progress.through, content };
    Ok((!part.content.is_empty()).then_some(part))
}

fn offer(action: ActionId, path: &Path) -> anyhow::Result<UploadOffer> {
    let length = opened(path)?.metadata().context("measuring a package")?.len();
    let sha256 = sha256_of(path).with_context(|| format!("reading {}", path.display()))?;
    Ok(UploadOffer {
        action_id: action.bytes().to_vec(),
        name: format!("package-{action}.tar.zst"),
        length,
        sha256: sha256.to_vec(),
    })
}

fn opened(path: &Path) -> anyhow::Result<File> {
    File::open(path).with_context(|| format!("opening {}", path.display()))
}

//! The console's files, inside the program. `scripts/build-console` makes them; without them the server says
//! that it has no console.

use bartizan_api::{Asset, ConsoleAssets};
use rust_embed::RustEmbed;

/// `console/dist-embed`: `index.html`, and every asset compressed as `.br` and `.gz`.
#[derive(RustEmbed)]
#[folder = "../../console/dist-embed"]
#[allow_missing = true]
struct Files;

/// The console's files.
#[derive(Debug)]
pub(crate) struct Console;

impl ConsoleAssets for Console {
    fn asset(&self, path: &str, accepts: &[&str]) -> Option<Asset> {
        let compressed = [("br", "br"), ("gzip", "gz")]
            .into_iter()
            .filter(|(encoding, _)| accepts.contains(encoding))
            .find_map(|(encoding, ending)| {
                let file = Files::get(&format!("{path}.{ending}"))?;
                Some(Asset { bytes: file.data, encoding: Some(encoding) })
            });
        compressed.or_else(|| {
            let file = Files::get(path)?;
            Some(Asset { bytes: file.data, encoding: None })
        })
    }
}

//! Numbered migrations: each is run once, in its own transaction, and never edited after a release.

use rusqlite::Connection;

use crate::error::{Doing as _, Result, StoreError};

const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("../migrations/0001_records.sql")),
    (2, include_str!("../migrations/0002_clues.sql")),
    (3, include_str!("../migrations/0003_indicators.sql")),
    (4, include_str!("../migrations/0004_rarity.sql")),
    (5, include_str!("../migrations/0005_work.sql")),
    (6, include_str!("../migrations/0006_actions.sql")),
    (7, include_str!("../migrations/0007_upkeep.sql")),
    (8, include_str!("../migrations/0008_live.sql")),
];

/// Brings the records to the version of this program.
pub(crate) fn migrate(connection: &mut Connection) -> Result<()> {
    let found: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .doing("reading the version of the records")?;
    let known = MIGRATIONS.last().map_or(0, |(version, _)| *version);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (version, sql) in MIGRATIONS.iter().filter(|(version, _)| *version > found) {
        let mut run = || {
            let transaction = connection.transaction()?;
            transaction.execute_batch(sql)?;
            transaction.pragma_update(None, "user_version", version)?;
            transaction.commit()
        };
        run().map_err(|source| StoreError::Migrate { version: *version, source })?;
    }
    Ok(())
}

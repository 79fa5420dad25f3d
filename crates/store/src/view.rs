//! Saved views: a page with its filters, kept for oneself or for all.

use bartizan_model::{TenantId, Timestamp};
use rusqlite::{Row, params};

use crate::{
    Store,
    column::{Columns as _, number},
    error::{Doing as _, Result},
};

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Its number; 0 for one to be made.
    pub number: u64,
    /// Of which page, as "incidents".
    pub page: String,
    /// Its name.
    pub name: String,
    /// The query part of the page's address.
    pub query: String,
    /// Whose.
    pub owner: String,
    /// Everybody sees it.
    pub shared: bool,
    /// When it was made or last changed.
    pub changed_at: Timestamp,
}

impl Store {
    /// The views that this user sees: their own and the shared ones, by page and name.
    pub fn views(&self, tenant: TenantId, user: &str) -> Result<Vec<SavedView>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT * FROM saved_views WHERE tenant = ?1 AND (owner = ?2 OR shared)
                 ORDER BY page, name, number",
            )
            .and_then(|mut s| s.query_map((tenant.bytes(), user), read)?.collect())
            .doing("listing saved views")
        })
    }

    /// Keeps a view, and gives its number. A view that is known is changed, if it is this owner's; `None` when
    /// it is not.
    pub fn keep_view(&self, tenant: TenantId, saved: &SavedView) -> Result<Option<u64>> {
        self.write(|t| {
            if saved.number == 0 {
                t.execute(
                    "INSERT INTO saved_views (tenant, page, name, query, owner, shared, changed_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    params![
                        tenant.bytes(),
                        saved.page,
                        saved.name,
                        saved.query,
                        saved.owner,
                        saved.shared,
                        saved.changed_at.nanos()
                    ],
                )
                .doing("keeping a view")?;
                return Ok(Some(t.last_insert_rowid().max(0).unsigned_abs()));
            }
            let changed = t
                .execute(
                    "UPDATE saved_views SET name = ?4, query = ?5, shared = ?6, changed_at = ?7
                     WHERE tenant = ?1 AND number = ?2 AND owner = ?3",
                    params![
                        tenant.bytes(),
                        number(saved.number),
                        saved.owner,
                        saved.name,
                        saved.query,
                        saved.shared,
                        saved.changed_at.nanos()
                    ],
                )
                .doing("changing a view")?;
            Ok((changed > 0).then_some(saved.number))
        })
    }

    /// Removes a view of this owner. Says whether there was one.
    pub fn remove_view(&self, tenant: TenantId, which: u64, owner: &str) -> Result<bool> {
        self.write(|t| {
            let removed = t
                .execute(
                    "DELETE FROM saved_views WHERE tenant = ?1 AND number = ?2 AND owner = ?3",
                    (tenant.bytes(), number(which), owner),
                )
                .doing("removing a view")?;
            Ok(removed > 0)
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<SavedView> {
    Ok(SavedView {
        number: row.count("number")?,
        page: row.of("page")?,
        name: row.of("name")?,
        query: row.of("query")?,
        owner: row.of("owner")?,
        shared: row.of("shared")?,
        changed_at: row.time("changed_at")?,
    })
}

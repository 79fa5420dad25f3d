//! The newest rows of all tenants, in memory.

use std::collections::HashMap;

use bartizan_model::{Row, Table, TenantId, Timestamp};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;

use crate::TelemetryError;
use crate::rows::{RowBuilder, hot_schema};

/// Batches of a table before they are joined into one.
const MAX_BATCHES: usize = 32;

/// Whose rows of which table.
pub(crate) type TableKey = (TenantId, Table);

/// The rows that are in no file yet.
#[derive(Debug, Default)]
pub(crate) struct HotRows {
    tables: HashMap<TableKey, HotTable>,
    /// When the oldest of them arrived.
    pub(crate) oldest: Option<Timestamp>,
}

#[derive(Debug)]
struct HotTable {
    growing: RowBuilder,
    batches: Vec<RecordBatch>,
    rows: usize,
    bytes: usize,
}

impl HotRows {
    pub(crate) fn push(&mut self, tenant: TenantId, row: &Row) {
        let table = row.table();
        let hot = self.tables.entry((tenant, table)).or_insert_with(|| HotTable {
            growing: RowBuilder::new(table.definition()),
            batches: Vec::new(),
            rows: 0,
            bytes: 0,
        });
        hot.growing.push(row);
    }

    pub(crate) fn rows(&self) -> usize {
        self.tables.values().map(|hot| hot.rows + hot.growing.rows()).sum()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.tables.values().map(|hot| hot.bytes + hot.growing.bytes()).sum()
    }

    /// The tenant's rows of a table so far.
    pub(crate) fn batches(&mut self, key: TableKey) -> Result<Vec<RecordBatch>, TelemetryError> {
        let Some(hot) = self.tables.get_mut(&key) else { return Ok(Vec::new()) };
        hot.settle(key.1)?;
        Ok(hot.batches.clone())
    }

    /// Everything, leaving nothing.
    pub(crate) fn take(&mut self) -> Result<Vec<(TableKey, Vec<RecordBatch>)>, TelemetryError> {
        for (key, hot) in &mut self.tables {
            hot.settle(key.1)?;
        }
        self.oldest = None;
        let taken = std::mem::take(&mut self.tables);
        Ok(taken.into_iter().map(|(key, hot)| (key, hot.batches)).collect())
    }
}

impl HotTable {
    /// Makes what grew readable.
    fn settle(&mut self, table: Table) -> Result<(), TelemetryError> {
        let failed =
            |source| TelemetryError::Columns { doing: "collecting rows in memory", source };
        if self.growing.rows() > 0 {
            self.rows += self.growing.rows();
            self.bytes += self.growing.bytes();
            self.batches.push(self.growing.finish().map_err(failed)?);
        }
        if self.batches.len() > MAX_BATCHES {
            let schema = hot_schema(table.definition());
            self.batches = vec![concat_batches(&schema, &self.batches).map_err(failed)?];
        }
        Ok(())
    }
}

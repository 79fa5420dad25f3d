//! Questions without a server: over files named by whoever asks, or over nothing but the query itself.
//!
//! Parquet files are read as they are asked; files of JSON lines and comma-separated values are read into
//! memory once. Nothing here knows of tenants, because nothing here belongs to a server.

mod answers;
mod export;
mod foreign;
mod text_file;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bartizan_kql::discover::Discovery;
use bartizan_kql::value::UNIX_EPOCH_TICKS;
use bartizan_kql::{ColumnSchema, Plan, Problem, Schema, TableSchema, Type};
use datafusion::arrow::array::RecordBatch;
use datafusion::datasource::TableProvider;
use thiserror::Error;

use crate::QueryError;
use crate::lower::Source;
use crate::query::{QueryOptions, QueryResult};

pub use answers::Answers;
pub use export::parquet_of;
pub(crate) use foreign::held;
pub(crate) use text_file::{Place, records};

/// Why a file is no table.
#[derive(Debug, Error)]
pub enum WorkbenchError {
    /// The file refused.
    #[error("reading {path}")]
    File {
        /// Which file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// What stands in it is not what its name promises.
    #[error("{path}, line {line}: {message}")]
    Content {
        /// Which file.
        path: String,
        /// Where, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// It is no Parquet file that can be read.
    #[error("reading {path} as Parquet")]
    Parquet {
        /// Which file.
        path: String,
        /// Why.
        #[source]
        source: datafusion::common::DataFusionError,
    },
    /// A file of a kind that cannot be asked.
    #[error(
        "{path} is neither Parquet (.parquet), JSON lines (.jsonl, .ndjson, .json) nor comma-separated values (.csv, .tsv), \
         with .gz or .zst behind it where it is compressed"
    )]
    Kind {
        /// Which file.
        path: String,
    },
    /// It has more than fits in memory.
    #[error("{path} has more than {megabytes} MB; convert it to Parquet")]
    TooLarge {
        /// Which file.
        path: String,
        /// The limit.
        megabytes: u64,
    },
}

/// The tables of a question that needs no server.
#[derive(Debug, Default)]
pub struct Workbench {
    tables: Vec<FileTable>,
}

/// One file as a table.
#[derive(Debug, Clone)]
struct FileTable {
    name: String,
    columns: Vec<(String, Type)>,
    rows: Rows,
}

#[derive(Debug, Clone)]
enum Rows {
    Memory(RecordBatch),
    Files(Arc<dyn TableProvider>),
}

impl Workbench {
    /// Without tables.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a file a table. Its columns are those of our schema where it has a table of this name, else
    /// what the file shows; a table that is there already is replaced.
    ///
    /// # Errors
    /// When the file cannot be read, or is no table.
    pub async fn add(&mut self, name: &str, path: &Path) -> Result<(), WorkbenchError> {
        let known = crate::schema().table(name).map(|table| {
            table.columns.iter().map(|column| (column.name.clone(), column.ty)).collect::<Vec<_>>()
        });
        let table = match text_file::Kind::of(path)? {
            text_file::Kind::Parquet => {
                let (provider, columns) = foreign::open(path, known).await?;
                FileTable { name: name.to_owned(), columns, rows: Rows::Files(provider) }
            }
            kind => {
                let (columns, batch) = text_file::read(path, kind, known)?;
                FileTable { name: name.to_owned(), columns, rows: Rows::Memory(batch) }
            }
        };
        self.tables.retain(|other| other.name != name);
        self.tables.push(table);
        Ok(())
    }

    /// What queries may name: our own tables, and those of files.
    pub fn schema(&self) -> Schema {
        let mut schema = crate::schema();
        for table in &self.tables {
            schema.tables.retain(|known| known.name != table.name);
            schema.tables.push(TableSchema {
                name: table.name.clone(),
                columns: table
                    .columns
                    .iter()
                    .map(|(name, ty)| ColumnSchema {
                        name: name.clone(),
                        ty: *ty,
                        doc: String::new(),
                    })
                    .collect(),
                aliases: Vec::new(),
            });
        }
        schema
    }

    /// Reads and resolves a query, without running it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn plan(&self, text: &str, options: &QueryOptions) -> Result<Plan, Vec<Problem>> {
        let now = options.now.nanos().div_euclid(100).saturating_add(UNIX_EPOCH_TICKS);
        bartizan_kql::plan(text, &self.schema(), now)
    }

    /// The tables that a plan reads and for which there is no file here.
    pub fn missing<'a>(&self, plan: &'a Plan) -> Vec<&'a str> {
        let mut names = plan.tables();
        names.retain(|name| self.tables.iter().all(|table| table.name != *name));
        names
    }

    /// Reads and answers a query, with columns that depend on the data.
    ///
    /// # Errors
    /// When the text is no query, cannot be run, or reaches a limit.
    pub async fn ask(&self, text: &str, options: &QueryOptions) -> Result<QueryResult, QueryError> {
        let plan = self.plan(text, options).map_err(QueryError::Problems)?;
        let plan = self.discovered(text, plan, options).await?;
        self.query(&plan, options).await
    }

    /// Answers a query; tables without a file are empty.
    ///
    /// # Errors
    /// When it cannot be run, or reaches a limit.
    pub async fn query(
        &self,
        plan: &Plan,
        options: &QueryOptions,
    ) -> Result<QueryResult, QueryError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "how long an answer took is measured, never decided by"
        )]
        let started = Instant::now();
        let mut result = crate::query::over(self.sources(plan)?, plan, options).await?;
        result.stats.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(result)
    }

    /// The plan anew, for as long as it has columns that depend on the data.
    ///
    /// # Errors
    /// When finding them out cannot be run, or the query does not hold with them.
    pub async fn discovered(
        &self,
        text: &str,
        plan: Plan,
        options: &QueryOptions,
    ) -> Result<Plan, QueryError> {
        let mut plan = plan;
        let mut known: Vec<Discovery> = Vec::new();
        let now = options.now.nanos().div_euclid(100).saturating_add(UNIX_EPOCH_TICKS);
        while let Some(unknown) = plan.undiscovered.first() {
            let found = crate::query::discover_over(self.sources(&plan)?, unknown, options).await?;
            known.push(found);
            plan = bartizan_kql::plan_with(text, &self.schema(), now, &known)
                .map_err(QueryError::Problems)?;
        }
        Ok(plan)
    }

    fn sources(&self, plan: &Plan) -> Result<HashMap<String, Source>, QueryError> {
        let names = crate::query::tables(plan);
        names.into_iter().map(|name| Ok((name.clone(), self.source(&name)?))).collect()
    }

    fn source(&self, name: &str) -> Result<Source, QueryError> {
        let Some(table) = self.tables.iter().find(|table| table.name == name) else {
            let schema = self.schema();
            let columns: Vec<(String, Type)> = schema
                .table(name)
                .map(|table| table.columns.iter().map(|c| (c.name.clone(), c.ty)).collect())
                .unwrap_or_default();
            return Ok(Source::of_memory(columns, Vec::new()));
        };
        Ok(match &table.rows {
            Rows::Memory(batch) => Source::of_memory(table.columns.clone(), vec![batch.clone()]),
            Rows::Files(provider) => Source::of_files(table.columns.clone(), provider.clone()),
        })
    }
}

//! Questions: a query's text in, rows out, within limits.

mod answer;
mod discovery;
mod ordered;
mod subquery;

pub(crate) use discovery::tables;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bartizan_kql::Plan;
use bartizan_kql::discover::Discovery;
use bartizan_kql::plan::{Relation, RelationKind, RenderHint, Undiscovered};
use bartizan_kql::value::{Literal, UNIX_EPOCH_TICKS};
use bartizan_model::{Row, Table, TenantId, Timestamp};
use datafusion::arrow::array::RecordBatch;
use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::LogicalPlanBuilder;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt as _;

use crate::column::Cells;
use crate::config::Limits;
use crate::lower::{self, Source, Sources};
use crate::rows::RowBuilder;
use crate::sealed::ScanCounts;
use crate::{QueryError, Telemetry, TelemetryError};

/// How a question is asked.
#[derive(Debug, Clone)]
pub struct QueryOptions {
    /// The one time that `now()` and `ago()` mean.
    pub now: Timestamp,
    /// What it may cost.
    pub limits: Limits,
    /// Rows of tables that are kept elsewhere, of the same tenant (`AlertInfo`, `AlertEvidence`).
    pub extra: Vec<Row>,
    /// Files that stand for the addresses of `externaldata`; nothing else is ever fetched.
    pub external: HashMap<String, PathBuf>,
}

impl QueryOptions {
    /// With the usual limits and no rows from elsewhere.
    pub fn at(now: Timestamp) -> Self {
        Self { now, limits: Limits::default(), extra: Vec::new(), external: HashMap::new() }
    }
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct QueryColumn {
    /// Its name.
    pub name: String,
    /// Its type, in the words of the language.
    #[serde(rename = "type")]
    pub ty: &'static str,
}

/// What an answer cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct QueryStats {
    /// Wall time.
    pub elapsed_ms: u64,
    /// Sealed files of the tables that were asked for.
    pub files: u64,
    /// Those that could hold rows by their times and indexes.
    pub files_read: u64,
    /// The bytes of those.
    pub bytes_read: u64,
    /// Rows in memory of the tables that were asked for.
    pub hot_rows: u64,
}

/// An answer.
#[derive(Debug, Clone, serde::Serialize)]
pub struct QueryResult {
    /// The columns.
    pub columns: Vec<QueryColumn>,
    /// The rows, each with a value for each column.
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Whether there were more rows than the limits let through.
    pub truncated: bool,
    /// What it cost.
    pub stats: QueryStats,
    /// How the query asks to be drawn.
    #[serde(skip)]
    pub render: Option<RenderHint>,
}

impl Telemetry {
    /// Answers a query over the tenant's rows. Dropping the future stops the work.
    ///
    /// # Errors
    /// When the text is no query, cannot be run, or reaches a limit.
    pub async fn query(
        &self,
        tenant: TenantId,
        text: &str,
        options: &QueryOptions,
    ) -> Result<QueryResult, QueryError> {
        let asked = async {
            let _turn = self.turns.take(tenant).await;
            let plan = self.read(tenant, text, options).await?;
            self.answer(tenant, &plan, options).await
        };
        timed(asked, options.limits.time).await
    }

    /// Answers a query that has been read already.
    ///
    /// # Errors
    /// When it cannot be run, or reaches a limit.
    pub async fn query_plan(
        &self,
        tenant: TenantId,
        plan: &Plan,
        options: &QueryOptions,
    ) -> Result<QueryResult, QueryError> {
        let asked = async {
            let _turn = self.turns.take(tenant).await;
            self.answer(tenant, plan, options).await
        };
        timed(asked, options.limits.time).await
    }

    /// The plan of a text, with the columns that depend on the data found out.
    async fn read(
        &self,
        tenant: TenantId,
        text: &str,
        options: &QueryOptions,
    ) -> Result<Plan, QueryError> {
        let now = options.now.nanos().div_euclid(100).saturating_add(UNIX_EPOCH_TICKS);
        let schema = crate::schema();
        let mut plan = bartizan_kql::plan(text, &schema, now).map_err(QueryError::Problems)?;
        let mut known = Vec::new();
        while let Some(unknown) = plan.undiscovered.first() {
            let _lease = self.leases.lease();
            let snapshot = Snapshot::take(self, tenant, &plan, &options.extra)?;
            known.push(discover(snapshot, unknown, options).await?);
            plan = bartizan_kql::plan_with(text, &schema, now, &known)
                .map_err(QueryError::Problems)?;
        }
        Ok(plan)
    }

    async fn answer(
        &self,
        tenant: TenantId,
        plan: &Plan,
        options: &QueryOptions,
    ) -> Result<QueryResult, QueryError> {
        let _lease = self.leases.lease();
        let snapshot = Snapshot::take(self, tenant, plan, &options.extra)?;
        answer_over(snapshot, plan, options).await
    }
}

/// An answer within a time, the wait for a turn included.
async fn timed(
    asked: impl Future<Output = Result<QueryResult, QueryError>>,
    limit: Duration,
) -> Result<QueryResult, QueryError> {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long an answer took is measured, never decided by"
    )]
    let started = Instant::now();
    let answered = tokio::time::timeout(limit, asked).await;
    let mut result = answered.unwrap_or(Err(QueryError::TooSlow { seconds: limit.as_secs() }))?;
    result.stats.elapsed_ms = millis(started.elapsed());
    Ok(result)
}

/// Finds out columns that depend on the data, over tables that are at hand.
pub(crate) async fn discover_over(
    sources: HashMap<String, Source>,
    unknown: &Undiscovered,
    options: &QueryOptions,
) -> Result<Discovery, QueryError> {
    let snapshot = Snapshot { sources, counts: Arc::new(ScanCounts::default()) };
    discover(snapshot, unknown, options).await
}

async fn discover(
    snapshot: Snapshot,
    unknown: &Undiscovered,
    options: &QueryOptions,
) -> Result<Discovery, QueryError> {
    let limit = options.limits.time;
    let run = Run::new(snapshot, options)?;
    let found = tokio::time::timeout(limit, discovery::columns(&run, unknown)).await;
    found.unwrap_or(Err(QueryError::TooSlow { seconds: limit.as_secs() }))
}

/// Answers a plan over tables that are at hand.
pub(crate) async fn over(
    sources: HashMap<String, Source>,
    plan: &Plan,
    options: &QueryOptions,
) -> Result<QueryResult, QueryError> {
    let snapshot = Snapshot { sources, counts: Arc::new(ScanCounts::default()) };
    let limit = options.limits.time;
    let answered = tokio::time::timeout(limit, answer_over(snapshot, plan, options)).await;
    answered.unwrap_or(Err(QueryError::TooSlow { seconds: limit.as_secs() }))
}

async fn answer_over(
    snapshot: Snapshot,
    plan: &Plan,
    options: &QueryOptions,
) -> Result<QueryResult, QueryError> {
    let run = Run::new(snapshot, options)?;
    let root = subquery::resolve(&plan.root, &run).await?;
    let (batches, truncated) = run.rows(&root, options.limits.rows).await?;
    let mut result = answer::of(&root.columns, &batches, options.limits.bytes)?;
    result.truncated |= truncated;
    result.stats = run.snapshot.stats();
    result.render = plan.render.clone();
    Ok(result)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// One tenant's tables as they were when the question came.
#[derive(Debug)]
struct Snapshot {
    sources: HashMap<String, Source>,
    counts: Arc<ScanCounts>,
}

impl Snapshot {
    fn take(
        telemetry: &Telemetry,
        tenant: TenantId,
        plan: &Plan,
        extra: &[Row],
    ) -> Result<Self, QueryError> {
        let counts = Arc::new(ScanCounts::default());
        let mut sources = HashMap::new();
        for name in tables(plan) {
            let Some(table) = Table::named(&name) else { continue };
            let mut source = telemetry.source(tenant, table, &counts)?;
            source.hot.extend(extra_rows(table, extra)?);
            sources.insert(name, source);
        }
        Ok(Self { sources, counts })
    }

    fn stats(&self) -> QueryStats {
        let hot = self.sources.values().flat_map(|source| &source.hot);
        QueryStats {
            elapsed_ms: 0,
            files: self.counts.files.load(Ordering::Relaxed),
            files_read: self.counts.files_read.load(Ordering::Relaxed),
            bytes_read: self.counts.bytes_read.load(Ordering::Relaxed),
            hot_rows: hot.map(|batch| u64::try_from(batch.num_rows()).unwrap_or(u64::MAX)).sum(),
        }
    }
}

fn extra_rows(table: Table, extra: &[Row]) -> Result<Option<RecordBatch>, QueryError> {
    let mut builder = RowBuilder::new(table.definition());
    extra.iter().filter(|row| row.table() == table).for_each(|row| builder.push(row));
    if builder.rows() == 0 {
        return Ok(None);
    }
    let batch = builder.finish().map_err(|source| TelemetryError::Columns {
        doing: "collecting rows that are kept elsewhere",
        source,
    })?;
    Ok(Some(batch))
}

impl Sources for Snapshot {
    fn source(&self, table: &str) -> Result<Source, QueryError> {
        self.sources
            .get(table)
            .cloned()
            .ok_or_else(|| QueryError::Unsupported(format!("the table {table}")))
    }
}

/// One question's engine.
struct Run {
    snapshot: Snapshot,
    context: SessionContext,
    limits: Limits,
    external: HashMap<String, PathBuf>,
}

impl Run {
    fn new(snapshot: Snapshot, options: &QueryOptions) -> Result<Self, QueryError> {
        let limits = options.limits.clone();
        let mut config = SessionConfig::new().with_target_partitions(limits.threads.max(1));
        config.options_mut().execution.parquet.pushdown_filters = true;
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory)))
            .build_arc()?;
        let context = SessionContext::new_with_config_rt(config, runtime);
        Ok(Self { snapshot, context, limits, external: options.external.clone() })
    }

    /// At most so many rows of a relation, and whether there were more.
    async fn rows(
        &self,
        relation: &Relation,
        most: usize,
    ) -> Result<(Vec<RecordBatch>, bool), QueryError> {
        let plan = lower::relation(relation, &self.snapshot)?;
        let plan =
            LogicalPlanBuilder::from(plan).limit(0, Some(most.saturating_add(1)))?.build()?;
        let state = self.context.state();
        let plan = state.create_physical_plan(&plan).await.map_err(|error| self.failed(error))?;
        let plan = yielding(plan)?;
        let mut stream =
            execute_stream(plan, self.context.task_ctx()).map_err(|error| self.failed(error))?;
        let mut batches = Vec::new();
        let mut left = most;
        while let Some(batch) = stream.next().await {
            let batch = batch.map_err(|error| self.failed(error))?;
            if batch.num_rows() > left {
                batches.push(batch.slice(0, left));
                return Ok((batches, true));
            }
            left -= batch.num_rows();
            batches.push(batch);
        }
        Ok((batches, false))
    }

    /// All rows of a relation, in its order, as values; more than so many are refused.
    async fn literals(
        &self,
        relation: &Relation,
        most: usize,
    ) -> Result<Vec<Vec<Literal>>, QueryError> {
        if let RelationKind::Values { rows } = &relation.kind {
            return Ok(rows.clone());
        }
        let (batches, more) = self.rows(relation, most).await?;
        if more {
            return Err(QueryError::TooManyRows { limit: most });
        }
        let mut rows = Vec::new();
        for batch in &batches {
            let cells = batch.columns().iter().map(Cells::of).collect::<Result<Vec<_>, _>>()?;
            for row in 0..batch.num_rows() {
                let columns = cells.iter().zip(&relation.columns);
                rows.push(columns.map(|(cells, column)| cells.value(row, column.ty)).collect());
            }
        }
        Ok(rows)
    }

    fn failed(&self, error: DataFusionError) -> QueryError {
        if matches!(error.find_root(), DataFusionError::ResourcesExhausted(_)) {
            let megabytes = u64::try_from(self.limits.memory >> 20).unwrap_or(u64::MAX);
            return QueryError::TooLarge { megabytes };
        }
        error.into()
    }
}

/// A step that makes many rows of few gives way after each batch, so that a question can be stopped while
/// it works.
fn yielding(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>, QueryError> {
    let multiplies = |name: &str| name.contains("Join") || name.contains("Unnest");
    let yielding = plan.transform_up(|node| {
        Ok(if multiplies(node.name()) {
            Transformed::yes(Arc::new(CooperativeExec::new(node)) as Arc<dyn ExecutionPlan>)
        } else {
            Transformed::no(node)
        })
    });
    Ok(yielding?.data)
}

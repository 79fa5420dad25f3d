//! The sealed files of one tenant's table, as the engine reads them.
//!
//! A condition on a column and a constant reaches the files, so that whole files, by their times and indexes,
//! row groups and pages are skipped. The engine still checks every row itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bartizan_kql::value::UNIX_EPOCH_TICKS;
use bartizan_store::TelemetryFile;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Column, DFSchema, Result as DfResult, ScalarValue};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::cache::cache_manager::FileMetadataCache;
use datafusion::execution::cache::default_cache::DefaultCache;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{
    BinaryExpr, Expr, Operator, TableProviderFilterPushDown, TableType, lit,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;

use crate::function::TICKS;
use crate::index::{self, Need};

/// The column that files are cut by.
const TIME: &str = "Timestamp";

/// What the files' footers say, read once.
pub(crate) type Footers = Arc<FileMetadataCache>;

/// Room for so many bytes of footers.
pub(crate) fn footers(bytes: usize) -> Footers {
    Arc::new(DefaultCache::new(bytes).with_name("footers"))
}

/// How much a query had to look at.
#[derive(Debug, Default)]
pub(crate) struct ScanCounts {
    pub(crate) files: AtomicU64,
    pub(crate) files_read: AtomicU64,
    pub(crate) bytes_read: AtomicU64,
}

/// The files of one table of one tenant.
#[derive(Debug)]
pub(crate) struct SealedTable {
    pub(crate) folder: PathBuf,
    pub(crate) schema: SchemaRef,
    pub(crate) files: Vec<TelemetryFile>,
    pub(crate) counts: Arc<ScanCounts>,
    pub(crate) footers: Footers,
}

#[async_trait]
impl TableProvider for SealedTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> DfResult<Vec<TableProviderFilterPushDown>> {
        let usable = |filter: &&Expr| {
            let indexed = index::of_conditions(std::slice::from_ref(*filter)) != Need::Anything;
            if indexed || stored_form(filter).is_some() {
                TableProviderFilterPushDown::Inexact
            } else {
                TableProviderFilterPushDown::Unsupported
            }
        };
        Ok(filters.iter().map(usable).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> DfResult<Arc<dyn ExecutionPlan>> {
        let stored: Vec<Expr> = filters.iter().filter_map(stored_form).collect();
        let files = self.files_for(&stored, &index::of_conditions(filters));
        let projected = match projection {
            Some(indices) => Arc::new(self.schema.project(indices)?),
            None => self.schema.clone(),
        };
        if files.is_empty() {
            return Ok(Arc::new(EmptyExec::new(projected)));
        }
        let files_url = ObjectStoreUrl::local_filesystem();
        let store = state.runtime_env().object_store(&files_url)?;
        let readers = CachedParquetFileReaderFactory::new(store, self.footers.clone());
        let mut source = ParquetSource::new(self.schema.clone())
            .with_pushdown_filters(true)
            .with_parquet_file_reader_factory(Arc::new(readers));
        if let Some(condition) = conjunction(stored) {
            let schema = DFSchema::try_from(self.schema.clone())?;
            source = source.with_predicate(state.create_physical_expr(condition, &schema)?);
        }
        let groups = self.groups(&files, state.config().target_partitions());
        let config = FileScanConfigBuilder::new(files_url, Arc::new(source))
            .with_file_groups(groups)
            .with_projection_indices(projection.cloned())?
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

impl SealedTable {
    /// The files that can hold rows for these conditions: by their times, and by their indexes.
    fn files_for(&self, conditions: &[Expr], need: &Need) -> Vec<&TelemetryFile> {
        let (mut from, mut to) = (i64::MIN, i64::MAX);
        for condition in conditions {
            narrow(condition, &mut from, &mut to);
        }
        let files: Vec<&TelemetryFile> = self
            .files
            .iter()
            .filter(|file| file.last_at.nanos() >= from && file.first_at.nanos() <= to)
            .filter(|file| index::may_hold(&self.folder.join(&file.path), need))
            .collect();
        let all = u64::try_from(self.files.len()).unwrap_or(u64::MAX);
        self.counts.files.fetch_add(all, Ordering::Relaxed);
        self.counts
            .files_read
            .fetch_add(u64::try_from(files.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
        let bytes = files.iter().map(|file| file.bytes).sum();
        self.counts.bytes_read.fetch_add(bytes, Ordering::Relaxed);
        files
    }

    /// The files dealt out to the threads that read.
    fn groups(&self, files: &[&TelemetryFile], threads: usize) -> Vec<FileGroup> {
        let threads = threads.clamp(1, files.len());
        let mut groups: Vec<Vec<PartitionedFile>> = vec![Vec::new(); threads];
        for (group, file) in (0..threads).cycle().zip(files) {
            let path = self.folder.join(&file.path);
            let path = path.to_string_lossy();
            if let Some(group) = groups.get_mut(group) {
                group.push(PartitionedFile::new(path.trim_start_matches('/'), file.bytes));
            }
        }
        groups.into_iter().map(FileGroup::new).collect()
    }
}

/// Narrows the times that a condition leaves possible.
fn narrow(condition: &Expr, from: &mut i64, to: &mut i64) {
    let Expr::BinaryExpr(BinaryExpr { left, op, right }) = condition else { return };
    if *op == Operator::And {
        narrow(left, from, to);
        narrow(right, from, to);
        return;
    }
    let (Expr::Column(column), Expr::Literal(ScalarValue::TimestampNanosecond(Some(nanos), _), _)) =
        (left.as_ref(), right.as_ref())
    else {
        return;
    };
    if column.name != TIME {
        return;
    }
    match op {
        Operator::Gt | Operator::GtEq => *from = (*from).max(*nanos),
        Operator::Lt | Operator::LtEq => *to = (*to).min(*nanos),
        Operator::Eq => {
            *from = (*from).max(*nanos);
            *to = (*to).min(*nanos);
        }
        _ => {}
    }
}

/// A condition as it reads over the columns in the files, if it can be asked of them. It may let more rows
/// through, never fewer.
fn stored_form(condition: &Expr) -> Option<Expr> {
    match condition {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match op {
            Operator::And | Operator::Or => {
                let (left, right) = (stored_form(left)?, stored_form(right)?);
                Some(if *op == Operator::And { left.and(right) } else { left.or(right) })
            }
            Operator::Eq | Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq => {
                comparison(left, *op, right).or_else(|| comparison(right, op.swap()?, left))
            }
            _ => None,
        },
        Expr::InList(list) if !list.negated => {
            let Expr::Column(column) = list.expr.as_ref() else { return None };
            let plain = list.list.iter().all(|member| matches!(member, Expr::Literal(..)));
            plain.then(|| bare(column).in_list(list.list.clone(), false))
        }
        _ => None,
    }
}

fn bare(column: &Column) -> Expr {
    Expr::Column(Column::new_unqualified(column.name.clone()))
}

fn comparison(left: &Expr, op: Operator, right: &Expr) -> Option<Expr> {
    let Expr::Literal(constant, _) = right else { return None };
    match left {
        Expr::Column(column) => Some(binary(bare(column), op, right.clone())),
        Expr::ScalarFunction(call) if call.name() == TICKS => {
            let [Expr::Column(column)] = call.args.as_slice() else { return None };
            let ScalarValue::Int64(Some(ticks)) = constant else { return None };
            Some(time_comparison(bare(column), op, *ticks))
        }
        _ => None,
    }
}

fn binary(left: Expr, op: Operator, right: Expr) -> Expr {
    Expr::BinaryExpr(BinaryExpr::new(Box::new(left), op, Box::new(right)))
}

/// A tick holds a hundred nanoseconds, from its first to the one before the next tick's.
fn time_comparison(column: Expr, op: Operator, ticks: i64) -> Expr {
    let nanos = |ticks: i64| {
        let nanos = (i128::from(ticks) - i128::from(UNIX_EPOCH_TICKS)) * 100;
        let limit = if nanos < 0 { i64::MIN } else { i64::MAX };
        let nanos = i64::try_from(nanos).unwrap_or(limit);
        lit(ScalarValue::TimestampNanosecond(Some(nanos), Some("UTC".into())))
    };
    let (this, next) = (nanos(ticks), nanos(ticks.saturating_add(1)));
    match op {
        Operator::GtEq => column.gt_eq(this),
        Operator::Gt => column.gt_eq(next),
        Operator::Lt => column.lt(this),
        Operator::LtEq => column.lt(next),
        _ => column.clone().gt_eq(this).and(column.lt(next)),
    }
}

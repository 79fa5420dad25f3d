//! What can go wrong while keeping rows and answering questions.

use bartizan_kql::Problem;
use bartizan_store::StoreError;
use datafusion::common::DataFusionError;
use thiserror::Error;

use crate::scalar::ScalarError;

/// Why rows could not be kept.
#[derive(Debug, Error)]
pub enum TelemetryError {
    /// A file or folder refused.
    #[error("{doing} {path}")]
    File {
        /// What we were doing.
        doing: &'static str,
        /// Where.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Writing or reading Parquet failed.
    #[error("{doing} {path}")]
    Parquet {
        /// What we were doing.
        doing: &'static str,
        /// Where.
        path: String,
        /// Why.
        #[source]
        source: Box<parquet::errors::ParquetError>,
    },
    /// Columns did not fit together.
    #[error("{doing}")]
    Columns {
        /// What we were doing.
        doing: &'static str,
        /// Why.
        #[source]
        source: datafusion::arrow::error::ArrowError,
    },
    /// The catalogue refused.
    #[error("keeping the catalogue of sealed files")]
    Catalogue(#[from] StoreError),
}

/// Why a question has no answer.
#[derive(Debug, Error)]
pub enum QueryError {
    /// The text is no query; each problem says where and why.
    #[error("the query has problems")]
    Problems(Vec<Problem>),
    /// The language has it, this program cannot run it yet.
    #[error("{0} is not supported yet")]
    Unsupported(String),
    /// An argument that makes no sense for any row.
    #[error("{0}")]
    Argument(String),
    /// It took longer than it may.
    #[error(
        "the query took longer than {seconds} s and was stopped: look at less time, or at fewer devices"
    )]
    TooSlow {
        /// The limit.
        seconds: u64,
    },
    /// It needed more memory than it may.
    #[error(
        "the query needs more than {megabytes} MB of memory and was stopped: summarize or filter earlier"
    )]
    TooLarge {
        /// The limit.
        megabytes: u64,
    },
    /// A subquery gave more values than a test can hold.
    #[error("a list of more than {limit} values from a subquery")]
    TooManyMembers {
        /// The limit.
        limit: usize,
    },
    /// `externaldata` from a place that nobody allowed.
    #[error("externaldata from {location} is not allowed here")]
    External {
        /// The address.
        location: String,
    },
    /// A step that looks at rows in their order, or at groups of them, was given too many.
    #[error("a step that needs its rows in memory was given more than {limit}: filter earlier")]
    TooManyRows {
        /// The limit.
        limit: usize,
    },
    /// The engine failed.
    #[error("running the query")]
    Engine(#[source] DataFusionError),
    /// The catalogue refused.
    #[error("finding the files that the query reads")]
    Catalogue(#[from] StoreError),
    /// The rows in memory could not be read.
    #[error("reading the newest rows")]
    Rows(#[source] Box<TelemetryError>),
}

impl From<ScalarError> for QueryError {
    fn from(error: ScalarError) -> Self {
        match error {
            ScalarError::Unsupported(what) => Self::Unsupported(what),
            ScalarError::Argument(what) => Self::Argument(what),
        }
    }
}

impl From<DataFusionError> for QueryError {
    fn from(error: DataFusionError) -> Self {
        if let DataFusionError::External(source) = error.find_root()
            && let Some(scalar) = source.downcast_ref::<ScalarError>()
        {
            return scalar.clone().into();
        }
        Self::Engine(error)
    }
}

impl From<TelemetryError> for QueryError {
    fn from(error: TelemetryError) -> Self {
        Self::Rows(Box::new(error))
    }
}

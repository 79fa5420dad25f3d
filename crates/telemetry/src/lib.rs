//! Six months of events: hot rows, Parquet, query execution.

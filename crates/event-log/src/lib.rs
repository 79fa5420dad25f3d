//! Durable hand-over of events from ingest to its readers.

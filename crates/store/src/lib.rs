//! Records that people work with, in SQLite.

//! Accept batches: authenticate, decode, remove duplicates, log.

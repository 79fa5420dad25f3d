//! Proof that events arrive: spool, uplink, ingest and event log over a real network, through lost
//! acknowledgements and killed servers. Everything is in `tests/`.

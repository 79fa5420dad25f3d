//! Events through rules to alerts with evidence.

//! The sensor-server protocol: protobuf messages, services, versions and limits.

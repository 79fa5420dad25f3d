//! Tenants, users, roles, sessions, tokens and certificates.

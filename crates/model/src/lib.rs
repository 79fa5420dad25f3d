//! The words of Bartizan: tenants, devices, processes, events, alerts, incidents.

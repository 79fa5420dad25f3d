//! Enrol, authenticate, send batches, receive acknowledgements.

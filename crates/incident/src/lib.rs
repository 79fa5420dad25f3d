//! Which alerts tell one story, and how grave it is.

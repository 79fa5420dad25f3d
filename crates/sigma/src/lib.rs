//! The Sigma language: parse, check, compile rules into one matcher.

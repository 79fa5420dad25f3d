//! Detection from the outside: the rules we ship, each against its own cases and all against an ordinary day.

mod rule_pack;

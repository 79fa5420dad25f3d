//! What the machine is: host facts.

//! Live response on a device: sessions, their lines and answers, and the files they carry.
//!
//! What comes here was judged already: it is the server's, fresh and new. This room looks at the machine and answers; what
//! changes it is done by `remediation`. Every session, answer, job and file has a bound. It opens no connection: frames are
//! taken from it and given to it.

mod answer;
mod command;
mod complete;
mod live;
mod outgoing;
mod session;
mod transfer;

pub use live::{Config, Live};

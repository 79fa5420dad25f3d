//! What is left out while the sensor must spare the machine: the least telling first, processes never.

use bartizan_probe_abi::RecordBody;

/// How much is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shedding {
    /// Everything is told.
    #[default]
    Nothing,
    /// Changes of files are left out.
    Files,
    /// Connections, names that are looked up, and libraries too. Processes and what is done to them stay.
    AllButProcesses,
}

/// What was left out, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shed {
    /// Changes of files.
    pub files: u64,
    /// Connections and questions about names.
    pub connections: u64,
}

impl Shedding {
    /// One step more.
    #[must_use]
    pub const fn more(self) -> Self {
        match self {
            Self::Nothing => Self::Files,
            Self::Files | Self::AllButProcesses => Self::AllButProcesses,
        }
    }

    /// One step less.
    #[must_use]
    pub const fn less(self) -> Self {
        match self {
            Self::Nothing | Self::Files => Self::Nothing,
            Self::AllButProcesses => Self::Files,
        }
    }

    /// Whether a record is left out; it is counted then.
    pub(crate) const fn leaves_out(self, body: &RecordBody, shed: &mut Shed) -> bool {
        match body {
            RecordBody::FileOpen(_)
            | RecordBody::FileDelete(_)
            | RecordBody::FileRename(..)
            | RecordBody::FileNamed(_) => match self {
                Self::Nothing => false,
                Self::Files | Self::AllButProcesses => {
                    shed.files += 1;
                    true
                }
            },
            RecordBody::Connect(_) | RecordBody::Dns(_) => match self {
                Self::Nothing | Self::Files => false,
                Self::AllButProcesses => {
                    shed.connections += 1;
                    true
                }
            },
            RecordBody::Fork
            | RecordBody::Exec(_)
            | RecordBody::Exit(_)
            | RecordBody::Operation(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use bartizan_probe_abi::{Exit, FileName};

    use super::*;

    #[test]
    fn files_go_first_and_are_counted_and_processes_stay() {
        let file = RecordBody::FileDelete(FileName {
            base: "/tmp".to_owned(),
            name: "x".to_owned(),
            cut: false,
            directory: false,
            io_uring: false,
        });
        let mut shed = Shed::default();
        let mut leaves_out =
            |shedding: Shedding, body: &RecordBody| shedding.leaves_out(body, &mut shed);

        assert!(!leaves_out(Shedding::Nothing, &file));
        assert!(leaves_out(Shedding::Files, &file));
        assert!(leaves_out(Shedding::AllButProcesses, &file));
        assert!(!leaves_out(Shedding::AllButProcesses, &RecordBody::Fork));
        assert!(!leaves_out(Shedding::AllButProcesses, &RecordBody::Exit(Exit { status: 0 })));
        assert_eq!(shed, Shed { files: 2, connections: 0 });
    }
}

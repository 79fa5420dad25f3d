//! What kinds of events there are, as far as the spool cares.

/// Kind of an event: what it is counted as when it is dropped, and how soon it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Life of processes.
    Process = 0,
    /// The sensor's own word: facts, health, losses.
    Sensor = 1,
    /// Connections.
    Connection = 2,
    /// File changes.
    File = 3,
    /// Events whose kind a damaged disk made unknown.
    Unknown = 4,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Process, Self::Sensor, Self::Connection, Self::File, Self::Unknown];

    /// The word people see.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Sensor => "sensor",
            Self::Connection => "connection",
            Self::File => "file",
            Self::Unknown => "unknown",
        }
    }

    /// The kind with this word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The kind with this number.
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }

    /// Whether it is dropped before the others.
    pub(crate) const fn is_bulk(self) -> bool {
        matches!(self, Self::Connection | Self::File)
    }
}

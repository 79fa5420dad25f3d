//! Frames on their way to the line. While there is none, nothing is kept here: whoever said it says it again.

use std::{collections::VecDeque, fmt};

use bartizan_wire::sensor_frame::Frame;
use parking_lot::Mutex;

/// Wakes whoever takes the frames.
pub(crate) type Wake = Box<dyn Fn() + Send + Sync>;

/// Frames that wait to be taken.
pub(crate) struct Outgoing {
    line: Mutex<Line>,
    wake: Wake,
}

#[derive(Default)]
struct Line {
    open: bool,
    frames: VecDeque<Frame>,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("open", &self.line.lock().open).finish_non_exhaustive()
    }
}

impl Outgoing {
    pub(crate) fn new(wake: Wake) -> Self {
        Self { line: Mutex::default(), wake }
    }

    /// A line is there; what waited for the one before is void.
    pub(crate) fn open(&self, first: Frame) {
        *self.line.lock() = Line { open: true, frames: VecDeque::from([first]) };
        (self.wake)();
    }

    pub(crate) fn close(&self) {
        *self.line.lock() = Line::default();
    }

    pub(crate) fn push(&self, frame: Frame) {
        let mut line = self.line.lock();
        if line.open {
            line.frames.push_back(frame);
            drop(line);
            (self.wake)();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.line.lock().frames.is_empty()
    }

    pub(crate) fn take(&self, most: usize) -> Vec<Frame> {
        let mut line = self.line.lock();
        let count = line.frames.len().min(most);
        line.frames.drain(..count).collect()
    }
}

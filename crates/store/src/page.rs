//! One page of a long list.

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many items to pass over.
    pub offset: u64,
    /// How many items at most; more than [`Page::LARGEST`] are not given.
    pub limit: u64,
}

impl Page {
    /// The largest page.
    pub const LARGEST: u64 = 1_000;

    pub(crate) fn sql(self) -> (i64, i64) {
        let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
        (number(self.limit.min(Self::LARGEST)), number(self.offset))
    }
}

impl Default for Page {
    fn default() -> Self {
        Self { offset: 0, limit: 100 }
    }
}

/// A page of a list and how long the whole list is.
#[derive(Debug, Clone)]
pub struct Listing<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// How many items there are on all pages.
    pub total: u64,
}

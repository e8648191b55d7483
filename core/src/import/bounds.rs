//! What is refused before memory or time is spent on it. Costs that a single format names for itself are bounded beside
//! its reader.

/// The largest file that is looked at, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The most entries of one import, over all its files.
pub const MAX_ENTRIES: usize = 100_000;

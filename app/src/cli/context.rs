//! What a command works with.

use super::Platform;
use super::arguments::Global;
use super::output::Output;

/// What a command works with.
pub(super) struct Context<'a> {
    pub(super) platform: &'a Platform,
    pub(super) global: Global,
    pub(super) out: Output,
}

